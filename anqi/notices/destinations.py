"""Where webhooks may go: a merchant names an address, and must not gain a way into our own network by it."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import httpx

_HTTPS_PORT = 443
# These carry an IPv4 address inside, which may be a private one.
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class NotCalled(Exception):
    """This address is not called."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a request is really sent, with what it needs to be taken for one to the merchant's name."""

    url: httpx.URL
    headers: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


def trust(url: str) -> Destination:
    """The address as it stands, for the demo and for tests, whose shops are on this machine."""
    return Destination(url=httpx.URL(url))


async def find(url: str) -> Destination:
    """The machine on the internet that the address names. NotCalled without https, or for one inside a network.

    The name is looked up once, here, and the request goes to what was found: looked up again, it could lead
    elsewhere. Certificate and Host are still those of the name.
    """
    named = httpx.URL(url)
    if named.scheme != "https" or not named.host:
        raise NotCalled("not https")
    host = named.raw_host.decode("ascii")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, named.port or _HTTPS_PORT, type=socket.SOCK_STREAM
        )
    except OSError:
        raise NotCalled("unknown host") from None
    addresses = [ipaddress.ip_address(str(each[4][0])) for each in found]
    if not addresses or not all(map(_is_outside, addresses)):
        raise NotCalled("private address")
    # IPv4 first: not every machine that runs this has a way to IPv6.
    chosen = min(addresses, key=lambda address: address.version)
    return Destination(
        url=named.copy_with(host=str(chosen)),
        headers={"Host": named.netloc.decode("ascii")},
        extensions={"sni_hostname": host},
    )


def _is_outside(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATED):
        return False
    return address.is_global and not address.is_multicast
