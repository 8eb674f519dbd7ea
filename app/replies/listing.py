"""The tenant's services, products and questions as a customer reads them."""
from collections.abc import Sequence

from app.replies.content import Item
from app.replies.lookup import Catalogue
from app.replies.menu import Option, page
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.words import words_of

LONG_LIST = 10


def catalogue_of(turn: Turn, kind: str) -> Catalogue:
    """The services or the products of the tenant; `kind` is `service` or `product`."""
    return turn.config.services if kind == "service" else turn.config.products


def kind_sold(turn: Turn) -> str:
    """What this template mostly sells: `product` for a shop, otherwise `service`; the other where that is empty."""
    first, second = ("product", "service") if turn.config.template == "ECOMMERCE" else ("service", "product")
    return first if catalogue_of(turn, first) or not catalogue_of(turn, second) else second


def row(turn: Turn, item: Item) -> str:
    """One line of a list: name, price, and what else fits."""
    text = turn.say("items.row", name=turn.name_of(item), price=turn.price_of(item))
    extras = [turn.say("items.short_minutes", minutes=item.minutes)] if item.minutes else []
    extras += [turn.say("items.sold_out")] if turn.left_of(item) == 0 else []
    return f"{text} ({', '.join(extras)})" if extras else text


def options_of(turn: Turn, kind: str, items: Sequence[Item]) -> list[Option]:
    """Items as options of a menu."""
    return [(f"{kind}:{item.key}", row(turn, item)) for item in items]


def categories(turn: Turn) -> list[tuple[str, str]]:
    """The categories of the products: key and name, in their order."""
    names: dict[str, str] = {}
    for item in turn.config.products.items:
        key = category_key(item)
        names.setdefault(key, turn.local_text(item.category) or turn.say("items.other"))
    return list(names.items())


def category_key(item: Item) -> str:
    """What names an item's category in a menu."""
    return next(iter(item.category.values()), "").casefold()


def list_items(turn: Turn, kind: str, title: str, start: int = 0) -> Reply:
    """The list of services or products; a long list of products begins with its categories."""
    items = catalogue_of(turn, kind).items
    groups = categories(turn) if kind == "product" else []
    if len(items) > LONG_LIST and len(groups) > 1 and start == 0:
        shown = page(turn, [(f"category:{key}", name) for key, name in groups], 0, "more:categories")
        listed = lines(turn.say("items.categories"), shown)
        return Reply(paragraphs(listed, turn.say("items.choose_category")), "categories")
    shown = page(turn, options_of(turn, kind, items), start, f"more:{kind}")
    return Reply(paragraphs(lines(turn.say(title), shown), choose_hint(turn, kind)), title.removeprefix("items."))


def list_categories(turn: Turn, start: int) -> Reply:
    """A further page of the categories."""
    options = [(f"category:{key}", name) for key, name in categories(turn)]
    return Reply(lines(turn.say("items.categories"), page(turn, options, start, "more:categories")), "categories")


def list_category(turn: Turn, key: str, start: int = 0) -> Reply | None:
    """The products of one category; None where there is no such category any more."""
    items = [item for item in turn.config.products.items if category_key(item) == key]
    if not items:
        return None
    title = f"*{turn.local_text(items[0].category) or turn.say('items.other')}*"
    shown = page(turn, options_of(turn, "product", items), start, f"more:category:{key}")
    return Reply(paragraphs(lines(title, shown), choose_hint(turn, "product")), "category")


def category_named(turn: Turn) -> Reply | None:
    """The products of a category, where a message is nothing but its name."""
    said = " ".join(turn.raw_words)
    keys = (category_key(item) for item in turn.config.products.items
            if said in {" ".join(words_of(name)) for name in item.category.values()})
    key = next(keys, None)
    return list_category(turn, key) if key is not None else None


def choose_hint(turn: Turn, kind: str) -> str:
    """What the numbers of a list do in this template."""
    if turn.config.template == "BOOKING" and kind == "service":
        return turn.say("items.choose_service")
    if turn.config.template == "ECOMMERCE" and kind == "product":
        return turn.say("items.choose_product")
    return turn.say("items.choose_plan")


def list_some(turn: Turn, kind: str, items: Sequence[Item], because: str) -> Reply:
    """A few items that the customer may have meant, to choose from by number."""
    shown = page(turn, options_of(turn, kind, items), 0, f"more:{kind}")
    return Reply(lines(turn.say("items.choose_one"), shown), because)


def card(turn: Turn, item: Item) -> str:
    """One item with all that is known of it."""
    left = turn.left_of(item)
    stock = "" if left is None else turn.say("items.in_stock", stock=left)
    return lines(
        turn.say("items.name", name=turn.name_of(item)),
        turn.local_text(item.description),
        turn.say("items.price", price=turn.price_of(item)),
        turn.say("items.minutes", minutes=item.minutes) if item.minutes else "",
        turn.say("items.out_of_stock") if left == 0 else stock,
    )


def list_questions(turn: Turn, start: int = 0) -> Reply:
    """The tenant's questions, to choose from by number."""
    questions = turn.config.questions.questions
    options = [(f"question:{question.key}", turn.local_text(question.question)) for question in questions]
    shown = page(turn, options, start, "more:question")
    return Reply(paragraphs(lines(turn.say("questions.title"), shown), turn.say("questions.choose")), "faq")
