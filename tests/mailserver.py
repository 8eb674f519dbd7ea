"""A real SMTP server of the tests' own, which keeps the letters it is given and refuses when told to."""
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


class MailServer:
    """An SMTP server on a port of 127.0.0.1; `answer` is what it says to the next letters."""

    def __init__(self, port: int) -> None:
        self.port, self.letters, self.answer = port, list[EmailMessage](), "250 taken"
        self.url = f"smtp://127.0.0.1:{port}"
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            letter = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
            self.letters.append(letter)
        return self.answer

    def texts(self) -> list[str]:
        """What the letters say."""
        return [letter.get_content().replace("\r\n", "\n") for letter in self.letters]
