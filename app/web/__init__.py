"""The web pages: server-rendered, readable without scripts, nothing from other hosts."""
from flask import Flask

from app import logs
from app.keeper import keeper_of
from app.services import mailer
from app.settings import Settings
from app.web import access, admin, auth, connection, errors, health, keys, languages, pages, portal, security


def create_app(settings: Settings | None = None) -> Flask:
    """The web application with these settings, or those of the environment.

    Raises SettingsError for a mail server that is none, and where a production host lacks what it must have.
    """
    settings = settings or Settings.from_env()
    mailer.check_url(settings.smtp_url)
    app = Flask(__name__)
    app.extensions["flowhq_settings"] = settings
    app.extensions["flowhq_processes"] = keeper_of(settings)
    keys.register(app, settings)
    connection.register(app, settings)
    for part in (security, languages, access, errors, pages):
        part.register(app)
    for blueprint in (health.blueprint, auth.blueprint):
        app.register_blueprint(blueprint)
    app.register_blueprint(admin.blueprint, url_prefix="/admin")
    app.register_blueprint(portal.blueprint, url_prefix="/portal")
    return app


def served() -> Flask:
    """The application for a WSGI server: with the settings of the environment, and logging as every part does."""
    settings = Settings.from_env()
    logs.configure(settings.log_level, journal=settings.journal_stream)
    return create_app(settings)
