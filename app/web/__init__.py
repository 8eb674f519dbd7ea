"""The web pages: server-rendered, readable without scripts, nothing from other hosts."""
from flask import Flask

from app.processes import Processes
from app.settings import Settings
from app.web import connection, errors, security, status


def create_app(settings: Settings | None = None) -> Flask:
    """The web application with these settings, or those of the environment."""
    settings = settings or Settings.from_env()
    app = Flask(__name__)
    app.extensions["flowhq_settings"] = settings
    app.extensions["flowhq_processes"] = Processes(settings)
    connection.register(app, settings)
    security.register(app)
    errors.register(app)
    app.register_blueprint(status.blueprint)
    return app
