"""Network addresses that codes, or checks of certificates, are asked from: so many an hour each.

Refused
└── TooManyChecks    again_at
"""

import ipaddress
from datetime import datetime

from anqi.people import places
from anqi.people.codes import TooManyCodes
from anqi.rows.refusals import Refused

AN_HOUR = 30
_NETWORK_BITS = 64


class TooManyChecks(Refused):
    """Certificates were asked about too often. The next one can be checked at {again_at}."""

    code = "too_many_checks"


def spend(address: str, *, now: datetime) -> None:
    """One more code for this address. Refuses TooManyCodes."""
    if again_at := places.take("codes", network(address), an_hour=AN_HOUR, now=now):
        raise TooManyCodes(again_at=again_at)


def spend_check(address: str, *, now: datetime) -> None:
    """One more certificate that this address asks about. Refuses TooManyChecks."""
    if again_at := places.take("checks", network(address), an_hour=AN_HOUR, now=now):
        raise TooManyChecks(again_at=again_at)


def network(address: str) -> str:
    """The address; of IPv6 only its network, because one customer has all addresses of a network."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), _NETWORK_BITS), strict=False))
