"""The account of a stress test: fed with a good run and with every kind of bad one."""
from dataclasses import replace

import pytest

from app.stress.accounts import Logged, Seen, Shown, Sight, Written, rows_outside, settle, strangers
from app.stress.cast import businesses, question

ASHA, JUMA = "+255780000001", "+255780000002"
FIRST, SECOND = businesses("run", ["+255780000010", "+255780000020"], 2)
BOTH = [FIRST, SECOND]


def good_run() -> Seen:
    """Two customers who each wrote two lines to each of two tenants."""
    written = [Written(business.slug, customer, f"{business.slug}-{customer}-{place}",
                       question(business, customer, place), 0.2)
               for business in BOTH for customer in (ASHA, JUMA) for place in (1, 2)]
    number = {business.slug: business for business in BOTH}
    incoming = [Logged(line.slug, line.customer, "IN", line.text, line.id) for line in written]
    outgoing = [Logged(line.slug, line.customer, "OUT", f"Here: {number[line.slug].address}", f"r-{line.id}")
                for line in written]
    shown = [Shown(row.customer, number[row.slug].number, row.id, row.text) for row in outgoing]
    sights = {business.slug: Sight(place, 100, business.number, 1, (place,), (f"/profiles/{place}",))
              for place, business in enumerate(BOTH, 1)}
    return Seen(written, incoming + outgoing, shown, sights)


def problems(seen: Seen) -> dict[str, int]:
    """Those of the first tenant."""
    return settle(BOTH, seen)[0].problems


def test_a_good_run_has_no_problem():
    lines = settle(BOTH, good_run())

    assert [line.problems for line in lines] == [{}, {}]
    assert [(line.written, line.logged, line.answered) for line in lines] == [(4, 4, 4), (4, 4, 4)]


def test_a_log_without_ids_is_compared_by_its_texts():
    seen = good_run()
    without = [replace(row, id="") for row in seen.logged]

    assert problems(replace(seen, logged=without)) == {}
    assert problems(replace(seen, logged=without[1:])) == {"not_logged": 1}


@pytest.mark.parametrize(("change", "found"), [
    (lambda seen: replace(seen, logged=seen.logged[1:]), {"not_logged": 1}),
    (lambda seen: replace(seen, logged=[seen.logged[0], *seen.logged]), {"logged_twice": 1}),
    (lambda seen: replace(seen, logged=[*seen.logged, Logged(FIRST.slug, ASHA, "IN", "Hi", "new")]),
     {"logged_never_written": 1}),
    (lambda seen: replace(seen, shown=seen.shown[1:]), {"not_answered": 1, "replies_not_arrived": 1}),
    (lambda seen: replace(seen, shown=[seen.shown[0], *seen.shown]), {"answered_twice": 1, "replies_not_logged": 1}),
    (lambda seen: replace(seen, shown=[replace(seen.shown[0], text="Hello"), *seen.shown[1:]]),
     {"replies_of_other_content": 1}),
    (lambda seen: replace(seen, shown=[replace(seen.shown[0], text=f"{FIRST.address} {SECOND.slug}"), *seen.shown[1:]]),
     {"wrong_tenants_replies": 1}),
    (lambda seen: replace(seen, logged=[replace(seen.logged[4], slug=FIRST.slug), *seen.logged]),
     {"logged_never_written": 1, "wrong_tenants_rows": 1}),
])
def test_a_difference_in_the_messages_is_counted(change, found):
    assert problems(change(good_run())) == found


@pytest.mark.parametrize(("change", "found"), [
    ({"linked_as": SECOND.number}, {"linked_to_another_number": 1}),
    ({"devices": 2}, {"devices_not_one": 1}),
    ({"pid": None, "pids_here": None}, {"no_process": 1}),
    ({"pid": 2, "pids_here": (2,)}, {"process_shared": 1}),
    ({"pids_here": (1, 7)}, {"processes_not_one": 1}),
    ({"profiles": ()}, {"profiles_not_one": 1}),
    ({"profiles": ("/profiles/2",)}, {"profile_shared": 1}),
    ({"profiles": None, "pids_here": None}, {}),
])
def test_a_worker_that_is_not_its_tenants_own_is_counted(change, found):
    seen = good_run()
    mine = replace(seen.sights[FIRST.slug], **change)

    assert problems(replace(seen, sights={**seen.sights, FIRST.slug: mine})) == found


def test_where_each_worker_has_a_user_of_its_own_a_shared_one_is_counted():
    seen = good_run()
    same = {slug: replace(sight, user="flowhq") for slug, sight in seen.sights.items()}

    assert problems(replace(seen, sights=same)) == {"user_shared": 1}


def test_what_comes_from_outside_is_counted():
    seen = good_run()

    assert strangers(BOTH, seen.shown) == rows_outside(BOTH, seen.logged) == 0
    assert strangers(BOTH, [*seen.shown, Shown(ASHA, "+255780000099", "x", "Hi")]) == 1
    assert rows_outside(BOTH, [*seen.logged, Logged("demo-shop", ASHA, "IN", FIRST.slug)]) == 1


def test_no_slug_is_the_beginning_of_another():
    slugs = [business.slug for business in businesses("run", map(str, range(120)), 120)]

    assert len(set(slugs)) == 120
    assert not [one for one in slugs for other in slugs if one != other and other.startswith(one)]
