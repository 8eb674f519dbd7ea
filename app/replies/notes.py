"""Forms that take free words: a problem, a complaint, a comment. Problems and complaints go to a person."""
from app.replies.answers import LIKELY, Handler, hand_over, own_question
from app.replies.forms import LONGEST_DETAILS, Form, Slot, begin, take_details
from app.replies.tickets import open_ticket
from app.replies.turn import Reply, Turn

STORY_WORDS = 10
STORY_OWN_WORDS = 3


def _finish_with_a_person(form: str) -> Form:
    def finish(turn: Turn) -> Reply:
        said = str(turn.chat.slots["details"])
        turn.chat.keep_request(form, turn.now)
        if turn.config.template == "SUPPORT":
            return open_ticket(turn, form, turn.say(f"{form}.recorded"), said)
        return hand_over(turn, form, turn.say(f"{form}.recorded"))

    return Form(form, (Slot("details", take_details),), finish)


def _finish_review(turn: Turn) -> Reply:
    turn.chat.keep_request("review", turn.now)
    return Reply(turn.say("review.recorded"), "review:recorded")


PROBLEM = _finish_with_a_person("problem")
COMPLAINT = _finish_with_a_person("complaint")
REVIEW = Form("review", (Slot("details", take_details),), _finish_review)


def describe(form: Form) -> Handler:
    """Begin such a form; a message that already tells the story is taken as the story."""

    def answer(turn: Turn) -> Reply:
        return begin(turn, form, details=turn.text[:LONGEST_DETAILS]) if tells_a_story(turn) else begin(turn, form)

    return answer


def tells_a_story(turn: Turn) -> bool:
    """Whether the message says more than that there is something to tell."""
    return len(turn.meaning.words) >= STORY_WORDS and len(turn.own_words()) >= STORY_OWN_WORDS


def problem(turn: Turn) -> Reply:
    """A problem: the tenant's own advice if there is some, else the report to a person."""
    if turn.question and turn.closeness >= LIKELY:
        return own_question(turn)
    return describe(PROBLEM)(turn)
