"""Answers that every template gives: from the tenant's content where it has one, else by asking the team."""
from collections.abc import Callable
from dataclasses import replace

from app.replies.content import Item
from app.replies.forms import hold
from app.replies.hours import is_open, next_opening
from app.replies.listing import card, catalogue_of, kind_sold, list_items, list_questions, list_some, row
from app.replies.menu import main_menu
from app.replies.opening import moment, opening_hours
from app.replies.steps import begin_steps
from app.replies.story import as_told, story_so_far
from app.replies.turn import Reply, Turn, lines, paragraphs

Handler = Callable[[Turn], Reply]

LIKELY = 0.7
"""How close one of the tenant's questions must be to be answered where the bot knows nothing better."""
LISTED_ITEMS = 8


def hand_over(turn: Turn, because: str, before: str = "") -> Reply:
    """Announce a person, and give the chat to one, with the story so far."""
    turn.chat.story = story_so_far(turn)
    turn.chat.drop_form()
    turn.chat.menu = []
    return Reply(paragraphs(before, _announcement(turn)), because, hand_over=because)


def _announcement(turn: Turn) -> str:
    if is_open(turn.config.hours, turn.local):
        return turn.say("hand_over.now")
    opens = next_opening(turn.config.hours, turn.local)
    return turn.say("hand_over.closed", opening=moment(turn, opens)) if opens else turn.say("hand_over.shut")


def person(turn: Turn) -> Reply:
    """The customer asked for a person."""
    return hand_over(turn, "asked_for_person")


def pass_on(intent: str) -> Handler:
    """Something only a person can look up: say so and hand over."""
    return lambda turn: hand_over(turn, intent, paragraphs(turn.say(f"pass_on.{intent}"), last_request(turn)))


def ask_team(intent: str, phrase: str = "") -> Handler:
    """Something the bot does not know: the tenant's own question if one is close, else the offer of a person."""

    def answer(turn: Turn) -> Reply:
        if turn.question and turn.closeness >= LIKELY:
            return own_question(turn)
        turn.chat.offer = "person"
        asked = turn.say(f"team.{phrase or intent}")
        return Reply(paragraphs(asked, last_request(turn, intent), turn.say("offer.person")), intent)

    return answer


def last_request(turn: Turn, intent: str = "cancel_booking") -> str:
    """The request the customer sent off last, where the talk is of one."""
    about = intent.partition("_")[0] in ("cancel", "change", "check", "track")
    request = turn.chat.requests[-1] if turn.chat.requests and about else None
    said = ", ".join(as_told(turn, kind, value) for kind, value in request["slots"].items()) if request else ""
    return turn.say("request.last", value=said) if said else ""


def from_content(name: str, intent: str, phrase: str = "") -> Handler:
    """One of the tenant's texts; where it has none, as with `ask_team`."""
    otherwise = ask_team(intent, phrase or name)

    def answer(turn: Turn) -> Reply:
        text = turn.content_text(name)
        return Reply(paragraphs(text, turn.say("offer.hint")), intent) if text else otherwise(turn)

    return answer


def say(phrase: str, because: str) -> Handler:
    """A phrase that needs nothing of the tenant."""
    return lambda turn: Reply(turn.say(phrase), because)


def own_question(turn: Turn) -> Reply:
    """The answer to the tenant's question that is closest, or the first of the steps for a problem."""
    if turn.question and turn.question.steps:
        return begin_steps(turn, turn.question)
    text = turn.local_text(turn.question.answer) if turn.question else ""
    hint = turn.say("questions.hint") if turn.config.template == "SUPPORT" else ""
    return Reply(paragraphs(text, hint), "question")


def menu(turn: Turn) -> Reply:
    """The main menu."""
    turn.chat.drop_form()
    return Reply(lines(turn.say("menu.title"), main_menu(turn)), "menu")


def can_do(turn: Turn) -> Reply:
    """What the bot can do, as the main menu."""
    turn.chat.drop_form()
    return Reply(lines(turn.say("menu.lead"), main_menu(turn)), "can_do")


def greeting(turn: Turn) -> Reply:
    """A greeting in mid-talk; the first one of a visit is put before the reply by the dialogue."""
    if turn.new_visit:
        lead = turn.say("greeting.how")
    else:
        lead = turn.say("greeting.respects" if turn.greets_an_elder() else "greeting.again")
    return Reply(lines(lead, main_menu(turn)), "greeting")


def hours(turn: Turn) -> Reply:
    """The opening hours; the customer has then been told whether it is closed."""
    return Reply(opening_hours(turn), "hours")


def location(turn: Turn) -> Reply:
    """Where to find the business."""
    address = turn.content_text("address")
    if not address:
        return ask_team("location")(turn)
    return Reply(turn.say("location.here", address=address), "location")


def contact(turn: Turn) -> Reply:
    """All ways to reach the business."""
    names = ("phone", "email", "website", "address")
    given = [turn.say(f"contact.{name}", value=text) for name in names if (text := turn.content_text(name))]
    if not given:
        return ask_team("contact")(turn)
    return Reply(paragraphs(lines(turn.say("contact.title"), *given), turn.say("offer.hint")), "contact")


def prices(turn: Turn) -> Reply:
    """The prices of what was named, or of everything."""
    kind = kind_sold(turn)
    named = named_items(turn, kind)
    if len(named) == 1:
        return show_item(turn, kind, named[0], "price")
    if 1 < len(named) <= LISTED_ITEMS:
        return Reply(lines(turn.say("items.prices"), *(row(turn, item) for item in named)), "price")
    if not catalogue_of(turn, kind):
        return ask_team("prices")(turn)
    return list_items(turn, kind, "items.prices")


def named_items(turn: Turn, kind: str) -> list[Item]:
    """The items the message names, or the one of the form in hand."""
    found = turn.products if kind == "product" else turn.services
    if found.items:
        return list(found.items)
    held = catalogue_of(turn, kind).by_key.get(str(turn.chat.slots.get(kind, "")))
    return [held] if held else []


def show_item(turn: Turn, kind: str, item: Item, because: str) -> Reply:
    """One item in full; where it can be booked or ordered, the customer may go on by writing just the rest."""
    form, invitation = _SOLD_BY.get((turn.config.template, kind), ("", ""))
    if not form or turn.chat.form or turn.left_of(item) == 0:
        turn.chat.shown = [item.key]
        to_add = turn.say("items.to_add") if turn.chat.form == "order" and turn.left_of(item) != 0 else ""
        return Reply(paragraphs(card(turn, item), to_add), because)
    hold(turn, form, **{kind: item.key})
    turn.chat.menu = []
    return Reply(paragraphs(card(turn, item), turn.say(invitation)), because)


_SOLD_BY = {("BOOKING", "service"): ("booking", "items.to_book"), ("ECOMMERCE", "product"): ("order", "items.to_order")}


def catalogue(kind: str) -> Handler:
    """The services or the products: what was named, or the list."""

    def answer(turn: Turn) -> Reply:
        named = (turn.products if kind == "product" else turn.services).items
        if named and len(named) <= LISTED_ITEMS:
            return items_named(turn, kind)
        if not catalogue_of(turn, kind):
            return ask_team(f"{kind}s")(turn)
        listed = list_items(turn, kind, f"items.{kind}s")
        sought = "list" in turn.meaning.concepts and turn.own_words()
        return with_what_is_missing(turn, listed) if sought else listed

    return answer


def with_what_is_missing(turn: Turn, listed: Reply) -> Reply:
    """A list in answer to a wish for something else: say that it was not found, and offer to ask a person."""
    turn.chat.offer = "person"
    return replace(listed, text=paragraphs(turn.say("items.not_found"), listed.text, turn.say("offer.person")))


def items_named(turn: Turn, kind: str) -> Reply:
    """The card of the one item named, or the few that were named, to choose from."""
    named = (turn.products if kind == "product" else turn.services).items
    if len(named) > 1:
        return list_some(turn, kind, named, kind)
    return show_item(turn, kind, named[0], kind)


def faq(turn: Turn) -> Reply:
    """The tenant's questions; without any, the invitation to ask."""
    return list_questions(turn) if turn.config.questions else Reply(turn.say("small.question"), "ask")


COMMON: dict[str, Handler] = {
    "are_you_a_bot": say("small.bot", "are_you_a_bot"),
    "contact_human_agent": person,
    "help": can_do,
    "menu": menu,
    "hours": hours,
    "location": location,
    "contact_customer_service": contact,
    "prices": prices,
    "discount": ask_team("discount"),
    "question": say("small.question", "ask"),
    "talk_only": ask_team("talk_only", "talk"),
    "greeting": greeting,
    "thanks": say("small.thanks", "thanks"),
    "goodbye": say("small.goodbye", "goodbye"),
    "apology": say("small.apology", "apology"),
    "yes": say("small.alright", "ok"),
    "no": say("small.alright_no", "ok"),
    "faq": faq,
}
