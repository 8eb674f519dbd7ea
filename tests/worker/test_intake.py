import pytest

from worker.intake import reason_to_ignore


@pytest.mark.parametrize("chat", ["255711000001@c.us", "111222333@lid"])
@pytest.mark.parametrize("kind", ["chat", "image", "ptt", "sticker", "location", "document", "oversized"])
def test_what_a_person_writes_is_a_customers_message(seen, chat, kind):
    assert reason_to_ignore(seen(chat=chat, kind=kind)) is None


@pytest.mark.parametrize(("changes", "reason"), [
    ({"from_me": True}, "own"),
    ({"chat": "1203630@g.us"}, "group"),
    ({"chat": "1203630@g.us", "from_me": True}, "group"),
    ({"chat": "status@broadcast"}, "status"),
    ({"chat": "1234@broadcast"}, "broadcast"),
    ({"chat": "1234@newsletter"}, "newsletter"),
    ({"chat": "1234@bot"}, "bot"),
    ({"chat": "1234@hosted"}, "unknown_chat"),
    ({"kind": "ciphertext"}, "undecrypted"),
    ({"kind": "e2e_notification"}, "system"),
    ({"kind": "gp2"}, "system"),
    ({"kind": "call_log"}, "system"),
    ({"kind": "revoked"}, "system"),
    ({"kind": "reaction"}, "system"),
    ({"kind": "something_new"}, "system"),
])
def test_everything_else_is_ignored_with_a_word_to_count_it_by(seen, changes, reason):
    assert reason_to_ignore(seen(**changes)) == reason
