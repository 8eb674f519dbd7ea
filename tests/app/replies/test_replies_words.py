import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.replies.understand import understand
from app.replies.voice import wording
from app.replies.words import LONGEST_WORD, READ_CHARACTERS, READ_WORDS, normal, one_edit_away, plain, words_of


def concepts(text: str) -> set[str]:
    lexicon = wording().lexicon
    return {heard.concept for heard in lexicon.hear(lexicon.mend(words_of(text)))}


def test_a_text_is_compared_without_case_accents_apostrophes_and_invisible_characters():
    assert normal("  CAFÉ\u200b  don’t\nNg'ombe\x00 ") == "cafe dont ngombe"


def test_letters_and_digits_are_words_of_their_own():
    assert words_of("Sukari 1kg, order#00123 3pm 1️⃣") == ("sukari", "1", "kg", "order", "00123", "3", "pm", "1")


@settings(deadline=None)
@given(st.text(max_size=3000))
def test_what_is_read_of_a_text_is_bounded(text):
    words = words_of(text)

    assert len(plain(text)) <= READ_CHARACTERS
    assert len(words) <= READ_WORDS
    assert all(0 < len(word) <= LONGEST_WORD for word in words)


@settings(deadline=None)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_edit_away_is_symmetric_and_never_the_same_word(left, right):
    assert one_edit_away(left, right) == one_edit_away(right, left)
    assert not one_edit_away(left, left)


@pytest.mark.parametrize(("left", "right", "near"), [
    ("order", "oder", True), ("order", "ordre", True), ("order", "orders", True), ("order", "arder", True),
    ("order", "border", True), ("order", "elder", False), ("order", "odrer", True), ("order", "oredrs", False),
])
def test_one_edit_is_a_letter_more_less_changed_or_swapped(left, right, near):
    assert one_edit_away(left, right) is near


@pytest.mark.parametrize(("text", "meant"), [
    ("refnud please", "refund"), ("my acount", "account"), ("canclelation", "cancel"), ("wheremy delivry", "delivery"),
    ("myorder", "order"), ("shippingaddress", "address"),
])
def test_typing_errors_and_run_on_words_are_mended(text, meant):
    assert meant in concepts(text)


@pytest.mark.parametrize(("text", "not_meant"), [
    ("facebook", "book"), ("my notebook", "book"), ("personal", "human"), ("mtumiaji", "human"), ("truck", "track"),
    ("prize", "price"), ("monkey", "payment"), ("reagent", "human"), ("watumiaji wetu", "human"), ("bookshop", "book"),
    ("real estate agent", "human"), ("delivery person", "human"),
    ("no problem", "problem"), ("hakuna shida", "problem"),
    ("customer service", "services"), ("sitahitaji", "book"),
])
def test_a_word_inside_another_is_not_heard(text, not_meant):
    assert not_meant not in concepts(text)


def test_the_longest_phrase_uses_its_words_up():
    assert "customer_service" in concepts("call customer service")
    assert "services" not in concepts("call customer service")
    assert {"customer_service", "services"} <= concepts("services and customer service")


def test_a_swahili_verb_is_heard_with_any_prefix():
    for verb in ("hifadhi", "nihifadhie", "kuhifadhi", "ningependa kuihifadhi", "mnahifadhi"):
        assert "book" in concepts(verb), verb


@pytest.mark.parametrize("name", ["neema", "mwanza", "rehema", "tabora", "baraka"])
def test_names_of_people_and_places_are_no_typing_errors(name):
    assert wording().lexicon.mend((name,)) == (name,)


def test_what_is_mostly_written_short_is_understood_as_written_out():
    assert understand("whr is my ordr", "ECOMMERCE") == understand("where is my order", "ECOMMERCE")
    assert understand("bey zenu", "BOOKING") == understand("bei zenu", "BOOKING")
