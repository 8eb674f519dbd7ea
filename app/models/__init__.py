"""The tables of Flow HQ, in the order in which they can be created."""
from app.models.access import Bucket, LinkPurpose, MailedLink, RecoveryCode, SignIn
from app.models.account import Account, AuditEntry, PortalEvent, RequestStatus, Role, SetupRequest
from app.models.base import BaseModel, storable
from app.models.booking import Booking, BookingCell, BookingNews, BookingState
from app.models.history import Absence, ContentDraft, ContentVersion, Note, OnboardingDraft, StateChange
from app.models.jobs import Dispatch, Job, JobCounter, JobLater, JobValue, Outbox, OutgoingMail
from app.models.message import DRAFT_ID, OWNER_PHONE, Chat, Delivery, Direction, Message, Outcome
from app.models.notices import Incident, Trouble, Webhook, WebhookDelivery
from app.models.shop import Order, OrderEvent, OrderLine, OrderState, Stock
from app.models.tenant import (
    LARGEST_PICTURE,
    AwayPolicy,
    Desired,
    Language,
    PagePicture,
    SessionState,
    Template,
    Tenant,
    TenantConfig,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.models.tickets import CUSTOMER, Ticket, TicketEntry, TicketState

MODELS: tuple[type[BaseModel], ...] = (
    Tenant, TenantConfig, WhatsAppSession, WorkerProcess, Chat, Message, Account, SetupRequest, PortalEvent, AuditEntry,
    SignIn, MailedLink, RecoveryCode, Bucket, StateChange, Note, ContentDraft, ContentVersion, OnboardingDraft,
    Job, JobLater, JobValue, JobCounter, OutgoingMail, Incident, Webhook, WebhookDelivery,
    Order, OrderLine, OrderEvent, Stock,
    Booking, BookingCell,
    Ticket, TicketEntry,
    Absence,
    PagePicture,
)

__all__ = [
    "CUSTOMER", "DRAFT_ID", "LARGEST_PICTURE", "MODELS", "OWNER_PHONE", "Absence", "Account", "AuditEntry",
    "AwayPolicy", "BaseModel", "Booking", "BookingCell", "BookingNews", "BookingState", "Bucket", "Chat",
    "ContentDraft", "ContentVersion", "Delivery", "Desired", "Direction", "Dispatch", "Incident", "Job", "JobCounter",
    "JobLater", "JobValue", "Language", "LinkPurpose", "MailedLink", "Message", "Note", "OnboardingDraft", "Order",
    "OrderEvent", "OrderLine", "OrderState", "Outbox", "Outcome", "OutgoingMail", "PagePicture", "PortalEvent",
    "RecoveryCode", "RequestStatus", "Role", "SessionState", "SetupRequest", "SignIn", "StateChange", "Stock",
    "Template", "Tenant", "TenantConfig", "TenantStatus", "Ticket", "TicketEntry", "TicketState", "Trouble", "Webhook",
    "WebhookDelivery", "WhatsAppSession", "WorkerProcess", "WorkerStatus", "storable",
]
