"""Days of channels: which are still to be fetched or matched."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Max

from anqi.payments import clearing_days, unread_statements
from anqi.payments.models import ChannelStatement, Charge, Payment, ReconciliationDay

_DAY = timedelta(days=1)


def due(channel: str, *, kinds: Collection[str], now: datetime) -> list[date]:
    """The channel's days until the last one that is over, from the first that was ever read, of which a file has not
    been matched, or that is to be fetched now.

    A day on which nothing was begun or paid here has no file at some channels: none is asked for.
    """
    last = clearing_days.last_over(channel, now)
    kept = ChannelStatement.objects.filter(channel=channel, day__lte=last)
    files = kept.values_list("day", "kind").annotate(last=Max("version"))
    versions = {(day, kind): version for day, kind, version in files}
    matched = ReconciliationDay.objects.filter(channel=channel).values_list("day", "kind", "statement__version")
    done = {(day, kind): version for day, kind, version in matched}
    first = min((day for day, _ in versions), default=last)
    resting = unread_statements.resting(channel, now=now)
    found = []
    for day in (first + n * _DAY for n in range((last - first).days + 1)):
        here = [versions.get((day, kind)) for kind in kinds]
        if all(here):
            if here != [done.get((day, kind)) for kind in kinds]:
                found.append(day)
        elif day not in resting and _is_busy(channel, day):
            found.append(day)
    return found


def _is_busy(channel: str, day: date) -> bool:
    begins, ends = clearing_days.bounds(channel, day)
    paid = Payment.objects.filter(channel=channel, paid_at__gte=begins, paid_at__lt=ends)
    begun = Charge.objects.filter(channel=channel, opened_at__gte=begins - _DAY, opened_at__lt=ends)
    return paid.exists() or begun.exists()
