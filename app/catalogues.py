"""The texts of Flow HQ in other languages than English, in which they are written."""
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

DIRECTORY = Path(__file__).parent / "translations"


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The catalogue of a language, read once a process, so that there is nothing to compile; English has none."""
    path = DIRECTORY / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def N_(text: str) -> str:  # noqa: N802 - by this name the tools that gather texts know it
    """Mark a text that `say` translates later."""
    return text


def say(language: str, text: str, **values: object) -> str:
    """The text in a language (EN or SW), its values filled in."""
    said: str = catalogue(language.lower()).gettext(text)
    return said % values if values else said
