"""Numbered menus: show one, remember what its numbers stand for, and read the number a customer writes."""
from collections.abc import Callable, Mapping, Sequence

from app.replies.turn import Turn, lines
from app.replies.voice import phrases_of, wording

PAGE = 10
MOST_WORDS_WITH_A_NUMBER = 6
HIGHEST_NUMBER = 999

Option = tuple[str, str]
"""What a number stands for, and its label."""


def _has(*names: str) -> Callable[[Turn], bool]:
    """Whether the tenant's content has one of these."""
    return lambda turn: any(getattr(turn.config, name, None) or turn.config.texts.get(name) for name in names)


def _always(turn: Turn) -> bool:
    return True


def _keeps_hours(turn: Turn) -> bool:
    return not turn.config.hours.always


def _has_tickets(turn: Turn) -> bool:
    return bool(turn.records.desk.tickets)


MAIN: Mapping[str, Sequence[tuple[str, Callable[[Turn], bool]]]] = {
    "BOOKING": (
        ("make_booking", _always), ("services", _always), ("prices", _always), ("contact_customer_service", _always),
        ("hours", _keeps_hours), ("check_payment_methods", _has("payment")), ("contact_human_agent", _always),
    ),
    "ECOMMERCE": (
        ("products", _always), ("prices", _always), ("place_order", _always), ("delivery_options", _always),
        ("check_payment_methods", _has("payment")), ("contact_customer_service", _always), ("hours", _keeps_hours),
        ("contact_human_agent", _always),
    ),
    "SUPPORT": (
        ("problem", _always), ("tickets", _has_tickets), ("faq", _always), ("contact_customer_service", _always),
        ("hours", _always), ("services", _has("services")),
        ("check_payment_methods", _has("payment")), ("contact_human_agent", _always),
    ),
}


def main_options(turn: Turn) -> list[Option]:
    """The main menu of the tenant's template, without what the tenant has nothing to say about."""
    wanted = [intent for intent, is_shown in MAIN[turn.config.template] if is_shown(turn)]
    return [(f"do:{intent}", turn.say(f"menu.{intent}")) for intent in wanted]


def main_menu(turn: Turn) -> str:
    """The main menu as numbered lines; its numbers work from now on."""
    return show(turn, main_options(turn))


def show(turn: Turn, options: Sequence[Option]) -> str:
    """Options as numbered lines; the numbers work from now on."""
    turn.chat.menu = [option for option, _ in options]
    products = [option.removeprefix("product:") for option in turn.chat.menu if option.startswith("product:")]
    turn.chat.shown = products or turn.chat.shown
    return lines(*(turn.say("menu.line", number=n, label=label) for n, (_, label) in enumerate(options, 1)))


def page(turn: Turn, options: Sequence[Option], start: int, more: str) -> str:
    """At most PAGE options from `start` on, and one for the next page, called `more:<start>`, where there is one."""
    shown = list(options[start:start + PAGE])
    if len(options) > start + PAGE:
        shown.append((f"{more}:{start + PAGE}", turn.say("menu.more")))
    return show(turn, shown)


def number_in(words: Sequence[str]) -> int | None:
    """The number that a short message consists of, in digits or as a word; None where it says anything else."""
    if len(words) > MOST_WORDS_WITH_A_NUMBER:
        return None
    numbers = [value for word in words if (value := number_of(word)) is not None]
    others = [word for word in words if number_of(word) is None and word not in phrases_of("beside_a_number")]
    return numbers[0] if len(set(numbers)) == 1 and not others else None


def number_of(word: str) -> int | None:
    """The whole number that one word stands for."""
    if word.isdecimal():
        return min(int(word), HIGHEST_NUMBER + 1) if len(word) <= 6 else HIGHEST_NUMBER + 1
    return wording().numbers.get(word)


def chosen(turn: Turn) -> str | None:
    """What the customer chose from the menu shown last; None where the message is no such choice."""
    number = number_in(turn.raw_words)
    if number is None or not 1 <= number <= len(turn.chat.menu):
        return None
    return turn.chat.menu[number - 1]
