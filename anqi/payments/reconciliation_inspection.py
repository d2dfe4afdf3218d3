"""What staff ask of reconciliation. Nothing here locks or writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from anqi.payments.models import ReconciliationDay, ReconciliationDifference

PAGE = 100
_OPEN = (ReconciliationDifference.State.OPEN, ReconciliationDifference.State.ASKED)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The differences of one kind in one file, as many as a page shows, and what all of them come to in fen."""

    statement_kind: str
    kind: str
    count: int
    open_count: int
    off_minor: int
    shown: tuple[ReconciliationDifference, ...]


def days(*, channel: str | None = None, is_open: bool = False) -> list[ReconciliationDay]:
    """The latest days first, each once for each of its files; those not reconciled only, the oldest first."""
    found = ReconciliationDay.objects.filter(**({"channel": channel} if channel else {}))
    if is_open:
        return list(found.exclude(state=ReconciliationDay.State.RECONCILED).order_by("day", "channel", "kind")[:PAGE])
    return list(found.order_by("-day", "channel", "kind")[:PAGE])


def waiting(today: date) -> QuerySet[ReconciliationDay]:
    """Days that are over and not reconciled, the oldest first."""
    found = ReconciliationDay.objects.exclude(state=ReconciliationDay.State.RECONCILED)
    return found.filter(day__lt=today).order_by("day", "channel", "kind")


def asked_days(days: Iterable[date]) -> set[tuple[str, date, str]]:
    """(channel, day, kind of file) of those of these days of which a difference waits for a second person."""
    asked = ReconciliationDifference.objects.filter(day__in=set(days), state=ReconciliationDifference.State.ASKED)
    return set(asked.values_list("channel", "day", "statement_kind"))


def day(channel: str, on: date) -> list[ReconciliationDay]:
    """The files of that day as they stand."""
    found = ReconciliationDay.objects.filter(channel=channel, day=on)
    return list(found.select_related("statement").defer("statement__raw").order_by("kind"))


def differences(channel: str, on: date) -> QuerySet[ReconciliationDifference]:
    """All of that day, by file and kind."""
    found = ReconciliationDifference.objects.filter(channel=channel, day=on)
    return found.order_by("statement_kind", "kind", "line", "key", "nth")


def groups(channel: str, on: date) -> list[Group]:
    """The day's differences by file and kind."""
    found = differences(channel, on)
    counted = found.order_by("statement_kind", "kind").values("statement_kind", "kind").annotate(
        count=Count("id"), open_count=Count("id", filter=Q(state__in=_OPEN)), off_minor=Sum("off_minor")
    )
    return [
        Group(**each, shown=tuple(found.filter(statement_kind=each["statement_kind"], kind=each["kind"])[:PAGE]))
        for each in counted
    ]


def find(difference_id: UUID) -> ReconciliationDifference | None:
    """That difference."""
    return ReconciliationDifference.objects.filter(id=difference_id).first()
