import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.charts import HEIGHT, WIDTH, Point, bar_chart, round_up


def points(*values: float) -> list[Point]:
    return [Point(str(place), value) for place, value in enumerate(values)]


def test_bars_stand_side_by_side_on_the_ground_and_as_high_as_they_count():
    first, second = bar_chart(points(5, 10)).bars
    assert (first.height, second.height) == (HEIGHT / 2, HEIGHT)
    assert (first.y, second.y) == (HEIGHT / 2, 0)
    assert first.x + first.width < second.x


@pytest.mark.parametrize(("value", "ceiling"), [
    (0, 1), (1, 1), (1.5, 2), (3, 5), (7, 10), (11, 20), (60, 100), (100, 100), (0.3, 0.5), (0.07, 0.1)])
def test_the_ceiling_is_the_next_round_number(value, ceiling):
    assert round_up(value) == pytest.approx(ceiling)


def test_a_chart_of_nothing_is_empty():
    assert bar_chart([]).is_empty
    assert bar_chart(points(0, 0)).is_empty
    assert not bar_chart(points(0, 1)).is_empty


@given(st.lists(st.floats(min_value=-10, max_value=1e9, allow_nan=False), min_size=1, max_size=200))
def test_every_bar_is_inside_the_box_and_keeps_its_number(values):
    chart = bar_chart(points(*values))
    assert [point.value for point in chart.points] == values
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.02
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT + 0.02
