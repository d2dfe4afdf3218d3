"""Channels' statements of days: which nobody has looked through, how often each was tried, and who gave one up.

No day is left out by itself: from the channel's first movement on, each is read or given up by a person. Only one on
which nothing moved, as far as we know, ends by itself after having been asked for long enough.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet

from anqi.payments.models import Payment, Payout, ReadStatement, UnreadStatement
from anqi.payments.payouts import WATCH
from anqi.rows.days import day_of

# A channel has a day's file by the next noon; one that can't be read waits for a person at once.
_LATE = timedelta(days=1, hours=12)
_AGAIN = timedelta(days=1)
_LONGEST_DETAIL = 120
PAGE = 100


def unread_days(channel: str, *, now: datetime) -> list[date]:
    """The days up to yesterday whose statement is to be tried now: the late ones once a day, the others each time."""
    until = day_of(now) - timedelta(days=1)
    read = set(ReadStatement.objects.filter(channel=channel).values_list("day", flat=True))
    first = since(channel)
    if first is None:
        return []
    days = {first + timedelta(days=n) for n in range((until - first).days + 1)}
    return sorted(days - read - resting(channel, now=now))


def resting(channel: str, *, now: datetime) -> set[date]:
    """The days whose statement is not to be tried now: tried not long ago and late or of a quiet day, or given up."""
    until = day_of(now) - timedelta(days=1)
    is_rare = Q(day__lte=until - WATCH) | Q(reason=UnreadStatement.Reason.NOTHING)
    is_resting = is_rare & Q(last_tried_at__gt=now - _AGAIN)
    tried = UnreadStatement.objects.filter(channel=channel)
    return set(tried.filter(is_resting | Q(given_up_at__isnull=False)).values_list("day", flat=True))


def since(channel: str) -> date | None:
    """The first day whose statement was asked for; before that, the first on which money moved there."""
    asked = [
        model._default_manager.filter(channel=channel).aggregate(first=Min("day"))["first"]
        for model in (ReadStatement, UnreadStatement)
    ]
    return min(filter(None, asked), default=None) or _first_day(channel)


def _first_day(channel: str) -> date | None:
    sent_at = Payout.objects.filter(channel=channel).aggregate(first=Min("sent_at"))["first"]
    paid_at = Payment.objects.filter(channel=channel).aggregate(first=Min("paid_at"))["first"]
    first_at = min(filter(None, (sent_at, paid_at)), default=None)
    return day_of(first_at) if first_at else None


def mark_read(channel: str, day: date, *, sha256: str, now: datetime) -> None:
    """The channel's statement of that day was looked through."""
    ReadStatement.objects.get_or_create(channel=channel, day=day, defaults={"sha256": sha256, "read_at": now})
    UnreadStatement.objects.filter(channel=channel, day=day).update(read_at=now)


def note_try(channel: str, day: date, *, reason: UnreadStatement.Reason, detail: str, now: datetime) -> None:
    """It could not be had, or could not be read: why, and once more."""
    first = UnreadStatement(channel=channel, day=day, first_tried_at=now, last_tried_at=now)
    UnreadStatement.objects.bulk_create([first], ignore_conflicts=True)
    UnreadStatement.objects.filter(channel=channel, day=day).update(
        tries=F("tries") + 1, reason=reason, detail=detail[:_LONGEST_DETAIL], last_tried_at=now
    )


def is_late(day: date, *, now: datetime) -> bool:
    """Whether a channel has its file of that day by now, as a rule."""
    return day <= day_of(now - _LATE)


def end_quiet(channel: str, day: date, *, now: datetime) -> None:
    """A day of which there is nothing to read has been asked for long enough: a payout comes back sooner than that."""
    asked = UnreadStatement.objects.filter(channel=channel, day=day, first_tried_at__lte=now - WATCH)
    if asked.exists():
        mark_read(channel, day, sha256="", now=now)


def hold(statement_id: UUID) -> UnreadStatement | None:
    """That statement, locked until the transaction ends."""
    return UnreadStatement.objects.select_for_update().filter(id=statement_id).first()


def give_up(row: UnreadStatement, *, by: UUID, why: str, now: datetime) -> None:
    """It is not tried any more."""
    row.given_up_at, row.given_up_by, row.why = now, by, why[:400]
    row.save(update_fields=["given_up_at", "given_up_by", "why"])


def find(statement_id: UUID) -> UnreadStatement | None:
    """That statement."""
    return UnreadStatement.objects.filter(id=statement_id).first()


def waiting(now: datetime) -> QuerySet[UnreadStatement]:
    """What people must see to, the oldest day first: files that are late, and those that can't be read."""
    late = Q(day__lte=day_of(now - _LATE)) & ~Q(reason=UnreadStatement.Reason.NOTHING)
    late |= Q(reason=UnreadStatement.Reason.UNREADABLE)
    return UnreadStatement.objects.filter(late, read_at=None, given_up_at=None).order_by("day", "channel")


def given_up() -> Iterable[UnreadStatement]:
    """What was given up, the latest day first."""
    return UnreadStatement.objects.filter(given_up_at__isnull=False).order_by("-day", "channel")[:PAGE]
