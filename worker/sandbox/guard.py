"""What every request passes: no foreign host or origin gets in, and every error is one sentence of JSON."""
import sqlite3
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from worker.sandbox.refusal import Refusal

OWN_HOSTS = {"127.0.0.1", "localhost", "::1"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def guard(host: str) -> list[Middleware]:
    """The middlewares, outermost first, of a server that listens on `host`."""
    hosts = OWN_HOSTS | {host}

    @web.middleware
    async def answer_in_sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Refusal as refusal:
            response = web.json_response({"error": refusal.sentence}, status=refusal.status)
        except sqlite3.Error as error:
            response = web.json_response({"error": f"The sandbox cannot store this: {error}."}, status=507)
        except web.HTTPException as error:
            response = web.json_response({"error": _sentence(request, error)}, status=error.status)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    @web.middleware
    async def keep_strangers_out(request: web.Request, handler: Handler) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in hosts:
            raise Refusal("This sandbox answers only under the address it listens on.", 421)
        if _is_foreign(request):
            raise Refusal("Pages of other sites may not use this sandbox.", 403)
        return await handler(request)

    return [answer_in_sentences, keep_strangers_out]


def _is_foreign(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc != request.host
    site = request.headers.get("Sec-Fetch-Site", "none")
    followed_link = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return site not in ("none", "same-origin") and not followed_link


def _sentence(request: web.Request, error: web.HTTPException) -> str:
    if error.status == 404:
        return f"There is nothing at {request.path[:80]}: see /api for what there is."
    if error.status == 405:
        return f"{request.method} does not work at {request.path[:80]}: see /api for what does."
    return f"{error.reason}."
