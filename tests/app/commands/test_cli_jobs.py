from dataclasses import replace

from app.models import Dispatch, Job, OutgoingMail, WebhookDelivery
from app.models.base import utc_now
from app.services import letters, webhooks
from app.services.mailer import Letter
from app.services.tenants import create_tenant


def write(settings) -> str:
    """A letter that was given up; returns its name."""
    letters.post(Letter("asha@example.com", "Habari", "a secret link"), replace(settings, smtp_url="smtp://x"),
                 now=utc_now())
    OutgoingMail.update(state=Dispatch.FAILED, attempts=3, last_error="550 no such mailbox").execute()
    Job.delete().execute()
    return f"mail:{OutgoingMail.get().id}"


def test_it_lists_what_has_not_gone_out_without_what_it_says(flowhq, ask, settings, database):
    assert "Nothing waits" in flowhq("jobs", "list").output
    name = write(settings)
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")
    webhooks.save(acme, "https://example.com/hook?token=abc", production=True, by="x", address="", now=utc_now())
    webhooks.test(acme, by="x", address="", now=utc_now())
    mail, call = ask("jobs", "list")
    assert (mail["name"], mail["state"], mail["attempts"], mail["to"]) == (name, "FAILED", 3, "asha@example.com")
    assert (call["name"], call["to"]) == (f"webhook:{WebhookDelivery.get().id}", "example.com")
    shown = flowhq("jobs", "list").output
    assert "550 no such mailbox" in shown
    assert not any(word in shown for word in ("secret", "token"))


def test_it_tries_again_what_was_given_up(flowhq, settings, database):
    name = write(settings)
    assert "is tried again" in flowhq("jobs", "retry", name).output
    assert (OutgoingMail.get().state, Job.select().count()) == (Dispatch.WAITING, 1)
    for wrong in (name, "mail:999", "letter:1", "mail:x"):
        result = flowhq("jobs", "retry", wrong)
        assert (result.exit_code, "jobs list" in result.output) == (3, True)
