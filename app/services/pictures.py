"""What a tenant's browser shows while WhatsApp Web asks something that a person must answer, for admins to see.

Customers' names and lines may be on it. A tenant's role writes its own and reads none, and it is deleted as soon as the
question is gone (app.services.sessions).
"""
from datetime import datetime

from app.models import PagePicture, Tenant


def keep_picture(tenant: Tenant, jpeg: bytes, *, now: datetime) -> None:
    """Keep this one in place of any other; the database refuses one of more than LARGEST_PICTURE bytes."""
    kept = {"jpeg": jpeg, "taken_at": now}
    if not PagePicture.update(kept).where(PagePicture.tenant == tenant).execute():
        PagePicture.create(tenant=tenant, **kept)


def forget_picture(tenant: Tenant) -> None:
    """Delete it; its row stays, since a tenant's role deletes none."""
    PagePicture.update(jpeg=None, taken_at=None).where(PagePicture.tenant == tenant).execute()


def pictured_at(tenant: Tenant) -> datetime | None:
    """When the picture that there is was taken, None where there is none."""
    taken_at: datetime | None = PagePicture.select(PagePicture.taken_at).where(PagePicture.tenant == tenant).scalar()
    return taken_at


def picture_of(tenant: Tenant) -> bytes | None:
    """The picture as a JPEG, None where there is none."""
    row = PagePicture.get_or_none(PagePicture.tenant == tenant)
    return bytes(row.jpeg) if row and row.jpeg is not None else None
