from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from app.models import ContentDraft, Tenant, TenantConfig
from app.replies.examples import example_content
from app.services import content
from tests.app.web.conftest import ClientOf, Page

LISTS = ["services", "products", "questions"]


@pytest.fixture
def full(acme: Tenant) -> Tenant:
    """acme with something in every field."""
    stored = dict(example_content("BOOKING")["content"])
    stored |= {name: example_content(template)["content"][name]
               for template, name in (("ECOMMERCE", "products"), ("SUPPORT", "emergency"), ("ECOMMERCE", "delivery"))}
    TenantConfig.update(content=stored, hours=example_content("ECOMMERCE")["hours"]).where(
        TenantConfig.tenant == acme).execute()
    return acme


def sent(form: Any, **typed: str) -> dict[str, str]:
    """What a browser sends of a form, without its buttons, with some fields typed anew."""
    fields: dict[str, str] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        if field.name == "select":
            fields[field["name"]] = field.select_one("option[selected]")["value"]
        elif field.name == "textarea":
            fields[field["name"]] = field.text.replace("\n", "\r\n")
        elif field.get("type") not in ("radio", "checkbox") or field.has_attr("checked"):
            fields[field["name"]] = field.get("value", "")
    return fields | typed


def form_of(page: BeautifulSoup) -> Tag:
    form = page.select_one("main form[method=post]")
    assert form is not None
    return form


@pytest.mark.parametrize("section", [*LISTS, "hours", "texts", "limits"])
def test_a_form_that_is_saved_as_it_was_opened_changes_nothing(
    client_of: ClientOf, page: Page, full: Tenant, section: str,
):
    client, before = client_of("alice"), content.published(full)
    form = form_of(page(client, f"/portal/content/{section}"))
    assert client.post(form["action"], data=sent(form, do="save")).status_code == 303
    shop = content.workshop(full)
    assert shop.draft is not None
    assert content.read_values(shop.template, shop.values).texts == content.read_values(shop.template, before).texts
    assert content.changed_fields(before, shop.values) == []


def add(client: Any, page: Page, section: str, **typed: str) -> Any:
    form = form_of(page(client, f"/portal/content/{section}"))
    return client.post(form["action"], data=sent(form, **{"do": "save"} | typed))


def test_an_entry_is_added_changed_and_removed_without_scripts(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("bob")
    facial = {"name-0-EN": "Facial", "name-0-SW": "Usafi", "price-0": "25,000"}
    added = add(client, page, "services", do="add", **facial)
    assert len(page(client, added.location).select(".entry")) == 6
    add(client, page, "services", **{"name-1-EN": "Nails"})
    assert content.workshop(acme).values["content"]["services"] == [
        {"name": {"EN": "Facial", "SW": "Usafi"}, "price": 25000}, {"name": "Nails"}]
    add(client, page, "services", do="remove:0")
    assert content.workshop(acme).values["content"]["services"] == [{"name": "Nails"}]


def test_what_cannot_be_published_is_kept_and_said(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "services", **{"name-0-EN": "Facial", "price-0": "plenty"})
    shown = page(client, "/portal/content/services")
    assert shown.find(id="price-0")["value"] == "plenty"
    assert "Service 1, Price must be a number" in shown.text
    assert not page(client, "/portal/content").select("form[action$=publish]")
    client.post("/portal/content/publish")
    assert TenantConfig.get(TenantConfig.tenant == acme).version == 1


def test_a_change_is_tried_published_and_taken_back(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "services", **{"name-0-EN": "Facial", "price-0": "25000"})
    assert client.post("/portal/content/publish").status_code == 303
    config = TenantConfig.get(TenantConfig.tenant == acme)
    assert (config.version, config.content["services"]) == (2, [{"name": "Facial", "price": 25000}])
    page(client, "/portal/content/versions")
    assert client.post("/portal/content/versions/1/go-back").status_code == 303
    config = TenantConfig.get(TenantConfig.tenant == acme)
    assert (config.version, config.content) == (3, {})


def test_a_list_that_somebody_else_changed_meanwhile_is_not_overwritten_unseen(
    client_of: ClientOf, page: Page, acme: Tenant,
):
    alice, bob = client_of("alice"), client_of("bob")
    form = form_of(page(alice, "/portal/content/services"))
    add(bob, page, "services", **{"name-0-EN": "Bob's"})
    refused = alice.post(form["action"], data=sent(form, **{"name-0-EN": "Alice's", "do": "save"}))
    assert refused.status_code == 409
    assert [row["name"] for row in content.workshop(acme).values["content"]["services"]] == ["Bob's"]
    again = form_of(BeautifulSoup(refused.text, "html5lib"))
    assert alice.post(again["action"], data=sent(again, do="save")).status_code == 303
    assert [row["name"] for row in content.workshop(acme).values["content"]["services"]] == ["Alice's"]


def test_a_long_list_comes_in_pages_and_each_is_saved_apart(client_of: ClientOf, page: Page, acme: Tenant):
    products = [{"name": f"Product {number}", "price": number} for number in range(60)]
    content.save_draft(acme, {"content": {"products": products}}, by="x", address="",
                       now=TenantConfig.get().updated_at)
    client = client_of("alice")
    form = form_of(page(client, "/portal/content/products?start=25"))
    client.post(form["action"], data=sent(form, **{"name-0-EN": "Changed", "do": "save"}))
    stored = content.workshop(acme).values["content"]["products"]
    assert [row["name"] for row in stored[24:27]] == ["Product 24", "Changed", "Product 26"]
    assert len(stored) == 60
    page(client, "/portal/content/products?start=61", status=404)


def test_hostile_content_is_text(client_of: ClientOf, page: Page, acme: Tenant):
    client, text = client_of("alice"), "</textarea><script>alert(1)</script>\u202e\0"
    add(client, page, "questions", **{"question-0-EN": text, "answer-0-EN": text, "phrasings-0": text})
    add(client, page, "texts", **{"address-EN": text, "business_name": text, "handover_words": text})
    for section in ("questions", "texts"):
        assert page(client, f"/portal/content/{section}").main.find_all("script") == []
    assert "\0" not in str(content.workshop(acme).values)


def test_staff_prepare_and_an_owner_publishes(client_of: ClientOf, page: Page, acme: Tenant):
    bob = client_of("bob")
    add(bob, page, "limits", handover_hours="3")
    assert bob.post("/portal/content/publish").status_code == 403
    assert client_of("alice").post("/portal/content/publish").status_code == 303
    assert TenantConfig.get(TenantConfig.tenant == acme).handover_hours == 3


def test_a_draft_is_thrown_away(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "limits", chat_limit="7")
    page(client, "/portal/content")
    client.post("/portal/content/discard")
    assert ContentDraft.select().count() == 0


def test_the_preview_answers_on_the_draft_and_sends_nothing(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "services", **{"name-0-EN": "Facial", "price-0": "25000"})
    said = client.post("/portal/preview?lang=en", data={"text": "How much is a facial?", "language": "EN"})
    assert "25,000" in said.text
    assert "price of something you sell" in said.text
    published = client.post("/portal/preview", data={"text": "How much is a facial?", "which": "published"})
    assert "25,000" not in published.text


def test_the_preview_goes_on_and_begins_anew(client_of: ClientOf):
    client = client_of("bob")
    first = BeautifulSoup(client.post("/portal/preview", data={"text": "<b>hello</b>\0"}).text, "html5lib")
    data = {"said": [field["value"] for field in first.select("input[name=said]")], "do": "picture"}
    second = BeautifulSoup(client.post("/portal/preview", data=data).text, "html5lib")
    assert [len(each.select(".thread li")) for each in (first, second)] == [2, 4]
    thread = first.select_one(".thread bdi")
    assert thread and thread.text == "<b>hello</b>"
    assert 'class="thread"' not in client.post("/portal/preview", data=data | {"do": "reset"}).text


def test_the_preview_can_be_as_if_it_were_another_time(client_of: ClientOf, full: Tenant):
    night = {"text": "bei?", "day": "sun", "clock": "22:00"}
    day = {"text": "bei?", "day": "mon", "clock": "10:00"}
    texts = [client_of("alice").post("/portal/preview?lang=en", data=data).text for data in (night, day)]
    assert ["was told that you are closed" in text for text in texts] == [True, False]


def test_a_draft_that_makes_no_bot_says_what_to_mend(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "services", **{"price-0": "5"})
    assert "Service 1 needs a name" in page(client, "/portal/preview").text


def test_what_becomes_of_missed_messages_is_the_tenants_to_say(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "limits", away_policy="APOLOGISE", away_hours="6", away_limit="30")
    assert client.post("/portal/content/publish").status_code == 303
    config = TenantConfig.get(TenantConfig.tenant == acme)
    assert (config.away_policy, config.away_hours, config.away_limit) == ("APOLOGISE", 6, 30)


def test_an_unknown_way_with_missed_messages_is_not_published(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    add(client, page, "limits", away_policy="IGNORE")
    assert "choose one of what is offered" in page(client, "/portal/content").get_text()
    client.post("/portal/content/publish")
    assert TenantConfig.get(TenantConfig.tenant == acme).away_policy == "ANSWER"
