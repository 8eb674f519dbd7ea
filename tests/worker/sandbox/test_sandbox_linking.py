"""The real wa-js on the sandbox's page until it is linked: codes, pictures, idleness."""
import pytest

from worker.sandbox.codes import picture

SHOP = "+255700000001"

pytestmark = pytest.mark.browser


def test_wa_js_boots_shows_a_code_and_is_linked_by_a_scan(sandbox, open_page, eventually):
    sandbox.phone(SHOP, "Shop")
    page = open_page(sandbox)
    code = page.code()
    assert page.ask("WPP.conn.getAuthCode()")["fullCode"] == code.rsplit(",", 1)[0]
    assert [shown["qr"] for shown in sandbox.get("/api/codes")] == [code]
    assert page.run("return WPP.conn.isAuthenticated()") is False
    assert ["conn.require_auth", "undefined"] in page.run("return events")
    page.link(sandbox, SHOP)
    events = [event[0] for event in page.run("return events")]
    assert events.index("conn.authenticated") < len(events) - 1
    assert page.run("return [String(WPP.conn.getMyUserId()), WPP.conn.getStreamData().info]") == [
        "255700000001@c.us", "NORMAL"]
    assert page.run("return String(WPP.conn.getMyUserLid())").endswith("@lid")
    assert sandbox.get("/api/codes") == []
    assert sandbox.get(f"/api/phones/{SHOP}")["devices"][0]["online"]


def test_the_picture_on_the_page_holds_the_whole_code(sandbox, open_page):
    page = open_page(sandbox)
    code = page.code()
    drawn = page.run("""
        const canvas = document.querySelector('[data-ref] canvas'), size = canvas.width;
        const dots = canvas.getContext('2d').getImageData(0, 0, size, size).data;
        return Array.from({length: size}, (_, y) => Array.from({length: size},
          (_, x) => dots[4 * (y * size + x)] < 128 ? '1' : '0').join(''))""")
    rows = picture(code)
    scale = len(drawn) // (len(rows) + 8)
    assert [row[4 * scale:-4 * scale:scale] for row in drawn[4 * scale:-4 * scale:scale]] == rows


def test_a_page_goes_idle_after_its_last_code_until_it_is_refreshed(new_sandbox, open_page, eventually):
    sandbox = new_sandbox("--qr-seconds", "3,1", "--qr-codes", "2")
    page = open_page(sandbox)
    first = eventually(lambda: sandbox.get("/api/codes"))[0]["qr"]
    eventually(lambda: page.run("return WPP.isFullReady && WPP.conn.isIdle()"))
    assert page.run("return document.querySelector('[data-ref] button').textContent") == "Reload QR code"
    assert ["conn.qrcode_idle", "undefined"] in page.run("return events")
    assert page.ask("WPP.conn.getAuthCode()") is None
    sandbox.phone(SHOP)
    status, answer = sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": first})
    assert (status, "expired" in answer["error"]) == (410, True)
    assert page.ask("WPP.conn.refreshQR()")["fullCode"] != first
    page.link(sandbox, SHOP)


def test_the_reload_button_brings_a_new_code(new_sandbox, open_page, eventually):
    sandbox = new_sandbox("--qr-seconds", "1", "--qr-codes", "1")
    page = open_page(sandbox)
    eventually(lambda: page.run("return document.querySelector('[data-ref] button')"))
    page.run("document.querySelector('[data-ref] button').click()")
    eventually(lambda: sandbox.get("/api/codes"))


def test_a_page_is_linked_by_a_pairing_code(sandbox, open_page, eventually):
    sandbox.phone(SHOP)
    page = open_page(sandbox)
    page.code()
    code = page.ask("WPP.conn.genLinkDeviceCodeForPhoneNumber('255700000001')")
    assert sandbox.call("POST", f"/api/phones/{SHOP}/pair", {"code": "WRONG123"})[0] == 404
    sandbox.post(f"/api/phones/{SHOP}/pair", {"code": f"{code[:4]}-{code[4:]}"})
    eventually(page.is_ready)
