"""Days of channels: which are still to be fetched or matched, or to be matched once more."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max

from anqi.payments import clearing_days, unread_statements
from anqi.payments.models import ChannelStatement, ReconciliationDay
from anqi.rows import sql

_DAY = timedelta(days=1)
# What is learned later than this is told by people, who have looked.
_NEWS_WITHIN = timedelta(days=31)


def due(channel: str, *, kinds: Collection[str], now: datetime) -> list[date]:
    """The channel's days until the last one that is over, from the first that anything is known of, of which a file
    that is here has not been matched, or something was learned since, or a file is to be fetched now.

    A day on which nothing was begun or moved here has no file at some channels: none is asked for.
    """
    last = clearing_days.last_over(channel, now)
    kept = ChannelStatement.objects.filter(channel=channel, day__lte=last)
    files = kept.values_list("day", "kind").annotate(last=Max("version"))
    versions = {(day, kind): version for day, kind, version in files}
    matched = ReconciliationDay.objects.filter(channel=channel)
    done = {(day, kind): version for day, kind, version in matched.values_list("day", "kind", "statement__version")}
    first = min([day for day, _ in versions] + [unread_statements.since(channel) or last])
    resting = unread_statements.resting(channel, now=now)
    found, missing = [], []
    for day in (first + n * _DAY for n in range((last - first).days + 1)):
        here = {(day, kind): versions[day, kind] for kind in kinds if (day, kind) in versions}
        if any(version != done.get(file) for file, version in here.items()):
            found.append(day)
        elif len(here) < len(kinds) and day not in resting:
            missing.append(day)
    return sorted({*found, *_busy(channel, missing), *_with_news(channel, since=last - _NEWS_WITHIN)})


def _busy(channel: str, days: Iterable[date]) -> list[date]:
    """Those on which money moved, or may have: by a charge that was begun then, or the day before and not yet paid.

    What the file of the day before lacks may be told by this one's.
    """
    bounds = [clearing_days.bounds(channel, day) for day in days]
    asked = [channel, list(days), [begins for begins, _ in bounds], [ends for _, ends in bounds]]
    return [day for (day,) in sql.fetch(_BUSY, asked)] if bounds else []


def _with_news(channel: str, *, since: date) -> list[date]:
    """Those of which something was learned after they were matched."""
    matched = ReconciliationDay.objects.filter(channel=channel, day__gte=since)
    days = list(matched.values_list("day", "matched_at"))
    bounds = [clearing_days.bounds(channel, day) for day, _ in days]
    asked = [
        channel, [day for day, _ in days], [begins for begins, _ in bounds], [ends for _, ends in bounds],
        [matched_at for _, matched_at in days],
    ]  # fmt: skip
    return [day for (day,) in sql.fetch(_NEWS, asked)] if days else []


_BUSY = """
    select d.day from unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as d(day, begins, ends)
    where exists (select from payments_payment
            where channel = $1 and paid_at >= begins and paid_at < ends)
        or exists (select from payments_charge
            where channel = $1 and opened_at >= begins - interval '1 day' and opened_at < ends
                and (state <> 'succeeded' or ended_at >= begins))
        or exists (select from payments_refund
            where channel = $1 and refunded_at >= begins and refunded_at < ends)
        or exists (select from payments_payout
            where channel = $1 and paid_at >= begins and paid_at < ends)
        or exists (select from payments_reconciliation_difference m
            where m.channel = $1 and m.day = d.day - 1 and m.kind = 'missing_with_them'
                and m.state in ('open', 'asked'))
"""
_NEWS = """
    select d.day
    from unnest($2::date[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[]) as d(day, begins, ends, matched_at)
    where exists (select from payments_payment
            where channel = $1 and paid_at >= begins and paid_at < ends and recorded_at > matched_at)
        or exists (select from payments_refund
            where channel = $1 and refunded_at >= begins and refunded_at < ends and ended_at > matched_at)
        or exists (select from payments_payout
            where channel = $1 and paid_at >= begins and paid_at < ends and ended_at > matched_at)
"""
