import csv
import io

import pytest

from app.models import AuditEntry
from app.services.audit_log import PAGE


@pytest.fixture
def ada(client_of):
    client = client_of("ada")
    AuditEntry.delete().execute()
    return client


def record(actor="ada@example.com", action="tenant.change", slug="acme", **detail):
    return AuditEntry.create(actor=actor, action=action, tenant_slug=slug, detail=detail, address="192.0.2.1")


def test_entries_are_shown_with_who_what_and_from_where(ada, page):
    record(name="<script>alert(1)</script>")
    text = page(ada, "/admin/audit").main.table.text
    for words in ("ada@example.com", "tenant.change", "acme", "192.0.2.1", "<script>alert(1)</script>"):
        assert words in text


def test_what_was_looked_for_stays_in_the_form(ada, page):
    record()
    soup = page(ada, "/admin/audit?q=zzz&tenant=acme&actor=ada&action=tenant.change&day=2026-01-31")
    form = soup.find("form", role="search")
    assert [field["value"] for field in form.find_all("input")] == ["zzz", "acme", "ada", "2026-01-31"]
    assert "Nothing fits" in soup.main.text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_and_shows_all(ada, page, day):
    record()
    soup = page(ada, f"/admin/audit?day={day}")
    assert "That is no day" in soup.main.text
    assert soup.main.table is not None


def test_older_entries_are_a_page_away_and_stay_narrowed(ada, page):
    for number in range(PAGE + 1):
        record(number=number)
    record("bob@example.com")
    soup = page(ada, "/admin/audit?actor=ada")
    older = soup.find("a", string="Older ones")["href"]
    assert "actor=ada" in older
    assert page(ada, older).main.table.text.count("tenant.change") == 1
    page(ada, "/admin/audit?before=99999999999999999999999")


def test_the_export_is_csv_that_no_spreadsheet_runs(ada):
    record('=HYPERLINK("http://evil.example")', note="a, \"b\"\n=1+1")
    record("bob@example.com", slug="other")
    answer = ada.get("/admin/audit.csv?tenant=acme")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    heading, *rows = csv.reader(io.StringIO(answer.text))
    assert heading == ["id", "at", "actor", "tenant_slug", "action", "address", "detail"]
    assert [row[2] for row in rows] == ["'=HYPERLINK(\"http://evil.example\")"]
