"""Post to an address that somebody else chose, without being led to a place of ours.

The name is looked up once, each address it has is checked, and the connection goes to one of those: a name that means
something else a moment later changes nothing.
"""
import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult
from yarl import URL

from app.services.webhooks import BAD_CERTIFICATE, NOT_OURS, NOWHERE, TOO_SLOW, NotPosted

TIMEOUT_S = 10.0
# Addresses that stand for IPv4 addresses behind a translator.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(OSError):
    """The name leads to an address that is not to be reached from here."""

    def __init__(self) -> None:
        super().__init__(NOT_OURS)


def post(url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool = False) -> int:
    """Post the body and return the status of the answer, which is not read; raises NotPosted.

    `loopback` lets this machine itself be reached, for trying things out.
    """
    try:
        return asyncio.run(_post(url, body, headers, loopback))
    except TimeoutError:
        raise NotPosted(TOO_SLOW) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NotPosted(_reason(error)) from error


def is_public(text: str, *, loopback: bool = False) -> bool:
    """Whether the IP address is one of the open Internet, or loopback where that is allowed."""
    address: Any = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6:
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in NAT64:
            inner = ipaddress.ip_address(address.packed[-4:])
        address = inner or address
    if loopback and address.is_loopback:
        return True
    return bool(address.is_global and not address.is_multicast)


class _Resolver(aiohttp.ThreadedResolver):
    """Looks names up and refuses those that lead where nobody may be led, with any of their addresses."""

    def __init__(self, loopback: bool) -> None:
        super().__init__()
        self._may_loop = loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> list[ResolveResult]:
        """The addresses of the name; raises Forbidden."""
        found = await super().resolve(host, port, family)
        if not all(is_public(each["host"], loopback=self._may_loop) for each in found):
            raise Forbidden
        return found


async def _post(url: str, body: bytes, headers: Mapping[str, str], loopback: bool) -> int:
    target = URL(url)
    _check_literal(target.host or "", loopback)
    connector = aiohttp.TCPConnector(resolver=_Resolver(loopback), use_dns_cache=False, force_close=True,
                                     family=socket.AF_UNSPEC)
    limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(connector=connector, timeout=limit, cookie_jar=aiohttp.DummyCookieJar(),
                                     trust_env=False) as session, \
            session.post(target, data=body, headers=headers, allow_redirects=False) as answer:
        return answer.status


def _check_literal(host: str, loopback: bool) -> None:
    """An address written as such is not looked up, so that the resolver never sees it."""
    try:
        is_allowed = is_public(host, loopback=loopback)
    except ValueError:
        return
    if not is_allowed:
        raise Forbidden


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return BAD_CERTIFICATE
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return str(error.os_error) if isinstance(error.os_error, Forbidden) else NOWHERE
    return str(error) if isinstance(error, Forbidden) else f"{type(error).__name__}: {error}"[:200]
