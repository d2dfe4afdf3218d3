"""The days and amounts of an agreement: what a channel's rules make of a loan's due days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anqi.payments.channels.protocol import DebitRules

_DAY = timedelta(days=1)
# Beyond the largest instalment: a late charge of some days, and what a deferred one adds.
_HEADROOM_PERCENT = 10
_ROUND_MINOR = 10_00
# Up to so many days before the day that the agreement names may be debited.
_EARLIEST = 4


@dataclass(frozen=True, kw_only=True)
class Days:
    """What an agreement says about when: the last day of the first try, and of how many that follow."""

    first_on: date
    every: Literal["month", "once"]
    times: int


def with_headroom(largest_minor: int, *, most_minor: int | None) -> int:
    """What one debit may be at most: a tenth more than the largest instalment, in whole ten yuan.

    533.09: 590.00. Not more than the channel lets anybody debit, where it says.
    """
    wanted_minor = largest_minor * (100 + _HEADROOM_PERCENT) // 100
    rounded_minor = -(-wanted_minor // _ROUND_MINOR) * _ROUND_MINOR
    return max(largest_minor, rounded_minor if most_minor is None else min(rounded_minor, most_minor))


def fit(due_days: Sequence[date], rules: DebitRules, *, today: date) -> Days | None:
    """The days of an agreement for these due days, each with as many days for more tries as the channel leaves it.

    None where it leaves none: for no due day at all, for days of the month that it takes no agreement for, and where
    the days are not a month apart. Due on the 9th with three days after: by the 12th; on the 27th where 28 is the
    last day: by the 28th. An agreement that names no days begins today.
    """
    if not rules.names_days:
        return Days(first_on=today, every="month", times=len(due_days))
    if not due_days:
        return None
    last_on = _last_try(due_days[0], rules)
    if last_on < due_days[0]:
        return None
    if len(due_days) == 1:
        return Days(first_on=last_on, every="once", times=1)
    for months, due_on in enumerate(due_days):
        if not 0 <= (_months_later(last_on, months) - due_on).days <= _EARLIEST:
            return None
    return Days(first_on=last_on, every="month", times=len(due_days))


def has_passed(next_on: date | None, due_on: date, *, today: date) -> bool:
    """Whether the day that the channel keeps for the next debit is over, and none of what is due then can be debited.

    A day that is still to come may yet be needed: what was paid by hand can turn out not to be.
    """
    return next_on is not None and next_on < min(due_on, today)


def day_for(due_on: date, rules: DebitRules) -> date | None:
    """The day that the channel is to keep for a debit of what is due then; None where the month has none.

    Due on the 9th with three days after: the 12th; on the 27th where 28 is the last day: the 28th; on the 29th: none.
    """
    last_on = _last_try(due_on, rules)
    return last_on if last_on >= due_on else None


def _last_try(due_on: date, rules: DebitRules) -> date:
    return min(due_on + rules.window_days * _DAY, _last_of_month(due_on, rules.last_day_of_month))


def _last_of_month(day: date, last: int) -> date:
    """The last day that may be named in that month; in a channel without such a rule any day may."""
    return day.replace(day=last) if last < 29 else date.max


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has none."""
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - _DAY).day))
