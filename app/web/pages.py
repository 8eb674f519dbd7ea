"""What every page is made of: Bootstrap's macros, the words for states, the frame around them."""
from flask import Flask
from flask_bootstrap import Bootstrap5

from app.web import details, words
from app.web.access import home


def register(app: Flask) -> None:
    """Give templates what base.html and the macros use."""
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, BOOTSTRAP_BTN_STYLE="primary")
    Bootstrap5(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(words_of=words.of, session_shown=words.session_shown,
                                 worker_shown=words.worker_shown, detail_words=details.in_words, home=home)
