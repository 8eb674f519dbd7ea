"""Troubleshooting: the tenant's steps for a problem, given one at a time."""
from app.replies.content import Question
from app.replies.menu import number_in
from app.replies.turn import Reply, Turn, lines, paragraphs

FIX, HELPED = "fix", "helped"
LONGEST_SAID = 600


def begin_steps(turn: Turn, problem: Question) -> Reply:
    """Give the first step; what the customer said is kept for whoever takes over."""
    turn.chat.drop_form()
    turn.chat.form, turn.chat.asked, turn.chat.menu = FIX, HELPED, []
    said = turn.text if number_in(turn.raw_words) is None else turn.local_text(problem.question)
    turn.chat.slots.update(problem=problem.key, step=0, said=said[:LONGEST_SAID])
    return Reply(paragraphs(turn.say("fix.begin"), shown_step(turn, problem)), f"{FIX}:step")


def problem_in_hand(turn: Turn) -> Question | None:
    """The problem whose steps are being tried; None where the tenant has taken it out meanwhile."""
    problem = turn.config.questions.by_key.get(str(turn.chat.slots.get("problem", "")))
    return problem if problem and problem.steps else None


def step_in_hand(turn: Turn, problem: Question) -> int:
    """The place of the step that was given last, from 0; the tenant may have shortened the list."""
    step = turn.chat.slots.get("step", 0)
    return max(0, min(step if isinstance(step, int) else 0, len(problem.steps) - 1))


def shown_step(turn: Turn, problem: Question) -> str:
    """The step in hand and the question whether it helped."""
    step = step_in_hand(turn, problem)
    text = turn.local_text(problem.steps[step])
    numbered = turn.say("fix.step", number=step + 1, count=len(problem.steps), text=text)
    return lines(numbered, turn.say("fix.ask_helped"))


def tried_steps(turn: Turn, given: int) -> tuple[str, ...]:
    """The first `given` steps of the problem in hand, as they were put to the customer."""
    problem = problem_in_hand(turn)
    return tuple(turn.local_text(step) for step in problem.steps[:given]) if problem else ()
