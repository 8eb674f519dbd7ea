import pytest

from app.replies.language import detect
from app.replies.words import words_of


@pytest.mark.parametrize("text", [
    "habari", "bei gani", "nataka kuweka miadi kesho", "mko wapi?", "naomba namba ya simu",
    "tunahitaji meza ya watu wanne",
    "je, mnafungua lini", "nataka ku-book facial kesho", "shilingi ngapi", "mzigo wangu haujafika",
])
def test_plain_swahili_changes_the_language_of_an_english_chat(text):
    assert detect(words_of(text), "EN") == "SW"


@pytest.mark.parametrize("text", [
    "how much is it", "where are you?", "I want to make a reservation for tomorrow", "what time do you open",
    "opening hours",
    "when will my parcel arrive", "do you have rice", "my connection is down",
])
def test_plain_english_changes_the_language_of_a_swahili_chat(text):
    assert detect(words_of(text), "SW") == "EN"


@pytest.mark.parametrize("current", ["EN", "SW"])
@pytest.mark.parametrize("text", [
    "", "ok", "1", "10:30", "Facial", "hello", "asante", "thanks", "sawa", "poa", "stop", "Basmati 5kg", "👍", "Sinza",
    "yes", "مرحبا",
])
def test_what_people_of_both_languages_write_keeps_the_language(text, current):
    assert detect(words_of(text), current) == current


def test_one_word_of_the_other_language_among_many_does_not_change_it():
    assert detect(words_of("I want to see the menyu and the prices please"), "EN") == "EN"
    assert detect(words_of("naomba kujua bei ya delivery mpaka Kariakoo"), "SW") == "SW"
