"""What an admin is told of, and the webhook of the platform."""
from app.web.access import admin
from app.web.admin.blueprint import blueprint
from app.web.notifications import Area, add_pages

add_pages(Area(blueprint, admin, "admin/notifications.html", lambda: None))
