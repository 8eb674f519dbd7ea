"""One message on its way to its reply: what came in, what it means, and how to speak to this customer."""
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from app.replies.actions import Deed, Incoming
from app.replies.config import BotConfig
from app.replies.content import Item, Question, Text, in_language
from app.replies.lookup import Found
from app.replies.records import Records
from app.replies.slots.reading import Slots, read_slots, region_of
from app.replies.state import ChatState
from app.replies.understand import UNSURE, Meaning, ruled
from app.replies.voice import Voice, phrases_of, voice, wording

TELLERS = frozenset({"i", "we"})
"""Words after which a word such as `will` asks nothing."""
BEING = frozenset({"is", "are"})
"""Words that ask nothing after what they tell something of: `my house is near the school`."""


@dataclass(frozen=True)
class Reply:
    """What to say, why, where a person shall take over, why that, how sure the understanding behind it is, and what is
    done to the records."""

    text: str
    because: str
    hand_over: str = ""
    confidence: float | None = None
    deeds: tuple[Deed, ...] = ()


@dataclass
class Turn:
    """Everything that a reply may depend on; only `chat` changes while the reply is made."""

    incoming: Incoming
    config: BotConfig
    chat: ChatState
    now: datetime
    text: str
    raw_words: tuple[str, ...]
    meaning: Meaning
    services: Found
    products: Found
    question: Question | None = None
    closeness: float = 0.0
    new_visit: bool = False
    seen_before: str = ""
    records: Records = Records()

    @property
    def local(self) -> datetime:
        """The time in the tenant's zone."""
        return self.now.astimezone(self.config.zone)

    @property
    def language(self) -> str:
        """The language in which this message is answered."""
        return self.chat.language or self.config.language

    @property
    def voice(self) -> Voice:
        """How the bot speaks in this chat."""
        return voice(self.language)

    @property
    def intent(self) -> str:
        """What the customer wants, as far as that is sure enough to act upon; or nothing."""
        return self.meaning.intent if self.meaning.confidence >= UNSURE else ""

    @cached_property
    def slots(self) -> Slots:
        """What the message says of days, times, people and the like."""
        return read_slots(self.text, self.local, region_of(self.config.zone.key))

    def say(self, key: str, **values: object) -> str:
        """A phrase in the chat's language; {business} is always known."""
        return self.voice.say(key, business=self.config.business_name, **values)

    def local_text(self, text: Text) -> str:
        """A text of the tenant in the chat's language, or in the one it has."""
        return in_language(text, self.language)

    def name_of(self, item: Item) -> str:
        """An item's name in the chat's language."""
        return self.local_text(item.name)

    def content_text(self, name: str) -> str:
        """One of the tenant's texts (`delivery`, `payment`, …), or nothing."""
        return self.local_text(self.config.texts.get(name, {}))

    def money(self, amount: float) -> str:
        """An amount in the tenant's currency."""
        number = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
        return self.say("money.amount", currency=self.config.currency, amount=number)

    def left_of(self, item: Item) -> int | None:
        """How many there are of a product; None where they are not counted."""
        return self.records.shop.left_of(item)

    def price_of(self, item: Item) -> str:
        """An item's price, or that it has to be asked for."""
        return self.say("money.ask") if item.price is None else self.money(item.price)

    def says_one_of(self, kind: str, whole: bool = False) -> bool:
        """Whether a phrase of the data files' list `kind` stands in the message, or is the whole of it."""
        said = " ".join(self.raw_words)
        phrases = phrases_of(kind)
        if whole:
            return not phrases.isdisjoint((said, self._without_courtesy))
        return any(f" {phrase} " in f" {said} " for phrase in phrases)

    @cached_property
    def _without_courtesy(self) -> str:
        """The message without what people say around it: `ok thats all please` is `thats all`."""
        return " ".join(word for word in self.raw_words if word not in phrases_of("courtesy"))

    def names_slot(self, name: str) -> bool:
        """Whether the message calls a slot of a form by its name, such as `the time`."""
        names = (word for part in wording().language_data.values() for word in part["slot_names"].get(name, ()))
        return not set(self.raw_words).isdisjoint(names)

    def greets_an_elder(self) -> bool:
        """Whether the message greets as one greets an elder, which has an answer of its own."""
        return "shikamoo" in self.meaning.concepts

    @cached_property
    def plainly(self) -> str:
        """The intent that the rules find in the words as they are written: a name may be like a word, as Prince is."""
        return ruled(self.raw_words, wording().lexicon.hear(self.raw_words), self.config.template)

    def own_words(self) -> list[str]:
        """The words that the bot's vocabulary makes nothing of: what the message has of its own."""
        lexicon = wording().lexicon
        words = self.meaning.words
        return [w for w in words if w.isalpha() and not lexicon.is_small(w) and not lexicon.concepts_of(w)]

    def asks_something(self) -> bool:
        """Whether the message is put as a question; `I will` and `we can` tell, where `will you` and `can I` ask."""
        asking = phrases_of("question_words")
        told = zip(("", *self.raw_words), self.raw_words, strict=False)
        return "?" in self.text or any(
            word in asking and before not in TELLERS and not (word in BEING and self._is_matter(before))
            for before, word in told)

    def _is_matter(self, word: str) -> bool:
        lexicon = wording().lexicon
        return bool(word) and not lexicon.is_small(word) and "greet" not in lexicon.concepts_of(word)


def paragraphs(*parts: str) -> str:
    """Parts of a reply with an empty line between them; empty parts are left out."""
    return "\n\n".join(part for part in parts if part)


def lines(*parts: str) -> str:
    """Lines of a reply; empty ones are left out."""
    return "\n".join(part for part in parts if part)
