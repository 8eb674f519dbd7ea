import pytest

from app.replies import read_config
from app.replies.examples import example_content
from app.web.portal import rows, week


def as_form(kind: str, stored: list[dict], main: str = "EN") -> dict[str, str]:
    """What a browser sends of a page that shows these rows."""
    form = {}
    for place, row in enumerate(stored):
        for column in rows.LISTS[kind]:
            value, field = row.get(column.name), f"{column.name}-{place}"
            if column.kind == "number":
                form[field] = "" if value is None else str(value)
            elif column.kind == "lines":
                form[field] = "\r\n".join(value or ())
            else:
                form |= {f"{field}-{language}": text.replace("\n", "\r\n")
                         for language, text in rows.both(value, main).items()}
    return form


@pytest.mark.parametrize("template, kind", [
    ("BOOKING", "services"), ("ECOMMERCE", "products"), ("SUPPORT", "questions"), ("SUPPORT", "services")])
def test_what_is_shown_and_sent_back_is_the_same(template: str, kind: str):
    stored = example_content(template)["content"][kind]
    read = rows.read_rows(as_form(kind, stored), kind, len(stored))
    given = example_content(template)
    again = given | {"content": given["content"] | {kind: read}}
    assert [row.get("price") for row in read] == [row.get("price") for row in stored]
    before, after = read_config(**given), read_config(**again)
    assert getattr(before, kind).by_key == getattr(after, kind).by_key


@pytest.mark.parametrize("typed, value", [
    ("25000", 25000), ("25,000", 25000), (" 25 000/= ", 25000), ("25000/-", 25000), ("12.5", 12.5), ("", None),
    ("ask us", "ask us"), ("-5", "-5"), ("1e9", "1e9"), ("٣", 3)])
def test_a_number_is_read_as_people_write_it(typed: str, value: object):
    assert rows.number(typed) == value


def test_empty_rows_are_left_out_and_what_cannot_be_read_is_kept():
    form = {"name-0-EN": "", "name-1-EN": "Facial\0", "price-1": "plenty", "name-2-SW": "Kucha"}
    assert rows.read_rows(form, "services", 3) == [{"name": "Facial", "price": "plenty"}, {"name": "Kucha"}]


def test_a_text_in_both_languages_keeps_both():
    assert rows.stored_text({"a-EN": "yes", "a-SW": "ndiyo"}, "a") == {"EN": "yes", "SW": "ndiyo"}
    assert rows.stored_text({"a-EN": "yes", "a-SW": " "}, "a") == "yes"
    assert rows.stored_text({}, "a") is None


def test_a_page_of_a_long_list_is_replaced_and_the_rest_left_alone():
    stored = list(range(60))
    assert rows.replaced(stored, 25, ["new"]) == [*range(25), "new", *range(50, 60)]


def test_a_stamp_tells_lists_apart():
    assert rows.stamp([{"a": 1, "b": 2}]) == rows.stamp([{"b": 2, "a": 1}])
    assert rows.stamp([1]) != rows.stamp([2])


@pytest.mark.parametrize("template", ["BOOKING", "ECOMMERCE", "SUPPORT"])
def test_hours_that_are_shown_and_sent_back_are_the_same(template: str):
    given = example_content(template)
    form = {f"{day}-{place}-{part}": value for day, pairs in week.spans_of(given["hours"]).items()
            for place, pair in enumerate(pairs) for part, value in zip(("opens", "closes"), pair, strict=True)}
    form |= {"spans": "2", "holidays": "\r\n".join(given["hours"].get("holidays", ()))}
    again = read_config(**given | {"hours": week.read_week(form)})
    assert again.hours == read_config(**given).hours


def test_always_open_is_said_apart_from_closed_every_day():
    assert week.is_always_open(week.read_week({"always": "yes", "mon-0-opens": "08:00"}))
    closed = week.read_week({"always": "no"})
    assert not week.is_always_open(closed)
    assert set(closed) == set(week.DAYS)


def test_midnight_at_the_end_of_a_day_and_short_hours_fit_an_input_of_a_time():
    assert week.spans_of({"mon": [["8:00", "24:00"]]})["mon"] == [("08:00", "00:00"), ("", "")]


def test_half_a_span_is_kept():
    assert week.read_week({"mon-0-opens": "08:00"})["mon"] == [["08:00", ""]]
