"""Forms that take free words: a problem, a complaint, a comment. Problems and complaints go to a person."""
from app.replies.answers import LIKELY, Handler, hand_over, own_question
from app.replies.forms import LONGEST_DETAILS, Form, Slot, begin, take_details
from app.replies.tickets import open_ticket
from app.replies.turn import Reply, Turn

STORY_WORDS = 10
STORY_OWN_WORDS = 3
NEAR_A_PROBLEM = 0.6
"""How close a problem with steps must be to what clearly is a problem: the steps end with a person anyway."""
FEW_WORDS = 3
SAYS_NOTHING = frozenset({"yes", "thanks", "greeting", "apology"})
"""Intents of a few words that describe nothing."""
TELLING_NOTHING = frozenset({
    "problem", "complain", "unhappy", "help", "greet", "review", "leave", "human", "talk", "make", "get",
})
"""Concepts by which somebody only begins to tell."""
FIRST = "first"
"""The slot that holds what the customer said of the matter before it was asked for."""


def _finish_with_a_person(form: str) -> Form:
    def finish(turn: Turn) -> Reply:
        turn.chat.slots.pop(FIRST, None)
        said = str(turn.chat.slots["details"])
        turn.chat.keep_request(form, turn.now)
        if turn.config.template == "SUPPORT":
            return open_ticket(turn, form, turn.say(f"{form}.recorded"), said)
        return hand_over(turn, form, turn.say(f"{form}.recorded"))

    return Form(form, (Slot("details", _take_story),), finish)


def _take_story(turn: Turn, asked: bool) -> str | None:
    """What the customer tells, with what it said at first; a thank-you or a yes alone tells nothing more."""
    told, first = take_details(turn, asked), str(turn.chat.slots.get(FIRST, ""))
    if told and turn.plainly in SAYS_NOTHING and len(turn.raw_words) <= FEW_WORDS:
        return first or None
    return f"{first}\n{told}"[:LONGEST_DETAILS] if told and first else told


def _finish_review(turn: Turn) -> Reply:
    turn.chat.keep_request("review", turn.now)
    return Reply(turn.say("review.recorded"), "review:recorded")


PROBLEM = _finish_with_a_person("problem")
COMPLAINT = _finish_with_a_person("complaint")
REVIEW = Form("review", (Slot("details", take_details),), _finish_review)


def describe(form: Form) -> Handler:
    """Begin such a form; a message that already tells the story is taken as it, one that tells a part is kept."""

    def answer(turn: Turn) -> Reply:
        if tells_a_story(turn):
            return begin(turn, form, details=turn.text[:LONGEST_DETAILS])
        keeps = form is not REVIEW and _tells_a_part(turn)
        return begin(turn, form, **{FIRST: turn.text[:LONGEST_DETAILS]}) if keeps else begin(turn, form)

    return answer


def tells_a_story(turn: Turn) -> bool:
    """Whether the message says more than that there is something to tell."""
    return len(turn.meaning.words) >= STORY_WORDS and len(turn.own_words()) >= STORY_OWN_WORDS


def _tells_a_part(turn: Turn) -> bool:
    """Whether the message says what the matter is, in whatever few words."""
    return len(turn.raw_words) > FEW_WORDS and bool(turn.own_words() or turn.meaning.concepts - TELLING_NOTHING)


def problem(turn: Turn) -> Reply:
    """A problem: the tenant's own advice if there is some, else the report to a person."""
    enough = NEAR_A_PROBLEM if turn.question and turn.question.steps and turn.intent == "problem" else LIKELY
    if turn.question and turn.closeness >= enough:
        return own_question(turn)
    return describe(PROBLEM)(turn)
