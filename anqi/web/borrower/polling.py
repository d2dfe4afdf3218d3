"""Pages that ask again by themselves until something is known, and how often the channel is asked for them."""

from datetime import datetime, timedelta

from django.http import HttpRequest

# Waits between two looks, in milliseconds; after the last one the page says that it may be left.
_WAITS = (1500, 3000, 5000)
LAST_STEP = len(_WAITS) - 1
# Somebody who reloads must not make us ask the channel at every tap.
_AT_MOST_EVERY = timedelta(seconds=3)


def step_of(request: HttpRequest) -> int:
    """How often this page has asked already, by its own word; none where it says nothing sensible."""
    stated = request.GET.get("step", "")
    return int(stated) if stated.isdecimal() and len(stated) < 3 else 0


def wait_after(step: int) -> int:
    """In how many milliseconds the page asks again; 0: no more."""
    return _WAITS[step] if step <= LAST_STEP else 0


def is_fresh(asked_at: datetime | None, *, now: datetime) -> bool:
    """Whether the channel was asked a moment ago."""
    return asked_at is not None and now < asked_at + _AT_MOST_EVERY
