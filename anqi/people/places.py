"""Places an hour: how often something may be done by one source, counted for all processes together."""

from datetime import datetime, timedelta

from django.core.cache import cache

from anqi.rows import keyring

_HOUR = timedelta(hours=1)


def take(what: str, source: str, *, an_hour: int, now: datetime) -> datetime | None:
    """None where a place was free and is taken now; else when the next one is free.

    Each place is free again an hour after it was taken. Only one can take a place, so that requests at the same time
    are all counted; a counter in the cache would lose some.
    """
    hashed = keyring.fingerprint(source, purpose="address")
    places = [f"{what}:{hashed}:{n}" for n in range(an_hour)]
    taken = cache.get_many(places)
    for place in places:
        if place not in taken and cache.add(place, now.isoformat(), _HOUR.total_seconds()):
            return None
    times = [datetime.fromisoformat(at) for at in cache.get_many(places).values()]
    return min(times, default=now) + _HOUR
