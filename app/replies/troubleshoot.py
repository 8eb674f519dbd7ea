"""What comes of a step that was tried: it helped, it did not, it is being tried; in the end a ticket and a person."""
from app.replies.answers import hand_over
from app.replies.forms import MOST_TRIES, Form, Slot
from app.replies.menu import main_menu
from app.replies.steps import FIX, HELPED, LONGEST_SAID, problem_in_hand, shown_step, step_in_hand, tried_steps
from app.replies.tickets import open_ticket
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.understand import UNSURE

TO_THE_POINT = frozenset({"", "yes", "no", "problem", "still_problem", "greeting"})
"""Intents that an answer to "did that help?" may look like."""
NOT_HELPED = frozenset({"no", "still_problem"})
THE_SAME = frozenset({"", "problem", "still_problem"})
"""Intents of more about the problem, however it is put."""


def _nothing(turn: Turn, asked: bool) -> None:
    return None


def _told(turn: Turn) -> str:
    problem = problem_in_hand(turn)
    return turn.local_text(problem.steps[step_in_hand(turn, problem)]) if problem else ""


def _resume(turn: Turn) -> Reply | None:
    problem = problem_in_hand(turn)
    if problem is None:
        turn.chat.drop_form()
        return None
    if turn.says_one_of("trying", whole=True):
        return _ask_again(turn)
    if _has_not_helped(turn):
        return _next_step(turn)
    if turn.says_one_of("works") or turn.intent == "yes":
        turn.chat.drop_form()
        return Reply(turn.say("fix.solved"), f"{FIX}:solved")
    return _unclear(turn)


def _has_not_helped(turn: Turn) -> bool:
    """Whether it says no; also where it is not sure in which of the two ways."""
    likely = sum(guess.confidence for guess in turn.meaning.guesses if guess.intent in NOT_HELPED)
    return turn.says_one_of("failed") or turn.intent in NOT_HELPED or (not turn.intent and likely >= UNSURE)


def _unclear(turn: Turn) -> Reply | None:
    """Words that tell neither yes nor no, kept for the story; the second ones count as no."""
    asks = turn.asks_something() and turn.intent not in THE_SAME
    if turn.intent not in TO_THE_POINT or asks or _names_a_question(turn):
        return None
    _keep_words(turn)
    turn.chat.tries += 1
    return _next_step(turn) if turn.chat.tries >= MOST_TRIES else _ask_again(turn)


def _names_a_question(turn: Turn) -> bool:
    return turn.question is not None and turn.asks_something() and not turn.question.steps


def _keep_words(turn: Turn) -> None:
    said = f"{turn.chat.slots.get('said', '')}\n{turn.text}" if turn.text else str(turn.chat.slots.get("said", ""))
    turn.chat.slots["said"] = said[:LONGEST_SAID]


def _ask_again(turn: Turn) -> Reply:
    return Reply(turn.say("fix.again_helped"), f"{FIX}:ask_helped")


def _next_step(turn: Turn) -> Reply:
    problem = problem_in_hand(turn)
    step = step_in_hand(turn, problem) + 1 if problem else 0
    if problem is None or step >= len(problem.steps):
        return _give_up(turn, step)
    turn.chat.slots["step"], turn.chat.tries = step, 0
    return Reply(paragraphs(turn.say("fix.next"), shown_step(turn, problem)), f"{FIX}:step")


def _step_back(turn: Turn) -> Reply:
    problem = problem_in_hand(turn)
    step = step_in_hand(turn, problem) - 1 if problem else -1
    if problem is None or step < 0:
        turn.chat.drop_form()
        return Reply(lines(turn.say("menu.title"), main_menu(turn)), "menu")
    turn.chat.slots["step"], turn.chat.tries = step, 0
    return Reply(shown_step(turn, problem), f"{FIX}:step")


def _give_up(turn: Turn, given: int) -> Reply:
    said, tried = str(turn.chat.slots.get("said", "")), tried_steps(turn, given)
    if turn.config.template == "SUPPORT":
        return open_ticket(turn, f"{FIX}:failed", turn.say("fix.failed"), said, tried)
    return hand_over(turn, f"{FIX}:failed", turn.say("fix.failed"))


def _finish(turn: Turn) -> Reply:
    return _ask_again(turn)


TROUBLESHOOTING = Form(
    FIX, (Slot(HELPED, _nothing),), _finish, told=_told, intents=NOT_HELPED | {"problem"},
    resume=_resume, step_back=_step_back,
)
