import copy

import pytest

from app.replies import ConfigError, read_config
from app.replies.content import LONGEST_NAME, LONGEST_TEXT, MOST_ITEMS
from app.replies.examples import EXAMPLES, example_content
from tests.app.replies.conversation import bare, tenant

ZONE_HINT = "use a name such as Africa/Dar_es_Salaam."


def problems_of(**changed):
    stored = {"template": "BOOKING", "language": "EN", "business_name": "Neema", "timezone": "Africa/Nairobi"}
    with pytest.raises(ConfigError) as raised:
        read_config(**stored | {"hours": {}, "content": {}} | changed)
    assert str(raised.value) == " ".join(raised.value.problems)
    return list(raised.value.problems)


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"template": "HOTEL"}, 'The template "HOTEL" is not known; use BOOKING, ECOMMERCE, SUPPORT.'),
    ({"language": "FR"}, 'The language "FR" is not known; use EN or SW.'),
    ({"business_name": "  "}, "The business needs a name."),
    ({"business_name": "x" * 121}, "The name of the business is longer than 120 characters."),
    ({"timezone": "Dar"}, f'The time zone "Dar" is not known; {ZONE_HINT}'),
    ({"timezone": "../etc/passwd"}, f'The time zone "../etc/passwd" is not known; {ZONE_HINT}'),
    ({"timezone": ""}, f'The time zone "" is not known; {ZONE_HINT}'),
    ({"timezone": None}, f'The time zone "None" is not known; {ZONE_HINT}'),
    ({"content": []}, "Hours and content must be mappings."),
    ({"hours": {"mon": 8}}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
])
def test_each_mistake_gets_one_clear_sentence(changed, sentence):
    assert problems_of(**changed) == [sentence]


@pytest.mark.parametrize(("content", "sentence"), [
    ({"services": [{"price": 5}]}, "Service 1 needs a name."),
    ({"services": [{"name": "Facial", "price": "45,000"}]}, "Service 1: the price must be a number such as 25000."),
    ({"services": [{"name": "Facial", "price": -1}]}, "Service 1: the price must be a number such as 25000."),
    ({"services": [{"name": "Facial", "price": True}]}, "Service 1: the price must be a number such as 25000."),
    ({"services": [{"name": "Facial", "price": float("nan")}]}, "Service 1: the price must be a number such as 25000."),
    ({"services": [{"name": "Facial", "minutes": 7.5}]}, "Service 1: the minutes must be a whole number such as 60."),
    ({"products": [{"name": "Rice", "stock": "many"}]}, "Product 1: the stock must be a number such as 12."),
    (
        {"products": [{"name": "Rice"}, {"name": "rice "}]},
        'Products: "rice" stands there twice; give each a name of its own.',
    ),
    ({"products": {"name": "Rice"}}, "Products must be a list."),
    ({"products": ["Rice"]}, "Products: every entry must have named parts, such as a name."),
    ({"products": [{"name": {"FR": "Riz"}}]}, "Product 1: the name must be a text, or one text each for EN and SW."),
    ({"products": [{"name": "x" * (LONGEST_NAME + 1)}]}, "Product 1: the name is longer than 120 characters."),
    ({"products": [{"name": str(n)} for n in range(MOST_ITEMS + 1)]}, "Products: 2001 are too many; 2000 is the most."),
    ({"questions": [{"question": "Why?"}]}, "Question 1 needs a question and an answer."),
    (
        {"questions": [{"question": "Why?", "answer": "So.", "phrasings": [1]}]},
        "Question 1: the phrasings must be a list of texts.",
    ),
    ({"delivery": 5}, "The delivery must be a text, or one text each for EN and SW."),
    ({"payment": "x" * (LONGEST_TEXT + 1)}, "The payment is longer than 2000 characters."),
    ({"currency": "Tanzanian shillings"}, "The currency must be a short code such as TZS."),
    ({"handover_words": 7}, "The hand-over words must be a list of texts."),
    ({"emergency": {"words": ["fire"]}}, "The emergency entry needs both words and an answer."),
    ({"emergency": "112"}, "The emergency entry must have words and an answer."),
])
def test_each_mistake_in_the_content_says_where_it_is(content, sentence):
    assert sentence in problems_of(content=content)


def test_all_mistakes_are_told_at_once():
    services = [{"price": -1}]
    told = problems_of(template="X", language="Y", timezone="Z", hours={"mon": 1}, content={"services": services})

    assert len(told) == 6


def test_a_tenant_that_has_told_nothing_but_its_name_can_be_read():
    assert bare("ECOMMERCE").currency == "TZS"


def test_nothing_stored_and_empty_texts_are_the_same():
    nothing = {"services": None, "address": "", "delivery": {"EN": "", "SW": None}, "emergency": None}
    config = bare("BOOKING", content=nothing)

    assert not config.services
    assert not config.texts["address"]


def test_unknown_keys_of_the_content_are_left_alone():
    assert bare("BOOKING", content={"logo": "x.png"}).business_name == "Bare"


def test_a_text_in_one_language_serves_both():
    config = bare("BOOKING", content={"services": [{"name": {"SW": "Kusuka"}}]})

    assert config.services.items[0].key == "kusuka"


@pytest.mark.parametrize("template", EXAMPLES)
def test_the_examples_are_complete_and_in_both_languages(template):
    stored = example_content(template)
    config = tenant(template)

    assert config.template == template
    assert config.hours.week[0] != () or config.hours.week[1] != ()
    assert config.questions
    assert config.services or config.products
    for item in (*config.services.items, *config.products.items):
        assert set(item.name) == {"EN", "SW"}
        assert set(item.description) in ({"EN", "SW"}, set())
    for question in config.questions.questions:
        told = question.steps or (question.answer,)
        assert all(set(text) == {"EN", "SW"} for text in (question.question, *told))
    for name in ("address", "payment", "refund"):
        assert set(stored["content"][name]) == {"EN", "SW"}


def test_an_example_is_given_anew_each_time():
    first = example_content("BOOKING")
    before = copy.deepcopy(first)
    first["content"]["services"].clear()

    assert example_content("BOOKING") == before
    with pytest.raises(KeyError):
        example_content("HOTEL")
