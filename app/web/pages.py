"""What every page is made of: Bootstrap's macros, the words for states, the frame around them."""
from flask import Flask, g
from flask_bootstrap import Bootstrap5

from app.web import words
from app.web.access import home


def register(app: Flask) -> None:
    """Give templates what base.html and the macros use."""
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, BOOTSTRAP_BTN_STYLE="primary")
    Bootstrap5(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(words_of=words.of, home=home, next_number=next_number)


def next_number() -> int:
    """Another number at each call within a page, for ids that have to differ."""
    g.page_number = g.get("page_number", 0) + 1
    return int(g.page_number)
