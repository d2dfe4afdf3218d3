"""Network addresses that codes are asked from: so many an hour each, counted for all processes together."""

import ipaddress
from datetime import datetime, timedelta

from django.core.cache import cache

from anqi.people.codes import TooManyCodes
from anqi.rows import keyring

AN_HOUR = 30
_HOUR = timedelta(hours=1)
_NETWORK_BITS = 64


def spend(address: str, *, now: datetime) -> None:
    """One more code for this address. Refuses TooManyCodes.

    An address has thirty places and each is free again an hour after it was taken. Only one can take a place, so
    that requests at the same time are all counted; a counter in the cache would lose some.
    """
    source = keyring.fingerprint(_network(address), purpose="address")
    places = [f"codes:{source}:{n}" for n in range(AN_HOUR)]
    taken = cache.get_many(places)
    for place in places:
        if place not in taken and cache.add(place, now.isoformat(), _HOUR.total_seconds()):
            return
    times = [datetime.fromisoformat(at) for at in cache.get_many(places).values()]
    raise TooManyCodes(again_at=min(times, default=now) + _HOUR)


def _network(address: str) -> str:
    """The address; of IPv6 only its network, because one customer has all addresses of a network."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), _NETWORK_BITS), strict=False))
