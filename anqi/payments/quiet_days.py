"""Days of channels on which nothing moved: some have no file of such a day, and say only that there is none."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q

from anqi.payments import clearing_days
from anqi.payments.models import Charge, Payment, Payout, ReconciliationDay, Refund

_DAY = timedelta(days=1)


def is_quiet(channel: str, day: date) -> bool:
    """Whether we know of nothing that moved there on that day, nor of anything begun by then that may have."""
    begins, ends = clearing_days.bounds(channel, day)
    during = (begins, ends)
    charges = Charge.objects.filter(channel=channel, state__in=Charge.OPEN, opened_at__range=(begins - _DAY, ends))
    refunds = Refund.objects.filter(Q(refunded_at__range=during) | Q(state__in=Refund.OPEN), channel=channel)
    payouts = Payout.objects.filter(
        Q(paid_at__range=during) | Q(state__in=Payout.SENT, sent_at__lt=ends), channel=channel
    )
    payments = Payment.objects.filter(channel=channel, paid_at__range=during)
    return not any(found.exists() for found in (payments, charges, refunds.filter(requested_at__lt=ends), payouts))


def keep(channel: str, day: date, *, kinds: Iterable[str], now: datetime) -> None:
    """By these files, of which there is none, the day is reconciled: nothing moved. One may still come."""
    nothing = dict.fromkeys(_FIGURES, 0)
    ReconciliationDay.objects.bulk_create(
        [
            ReconciliationDay(
                channel=channel, day=day, kind=kind, state=ReconciliationDay.State.RECONCILED, matched_at=now,
                reconciled_at=now, **nothing,
            )
            for kind in kinds
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def drop(channel: str, day: date) -> None:
    """The day is not quiet after all: it waits for the files that are missing."""
    ReconciliationDay.objects.filter(channel=channel, day=day, statement=None).delete()


_FIGURES = (
    "theirs_count", "theirs_minor", "other_minor", "fee_minor", "ours_count", "ours_minor", "booked_minor", "matched",
    "named_minor",
)  # fmt: skip
