"""No text is missing in Swahili, and none is there that no page says any more."""
import re
import shutil
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from app.settings import Settings
from app.web import create_app
from tests.source_tree import ROOT

sys.path.append(str(ROOT / "build-aux"))

import translations  # noqa: E402 - the build's scripts are no package

ADVICE = "run `make translations` and translate what is new"


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return translations.texts(ROOT)


@pytest.fixture(scope="module")
def swahili() -> Catalog:
    return translations.read(translations.catalogue_path(ROOT, "sw"), "sw")


def texts(catalogue: Catalog) -> dict[str, Message]:
    """The messages by their English text, the singular where there are two."""
    return {each.id if isinstance(each.id, str) else each.id[0]: each for each in catalogue if each.id}


def spoken(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_the_catalogue_has_what_the_pages_say_and_nothing_else(wanted: Catalog, swahili: Catalog):
    assert set(texts(wanted)) - set(texts(swahili)) == set(), ADVICE
    assert set(texts(swahili)) - set(texts(wanted)) == set(), ADVICE
    assert len(texts(wanted)) > 300


def test_every_text_is_translated_and_certain(swahili: Catalog):
    found = texts(swahili)
    assert [text for text, message in found.items() if not all(spoken(message))] == []
    assert [text for text, message in found.items() if message.fuzzy] == []
    forms = {text: len(spoken(message)) for text, message in found.items() if message.pluralizable}
    assert set(forms.values()) == {swahili.num_plurals}


def test_translations_keep_the_places_for_values_and_the_ends_of_sentences(swahili: Catalog):
    amiss = []
    for message in texts(swahili).values():
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        for source, said in zip(ids, spoken(message), strict=True):
            if values(source) != values(said) or ending(source) != ending(said):
                amiss.append((source, said))
    assert amiss == []


def values(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)\w|%\w", text))


def ending(text: str) -> str:
    """The sign a sentence ends with; a text that ends with a value or a word has none."""
    return text[-1] if text[-1:] in ".:?…" else ""


def test_an_update_changes_nothing_in_an_up_to_date_catalogue(tmp_path: Path):
    path = translations.catalogue_path(tmp_path, "sw")
    path.parent.mkdir(parents=True)
    before = translations.catalogue_path(ROOT, "sw").read_bytes()
    path.write_bytes(before)
    for part in ("web", "services", "supervisor"):
        shutil.copytree(ROOT / "app" / part, tmp_path / "app" / part)
    for part in ("processes.py", "systemd.py"):
        shutil.copyfile(ROOT / "app" / part, tmp_path / "app" / part)
    assert translations.update(tmp_path, "sw") == 0
    assert path.read_bytes() == before


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


def test_pages_speak_it(app: Flask):
    with app.test_request_context(), force_locale("sw"):
        assert gettext("Sign in") == "Ingia"
        assert gettext("%(email)s has joined already.", email="a@b.co") == "a@b.co amekwisha kujiunga."
        assert [ngettext("%(num)s day", "%(num)s days", number) for number in (1, 3)] == ["siku 1", "siku 3"]
    with app.test_request_context(), force_locale("en"):
        assert gettext("Sign in") == "Sign in"
