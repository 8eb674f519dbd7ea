"""The pages of a business."""
from app.web.portal import (
    bookings,
    chats,
    content,
    conversations,
    data,
    notifications,
    onboarding,
    orders,
    people,
    preview,
    status,
    tickets,
    whatsapp,
)
from app.web.portal.blueprint import blueprint

__all__ = [
    "blueprint", "bookings", "chats", "content", "conversations", "data", "notifications", "onboarding", "orders",
    "people", "preview", "status", "tickets", "whatsapp",
]
