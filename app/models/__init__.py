"""The tables of Flow HQ, in the order in which they can be created."""
from app.models.account import Account, AuditEntry, PortalEvent, RequestStatus, Role, SetupRequest
from app.models.base import BaseModel
from app.models.message import Chat, Delivery, Direction, Message, Outcome
from app.models.tenant import (
    Desired,
    Language,
    SessionState,
    Template,
    Tenant,
    TenantConfig,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)

MODELS: tuple[type[BaseModel], ...] = (
    Tenant, TenantConfig, WhatsAppSession, WorkerProcess, Chat, Message, Account, SetupRequest, PortalEvent, AuditEntry,
)

__all__ = [
    "MODELS", "Account", "AuditEntry", "BaseModel", "Chat", "Delivery", "Desired", "Direction", "Language", "Message",
    "Outcome", "PortalEvent", "RequestStatus", "Role", "SessionState", "SetupRequest", "Template", "Tenant",
    "TenantConfig", "TenantStatus", "WhatsAppSession", "WorkerProcess", "WorkerStatus",
]
