"""A borrower's due dates as a calendar file (RFC 5545): one entry a day, with a title that tells nobody anything."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from anqi.notices.models import CalendarFeed
from anqi.rows.days import start_of
from anqi.web.borrower.due_days import DueDay
from anqi.web.shared.figures import write_yuan

# Some programs ask a few times an hour whatever they are told.
_ASK_AGAIN = timedelta(hours=6)
# At nine in the morning, of the day before and of the day itself.
_ALARMS = (timedelta(hours=-15), timedelta(hours=9))


def write(feed: CalendarFeed, days: Iterable[DueDay], *, today: date) -> bytes:
    """All days on which something is still to be paid, as of today; what is paid is no longer in it."""
    calendar = Calendar()
    calendar.add("prodid", "-//anqi//due dates//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("按期"))
    calendar.add("refresh-interval", _ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for day in days:
        if day.remaining_minor:
            calendar.add_component(_event(feed, day, start_of(today)))
    body: bytes = calendar.to_ical()
    return body


def _event(feed: CalendarFeed, day: DueDay, as_of: datetime) -> Event:
    title = f"{_('按期提醒')} {write_yuan(day.remaining_minor)}" if feed.shows_amounts else _("按期提醒")
    event = Event()
    event.add("uid", f"{day.on:%Y%m%d}-{feed.id}@anqi")
    event.add("dtstamp", as_of)
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    for trigger in _ALARMS:
        event.add_component(_alarm(title, trigger))
    return event


def _alarm(title: str, trigger: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", trigger)
    return alarm
