"""The pages of whoever runs the platform."""
from app.web.admin import audit, editing, fleet, notifications, people, records, requests, tenant, workers
from app.web.admin.blueprint import blueprint

__all__ = ["audit", "blueprint", "editing", "fleet", "notifications", "people", "records", "requests", "tenant",
           "workers"]
