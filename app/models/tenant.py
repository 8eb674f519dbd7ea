"""A tenant and the rows that belong to it one to one: config, session, worker, and a picture of its page."""
from enum import StrEnum

from peewee import AutoField, BlobField, CharField, Check, ForeignKeyField, IntegerField, JSONField, TextField

from app.models.base import BaseModel, EnumField, UtcField, utc_now

LARGEST_PICTURE = 512 * 1024
"""Bytes; a window of a worker's browser comes to a tenth of that."""


class TenantStatus(StrEnum):
    """What an admin and the tenant read about the business as a whole."""

    NEW = "NEW"
    QR_PENDING = "QR_PENDING"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ERROR = "ERROR"


class SessionState(StrEnum):
    """The tenant's link to WhatsApp."""

    DISCONNECTED = "DISCONNECTED"
    STARTING = "STARTING"
    QR_READY = "QR_READY"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    LOGGED_OUT = "LOGGED_OUT"
    CONFLICT = "CONFLICT"
    ACTION_REQUIRED = "ACTION_REQUIRED"


class WorkerStatus(StrEnum):
    """What is seen of the worker process."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STALE = "STALE"
    ERROR = "ERROR"


class Desired(StrEnum):
    """What an admin wants of the worker."""

    RUNNING = "running"
    STOPPED = "stopped"


class Template(StrEnum):
    """What the bot can do."""

    BOOKING = "BOOKING"
    ECOMMERCE = "ECOMMERCE"
    SUPPORT = "SUPPORT"


class Language(StrEnum):
    """The languages the bot speaks."""

    EN = "EN"
    SW = "SW"


class AwayPolicy(StrEnum):
    """What becomes of messages that came while the bot was away."""

    ANSWER = "ANSWER"
    APOLOGISE = "APOLOGISE"
    LEAVE = "LEAVE"


class Tenant(BaseModel):
    """One business."""

    id = AutoField()
    slug = CharField(max_length=27, unique=True)
    name = CharField(max_length=120)
    phone_number = CharField(max_length=20, default="", index=True)
    status = EnumField(TenantStatus, default=TenantStatus.NEW, index=True)
    desired = EnumField(Desired, default=Desired.STOPPED)
    host = CharField(max_length=120, default="")
    alert_after_min = IntegerField(default=10)
    created_at = UtcField(default=utc_now)
    updated_at = UtcField(default=utc_now)


class TenantConfig(BaseModel):
    """How the bot answers; `content` and `hours` in the shapes that app.replies.config reads."""

    tenant = ForeignKeyField(Tenant, backref="configs", on_delete="CASCADE", unique=True)
    version = IntegerField(default=1)
    template = EnumField(Template, default=Template.BOOKING)
    language = EnumField(Language, default=Language.EN)
    business_name = CharField(max_length=120, default="")
    timezone = CharField(max_length=64, default="Africa/Dar_es_Salaam")
    hours = JSONField(default=dict)
    content = JSONField(default=dict)
    chat_limit = IntegerField(default=20)
    chat_window_s = IntegerField(default=600)
    tenant_limit = IntegerField(default=60)
    tenant_window_s = IntegerField(default=60)
    typing_ms_per_char = IntegerField(default=30)
    typing_max_ms = IntegerField(default=2500)
    handover_hours = IntegerField(default=12)
    owner_silence_hours = IntegerField(default=12)
    away_policy = EnumField(AwayPolicy, default=AwayPolicy.ANSWER)
    away_hours = IntegerField(default=24)
    away_limit = IntegerField(default=200)
    warm_up_days = IntegerField(default=7)
    updated_at = UtcField(default=utc_now)


class WhatsAppSession(BaseModel):
    """The link to WhatsApp as the worker last proved it."""

    tenant = ForeignKeyField(Tenant, backref="sessions", on_delete="CASCADE", unique=True)
    state = EnumField(SessionState, default=SessionState.DISCONNECTED)
    state_since = UtcField(default=utc_now)
    detail = CharField(max_length=1000, default="")
    qr_code = TextField(null=True)
    qr_generation = IntegerField(default=0)
    qr_expires_at = UtcField(null=True)
    qr_wanted_at = UtcField(null=True)
    pairing_code = CharField(max_length=16, default="")
    pairing_wanted_at = UtcField(null=True)
    pairing_refused_at = UtcField(null=True)
    phone = CharField(max_length=20, default="")
    lid = CharField(max_length=40, default="")
    proved_at = UtcField(null=True)
    watermark = UtcField(null=True)
    linked_at = UtcField(null=True)
    sending_paused_at = UtcField(null=True)
    sending_resumes_at = UtcField(null=True)

    class Meta:
        table_name = "whatsapp_session"


class WorkerProcess(BaseModel):
    """The worker process as it reports itself."""

    tenant = ForeignKeyField(Tenant, backref="workers", on_delete="CASCADE", unique=True)
    status = EnumField(WorkerStatus, default=WorkerStatus.STOPPED)
    pid = IntegerField(null=True)
    host = CharField(max_length=120, default="")
    started_at = UtcField(null=True)
    last_seen_at = UtcField(null=True)
    restarts = IntegerField(default=0)
    last_error = CharField(max_length=1000, default="")
    ignored = JSONField(default=dict)
    memory_mib = IntegerField(null=True)
    fencing_token = IntegerField(default=0)


class PagePicture(BaseModel):
    """What the browser shows while WhatsApp Web asks something of a person; empty once that is over."""

    tenant = ForeignKeyField(Tenant, backref="pictures", on_delete="CASCADE", unique=True)
    jpeg = BlobField(null=True, constraints=[Check(f"length(jpeg) <= {LARGEST_PICTURE}")])
    taken_at = UtcField(null=True)
