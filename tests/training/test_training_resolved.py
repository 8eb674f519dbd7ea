from training.data import DataFile, Line
from training.resolved import targets_of


def test_a_target_is_resolved_where_something_is_read_at_its_words():
    line = Line("Hifadhi meza kesho saa mbili usiku", "make_booking", "sw", "DATE: kesho $$ TIME: saa mbili usiku")
    missed = Line("Hifadhi meza siku ile", "make_booking", "sw", "DATE: siku ile $$ NUMBER: mbili")
    file = DataFile("booking.sw.dev.jsonl", "booking", "sw", "", (line, missed))

    assert [(target.kind, target.said, target.is_resolved) for target in targets_of(file)] == [
        ("DATE", "kesho", True), ("TIME", "saa mbili usiku", True), ("DATE", "siku ile", False),
    ]
