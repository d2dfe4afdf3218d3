"""A borrower's word to pay so much by a day: how long nobody asks again, and whether it was kept.

It changes nothing of what is owed, and costs nothing when it isn't kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from anqi.engine.contact import Standstill

_DAY = timedelta(days=1)
_CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
# Who can't pay within two weeks needs help, and not another call.
_LONGEST = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """So much, in fen, by the end of that day."""

    made_at: datetime
    on: date
    amount_minor: int


def latest_day(made_at: datetime) -> date:
    """The last day that a promise may name. Made on the 14th: the 28th."""
    return made_at.astimezone(_CHINA).date() + _LONGEST


def standstill_of(promise: Promise) -> Standstill:
    """From the promise on until its day is over nobody is reminded or dunned of what it is about."""
    over = datetime.combine(promise.on + _DAY, time(), _CHINA)
    return Standstill(why="promise", since=promise.made_at, until=over)


def is_broken(promise: Promise, *, paid_minor: int, today: date) -> bool:
    """Whether its day is over and less than was promised has been paid since. On the day itself it still may be kept.

    533.09 by the 20th, of which 533.08 were paid: broken from the 21st on.
    """
    return today > promise.on and paid_minor < promise.amount_minor
