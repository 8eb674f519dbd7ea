"""`python -m worker --tenant acme`: one tenant's worker, put together from the settings and run until it is stopped."""
import argparse
import os
import socket
import sys
import time
from datetime import UTC, datetime

from app.db import DatabaseUnavailable, open_database
from app.logs import configure, get_logger
from app.models import Tenant
from app.replies import ConfigError
from app.services import sessions
from app.settings import Settings, SettingsError
from worker import restarts
from worker.config import load_config
from worker.loop import Replaced, Worker
from worker.losses import DATABASE_LOST
from worker.profile import AlreadyRunning, NoSpace, Profile
from worker.watchdog import Watchdog
from worker.whatsapp.bundle import BundleError, read_bundle

# sysexits(3): the supervisor starts a worker again after any failure but EX_CONFIG, which only a person can mend.
UNAVAILABLE, TRY_LATER, NEEDS_CHANGE = os.EX_UNAVAILABLE, os.EX_TEMPFAIL, os.EX_CONFIG


class NotUsable(Exception):
    """Something a person has to change before this worker can run."""


def main() -> int:
    """Run the worker; the exit code says whether starting it again can help."""
    watchdog = Watchdog("")
    try:
        settings = Settings.from_env()
        watchdog = Watchdog(settings.notify_socket)
        _pause(settings, watchdog)
        return _run(settings, _arguments().tenant, watchdog)
    except (SettingsError, NotUsable, ConfigError, BundleError) as error:
        return _refuse(error, NEEDS_CHANGE, watchdog)
    except (AlreadyRunning, Replaced) as error:
        return _refuse(error, TRY_LATER, watchdog)
    except (NoSpace, DatabaseUnavailable) as error:
        return _refuse(error, UNAVAILABLE, watchdog)
    except DATABASE_LOST as error:
        reason = str(error).strip().split("\n")[0]
        return _refuse(DatabaseUnavailable(f"the database failed: {reason}"), UNAVAILABLE, watchdog)
    except Exception as error:
        # The error's own words may be a customer's.
        get_logger(__name__).exception("worker_broke")
        return _end(f"it broke: {type(error).__name__}, see the log", os.EX_SOFTWARE, watchdog)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m worker", description="Serve one tenant's WhatsApp number.")
    parser.add_argument("--tenant", required=True, metavar="SLUG", help="the tenant, as `flowhq tenant list` names it")
    return parser.parse_args()


def _pause(settings: Settings, watchdog: Watchdog) -> None:
    """Wait before another start where the last ones have failed."""
    failures = restarts.count_start(settings.runtime_dir, time.monotonic())
    if pause_s := restarts.pause_s(failures):
        watchdog.status(f"starts in {pause_s:g} s, after this many failures in a row: {failures}")
        time.sleep(pause_s)
        watchdog.status("")


def _run(settings: Settings, slug: str, watchdog: Watchdog) -> int:
    configure(settings.log_level, journal=settings.journal_stream, tenant=slug)
    open_database(settings.database)
    tenant = Tenant.get_or_none(Tenant.slug == slug)
    if tenant is None:
        raise NotUsable(f"there is no tenant {slug!r}: `flowhq tenant list` shows those there are")
    profile = Profile(settings.tenant_dir(slug))
    token = sessions.take_over(tenant, pid=os.getpid(), host=socket.gethostname(), now=_now())
    try:
        worker = _assemble(settings, tenant, profile, token, watchdog)
    except (NotUsable, ConfigError, BundleError) as error:
        sessions.report_worker(tenant, "failed", now=_now(), token=token, error=str(error))
        raise
    worker.run()
    restarts.forget(settings.runtime_dir)
    return 0


def _assemble(settings: Settings, tenant: Tenant, profile: Profile, token: int, watchdog: Watchdog) -> Worker:
    for program, variable in ((settings.browser, "FLOWHQ_BROWSER"), (settings.chromedriver, "FLOWHQ_CHROMEDRIVER")):
        if not os.access(program, os.X_OK):
            raise NotUsable(f"{program} is not there: run `make setup`, or set {variable}")
    return Worker(settings, tenant, profile, config=load_config(tenant), wa_js=read_bundle(settings), token=token,
                  watchdog=watchdog)


def _refuse(error: Exception, code: int, watchdog: Watchdog) -> int:
    get_logger(__name__).error("worker_refused", error=str(error))
    return _end(str(error), code, watchdog)


def _end(why: str, code: int, watchdog: Watchdog) -> int:
    """What it was doing is not why it ended, which is what people read from now on."""
    watchdog.status(why)
    print(f"worker: {why}", file=sys.stderr)  # noqa: T201  the line a person reads
    return code


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
