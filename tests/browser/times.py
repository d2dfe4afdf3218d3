"""The time on a street: read, and moved on, at anqi and at the channels together."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from anqi.rows.days import SHANGHAI

if TYPE_CHECKING:
    from tests.browser.street import Street

# Whatever hour a story runs at, its day is long.
MORNING = time(10)


def now(street: "Street") -> datetime:
    """This instant there."""
    return datetime.now(SHANGHAI) + timedelta(seconds=_ahead(street))


def pass_until(street: "Street", day: date, hour: time) -> None:
    """It is that day and a minute past that hour."""
    _go_to(street, datetime.combine(day, hour, SHANGHAI) + timedelta(minutes=1))


def pass_by(street: "Street", some: timedelta) -> None:
    """It is so much later."""
    _go_to(street, now(street) + some)


def next_morning(street: "Street") -> date:
    """It is the next morning, whose day comes back."""
    day = now(street).date() + timedelta(days=1)
    pass_until(street, day, MORNING)
    return day


def _ahead(street: "Street") -> int:
    return int(street.clock_file.read_text()) if street.clock_file.exists() else 0


def _go_to(street: "Street", there: datetime) -> None:
    ahead = round((there - datetime.now(SHANGHAI)).total_seconds())
    for file in (street.clock_file, street.sandbox_clock_file):
        # Renamed into place: a reader must never meet an empty file, which would be the present.
        draft = file.with_suffix(".new")
        draft.write_text(str(ahead))
        draft.replace(file)
