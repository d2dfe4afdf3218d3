"""Business days: dates in Asia/Shanghai, whatever zone an instant is written in."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def next_month(first: date) -> date:
    """The first day of the month after the one that begins so."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def years_before(day: date, years: int) -> date:
    """The same day so many years before. Ten years before 29 February: 28 February."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=last)


def day_of(instant: datetime) -> date:
    """The business day of an instant. 2026-11-24 16:00 UTC: 2026-11-25."""
    assert instant.tzinfo, "an instant without a zone is no instant"
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The instant at which the business day begins."""
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    """The instant at which the business day is over: its midnight."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
