"""Bring the catalogues in app/translations up to date with the texts in the pages and in what services refuse.

New texts come in without a translation, and what no page says any more goes; `make test` names what is missing.
"""
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

LANGUAGES = ("sw",)
METHODS = [("web/templates/**.html", "jinja2"), ("web/**.py", "python"), ("services/**.py", "python"),
           ("supervisor/**.py", "python"), ("processes.py", "python"), ("systemd.py", "python")]
# The errors whose first argument is a text for people, beside the usual functions.
ERRORS = ("FlowError", "Invalid", "NotFound", "Conflict", "Unreachable", "AlreadyRunning", "NotRunning", "StartFailed",
          "TooManyTries", "WrongPassword", "WrongCode", "LinkSpent", "TimedOut")
OURS = {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2), "Complaint": (3,)}
KEYWORDS = DEFAULT_KEYWORDS | OURS | dict.fromkeys(ERRORS)
OPTIONS = {"web/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}


def texts(tree: Path) -> Catalog:
    """What pages and refusals say, in English."""
    found = Catalog(charset="utf-8")
    rows = extract_from_dir(tree / "app", METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",),
                            strip_comment_tags=True)
    for _path, _line, text, comments, context in rows:
        found.add(text, auto_comments=comments, context=context)
    return found


def catalogue_path(tree: Path, language: str) -> Path:
    """Where a language's catalogue lies."""
    return tree / "app" / "translations" / language / "LC_MESSAGES" / "messages.po"


def read(path: Path, language: str) -> Catalog:
    """The catalogue of a language, or an empty one."""
    if not path.is_file():
        return Catalog(locale=language, project="Flow HQ", charset="utf-8", fuzzy=False,
                       header_comment="# The pages of Flow HQ.")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(tree: Path, language: str) -> int:
    """Bring one catalogue up to date; returns how many texts have no translation."""
    path = catalogue_path(tree, language)
    catalogue = read(path, language)
    created = catalogue.creation_date
    catalogue.update(texts(tree), no_fuzzy_matching=True, update_header_comment=False)
    # The moment of this run is no news.
    catalogue.creation_date = created
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    return sum(not all(each.string if isinstance(each.string, tuple | list) else [each.string])
               for each in catalogue if each.id)


def main() -> int:
    """Update every catalogue of the tree and say what is left to translate; returns the exit code."""
    tree = Path(__file__).parents[1]
    for language in LANGUAGES:
        print(f"{catalogue_path(tree, language).relative_to(tree)}: {update(tree, language)} texts to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
