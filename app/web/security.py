"""The headers of every answer, the guard against forged requests, and whose word about the caller counts."""
from flask import Flask, Response
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
                               "form-action 'self'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The guard against forged requests looks at the referrer of our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MEGABYTE = 1024 * 1024


def register(app: Flask) -> None:
    """Add the headers to whatever the application answers, and refuse forged and overlong requests."""
    app.config.update(
        MAX_CONTENT_LENGTH=2 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        # As long as a sign-in lives: a page that stayed open overnight can still be sent.
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    if is_production := app.extensions["flowhq_settings"].production:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_production:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        # What stands on pages is about people; styles and scripts may be kept.
        if not response.headers.get("Cache-Control") or response.mimetype == "text/html":
            response.headers["Cache-Control"] = "no-store"
        return response
