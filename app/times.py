"""PURE: times as people read them."""
from datetime import datetime
from zoneinfo import ZoneInfo

_UNITS = (("d", 86400), ("h", 3600), ("m", 60))


def ago(moment: datetime | None, now: datetime) -> str:
    """How long before `now`, in the largest unit that fits."""
    if moment is None:
        return "never"
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, length in _UNITS:
        if seconds >= length:
            return f"{seconds // length}{unit} ago"
    return f"{seconds}s ago"


def local(moment: datetime, zone: ZoneInfo) -> str:
    """A time by the clocks of that zone."""
    return moment.astimezone(zone).strftime("%d %b %H:%M:%S")
