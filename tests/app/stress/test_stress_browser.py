"""Forms as the test's browser reads and sends them."""
import pytest
from bs4 import BeautifulSoup

from app.errors import FlowError
from app.stress.browser import Page, values_of

FORM = """<main><form method="post" action="/here/save">
<input type="hidden" name="csrf_token" value="t"><input name="name" value="Asha">
<input type="checkbox" name="ticked" checked><input type="checkbox" name="unticked" value="1">
<input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
<textarea name="text">
 two
lines</textarea>
<select name="chosen"><option value="x">X</option><option value="y" selected>Y</option></select>
<select name="first"><option>One</option><option>Two</option></select>
<input type="submit" name="submit" value="Save"><button name="do" value="go">Go</button>
</form><p class="alert alert-danger">That   is taken.</p></main>"""


def test_a_form_is_sent_as_a_browser_would_send_it():
    assert values_of(BeautifulSoup(FORM, "html.parser").form) == {
        "csrf_token": "t", "name": "Asha", "ticked": "on", "kind": "b", "text": " two\nlines", "chosen": "y",
        "first": "One"}


def test_a_page_tells_its_forms_and_its_complaint():
    page = Page("http://127.0.0.1/here?x=1", 200, FORM)

    assert page.form("/here/save")["action"] == "/here/save"
    assert page.complaint == "That is taken."
    with pytest.raises(FlowError, match="no form for itself"):
        page.form()
