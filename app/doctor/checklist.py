"""Which checks there are, in the order in which their troubles cause one another."""
from app.doctor import browser, host, machine, platform, walls
from app.doctor.finding import Check
from app.settings import Settings

EVERYWHERE: tuple[tuple[str, Check], ...] = (
    ("disk", machine.disk),
    ("files", machine.inodes),
    ("memory", machine.memory),
    ("clock", machine.clock),
    ("browser sandbox", machine.namespaces),
    ("shared memory", machine.shared_memory),
    ("settings", platform.settings_fit),
    ("database", platform.database_answers),
    ("browser", browser.browser),
    ("driver", browser.driver),
    ("wa-js", browser.wa_js),
    ("WhatsApp Web", platform.whatsapp_answers),
    ("web pages", platform.web_answers),
)

ON_A_HOST: tuple[tuple[str, Check], ...] = (
    ("home", host.serves_here),
    ("browser held", browser.held),
    ("units", host.units_installed),
    ("units read", host.units_read),
    ("services", host.services_run),
    ("failed units", host.nothing_failed),
    ("timers", host.timers_wait),
    ("rules", host.rules_there),
    ("workers' users", host.names_of_workers),
    ("database roles", walls.own_name_only),
    ("tenants' rows", walls.rows_apart),
    ("way out", walls.way_out),
    ("settings' files", host.settings_kept),
    ("certificate", host.certificate_lasts),
    ("backup", host.backup_fresh),
)
"""What a production host has besides; root alone can look at it."""


def checks_for(settings: Settings, *, is_root: bool) -> tuple[tuple[str, Check], ...]:
    """The checks that make sense here."""
    if not settings.production:
        return EVERYWHERE
    return (*EVERYWHERE, *ON_A_HOST) if is_root else (*EVERYWHERE, ("host", host.not_looked_at))
