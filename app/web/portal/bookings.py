"""The calendar: a week of bookings, each booking's page, and one that is written down by hand."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date, format_time
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import FlowError, Invalid
from app.models import Booking, Tenant
from app.models.base import utc_now
from app.replies import BotConfig
from app.replies.content import in_language
from app.services import bookings as service
from app.services import calendars
from app.services.bookings import Entry
from app.web.access import current_tenant, member
from app.web.errors import said
from app.web.languages import choose
from app.web.portal.blueprint import blueprint, who

Answer = Response | str | tuple[str, int]
FIELDS = ("service", "day", "clock", "name", "phone", "people", "note")
FARTHEST_WEEK = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday, each with its bookings."""

    days: tuple[tuple[date, list[Booking]], ...]

    @property
    def first(self) -> date:
        """The Monday."""
        return self.days[0][0]

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.first - timedelta(days=7)

    @property
    def following(self) -> date:
        """The next Monday."""
        return self.first + timedelta(days=7)


@blueprint.app_template_global()
def clock(moment: datetime) -> str:
    """The time of a moment by the business's clock."""
    return str(format_time(moment, "short"))


@blueprint.app_template_global()
def long_date(moment: datetime) -> str:
    """The day of a moment by the business's clock, with its name."""
    return str(format_date(moment, "EEEE d MMMM y"))


@blueprint.app_template_global()
def day_name(day: date) -> str:
    """A day's name, and its date in short."""
    return str(format_date(day, "EEE d MMM"))


@blueprint.get("/bookings")
@member
def bookings() -> str:
    """A week, and what waits for an answer."""
    tenant, now = current_tenant(), utc_now()
    zone = _zone(tenant)
    week = _week(tenant, _day_asked(now.astimezone(zone).date()), zone)
    return render_template("portal/bookings.html", week=week, waiting=service.waiting(tenant, now),
                           today=now.astimezone(zone).date(), zone=zone, rules=service.bot_of(tenant).bookings)


@blueprint.get("/bookings/<int:number>")
@member
def booking(number: int) -> str:
    """One booking, and what can be done with it."""
    return _booking_page(number, {})


@blueprint.get("/bookings/<int:number>.ics")
@member
def booking_file(number: int) -> FlaskResponse:
    """One booking for a calendar program."""
    return _calendar_file([service.find(current_tenant(), number)], f"booking-{number}")


@blueprint.get("/bookings.ics")
@member
def bookings_file() -> FlaskResponse:
    """All coming bookings for a calendar program."""
    return _calendar_file(service.coming(current_tenant(), utc_now()), "bookings")


@blueprint.post("/bookings/<int:number>/confirm")
@member
def confirm_booking(number: int) -> Response:
    """Say yes."""
    told = service.confirm(current_tenant(), number, now=utc_now(), **who())
    return _done(number, told, _("Confirmed."))


@blueprint.post("/bookings/<int:number>/decline")
@member
def decline_booking(number: int) -> Response:
    """Say no to a request."""
    told = service.decline(current_tenant(), number, now=utc_now(), **who())
    return _done(number, told, _("Declined: the time is free again."))


@blueprint.post("/bookings/<int:number>/cancel")
@member
def cancel_booking(number: int) -> Response:
    """Take a booking back."""
    told = service.cancel(current_tenant(), number, now=utc_now(), **who())
    return _done(number, told, _("Cancelled: the time is free again."))


@blueprint.post("/bookings/<int:number>/missed")
@member
def miss_booking(number: int) -> Response:
    """Note that the customer did not come."""
    service.mark_missed(current_tenant(), number, now=utc_now(), **who())
    flash(_("Noted: the customer did not come."), "success")
    return redirect(url_for("portal.booking", number=number), 303)


@blueprint.post("/bookings/<int:number>/propose")
@member
def propose_booking(number: int) -> Answer:
    """Propose one of the free times, or another one that was typed."""
    typed = {name: request.form.get(name, "") for name in ("start", "day", "clock")}
    tenant = current_tenant()
    try:
        told = service.propose(tenant, number, _start(typed, _zone(tenant)), now=utc_now(), **who())
    except FlowError as error:
        flash(said(error), "danger")
        return _booking_page(number, typed), 400
    return _done(number, told, _("Proposed: the time is held until the customer has answered."))


@blueprint.route("/bookings/new", methods=["GET", "POST"])
@member
def new_booking() -> Answer:
    """Write down a booking that was made by phone or at the desk."""
    typed = {name: request.values.get(name, "").replace("\0", "").strip() for name in FIELDS}
    if request.method == "GET":
        return _entry_page(typed)
    try:
        made = service.make(current_tenant(), _entry(typed), now=utc_now(), **who())
    except FlowError as error:
        flash(said(error), "danger")
        return _entry_page(typed), 400
    flash(_("Booking %(number)s is in the calendar.", number=made.number), "success")
    return redirect(url_for("portal.booking", number=made.number), 303)


def _calendar_file(found: list[Booking], name: str) -> FlaskResponse:
    tenant = current_tenant()
    body = calendars.calendar_of(found, slug=tenant.slug, business=tenant.name, now=utc_now())
    headers = {"Content-Disposition": f'attachment; filename="{tenant.slug}-{name}.ics"'}
    return FlaskResponse(body, mimetype="text/calendar", headers=headers)


def _booking_page(number: int, typed: Mapping[str, str]) -> str:
    tenant, now = current_tenant(), utc_now()
    found = service.find(tenant, number)
    can: Callable[[str], bool] = lambda cause: service.can(found, cause, now)  # noqa: E731  the template asks by name
    free = service.suggestions(tenant, found, now) if can("proposed") else []
    return render_template("portal/booking.html", booking=found, can=can, free=free, typed=typed,
                           day=found.starts_at.astimezone(_zone(tenant)).date())


def _entry_page(typed: Mapping[str, str]) -> str:
    bot = service.bot_of(current_tenant())
    return render_template("portal/new_booking.html", typed=typed, services=_service_names(bot))


def _service_names(bot: BotConfig) -> list[tuple[str, str]]:
    return [(item.key, in_language(item.name, choose().upper())) for item in bot.services.items]


def _entry(typed: Mapping[str, str]) -> Entry:
    tenant = current_tenant()
    people = typed["people"] or "1"
    if not people.isdecimal() or len(people) > 4:
        raise Invalid("Give the number of people in digits.")
    return Entry(typed["service"], _start(typed, _zone(tenant)), typed["name"], typed["phone"], int(people),
                 typed["note"])


def _start(typed: Mapping[str, str], zone: ZoneInfo) -> datetime:
    """The moment that was chosen from a list, or typed as a day and a time; raises Invalid."""
    chosen = "" if typed.get("day") or typed.get("clock") else typed.get("start", "")
    try:
        if chosen:
            return datetime.fromisoformat(chosen).replace(tzinfo=zone)
        return datetime.combine(date.fromisoformat(typed["day"]), time.fromisoformat(typed["clock"]), zone)
    except (ValueError, OverflowError):
        raise Invalid("Give a day and a time.") from None


def _done(number: int, told: bool, what: str) -> Response:
    if told:
        flash(_("%(what)s The customer is told in WhatsApp.", what=what), "success")
    else:
        flash(_("%(what)s The customer is not told in WhatsApp: please call.", what=what), "warning")
    return redirect(url_for("portal.booking", number=number), 303)


def _week(tenant: Tenant, day: date, zone: ZoneInfo) -> Week:
    monday = day - timedelta(days=day.weekday())
    found = service.between(tenant, monday, monday + timedelta(days=6), zone)
    days = (monday + timedelta(days=ahead) for ahead in range(7))
    return Week(tuple((each, [one for one in found if one.starts_at.astimezone(zone).date() == each])
                      for each in days))


def _day_asked(today: date) -> date:
    """The day that the address names (`?day=`), today where it names none that a calendar is looked at for."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if abs(day - today) < FARTHEST_WEEK else today


def _zone(tenant: Tenant) -> ZoneInfo:
    return service.bot_of(tenant).zone
