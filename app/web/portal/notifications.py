"""What an owner is told of, and the webhook of the business."""
from app.web.access import current_tenant, owner
from app.web.notifications import Area, add_pages
from app.web.portal.blueprint import blueprint

add_pages(Area(blueprint, owner, "portal/notifications.html", current_tenant))
