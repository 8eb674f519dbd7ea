"""The page script in a real browser on the sandbox, with what it asks of WhatsApp Web counted."""
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.sandbox.conftest import Page, Sandbox
from worker.whatsapp.page import PAGE_SCRIPT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOP, ASHA, BARAKA, CHIKU = "+255700000001", "+255711000001", "+255711000002", "+255711000003"
OLD = 30
# Every id is counted, and made all the same.
LISTEN = """
window.pushed = []; window.made = 0;
window.flowhqPush = text => window.pushed.push(JSON.parse(text));
const { generateMessageID } = WPP.chat;
const value = chat => { window.made += 1; return generateMessageID(chat); };
window.WPP = Object.create(WPP, { chat: { value: Object.create(WPP.chat, { generateMessageID: { value } }) } });
"""


@pytest.fixture
def linked(sandbox: Sandbox, open_page: Callable[..., Page]) -> Page:
    """A page that is linked, without a worker's script."""
    for number in (SHOP, ASHA):
        sandbox.phone(number)
    page = open_page(sandbox)
    page.link(sandbox, SHOP)
    return page


def messages(page: Page) -> list[dict[str, Any]]:
    return [each for each in page.run("return pushed") if each["type"] == "message"]


def test_ids_for_replies_are_made_for_what_is_new_and_not_for_what_is_old(
    sandbox: Sandbox, linked: Page, eventually: Callable[..., Any],
):
    page = linked
    for place in range(OLD):
        sandbox.write(ASHA, SHOP, f"line {place}")
    eventually(lambda: len(page.seen()) == OLD)
    page.run(LISTEN + PAGE_SCRIPT.read_text())
    page.run("__flowhq.catchUp(1, 0, 50)")
    eventually(lambda: "caught_up" in [each["type"] for each in page.run("return pushed")])
    old = messages(page)
    assert len(old) == OLD and page.run("return made") == 0
    assert all(message["late"] and message["keys"] == [] for message in old)
    assert len({message["mark"] for message in old}) == OLD

    sandbox.write(ASHA, SHOP, "a new line")
    eventually(lambda: len(messages(page)) == OLD + 1)
    new = messages(page)[-1]
    assert page.run("return made") == len(new["keys"]) == 2
    assert {key[-9:] for key in new["keys"]} == {f"0{new['mark']}"}
    page.run("__flowhq.catchUp(2, 0, 50)")
    eventually(lambda: len(messages(page)) == 2 * OLD + 2)
    again = [message for message in messages(page) if message["id"] == new["id"]]
    assert [message["mark"] for message in again] == [new["mark"]] * 2


# What WhatsApp Web is asked for beside a message is refused, or never answered.
BREAK = """
window.pushed = [];
window.flowhqPush = text => window.pushed.push(JSON.parse(text));
const [how, badChat] = arguments;
const broken = { throws: () => { throw new Error('broken'); }, hangs: () => new Promise(() => {}) }[how];
const { getMessages } = WPP.chat;
const chat = Object.create(WPP.chat, {
  generateMessageID: { value: broken },
  getMessages: { value: (id, options) => (String(id).startsWith(badChat) ? broken() : getMessages(id, options)) },
});
window.WPP = Object.create(WPP, { chat: { value: chat }, contact: { value: { getPnLidEntry: broken } } });
"""


@pytest.mark.parametrize("how", ["throws", "hangs"])
def test_no_message_is_lost_or_held_back_for_what_whatsapp_does_not_say_of_another(
    sandbox: Sandbox, linked: Page, eventually: Callable[..., Any], how: str,
):
    linked.run(BREAK + PAGE_SCRIPT.read_text(), how, "nobody")
    for text in ("first", "second"):
        sandbox.write(ASHA, SHOP, text)
    eventually(lambda: len(messages(linked)) == 2)
    assert [(message["text"], message["keys"]) for message in messages(linked)] == [("first", []), ("second", [])]


def test_a_chat_whose_history_cannot_be_read_does_not_keep_that_of_the_others_back(
    sandbox: Sandbox, linked: Page, eventually: Callable[..., Any],
):
    for number in (BARAKA, CHIKU):
        sandbox.phone(number)
    for number in (ASHA, BARAKA, CHIKU):
        sandbox.write(number, SHOP, f"from {number}")
    eventually(lambda: len(linked.seen()) == 3)
    linked.run(BREAK + PAGE_SCRIPT.read_text(), "throws", BARAKA[1:])
    linked.run("__flowhq.catchUp(1, 0, 50)")
    eventually(lambda: "failed" in [each["type"] for each in linked.run("return pushed")])
    assert {message["text"] for message in messages(linked)} == {f"from {ASHA}", f"from {CHIKU}"}


def test_an_id_is_made_for_the_chat_as_whatsapp_knows_it_now(linked: Page):
    linked.run("""
        const { generateMessageID } = WPP.chat;
        const find = { value: async () => ({ id: '777@lid' }) };
        const value = async chat => (String(chat) === '777@lid' ? generateMessageID(chat) : 'of another chat');
        const chat = Object.create(WPP.chat, { find, generateMessageID: { value } });
        window.WPP = Object.create(WPP, { chat: { value: chat } });
    """ + PAGE_SCRIPT.read_text())
    assert str(linked.ask("__flowhq.newKey('255711000001@c.us')")).startswith("true_777@lid_")
