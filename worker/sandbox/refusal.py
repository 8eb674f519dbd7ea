"""The one error of the sandbox that its users see."""


class Refusal(Exception):
    """A request that cannot be met; `sentence` says why and what to do, `status` is the HTTP status."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
