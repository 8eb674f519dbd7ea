"""The worker as production runs it: as a role of PostgreSQL that may do nothing but its work."""
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2
import pytest

from app.models import Chat, Message
from app.services import chats, pictures, tenants
from app.services.grants import PLATFORM
from tests.patience import eventually
from tests.rig import BUSINESS, SLUG, make_tenant, rig

pytestmark = [pytest.mark.postgresql, pytest.mark.browser, pytest.mark.slow]
REFUSED = ("permission denied", "row-level security", "Traceback", "reply_failed", "database_lost")


def test_a_worker_does_all_its_work_with_its_roles_rights(guarded, settings):
    with guarded.bound(PLATFORM):
        tenant = make_tenant()
        as_role = replace(settings, database_url=guarded.url(f"fhq-{SLUG}"), heartbeat_s=1)
        with rig(as_role) as made:
            made.start_worker()
            made.link()
            (customer,) = made.customers(1)
            made.write(customer, "hello")
            eventually(lambda: len(made.on_screen(customer)) == 2, "the reply is on the phone")
            say_by_hand(made, tenant, customer)
            change_the_template(made)
            put_a_window_over_the_page(made, guarded, tenant)
            restart_it_and_ask_for_a_code(made, customer)
            assert [word for word in REFUSED if word in made.log_text()] == []


def say_by_hand(made, tenant, customer):
    """From the portal, and from the phone itself."""
    chat = Chat.get()
    now = datetime.now(UTC)
    chats.write_message(tenant, chat.id, "a person says this", by="owner@example.com", address="", now=now)
    eventually(lambda: "a person says this" in texts(made, customer), "what the portal wrote is on the phone")
    made.api.post(f"/phones/{BUSINESS}/messages", to=customer, text="typed on the phone")
    eventually(lambda: Message.select().where(Message.author == "phone").count() == 1, "the owner's line is logged")
    chats.give_back(tenant, chat.id, by="owner@example.com", address="")


def change_the_template(made):
    tenants.change_tenant(SLUG, by="test", business_name="Acme of now")
    eventually(lambda: "config_loaded" in made.log_text(), "the worker has the new version")


def put_a_window_over_the_page(made, guarded, tenant):
    """The picture of it is for admins: the worker's own role does not read it again."""
    made.api.post("/faults/modal", phone=BUSINESS, title="Confirm it is you", text="Enter your PIN", button="Later")
    eventually(lambda: pictures.picture_of(tenant), "there is a picture of the page")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        guarded.ask("SELECT jpeg FROM page_picture", role=f"fhq-{SLUG}")
    made.api.delete(f"/faults/modal?phone=%2B{BUSINESS[1:]}")
    made.await_state("CONNECTED")
    assert pictures.picture_of(tenant) is None


def restart_it_and_ask_for_a_code(made, customer):
    assert made.stop_worker() == 0
    assert made.process().status == "STOPPED"
    made.write(customer, "anybody there?")
    made.start_worker()
    eventually(lambda: Message.select().where(Message.text == "anybody there?").count() == 1, "it has caught up")
    eventually(lambda: made.process().last_seen_at > made.process().started_at, "it beats")


def texts(made, customer):
    return [line["text"] for line in made.on_screen(customer)]
