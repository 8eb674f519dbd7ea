from worker.lost import answers_among, marked

CHAT, OTHER = "255711000001@c.us", "255711000002@c.us"


def asked(seen, mark, **changes):
    """A customer's message, all replies to which end in this mark."""
    return seen(keys=(f"true_{CHAT}_3EB0AAAA{mark}", f"true_{CHAT}_3EB0BBBB{mark}"), **changes)


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


def test_a_message_for_which_there_are_no_ids_has_no_answers(seen):
    assert answers_among([seen(keys=()), said(seen, "220000000A")]) == {}


def test_one_more_reply_has_the_same_mark(seen):
    message = asked(seen, "0000000A")
    key = marked(f"true_{CHAT}_3EB0CCCCFFFFFFFF", message)
    assert key == f"true_{CHAT}_3EB0CCCC0000000A"
    assert list(answers_among([message, seen(id=key, from_me=True, keys=())])) == [message.id]
