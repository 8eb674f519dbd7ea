import pytest

from worker.whatsapp.events import AckSeen, Box, MessageSeen, PageOpened, StateSeen, read


def item(seq, epoch="a", **values):
    return {"epoch": epoch, "seq": seq, "type": "page", **values}


def test_items_are_taken_in_order_and_once():
    box = Box()
    assert [box.accept(item(seq)) for seq in (1, 2, 2, 3, 1)] == [True, True, False, True, False]


def test_an_item_behind_a_gap_waits_for_the_missing_one():
    box = Box()
    box.accept(item(1))
    assert not box.accept(item(3))
    assert box.gaps == 1
    assert [box.accept(item(seq)) for seq in (2, 3)] == [True, True]


def test_a_new_page_starts_from_its_first_item_only():
    box = Box()
    box.accept(item(1))
    assert not box.accept(item(2, epoch="b"))
    assert box.accept(item(1, epoch="b"))
    assert (box.epoch, box.acknowledged) == ("b", 0)


def test_an_item_becomes_the_event_of_its_type():
    message = read(item(2, type="message", id="false_1@c.us_A", chat="1@c.us", server="c.us", kind="chat", text="hi",
                        time=5, keys=["true_1@c.us_B"], at=1.5, late=False, from_me=False, name="", phone="1", lid=""))
    assert isinstance(message, MessageSeen) and message.keys == ("true_1@c.us_B",)
    assert read(item(1)) == PageOpened()
    assert read(item(3, type="ack", ack=2, keys=["k"])) == AckSeen(2, ("k",))
    state = read(item(4, type="state", why="x", ready=True))
    assert isinstance(state, StateSeen) and state.snapshot.ready and state.snapshot.epoch == "a"


def test_an_unknown_type_is_an_error_and_not_silence():
    with pytest.raises(KeyError):
        read(item(1, type="news"))
