from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Invalid, NotFound
from app.models import AuditEntry
from app.services.notes import add_note, delete_note, notes_of
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)


def test_notes_are_kept_newest_first_and_taken_away_again(database):
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    first = add_note(acme, " Pays by the month. ", by="ada", now=NOW - timedelta(days=1))
    add_note(acme, "<script>alert(1)</script>", by="bea", now=NOW)
    assert [note.text for note in notes_of(acme)] == ["<script>alert(1)</script>", "Pays by the month."]
    delete_note(acme, first.id, by="bea")
    assert [note.author for note in notes_of(acme)] == ["bea"]
    assert AuditEntry.select().where(AuditEntry.action.startswith("note.")).count() == 3


def test_a_note_of_another_tenant_is_not_there(database):
    acme, beta = (create_tenant(slug=slug, name=slug, template="BOOKING", by="ada") for slug in ("acme", "beta"))
    note = add_note(acme, "x", by="ada", now=NOW)
    with pytest.raises(NotFound):
        delete_note(beta, note.id, by="ada")


@pytest.mark.parametrize("text", ["", " \0 ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(database, text):
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    with pytest.raises(Invalid):
        add_note(acme, text, by="ada", now=NOW)
