"""What the pages show in the tests that open all of them: businesses in every state, with people, chats and texts."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pyotp

from app.models import (
    Account,
    Booking,
    BookingState,
    Chat,
    ContentDraft,
    Delivery,
    Direction,
    LinkPurpose,
    Message,
    Note,
    Order,
    OrderEvent,
    OrderLine,
    Outcome,
    PortalEvent,
    RequestStatus,
    Role,
    SessionState,
    SetupRequest,
    StateChange,
    Template,
    Tenant,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.models.base import utc_now
from app.processes import ProcessState
from app.replies.desk import OpenTicket
from app.replies.examples import example_content
from app.services import content, desk, mailed_links, passwords, pictures
from app.services.tenants import create_tenant
from tests.pictures import JPEG
from tests.processes import PID, FakeProcesses

PASSWORD = "correct horse battery"
# By first name: the role, and the business. Nina has none yet, Mira's comes into every state, Charlie's is new.
CAST = {"ada": (Role.ADMIN, None), "tom": (Role.ADMIN, None), "alice": (Role.OWNER, "acme"),
        "bob": (Role.STAFF, "acme"), "charlie": (Role.OWNER, "other"), "mira": (Role.OWNER, "moods"),
        "nina": (Role.OWNER, None)}
TEMPLATES = {"acme": Template.BOOKING, "other": Template.ECOMMERCE, "moods": Template.SUPPORT}
PHONES = {"acme": "+255700000101", "other": "", "moods": "+255700000102"}
WHO = {"by": "alice@example.com", "address": "10.0.0.1"}
HOSTILE = ("<script>alert(1)</script> <b>bold</b> \u202e right to left", "🙂👍🏾 نص عربي", "=HYPERLINK(\"http://x\")",
           "word" * 500, "a line\nand\nanother", "Habari, bei gani ya kusuka rasta?")
# Each with the state of tenant, session and worker; whether a process runs follows from the last.
MOODS: Mapping[str, tuple[TenantStatus, SessionState, WorkerStatus]] = {
    "starting": (TenantStatus.QR_PENDING, SessionState.STARTING, WorkerStatus.STARTING),
    "scannable": (TenantStatus.QR_PENDING, SessionState.QR_READY, WorkerStatus.RUNNING),
    "connecting": (TenantStatus.QR_PENDING, SessionState.CONNECTING, WorkerStatus.RUNNING),
    "connected": (TenantStatus.ACTIVE, SessionState.CONNECTED, WorkerStatus.RUNNING),
    "not delivering": (TenantStatus.ACTIVE, SessionState.CONNECTED, WorkerStatus.RUNNING),
    "refused a code": (TenantStatus.QR_PENDING, SessionState.QR_READY, WorkerStatus.RUNNING),
    "unlinked": (TenantStatus.QR_PENDING, SessionState.LOGGED_OUT, WorkerStatus.RUNNING),
    "elsewhere": (TenantStatus.ACTIVE, SessionState.CONFLICT, WorkerStatus.RUNNING),
    "needed": (TenantStatus.ACTIVE, SessionState.ACTION_REQUIRED, WorkerStatus.RUNNING),
    "failed": (TenantStatus.ERROR, SessionState.DISCONNECTED, WorkerStatus.ERROR),
    "paused": (TenantStatus.PAUSED, SessionState.DISCONNECTED, WorkerStatus.STOPPED),
    "new": (TenantStatus.NEW, SessionState.DISCONNECTED, WorkerStatus.STOPPED),
}
_numbers = count()


TALK = {"name": "Where", "talk": [{"customer": "Where are you?", "bot": ["Mikocheni"]}]}


@dataclass(frozen=True)
class World:
    """The rows that addresses of pages name."""

    accounts: Mapping[str, Account]
    numbers: Mapping[str, int]
    tokens: Mapping[str, str]
    processes: FakeProcesses


def populate(processes: FakeProcesses) -> World:
    """Fill an empty database."""
    now = utc_now()
    tenants: dict[str | None, Tenant | None] = {slug: _tenant(slug, template) for slug, template in TEMPLATES.items()}
    secret = passwords.hashed(PASSWORD)
    accounts = {name: Account.create(email=f"{name}@example.com", name=name.title(), role=role, password_hash=secret,
                                     tenant=tenants.get(slug), email_verified=name != "mira")
                for name, (role, slug) in CAST.items()}
    Account.update(totp_secret=pyotp.random_base32(), totp_enabled=True).where(
        Account.email == "tom@example.com").execute()
    numbers = _busy(Tenant.get(slug="acme"), accounts["alice"], now)
    numbers |= {"account_id": accounts["bob"].id, "waiting": _request("moods", accounts["mira"]).id}
    tokens = {str(purpose): mailed_links.make(accounts["bob"], purpose, email="bob@example.com", now=now)[1]
              for purpose in LinkPurpose}
    processes.running["acme"] = ProcessState("acme", running=True, pid=PID, since=now)
    return World(accounts, numbers, tokens, processes)


def put(world: World, mood: str) -> None:
    """Bring Mira's business into a state."""
    tenant_status, session_state, worker_status = MOODS[mood]
    tenant, now = Tenant.get(slug="moods"), utc_now()
    Tenant.update(status=tenant_status).where(Tenant.id == tenant.id).execute()
    WhatsAppSession.update(
        state=session_state, state_since=now, detail="Closed by WhatsApp: try again." if mood == "needed" else "",
        qr_code="2@" + "k" * 200 if session_state == SessionState.QR_READY else None,
        qr_expires_at=now + timedelta(minutes=1), proved_at=now,
        pairing_refused_at=now if mood == "refused a code" else None,
        sending_paused_at=now if mood == "not delivering" else None,
        sending_resumes_at=now + timedelta(minutes=1) if mood == "not delivering" else None,
    ).where(WhatsAppSession.tenant == tenant).execute()
    pictures.forget_picture(tenant)
    if mood == "needed":
        pictures.keep_picture(tenant, JPEG, now=now)
    error = "chromium ended: killed by SIGKILL" if mood == "failed" else ""
    WorkerProcess.update(status=worker_status, last_seen_at=now, last_error=error, pid=PID, started_at=now).where(
        WorkerProcess.tenant == tenant).execute()
    world.processes.running.pop("moods", None)
    if worker_status in (WorkerStatus.RUNNING, WorkerStatus.STARTING):
        world.processes.running["moods"] = ProcessState("moods", running=True, pid=PID, since=now)


def decide(status: RequestStatus, reason: str = "") -> None:
    """Bring the setup request of Mira's business into a state."""
    SetupRequest.update(status=status, reason=reason).where(SetupRequest.tenant == Tenant.get(slug="moods")).execute()


def _tenant(slug: str, template: Template) -> Tenant:
    example: dict[str, Any] = example_content(template) if slug == "acme" else {"hours": {}, "content": {}}
    if slug == "acme":
        example["content"] |= {"conversations": [TALK]}
    return create_tenant(slug=slug, name=slug.title(), template=template, by="ada@example.com",
                         hours=example["hours"], content=example["content"],
                         phone_number=PHONES[slug])


def _busy(tenant: Tenant, owner: Account, now: datetime) -> dict[str, int]:
    """A business that has been running for a while."""
    WhatsAppSession.update(state=SessionState.CONNECTED, phone=tenant.phone_number, proved_at=now).where(
        WhatsAppSession.tenant == tenant).execute()
    Tenant.update(status=TenantStatus.ACTIVE).where(Tenant.id == tenant.id).execute()
    WorkerProcess.update(status=WorkerStatus.RUNNING, last_seen_at=now, pid=PID, memory_mib=210, restarts=2).where(
        WorkerProcess.tenant == tenant).execute()
    for each in ("STARTING", "QR_READY", "CONNECTING", "CONNECTED"):
        StateChange.create(tenant=tenant, machine="session", state=each, cause="proved", detail="By itself")
    note = Note.create(tenant=tenant, author="ada@example.com", text="Pays in cash.\n" + "long" * 60)
    PortalEvent.create(tenant=tenant, account=owner, event_type="content.publish", payload={"version": 2})
    content.publish(_drafted(tenant, "Mikocheni B"), now=now, **WHO)
    _drafted(tenant, "Mikocheni A")
    chats = [_chat(tenant, name, now) for name in ("Asha", "", "x" * 100)]
    Chat.update(person_until=now + timedelta(hours=3), unread=2).where(Chat.id == chats[1].id).execute()
    message = Message.get(Message.chat == chats[0], Message.text.startswith("wordword"))
    _book(chats, now)
    for number, text in enumerate(HOSTILE, 1):
        desk.do(OpenTicket(number, text, text, tried=("Restart the router.",)), tenant, chats[0], now)
    orders = [_order(tenant, chats[0], number, text) for number, text in enumerate(HOSTILE, 1001)]
    return {"order_number": orders[0].number, "number": 1, "chat_id": chats[0].id, "message_id": message.id,
            "note_id": note.id,
            "handed_over": chats[1].id}


def _book(chats: list[Chat], now: datetime) -> None:
    """A booking in every state, tomorrow, by each customer."""
    number = count(1)
    for chat in chats:
        for hour, state in enumerate(BookingState, 24):
            starts = now + timedelta(hours=hour)
            Booking.create(tenant=chat.tenant, chat=chat, number=next(number), service_name="Full body massage",
                           name=chat.name or "word" * 15, phone=chat.phone, starts_at=starts, state=state,
                           ends_at=starts + timedelta(minutes=90), people=2, note="Brings her mother")


def _drafted(tenant: Tenant, address: str) -> Tenant:
    values = content.workshop(tenant).values["content"] | {"address": address}
    content.save_draft(tenant, {"content": values}, now=utc_now(), **WHO)
    return tenant


def break_draft() -> None:
    """Put something into the draft that cannot be published."""
    values = content.workshop(Tenant.get(slug="acme")).values["content"]
    broken = values | {"services": [{"name": "Braids", "price": "much"}, *values["services"]]}
    content.save_draft(Tenant.get(slug="acme"), {"content": broken}, now=utc_now(), **WHO)


def drop_draft() -> None:
    """Let nothing be worked on."""
    ContentDraft.delete().execute()


def _chat(tenant: Tenant, name: str, now: datetime) -> Chat:
    """A chat in which everything happened that can."""
    number = next(_numbers)
    phone = f"+25571100{number:04}"
    chat = Chat.create(tenant=tenant, wa_chat_id=f"{phone[1:]}@c.us", phone=phone, name=name, last_message_at=now)
    for text in HOSTILE:
        _line(chat, text, now, direction=Direction.IN, outcome=Outcome.ANSWERED)
    for outcome in Outcome:
        _line(chat, "Hello", now, direction=Direction.IN, outcome=outcome)
    for delivery in Delivery:
        _line(chat, "Karibu!", now, direction=Direction.OUT, delivery=delivery, because="menu")
    for author in ("alice@example.com", "phone"):
        _line(chat, "It is me", now, direction=Direction.OUT, delivery=Delivery.READ, author=author)
    return chat


def _order(tenant: Tenant, chat: Chat, number: int, text: str) -> Order:
    order = Order.create(tenant=tenant, chat=chat, number=number, name=text, area=text, address=text, fee=None,
                         total=6500.5, currency="TZS")
    OrderLine.create(tenant=tenant, order=order, revision=1, product=text[:100], name=text, price=3250.25, quantity=2)
    OrderEvent.create(tenant=tenant, order=order, cause="placed", state=order.state)
    return order


def _line(chat: Chat, text: str, now: datetime, **values: object) -> None:
    at = now - timedelta(hours=2) + timedelta(seconds=next(_numbers))
    Message.create(tenant=chat.tenant, chat=chat, wa_message_id=f"w{next(_numbers)}", text=text, sent_at=at,
                   created_at=at, **values)


def _request(slug: str, account: Account) -> SetupRequest:
    return SetupRequest.create(tenant=Tenant.get(slug=slug), account=account, template=TEMPLATES[slug],
                               business_name=slug.title(), whatsapp_number="+255700000999",
                               status=RequestStatus.SUBMITTED)
