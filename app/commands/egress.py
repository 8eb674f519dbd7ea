"""`flowhq egress`."""
import asyncio
import socket
from urllib.parse import urlsplit

import click

from app import logs
from app.commands.interrupt import run_until_told
from app.egress import Rules, serve
from app.errors import Conflict
from app.notify import Notifier
from app.settings import Settings

# The first socket that systemd hands over: sd_listen_fds(3).
FIRST_SOCKET = 3
# HTTPS, and the port that WhatsApp's own socket falls back to.
PORTS = frozenset({443, 5222})
SCHEMES = {"http": 80, "https": 443}


@click.command()
@click.pass_obj
def egress(settings: Settings) -> None:
    """Let the workers reach WhatsApp and nothing else, on the socket that systemd hands over."""
    logs.configure(settings.log_level, journal=settings.journal_stream)
    try:
        listener = socket.socket(fileno=FIRST_SOCKET)
    except OSError:
        raise Conflict("This is for systemd: flowhq-egress.socket starts it.") from None
    notifier = Notifier(settings.notify_socket)
    try:
        run_until_told(serve(listener, rules_of(settings), lambda: notifier.ready("passes on what workers ask for")))
    except (KeyboardInterrupt, asyncio.CancelledError):
        notifier.stopping()


def rules_of(settings: Settings) -> Rules:
    """What the settings let a worker reach; the page it opens is named outright, for it may be a sandbox."""
    page = urlsplit(settings.page_url)
    places = {(page.hostname, page.port or SCHEMES.get(page.scheme, 443))} if page.hostname else set()
    return Rules(settings.egress_hosts.split(), PORTS, frozenset(places))
