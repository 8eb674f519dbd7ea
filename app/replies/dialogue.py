"""Decide what to do about one message: a row of steps, of which the first that has a reply makes it."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.replies.actions import Decision, HandOver, Incoming, Send
from app.replies.answers import LIKELY, ask_team, hand_over, menu, own_question
from app.replies.config import BotConfig, Phrase
from app.replies.expiry import put_aside, take_up, with_aside
from app.replies.forms import LONGEST_DETAILS, ask_anew, begin, reminder, resume
from app.replies.hours import is_open, next_opening
from app.replies.language import detect
from app.replies.listing import category_named, kind_sold
from app.replies.lookup import counts, senses, times
from app.replies.menu import HIGHEST_NUMBER, chosen, main_menu, number_in, show
from app.replies.notes import PROBLEM, tells_a_story
from app.replies.opening import moment
from app.replies.own_bookings import answered, unclear
from app.replies.placed import CALL_OFF, called_off, order_named
from app.replies.records import Records
from app.replies.shopping import basket_step, lost
from app.replies.slots.labels import without_name
from app.replies.splitting import parts_of
from app.replies.state import ChatState
from app.replies.support import about_tickets
from app.replies.templates import FORMS, INTENTS, open_option
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.understand import UNSURE, Meaning, understand
from app.replies.voice import phrases_of, voice, wording
from app.replies.words import plain, words_of

NO_RECORDS = Records()
SURE = 0.85
"""How close one of the tenant's own questions must be to be preferred to what the bot clearly understands itself."""
CLEAR = 0.9
"""The confidence from which the bot's own understanding is clear."""
UNKNOWN_BEFORE_OFFER = 2
WORTH_ASKING = 0.2
"""How likely an intent must be to be offered where none is sure."""
MOST_GUESSES = 3
LONGEST_NAME = 20
LIKELY_QUESTION = 0.55
"""How close it must be where nothing else was understood."""
OWN_WAY = frozenset({"contact_human_agent", "still_problem", "complaint"})
"""Intents before which even a sure question stands back."""
BESIDE_A_TIME = frozenset({"", "hours", "services", "greeting", "thanks"})
"""Intents that a service named with a day or a time outweighs."""
ROOM = frozenset({"make_booking", "ask_availability"})
"""Intents that both begin a booking."""
ENDS_A_FORM = frozenset({"menu", "help", "contact_human_agent", "complaint", "make_booking", "place_order"})
"""Intents after which a half-filled form is forgotten."""

NAMES_ASKED = ("name", "address")
"""Slots whose answers are names, which tell no language: Hawa and Sita are words too."""

CLOCK = frozenset({"am", "pm", "saa", "oclock", "nusu", "robo", "kasoro", "tarehe"})
"""Words of a time that are no numbers."""

Step = Callable[[Turn], Reply | None]


def decide(
    message: Incoming, state: Mapping[str, Any], config: BotConfig, now: datetime, records: Records = NO_RECORDS,
) -> Decision:
    """What to do about one customer message, and the chat's next state. `now` is aware; never raises for any text.

    `records` are what the business holds for this customer at that moment.
    """
    chat = ChatState.read(state)
    turn = _turn(message, chat, config, now, records)
    if turn.new_visit:
        put_aside(chat, now)
    chat.seen, chat.story = now.isoformat(), {}
    reply = _reply(turn)
    if reply is None:
        return Decision((), chat.stored())
    sends = (Send(part, reply.because[:80], reply.confidence) for part in parts_of(reply.text))
    handed = (HandOver(reply.hand_over),) if reply.hand_over else ()
    return Decision((*sends, *reply.deeds, *handed), chat.stored())


def rate_warning(state: Mapping[str, Any], config: BotConfig) -> Send:
    """The one line that asks a customer to slow down, in the chat's language."""
    chat = ChatState.read(state)
    return Send(voice(chat.language or config.language).say("small.rate_warning"), "rate_limit")


def late_apology(state: Mapping[str, Any], config: BotConfig) -> str:
    """What stands before an answer that comes hours after the question, in the chat's language."""
    chat = ChatState.read(state)
    return voice(chat.language or config.language).say("small.late_apology")


def _turn(message: Incoming, chat: ChatState, config: BotConfig, now: datetime, records: Records) -> Turn:
    text = plain(message.text)
    words = words_of(text)
    services, products = config.services.find(words), config.products.find(words)
    meaning = understand(without_name(text), config.template, services.words | products.words)
    lexicon = wording().lexicon
    question, closeness = config.questions.find(senses(meaning.words, meaning.heard, lexicon))
    if chat.asked not in NAMES_ASKED or _is_of_the_talk(words, meaning):
        chat.language = detect(words, chat.language or config.language)
    return Turn(
        message, config, chat, now, text, words, meaning, services, products, question, closeness,
        new_visit=chat.is_new_visit(now), seen_before=chat.seen, records=records,
    )


def _is_of_the_talk(words: tuple[str, ...], meaning: Meaning) -> bool:
    """Whether words in answer to the question for a name speak to the bot, such as `rudi`."""
    said = " ".join(words)
    return bool(meaning.heard) or any(said in phrases_of(kind) for kind in ("back", "drop", "collect"))


def _reply(turn: Turn) -> Reply | None:
    for settled in (_opt_out, _emergency):
        at_once = settled(turn)
        if at_once or turn.chat.out:
            return at_once
    step, reply = next((step, reply) for step in STEPS if (reply := step(turn)))
    reply = replace(reply, confidence=_confidence(turn, step))
    if not reply.because.startswith("unknown"):
        turn.chat.unknown = 0
    reply = replace(reply, text=with_aside(turn, reply, FORMS))
    return _with_welcome(turn, _with_closed_notice(turn, reply))


def names(words: Sequence[str], phrases: tuple[Phrase, ...]) -> bool:
    """Whether one of the tenant's phrases stands among the words of a message, on word boundaries."""
    return any(words[i:i + len(phrase)] == phrase for phrase in phrases for i in range(len(words)))


def _opt_out(turn: Turn) -> Reply | None:
    """Stop and start. While stopped, nothing else is answered."""
    if turn.chat.out and turn.says_one_of("start", whole=True):
        turn.chat.out = False
        return Reply(paragraphs(turn.say("small.started"), menu(turn).text), "start")
    if not turn.chat.out and turn.says_one_of("stop", whole=True):
        turn.chat.drop_form()
        turn.chat.out, turn.chat.offer, turn.chat.menu = True, "", []
        return Reply(turn.say("small.stopped"), "stop")
    return None


def _emergency(turn: Turn) -> Reply | None:
    if turn.chat.out or not names(turn.raw_words, turn.config.emergency_words):
        return None
    return Reply(turn.local_text(turn.config.emergency_answer), "emergency")


def _tenants_own_person(turn: Turn) -> Reply | None:
    return hand_over(turn, "asked_for_person") if names(turn.raw_words, turn.config.handover_words) else None


def _left_unfinished(turn: Turn) -> Reply | None:
    """What was put aside at the beginning of this visit is taken up again."""
    return take_up(turn, FORMS)


def _offered_person(turn: Turn) -> Reply | None:
    """Yes or no to the offer of a person, or of calling an order off; anything else lets the offer lapse."""
    offered, turn.chat.offer = turn.chat.offer, ""
    if offered.startswith(CALL_OFF) and turn.intent in ("yes", "no"):
        return called_off(turn, offered)
    if offered != "person" or turn.intent not in ("yes", "no"):
        return None
    if turn.intent == "yes":
        return hand_over(turn, "accepted_person")
    return _and_back(turn, Reply(turn.say("small.alright_no"), "declined_person"))


def _menu_choice(turn: Turn) -> Reply | None:
    """A number of the menu shown last. A form takes the numbers of its own items itself."""
    option = chosen(turn)
    if option is None or (turn.chat.form and option.partition(":")[0] == _form_items(turn)):
        return None
    return open_option(turn, option)


def _form_items(turn: Turn) -> str:
    return turn.chat.asked if turn.chat.asked in ("service", "product", "booking") else ""


def _tickets(turn: Turn) -> Reply | None:
    """What a customer of a support desk says of its tickets."""
    reply = about_tickets(turn)
    return _and_back(turn, reply) if reply else None


def _form(turn: Turn) -> Reply | None:
    """The form in hand, unless the message is about something else that is understood."""
    return resume(turn, FORMS) if turn.chat.form else None


def _media(turn: Turn) -> Reply | None:
    """Media without a word."""
    if turn.text or turn.incoming.kind == "chat":
        return None
    return Reply(paragraphs(turn.say("small.media"), reminder(turn, FORMS)), "media")


def _no_such_number(turn: Turn) -> Reply | None:
    number = number_in(turn.raw_words)
    # More digits than any list has lines are a phone number or an account.
    if number is None or number > HIGHEST_NUMBER or not turn.chat.menu or turn.chat.form:
        return None
    last = len(turn.chat.menu)
    if last == 1:
        return None
    return Reply(lines(turn.say("menu.no_such_number", number=number, last=last), main_menu(turn)), "no_such_number")


def _is_clear(turn: Turn) -> bool:
    return bool(turn.intent) and turn.meaning.confidence >= CLEAR


def _sure_question(turn: Turn) -> Reply | None:
    enough = SURE if _is_clear(turn) else LIKELY
    if turn.question is None or turn.closeness < enough or turn.intent in OWN_WAY:
        return None
    return _and_back(turn, own_question(turn))


def _paid(turn: Turn) -> Reply | None:
    """The customer says that the money is sent, which nobody but the team can see."""
    is_all = turn.intent in ("", "check_payment_methods", "yes", "thanks") and not turn.asks_something()
    return _and_back(turn, ask_team("paid")(turn)) if is_all and turn.says_one_of("have_paid") else None


def _named_with_a_time(turn: Turn) -> Reply | None:
    """A service beside a day or a time is the beginning of a booking, whatever else the words may hint at.

    So is a day or a time in a message that says nothing else, or of which it is unsure alone whether it asks for room
    or books it.
    """
    asks_for_room = not turn.intent and (turn.meaning.intent in ROOM or _says_only_when(turn))
    if turn.config.template != "BOOKING" or turn.intent not in BESIDE_A_TIME or \
            not (turn.services.items or asks_for_room):
        return None
    asks_hours = turn.intent == "hours" and turn.asks_something()
    when = turn.slots.day or turn.slots.time
    return INTENTS["BOOKING"]["make_booking"](turn) if when and not asks_hours else None


def _says_only_when(turn: Turn) -> bool:
    lexicon, when = wording().lexicon, times() | counts()
    return not turn.asks_something() and all(
        word in when or lexicon.is_small(word) or not word.isalpha() or word in CLOCK for word in turn.raw_words)


def _intent(turn: Turn) -> Reply | None:
    """What the customer wants, as far as the template knows an answer to it."""
    handler = INTENTS[turn.config.template].get(turn.intent)
    if handler is None:
        return None
    if turn.intent in ENDS_A_FORM:
        turn.chat.drop_form()
    return _and_back(turn, handler(turn))


def _and_back(turn: Turn, reply: Reply) -> Reply:
    """After an answer in the middle of a form, the form's open question."""
    if reply.because.partition(":")[0] == turn.chat.form:
        return reply
    return replace(reply, text=paragraphs(reply.text, reminder(turn, FORMS)))


def _category(turn: Turn) -> Reply | None:
    """Nothing but the name of a category."""
    is_shop = turn.config.template == "ECOMMERCE" and turn.raw_words and not turn.products.items
    found = category_named(turn) if is_shop else None
    return _and_back(turn, found) if found else None


def _items(turn: Turn) -> Reply | None:
    """Nothing but the name of something that is sold."""
    kind = kind_sold(turn)
    found = turn.products if kind == "product" else turn.services
    handler = INTENTS[turn.config.template].get(f"{kind}s")
    return _and_back(turn, handler(turn)) if found.items and handler else None


def _likely_question(turn: Turn) -> Reply | None:
    if turn.question is None or turn.closeness < LIKELY_QUESTION:
        return None
    return _and_back(turn, own_question(turn))


def _lost_in_form(turn: Turn) -> Reply | None:
    """Nothing understood in the middle of a form."""
    return ask_anew(turn, FORMS)


def _story(turn: Turn) -> Reply | None:
    """On a support desk, a story that nothing clear was made of is somebody's problem."""
    if turn.config.template != "SUPPORT" or _is_clear(turn) or turn.asks_something():
        return None
    if not tells_a_story(turn):
        return None
    return begin(turn, PROBLEM, details=turn.text[:LONGEST_DETAILS])


def _ask_back(turn: Turn) -> Reply | None:
    """What it may have been, to choose from; a person is always the last choice."""
    likely = [guess.intent for guess in turn.meaning.guesses if guess.confidence >= WORTH_ASKING][:MOST_GUESSES]
    answered = INTENTS[turn.config.template]
    known = [intent for intent in likely if intent in answered and turn.voice.has(f"unsure.{intent}")]
    if turn.meaning.confidence >= UNSURE or not known:
        return None
    offered = dict.fromkeys((*known, "contact_human_agent"))
    options = [(f"do:{intent}", turn.say(f"unsure.{intent}")) for intent in offered]
    turn.chat.unknown += 1
    return Reply(lines(turn.say("unsure.ask"), show(turn, options)), "unknown:unsure")


def _unknown(turn: Turn) -> Reply:
    """A menu; after several in a row also the offer of a person."""
    turn.chat.unknown += 1
    form = FORMS.get(turn.chat.form)
    if form is None or form.summary is None:
        turn.chat.drop_form()
    if turn.chat.unknown >= UNKNOWN_BEFORE_OFFER:
        turn.chat.offer = "person"
        return Reply(lines(turn.say("unknown.again"), main_menu(turn)), "unknown:offer_person")
    if turn.asks_something() and turn.own_words():
        turn.chat.offer = "person"
        return Reply(paragraphs(turn.say("team.any"), turn.say("offer.person")), "unknown:ask_team")
    return Reply(lines(turn.say("unknown.first"), main_menu(turn)), "unknown")


STEPS: tuple[Step, ...] = (
    _tenants_own_person, answered, _left_unfinished, _offered_person, basket_step, _menu_choice, _tickets, _form,
    _media, _no_such_number, _paid, _category, _sure_question, _named_with_a_time, _story, _intent, _items,
    _likely_question, lost, _lost_in_form, order_named, unclear, _ask_back, _unknown,
)


UNDERSTOOD: frozenset[Step] = frozenset({
    _named_with_a_time, _story, _intent, _items, lost, _lost_in_form, unclear, _ask_back, _unknown})
"""Steps that answer what the message was understood as."""
OWN_QUESTIONS: frozenset[Step] = frozenset({_sure_question, _likely_question})
"""Steps that answer the tenant's question that is closest."""


def _confidence(turn: Turn, step: Step) -> float | None:
    if step in OWN_QUESTIONS:
        return turn.closeness
    if step in (_unknown, lost, _lost_in_form):
        # However sure it is that nothing fits: the menu answers nothing that was asked.
        return 0.0
    return turn.meaning.confidence if step in UNDERSTOOD else None


def _with_welcome(turn: Turn, reply: Reply) -> Reply:
    """The first reply of a visit begins with a welcome."""
    if not turn.new_visit:
        return reply
    return replace(reply, text=paragraphs(_welcome(turn), reply.text))


def _welcome(turn: Turn) -> str:
    """The tenant's own greeting, or the usual one with the customer's name."""
    own, elder = turn.content_text("greeting"), turn.greets_an_elder()
    if own:
        return f"{turn.say('greeting.respects')} {own}" if elder else own
    name = _first_name(turn)
    return turn.say("greeting.elder" if elder else "greeting.first", name=f" {name}" if name else "")


def _first_name(turn: Turn) -> str:
    """The customer's first name, if what WhatsApp gives looks like one."""
    first = plain(turn.incoming.name).split(" ")[0]
    return first if first.isalpha() and len(first) <= LONGEST_NAME else ""


def _with_closed_notice(turn: Turn, reply: Reply) -> Reply:
    """While closed, the first reply says so and when it opens; once in each closed period."""
    if is_open(turn.config.hours, turn.local):
        turn.chat.closed_until = ""
        return reply
    opens = next_opening(turn.config.hours, turn.local)
    until = opens.isoformat() if opens else "unknown"
    told, turn.chat.closed_until = turn.chat.closed_until, until
    if told == until or reply.hand_over or reply.because == "hours":
        return reply
    notice = turn.say("closed.until", opening=moment(turn, opens)) if opens else turn.say("closed.shut")
    return replace(reply, text=paragraphs(notice, reply.text), because=f"closed+{reply.because}")
