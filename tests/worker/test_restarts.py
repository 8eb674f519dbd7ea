from worker.restarts import LONGEST_S, WELL_AFTER_S, count_start, failures_after, forget, pause_s


def test_pauses_grow_to_a_minute():
    assert [pause_s(failures) for failures in range(9)] == [0, 2, 4, 8, 16, 32, LONGEST_S, LONGEST_S, LONGEST_S]


def test_whoever_ran_well_has_not_failed():
    assert failures_after(3, WELL_AFTER_S - 1) == 4
    assert failures_after(3, WELL_AFTER_S) == 0


def test_starts_are_counted_until_one_runs_well(tmp_path):
    assert [count_start(tmp_path, clock) for clock in (10.0, 12.0, 16.0)] == [0, 1, 2]
    assert count_start(tmp_path, 16.0 + WELL_AFTER_S) == 0


def test_an_end_in_good_order_is_no_failure(tmp_path):
    count_start(tmp_path, 10.0)
    forget(tmp_path)
    forget(tmp_path)
    assert count_start(tmp_path, 11.0) == 0


def test_what_cannot_be_read_counts_as_nothing(tmp_path):
    for rubbish in ("", "{", "[1]", '{"failures": null, "started": 1}'):
        (tmp_path / "starts.json").write_text(rubbish)
        assert count_start(tmp_path, 10.0) == 0
    assert count_start(None, 10.0) == 0
    assert count_start(tmp_path / "gone", 10.0) == 0
