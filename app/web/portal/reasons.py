"""Why the bot said what it said, and what was done about a customer's message, in words."""
from collections.abc import Mapping

from flask_babel import format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.models import OWNER_PHONE, Delivery, Message, Outcome
from app.services.chats import SURE
from app.services.preview import PreviewLine

CLOSED = "closed+"
NOT_UNDERSTOOD = "unknown"

OUTCOMES: Mapping[Outcome, LazyString] = {
    Outcome.ANSWERED: _l("Answered"),
    Outcome.JOINED: _l("Answered together with the next message"),
    Outcome.WARNED: _l("Asked to slow down"),
    Outcome.RATE_LIMITED: _l("Not answered: too many messages"),
    Outcome.HANDED_OVER: _l("Handed to a person"),
    Outcome.SILENT: _l("Left to a person"),
}
DELIVERIES: Mapping[Delivery, LazyString] = {
    Delivery.PENDING: _l("Waiting to be sent"),
    Delivery.SENDING: _l("Being sent"),
    Delivery.SENT: _l("Sent"),
    Delivery.DELIVERED: _l("Delivered"),
    Delivery.READ: _l("Read"),
    Delivery.FAILED: _l("Could not be sent"),
    Delivery.UNKNOWN: _l("Perhaps sent"),
}
FORMS: Mapping[str, LazyString] = {
    "booking": _l("a booking"), "move": _l("the move of a booking"), "cancel": _l("the end of a booking"),
    "order": _l("an order"), "problem": _l("a problem report"), "complaint": _l("a complaint"),
    "review": _l("a comment"), "addition": _l("something for a ticket"),
}
ASKED: Mapping[str, LazyString] = {
    "service": _l("Taking %(form)s: asked for the service"),
    "day": _l("Taking %(form)s: asked for the day"),
    "time": _l("Taking %(form)s: asked for the time"),
    "name": _l("Taking %(form)s: asked for the name"),
    "people": _l("Taking %(form)s: asked for how many people"),
    "phone": _l("Taking %(form)s: asked for a phone number"),
    "booking": _l("Taking %(form)s: asked for which booking"),
    "count": _l("Taking %(form)s: asked how many"),
    "more": _l("Taking %(form)s: asked what else"),
    "area": _l("Taking %(form)s: asked for the area"),
    "address": _l("Taking %(form)s: asked where to"),
    "details": _l("Taking %(form)s: asked what it is about"),
    "helped": _l("Gave a step to try"),
}
STEPS: Mapping[str, LazyString] = {
    "confirm": _l("Taking %(form)s: asked whether it is right"),
    "recorded": _l("Taking %(form)s: noted it down"),
    "confirmed": _l("Taking %(form)s: confirmed it"),
    "done": _l("Taking %(form)s: did it"),
    "kept": _l("Taking %(form)s: the customer wants to keep it"),
    "dropped": _l("Taking %(form)s: the customer stopped"),
    "change": _l("Taking %(form)s: asked what to change"),
    "placed": _l("Taking %(form)s: placed it"),
    "changed": _l("Changed an order"),
    "called_off": _l("Cancelled an order"),
    "too_late": _l("It was too late to change the order"),
    "emptied": _l("The customer emptied the basket"),
    "basket": _l("The customer looked into the basket"),
    "which": _l("Taking %(form)s: asked which product was meant"),
    "nothing": _l("Taking %(form)s: nothing of it is there"),
    "news_confirmed": _l("Told that the order is confirmed"),
    "news_ready": _l("Told that the order is ready"),
    "news_sent": _l("Told that the order is on its way"),
    "news_delivered": _l("Told that the order was delivered"),
    "news_cancelled": _l("Told that the order is cancelled"),
}
REASONS: Mapping[str, LazyString] = {
    "greeting": _l("The customer greeted"),
    "menu": _l("The customer asked for the menu"),
    "can_do": _l("The customer asked what the bot can do"),
    "are_you_a_bot": _l("The customer asked whether this is a bot"),
    "hours": _l("The customer asked for the opening hours"),
    "location": _l("The customer asked where you are"),
    "contact": _l("The customer asked how to reach you"),
    "prices": _l("The customer asked for prices"),
    "price": _l("The customer asked for the price of something you sell"),
    "service": _l("The customer named one of your services"),
    "services": _l("The customer asked for your services"),
    "product": _l("The customer named one of your products"),
    "products": _l("The customer asked for your products"),
    "category": _l("The customer chose a kind of product"),
    "categories": _l("The customer asked for your products"),
    "question": _l("One of your own questions and answers fits"),
    "faq": _l("The customer asked for common questions"),
    "ask": _l("The customer wants to ask something"),
    "delivery": _l("The customer asked about delivery"),
    "payment": _l("The customer asked about paying"),
    "refund": _l("The customer asked about money back"),
    "discount": _l("The customer asked for a discount"),
    "thanks": _l("The customer thanked"),
    "goodbye": _l("The customer said goodbye"),
    "apology": _l("The customer apologised"),
    "ok": _l("The customer said yes or no"),
    "media": _l("The customer sent a picture, a voice note or a file without words"),
    "asked_for_person": _l("The customer asked for a person"),
    "accepted_person": _l("The customer said yes to a person"),
    "declined_person": _l("The customer wants no person"),
    "emergency": _l("One of your emergency words was said"),
    "stop": _l("The customer wants no automatic answers"),
    "start": _l("The customer wants automatic answers again"),
    "rate_limited": _l("The customer wrote very much in a short time"),
    "no_such_number": _l("The customer chose a number that the menu does not have"),
    "unknown": _l("The bot did not understand, and showed the menu"),
    "unknown:unsure": _l("The bot was not sure, and asked what was meant"),
    "unknown:order": _l("The bot did not understand, and asked again"),
    "track_order": _l("The customer asked where an order is"),
    "cancel_order": _l("The customer wants to cancel an order"),
    "unknown:ask_team": _l("The bot has no answer to the question, and offered a person"),
    "declined_aside": _l("The customer does not want to go on with what was left half-finished"),
    "unknown:offer_person": _l("The bot did not understand again, and offered a person"),
    "problem": _l("A problem was reported and handed to a person"),
    "complaint": _l("A complaint was taken and handed to a person"),
    "check_booking": _l("The customer asked for its bookings"),
    "proposal:accepted": _l("The customer said yes to another time"),
    "proposal:refused": _l("The customer said no to another time"),
    "booking:told": _l("What you did with the booking"),
    "booking:reminder": _l("A reminder of the booking"),
    "still_problem": _l("The customer says that a problem goes on"),
    "fix:step": _l("Gave a step to try"),
    "fix:ask_helped": _l("Asked whether the step helped"),
    "fix:solved": _l("A step helped: the problem is solved"),
    "fix:failed": _l("No step helped: handed to a person"),
    "fix:dropped": _l("The customer wants to try no more steps"),
    "ticket:status": _l("The customer asked how far a ticket is"),
    "ticket:list": _l("The customer asked for its tickets"),
    "ticket:none": _l("The customer asked for a ticket and has none"),
    "ticket:added": _l("The customer added to a ticket"),
    "ticket:closed": _l("The customer closed a ticket"),
    "ticket:is_closed": _l("The customer spoke of a ticket that is closed"),
    "error": _l("The bot failed on this message; a person should look"),
    "portal": _l("Written in the portal"),
    "owner": _l("Typed on the phone"),
}


def reason_in_words(because: str, confidence: float | None = None) -> str:
    """A reply's reason for a person, and how sure the bot was of it where it had to understand something.

    A reason that has no words of its own is shown as it is.
    """
    reason = _reason(because)
    # What was not understood is nothing to be sure of.
    if confidence is None or because.removeprefix(CLOSED).partition(":")[0] == NOT_UNDERSTOOD:
        return reason
    return _("%(reason)s, %(percent)s sure", reason=reason, percent=format_percent(confidence))


def is_unsure(line: Message | PreviewLine) -> bool:
    """Whether the reply was rather a guess."""
    return line.confidence is not None and line.confidence < SURE


def _reason(because: str) -> str:
    if because.startswith(CLOSED):
        return _("%(reason)s (and was told that you are closed)", reason=_reason(because.removeprefix(CLOSED)))
    if because in REASONS:
        return str(REASONS[because])
    form, _colon, step = because.partition(":")
    if form in FORMS and step:
        return _step_in_words(str(FORMS[form]), step)
    return _("About: %(topic)s", topic=because.replace("_", " ")) if because else ""


def author_in_words(message: Message) -> str:
    """Who wrote a line of the business."""
    if message.author == OWNER_PHONE:
        return _("You, on the phone")
    return message.author or _("Bot")


def _step_in_words(form: str, step: str) -> str:
    part = step.removeprefix("ask_")
    words = ASKED.get(part) if part != step else STEPS.get(step)
    return str(words) % {"form": form} if words else _("Taking %(form)s", form=form)
