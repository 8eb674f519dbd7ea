"""What every page has, whoever reads it."""
import html5lib
from bs4 import BeautifulSoup

# What needs no label of its own: hidden fields, and buttons, whose text says what they do.
UNLABELLED = ("hidden", "submit", "button", "reset", "image")


def checked(text: str) -> BeautifulSoup:
    """The page; fails where it is no proper HTML, or lacks what a reader, a screen reader or the policy needs."""
    html5lib.HTMLParser(strict=True).parse(text)
    page = BeautifulSoup(text, "html5lib")
    assert page.title is not None
    assert page.title.text.strip(" ·") not in ("", "Flow HQ"), "the title says nothing"
    assert [len(page.find_all(name)) for name in ("h1", "main")] == [1, 1]
    assert page.h1 is not None
    assert page.h1.text.strip()
    assert page.html is not None
    assert page.html["lang"] in ("en", "sw")
    check_part(page)
    return page


def check_part(part: BeautifulSoup) -> None:
    """Fail where ids repeat, a field has no label, a picture no text, or something stands inline that may not."""
    ids = [element["id"] for element in part.find_all(id=True)]
    assert sorted(ids) == sorted(set(ids)), f"ids that repeat: {sorted({each for each in ids if ids.count(each) > 1})}"
    labelled = {label.get("for") for label in part.find_all("label")}
    for field in part.find_all(["input", "select", "textarea"]):
        has_label = field.get("id") in labelled or field.get("aria-label") or field.get("aria-labelledby")
        assert has_label or field.get("type") in UNLABELLED or field.find_parent("label"), f"no label: {field}"
    assert [image for image in part.find_all("img") if image.get("alt") is None] == []
    nameless = [each for each in part.find_all("button") if not each.text.strip() and not each.get("aria-label")]
    assert nameless == []
    assert part.find_all("style") == []
    assert [script for script in part.find_all("script") if not script.get("src")] == []
    attributes = {name for element in part.find_all(True) for name in element.attrs}
    assert {name for name in attributes if name == "style" or name.startswith("on")} == set()
    referred = {each for element in part.find_all(True) for name in ("aria-labelledby", "aria-describedby")
                for each in str(element.get(name, "")).split()}
    assert referred <= set(ids), f"no element has the id {referred - set(ids)}"
