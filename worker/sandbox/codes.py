"""QR codes: the references that unlinked pages show in turn, and what a phone's scan finds of them."""
import asyncio
import base64
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno

from worker.sandbox.refusal import Refusal

EXPIRED = "This code has expired: scan the one that the page shows now."
USED = "This code has been scanned already: a page shows a new one when it wants to be linked again."
UNKNOWN = "No page shows this code: copy the whole code, and look whether the page is still open."
PAIRING_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
PAIRING_SECONDS = 180.0


@dataclass(frozen=True)
class Rotation:
    """How long codes live in seconds (the last figure is that of all further ones), and how many a page shows."""

    seconds: tuple[float, ...] = (60.0, 20.0)
    codes: int = 6

    def life(self, index: int) -> float:
        """The life of the page's nth code."""
        return self.seconds[min(index, len(self.seconds) - 1)]


@dataclass(eq=False)
class Candidate:
    """An unlinked page: its keys as the code holds them, and the code it shows."""

    keys: tuple[str, str, str, str]
    label: str
    send: Callable[[dict[str, Any]], None]
    ref: str = ""
    expires: float = 0.0
    is_over: bool = False
    task: asyncio.Task[None] | None = None

    @property
    def code(self) -> str:
        """The whole code: reference, static key, identity key, secret and platform."""
        return ",".join((self.ref, *self.keys))


class CodeBoard:
    """Every page that waits to be linked."""

    def __init__(self, rotation: Rotation) -> None:
        self._rotation = rotation
        self._waiting: dict[str, Candidate] = {}
        self._pairing: dict[str, tuple[Candidate, str, float]] = {}
        self._gone: deque[tuple[str, str]] = deque(maxlen=2000)

    def show(self, candidate: Candidate) -> None:
        """Start (again) with the first of a page's codes."""
        self.withdraw(candidate, EXPIRED)
        candidate.task = asyncio.get_running_loop().create_task(self._rotate(candidate))

    def withdraw(self, candidate: Candidate, why: str) -> None:
        """The page's code is no longer good."""
        if candidate.task and candidate.task is not asyncio.current_task():
            candidate.task.cancel()
        self._retire(candidate, why)

    def end_all(self) -> None:
        """Every page has shown its last code."""
        for candidate in self.shown():
            self.withdraw(candidate, EXPIRED)
            candidate.send({"k": "idle"})

    def shown(self) -> list[Candidate]:
        """The pages that show a code now, the one that waits longest first."""
        return list(self._waiting.values())

    def find(self, code: str) -> Candidate:
        """The page that shows this code; raises a Refusal (404 or 410) otherwise."""
        ref, *keys = [part.strip() for part in code.strip().split(",")]
        candidate = self._waiting.get(ref)
        if candidate is None:
            sentence = next((why for gone, why in self._gone if gone == ref), None)
            raise Refusal(sentence or UNKNOWN, 410 if sentence else 404)
        if len(keys) < 3 or tuple(keys[:3]) != candidate.keys[:3]:
            raise Refusal(UNKNOWN, 404)
        return candidate

    def pairing_code(self, candidate: Candidate, number: str, now: float) -> str:
        """A code that a person types into the phone with this number, instead of scanning."""
        self._pairing = {code: known for code, known in self._pairing.items() if known[2] > now}
        code = "".join(secrets.choice(PAIRING_ALPHABET) for _ in range(8))
        self._pairing[code] = (candidate, number, now + PAIRING_SECONDS)
        return code

    def find_pairing(self, code: str, number: str, now: float) -> Candidate:
        """The page that shows this pairing code for this number; raises a Refusal (404 or 410) otherwise."""
        candidate, wanted, expires = self._pairing.get(code.replace("-", "").upper(), (None, "", 0.0))
        if candidate is None or wanted != number:
            raise Refusal("No page shows this code for this number.", 404)
        if expires < now or candidate.is_over:
            raise Refusal("This code has expired: ask the page for another one.", 410)
        return candidate

    def give_up(self, candidate: Candidate) -> None:
        """The page has gone."""
        candidate.is_over = True
        self.withdraw(candidate, EXPIRED)

    def take(self, candidate: Candidate) -> None:
        """The page is being linked: its codes are used up."""
        candidate.is_over = True
        self.withdraw(candidate, USED)

    async def _rotate(self, candidate: Candidate) -> None:
        for index in range(self._rotation.codes):
            life = self._rotation.life(index)
            self._retire(candidate, EXPIRED)
            candidate.ref = "2@" + base64.b64encode(secrets.token_bytes(48)).decode()
            candidate.expires = time.time() + life
            self._waiting[candidate.ref] = candidate
            candidate.send({"k": "ref", "ref": candidate.ref, "ttl": life, "picture": picture(candidate.code)})
            await asyncio.sleep(life)
        self._retire(candidate, EXPIRED)
        candidate.send({"k": "idle"})

    def _retire(self, candidate: Candidate, why: str) -> None:
        if self._waiting.pop(candidate.ref, None):
            self._gone.append((candidate.ref, why))
        candidate.ref = ""


def picture(code: str) -> list[str]:
    """The QR symbol of a text, row by row, 1 for dark; without its quiet zone."""
    symbol = segno.make(code, error="l", micro=False)
    return ["".join("1" if dark else "0" for dark in row) for row in symbol.matrix]
