from datetime import timedelta

import peewee
import pytest

from app.models import LARGEST_PICTURE, PagePicture
from app.models.base import utc_now
from app.services import pictures
from app.services.sessions import report_session
from app.services.tenants import create_tenant

PIN = "WhatsApp Web asks something that a person must answer: Enter your PIN"


@pytest.fixture
def acme(database):
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")


@pytest.fixture
def pictured(acme):
    report_session(acme, "person_needed", now=utc_now(), detail=PIN)
    pictures.keep_picture(acme, b"first", now=utc_now())
    return acme


def test_a_picture_takes_the_place_of_the_one_before(pictured):
    later = utc_now() + timedelta(minutes=5)
    pictures.keep_picture(pictured, b"second", now=later)
    assert (pictures.picture_of(pictured), pictures.pictured_at(pictured)) == (b"second", later)
    assert PagePicture.select().count() == 1


def test_a_tenant_without_a_picture_has_none(acme):
    assert (pictures.picture_of(acme), pictures.pictured_at(acme)) == (None, None)


def test_a_picture_is_as_large_as_it_may_be_and_no_larger(pictured):
    pictures.keep_picture(pictured, b"x" * LARGEST_PICTURE, now=utc_now())
    with pytest.raises(peewee.IntegrityError):
        pictures.keep_picture(pictured, b"x" * (LARGEST_PICTURE + 1), now=utc_now())
    assert len(pictures.picture_of(pictured)) == LARGEST_PICTURE


@pytest.mark.parametrize(("cause", "detail"), [
    ("proved", ""), ("page_opened", PIN), ("worker_stopped", PIN), ("person_needed", "It asks something else")])
def test_a_picture_goes_with_what_it_shows(pictured, cause, detail):
    report_session(pictured, cause, now=utc_now(), detail=detail)
    assert (pictures.picture_of(pictured), pictures.pictured_at(pictured)) == (None, None)


def test_a_picture_stays_while_the_same_is_asked(pictured):
    report_session(pictured, "person_needed", now=utc_now(), detail=PIN)
    assert pictures.picture_of(pictured) == b"first"


def test_a_picture_is_its_tenants_alone(pictured):
    other = create_tenant(slug="other", name="Other", template="BOOKING", by="test")
    report_session(other, "person_needed", now=utc_now(), detail=PIN)
    report_session(other, "proved", now=utc_now())
    assert (pictures.picture_of(other), pictures.picture_of(pictured)) == (None, b"first")
