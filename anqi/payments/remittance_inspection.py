"""What staff ask of remittances: what is late, what came untold, and what may be which. Nothing here writes."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from anqi.payments import remittances
from anqi.payments.models import BankLine, Remittance
from anqi.rows.days import start_of

PAGE = 100
# So many whole days either side waits for the other, weekends among them.
WAITS = timedelta(days=3)
# So long before and after it the line of a remittance is looked for.
_NEAR = timedelta(days=30)
State = Remittance.State


def late(today: date) -> QuerySet[Remittance]:
    """Told, and the bank has no line of it after some days; the oldest first."""
    return Remittance.objects.filter(state=State.TOLD, day__lt=today - WAITS).order_by("day", "channel")


def untold(today: date) -> QuerySet[BankLine]:
    """The bank's lines that are a channel's by name, of which it has not told after some days; the oldest first."""
    return remittances.free_lines().filter(at__lt=start_of(today - WAITS))


def waiting(today: date) -> QuerySet[Remittance]:
    """What people must see to: late, told otherwise than the bank does, or asked for; the oldest first."""
    is_theirs = Q(state__in=(State.DIFFERING, State.ASKED)) | Q(state=State.TOLD, day__lt=today - WAITS)
    return Remittance.objects.filter(is_theirs).order_by("day", "channel")


def open_ones() -> list[Remittance]:
    """All that has not come to its end, the oldest first."""
    found = Remittance.objects.filter(state__in=remittances.OPEN).select_related("line")
    return list(found.order_by("day", "channel", "told_at")[:PAGE])


def of_day(channel: str, day: date) -> list[Remittance]:
    """What the channel told of that day."""
    return list(Remittance.objects.filter(channel=channel, day=day).order_by("told_at", "ref", "nth"))


def ended() -> list[Remittance]:
    """What came to its end, the latest day first."""
    found = Remittance.objects.exclude(state__in=remittances.OPEN).select_related("line")
    return list(found.order_by("-day", "channel", "told_at")[:PAGE])


def find(remittance_id: UUID) -> Remittance | None:
    """That remittance, with its line and file."""
    found = Remittance.objects.select_related("line", "statement").defer("statement__raw")
    return found.filter(id=remittance_id).first()


def candidates(row: Remittance) -> list[BankLine]:
    """Lines that it may be: of its direction and days, the nearest in amount first."""
    near: tuple[datetime, datetime] = (start_of(row.day - _NEAR), start_of(row.day + _NEAR))
    free = BankLine.objects.filter(
        state__in=(BankLine.State.CHANNEL, BankLine.State.WAITING, BankLine.State.OTHER), at__range=near,
        **{"amount_minor__gt" if row.amount_minor > 0 else "amount_minor__lt": 0},
    ).exclude(id__in=Remittance.objects.exclude(Q(line=None) | Q(id=row.id)).values("line_id"))  # fmt: skip
    off = F("amount_minor") - row.amount_minor
    return list(free.annotate(off=off * off).order_by("off", "at")[:20])
