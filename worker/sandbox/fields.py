"""What a request of the API says: its JSON body and its fields, each checked and refused in one sentence."""
import json
from typing import Any

from aiohttp import web

from worker.sandbox.refusal import Refusal

TEXT_LIMIT = 65536


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that the request carries, an empty one where it has no body; raises Refusal (400)."""
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal('The body is not JSON: send an object such as {"number": "+255700000001"}.') from None
    if not isinstance(body, dict):
        raise Refusal("The body is JSON, but not an object: put the fields between { and }.")
    return body


def text_field(body: dict[str, Any], name: str, default: str | None = None, limit: int = TEXT_LIMIT) -> str:
    """A text that must be there and not be blank, unless there is a default."""
    value = body.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Refusal(f'The field "{name}" is missing: it takes a text.')
    if len(value) > limit:
        raise Refusal(f'The field "{name}" is too long: {len(value)} characters, at most {limit} are allowed.')
    return value


def flag_field(body: dict[str, Any], name: str) -> bool | None:
    """True, false, or None where the field is not given."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Refusal(f'The field "{name}" takes true or false.')
    return value


def count_query(request: web.Request, name: str) -> int | None:
    """A positive whole number of the query, or None where it is not given."""
    text = request.query.get(name)
    if text is None:
        return None
    if not text.isdecimal() or int(text) == 0:
        raise Refusal(f"{name}={text[:20]!r} is not a positive whole number.")
    return int(text)
