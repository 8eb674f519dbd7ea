"""The page script in a real browser on the sandbox, with what it asks of WhatsApp Web counted."""
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.sandbox.conftest import Page, Sandbox
from worker.whatsapp.page import PAGE_SCRIPT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOP, ASHA = "+255700000001", "+255711000001"
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
