from worker.lost import LONGEST_SPAN_S, answers_among, joined_among, marked

CHAT, OTHER = "255711000001@c.us", "255711000002@c.us"


def asked(seen, mark, **changes):
    """A customer's message, all replies to which end in this mark."""
    return seen(mark=mark, **changes)


def said(seen, end, chat=CHAT):
    """A message of the business's own side."""
    return seen(id=f"true_{chat}_3EB0{end}", chat=chat, from_me=True, keys=())


def test_replies_are_found_by_the_mark_of_what_they_answer_in_their_order(seen):
    first, second = asked(seen, "0000000A"), asked(seen, "0000000B")
    replies = [said(seen, "110000000B"), said(seen, "220000000A"), said(seen, "330000000A")]
    assert answers_among([first, *replies, second]) == {first.id: tuple(replies[1:]), second.id: (replies[0],)}


def test_what_the_owner_typed_answers_nothing(seen):
    assert answers_among([asked(seen, "0000000A"), said(seen, "7F3C09D21E")]) == {}


def test_a_mark_counts_in_its_own_chat_alone(seen):
    assert answers_among([asked(seen, "0000000A"), said(seen, "220000000A", OTHER)]) == {}


def test_a_message_that_has_no_mark_has_no_answers(seen):
    assert answers_among([seen(mark=""), said(seen, "220000000A")]) == {}


def test_one_more_reply_has_the_same_mark(seen):
    message = asked(seen, "0000000A")
    key = marked(f"true_{CHAT}_3EB0CCCCFFFFFFFF", message)
    assert key == f"true_{CHAT}_3EB0CCC00000000A"
    assert list(answers_among([message, seen(id=key, from_me=True, keys=())])) == [message.id]


def joined(messages):
    """The ids of what was read together with each answered message, by the latter's id."""
    found = joined_among(messages, answers_among(messages))
    return {last: [message.id for message in before] for last, before in found.items()}


def test_a_reply_tells_how_many_messages_were_read_together_with_the_one_it_answers(seen):
    first, second, third = asked(seen, "0000000A"), asked(seen, "0000000B"), asked(seen, "0000000C")
    key = marked(third.keys[0], third, joined=2)
    assert key.endswith("20000000C")
    assert joined([first, second, third, said(seen, key[-14:])]) == {third.id: [first.id, second.id]}
    assert joined([first, second, third, said(seen, "AA10000000C")]) == {third.id: [second.id]}
    assert joined([first, second, third, said(seen, "AA00000000C")]) == {}


def test_what_has_an_answer_of_its_own_was_not_read_with_another(seen):
    first, second, third = asked(seen, "0000000A"), asked(seen, "0000000B"), asked(seen, "0000000C")
    replies = [said(seen, "AA00000000B"), said(seen, "AA10000000C")]
    assert joined([first, second, third, *replies]) == {third.id: [first.id]}


def test_what_was_written_long_before_or_in_another_chat_was_not_read_with_it(seen):
    last = asked(seen, "0000000C", time=1000)
    other = seen(chat=OTHER, time=1000, mark="0000000A")
    near, far = [asked(seen, "0000000B", time=1000 - LONGEST_SPAN_S - more) for more in (0, 1)]
    assert joined([far, near, other, last, said(seen, "AA90000000C")]) == {last.id: [near.id]}


def test_the_digit_of_an_id_that_another_version_made_may_be_anything(seen):
    first, last = asked(seen, "0000000A"), asked(seen, "0000000B")
    assert joined([first, last, said(seen, "AAx0000000B")]) == {}
