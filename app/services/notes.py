"""What admins want to remember about a tenant."""
from datetime import datetime

from app.db import db
from app.errors import Invalid, NotFound
from app.models import Note, Tenant
from app.services import audit

LONGEST = 4000


def notes_of(tenant: Tenant) -> list[Note]:
    """The tenant's notes, newest first."""
    return list(Note.select().where(Note.tenant == tenant).order_by(Note.created_at.desc(), Note.id.desc()))


def add_note(tenant: Tenant, text: str, *, by: str, now: datetime, address: str = "") -> Note:
    """Write a note; raises Invalid where it is empty or longer than LONGEST characters."""
    text = text.replace("\0", "").strip()
    if not text:
        raise Invalid("Write the note first.")
    if len(text) > LONGEST:
        raise Invalid("The note has %(length)d characters; %(most)d is the most.", length=len(text), most=LONGEST)
    with db.atomic():
        note: Note = Note.create(tenant=tenant, author=by, text=text, created_at=now)
        audit.record(by=by, action="note.add", slug=tenant.slug, address=address, detail={"note": note.id})
    return note


def delete_note(tenant: Tenant, note_id: int, *, by: str, address: str = "") -> None:
    """Take a note away; raises NotFound where the tenant has no such note."""
    with db.atomic():
        note = Note.get_or_none(Note.id == note_id, Note.tenant == tenant)
        if note is None:
            raise NotFound("There is no such note.")
        note.delete_instance()
        audit.record(by=by, action="note.delete", slug=tenant.slug, address=address, detail={"note": note_id})
