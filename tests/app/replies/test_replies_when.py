import pytest

from app.replies.when import said_day, said_time


@pytest.mark.parametrize(("text", "day", "time"), [
    ("tomorrow at 3pm", "tomorrow", "3pm"),
    ("Saturday 10:30 please", "Saturday", "10:30"),
    ("next friday half past 10", "next friday", "half past 10"),
    ("on 5th March at 10", "5th March", "10"),
    ("March 5 in the afternoon", "March 5", "afternoon"),
    ("the day after tomorrow, any time", "the day after tomorrow", "any time"),
    ("5/3 at noon", "5/3", "noon"),
    ("in two weeks, early morning", "in two weeks", "early morning"),
    ("kesho saa nne asubuhi", "kesho", "saa nne asubuhi"),
    ("Jumamosi ijayo saa 4 asubuhi", "Jumamosi ijayo", "saa 4 asubuhi"),
    ("tarehe 5 Machi saa mbili na nusu usiku", "tarehe 5 Machi", "saa mbili na nusu usiku"),
    ("keshokutwa jioni", "keshokutwa", "jioni"),
    ("kesho kutwa saa moja kasoro robo asubuhi", "kesho kutwa", "saa moja kasoro robo asubuhi"),
    ("tarehe 12 mwezi wa 2 mchana", "tarehe 12 mwezi wa 2", "mchana"),
    ("may I come with my sister", "", ""),
    ("I want 2 of them", "", ""),
    ("nataka masaji", "", ""),
    ("saa ngapi mnafungua", "", ""),
])
def test_the_words_for_day_and_time_are_found_in_both_languages(text, day, time):
    assert (said_day(text), said_time(text)) == (day, time)


def test_a_day_inside_another_word_is_no_day():
    assert said_day("leopard sunday-school mondays kesholeo") == "sunday"
    assert said_time("usikuwa 3pmx") == ""
