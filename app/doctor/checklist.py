"""Which checks there are, in the order in which their troubles cause one another."""
from app.doctor import browser, machine, platform
from app.doctor.finding import Check

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
