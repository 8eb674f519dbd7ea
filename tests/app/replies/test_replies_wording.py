"""The data files of the bot's wording."""
import ast
import re

import pytest

from app.replies.examples import EXAMPLES
from app.replies.templates import INTENTS
from app.replies.understand import RULE_FILES, read_rules, rules_of
from app.replies.voice import LANGUAGES, read_yaml, voice, wording
from app.replies.words import words_of
from tests.source_tree import ROOT, parsed

WORD_LISTS = (
    "small", "ordinary", "neutral", "beside_a_number", "question_words", "drop", "stop", "start", "collect",
    "talk_numbers", "talk_beside",
)
PLACE = re.compile(r"\{(\w+)\}")
MODULES = sorted((ROOT / "app" / "replies").rglob("*.py"))


def literals() -> set[str]:
    """Every string in the code of the replies; those put together at run time with * in the gaps."""
    found = set()
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values))
    return found


def test_the_languages_have_the_same_phrases_with_the_same_places():
    english, swahili = ({k: set(PLACE.findall(v)) for k, v in voice(name).phrases.items()} for name in LANGUAGES)

    assert english == swahili


def test_every_phrase_says_something_and_is_at_home_in_one_language():
    for key, english in voice("EN").phrases.items():
        swahili = voice("SW").phrases[key]
        assert english and swahili, key
        without_places = PLACE.sub("", english)
        letters = sum(character.isalpha() for character in without_places)
        assert letters < 12 or english != swahili, f"{key} is the same in both languages"


def test_every_phrase_is_said_somewhere():
    said = literals()
    patterns = [re.compile(re.escape(text).replace(r"\*", r"\w*")) for text in said if "." in text]

    assert [key for key in voice("EN").phrases if not any(pattern.fullmatch(key) for pattern in patterns)] == []


def test_a_phrase_with_an_unknown_place_or_key_is_an_error_not_a_reply():
    with pytest.raises(KeyError):
        voice("EN").say("small.goodbye")
    with pytest.raises(KeyError):
        voice("EN").say("small.no_such_phrase")


def test_braces_in_a_value_are_not_filled_again():
    assert voice("EN").say("small.goodbye", business="{name} {0}") == (
        "Goodbye, and thank you for writing to {name} {0}. You are always welcome."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_the_vocabulary_can_be_heard(language):
    for concept, entries in wording().concepts[language].items():
        assert isinstance(concept, str), f"{concept} must be quoted"
        for entry in entries:
            assert isinstance(entry, str), f"{concept}: {entry} must be quoted"
            bare = entry.strip("~*")
            assert " ".join(words_of(bare)) == bare.replace("*", ""), f"{concept}: {entry} is not in normal spelling"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_list_is_of_strings_in_normal_spelling(language):
    data = wording().language_data[language]
    for name in WORD_LISTS:
        odd = [word for word in data[name] if not isinstance(word, str) or " ".join(words_of(word)) != word]
        assert odd == [], name


@pytest.mark.parametrize("template", EXAMPLES)
def test_every_rule_speaks_of_known_concepts_and_leads_to_an_answer(template):
    known = {concept for concepts in wording().concepts.values() for concept in concepts}
    for rule in rules_of(template):
        assert rule.needs and rule.needs <= known, rule
        assert rule.forbids <= known, rule
        assert rule.intent in INTENTS[template], f"{template} has no answer to {rule.intent}"


def test_every_concept_has_a_use():
    files = {name for names in RULE_FILES.values() for name in names}
    rules = [rule for name in files for rule in read_rules(read_yaml(f"wording/rules/{name}.yaml"))]
    in_rules = {concept for rule in rules for concept in rule.needs | rule.forbids}
    named_in_code = {word for text in literals() for word in re.findall(r"\w+", text)}

    for concepts in wording().concepts.values():
        assert sorted(set(concepts) - in_rules - named_in_code) == []
