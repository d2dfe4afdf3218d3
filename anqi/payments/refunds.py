"""Refunds: money that no loan could use, on its way back to where it came from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet, Sum

from anqi.payments import leases
from anqi.payments.models import ChannelOrder, Payment, Refund, Unapplied
from anqi.payments.numbers import number_for
from anqi.payments.unapplied import GOODS_RETURNED
from anqi.rows.ids import uuid7

# A channel may not show a refund within its first seconds, and refunds of one trade want their distance.
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 1800, 3600))


def put(
    case: Unapplied, *, amount_minor: int, why: str, requested_by: UUID | None, now: datetime
) -> Refund:
    """A new refund of so much of the case's money, in fen, due at once, with its entry in the channels' look-up."""
    refund_id, payment = uuid7(), case.payment
    refund = Refund.objects.create(
        borrower_id=case.borrower_id,
        id=refund_id,
        case_id=case.id,
        payment_id=payment.id,
        charge_id=payment.charge_id,
        lender_id=case.lender_id,
        channel=payment.channel,
        key=number_for("ar", refund_id),
        amount_minor=amount_minor,
        currency=payment.currency,
        why=why,
        requested_by=requested_by,
        requested_at=now,
        next_try_at=now,
    )
    ChannelOrder.objects.create(
        channel=refund.channel, key=refund.key, kind="refund", borrower_id=case.borrower_id,
        charge_id=payment.charge_id,
    )  # fmt: skip
    return refund


def owner(channel: str, key: str) -> UUID | None:
    """The borrower whose refund a channel's number is; None for a number that is not ours."""
    found = ChannelOrder.objects.filter(channel=channel, key=key, kind="refund")
    return found.values_list("borrower_id", flat=True).first()


def by_key(borrower_id: UUID, key: str) -> Refund:
    """The refund with its payment and case. Lock the borrower first."""
    found = Refund.objects.select_related("payment", "case")
    return found.get(borrower_id=borrower_id, key=key)


def read(borrower_id: UUID, refund_id: UUID) -> Refund:
    """The refund with its payment, its charge and its case. Raises Refund.DoesNotExist."""
    found = Refund.objects.select_related("payment__charge", "case")
    return found.get(borrower_id=borrower_id, id=refund_id)


def open_one(borrower_id: UUID, case_id: UUID) -> Refund | None:
    """The refund of this case that is on its way."""
    return Refund.objects.filter(borrower_id=borrower_id, case_id=case_id, state__in=Refund.OPEN).first()


def begun_minor(borrower_id: UUID, charge_id: UUID) -> int:
    """How much of a charge's money has gone back or is on its way, in fen."""
    gone = Refund.objects.filter(borrower_id=borrower_id, charge_id=charge_id)
    return int(gone.exclude(state=Refund.State.FAILED).aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def sources(
    borrower_id: UUID, loan_id: UUID, paid: Sequence[tuple[UUID, int]], *, amount_minor: int
) -> list[tuple[UUID, int]]:
    """From which payments so much of a loan's money can go back, in fen, in the order in which they are named.

    `paid` says what each brought to the loan. None gives more than that less what has left the loan for it, nor more
    than its channel still has of it. It may come to less than the amount.
    """
    given, left_minor = [], amount_minor
    for payment_id, paid_minor in paid:
        room_minor = min(
            paid_minor - _left_loan_minor(borrower_id, loan_id, payment_id), _at_channel_minor(borrower_id, payment_id)
        )
        takes_minor = min(max(room_minor, 0), left_minor)
        if takes_minor:
            given.append((payment_id, takes_minor))
            left_minor -= takes_minor
    return given


def _left_loan_minor(borrower_id: UUID, loan_id: UUID, payment_id: UUID) -> int:
    cases = Unapplied.objects.filter(
        borrower_id=borrower_id, loan_id=loan_id, payment_id=payment_id, reason=GOODS_RETURNED
    )
    return int(cases.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def _at_channel_minor(borrower_id: UUID, payment_id: UUID) -> int:
    payment = Payment.objects.get(borrower_id=borrower_id, id=payment_id)
    its = {"borrower_id": borrower_id, "payment_id": payment_id}
    gone = Refund.objects.filter(**its).exclude(state=Refund.State.FAILED).aggregate(sum=Sum("amount_minor"))
    waiting = Unapplied.objects.filter(**its).aggregate(sum=Sum("left_minor"))
    return payment.amount_minor - int(gone["sum"] or 0) - int(waiting["sum"] or 0)


def due_cases(*, now: datetime, limit: int) -> list[Unapplied]:
    """Money that nobody has found a use for in time, the oldest first. What has failed once waits for people."""
    return list(Unapplied.objects.filter(closed_at=None, returns_at__lte=now).order_by("returns_at")[:limit])


def lease_due(*, now: datetime, limit: int) -> list[Refund]:
    """Refunds of which it is time to ask their channel, each left to the caller for a while."""
    return leases.take(Refund.objects.all(), now=now, limit=limit)


def go_on(refund: Refund, *, state: str, ref: str, reason: str, now: datetime) -> None:
    """Still on its way, or nobody can say; the channel is asked again, later each time."""
    wait = _WAITS[min(max(refund.tries - 1, 0), len(_WAITS) - 1)]
    _row(refund).filter(state__in=Refund.OPEN).update(
        state=state, ref=ref or refund.ref, reason=reason, next_try_at=now + wait
    )


def ask_now(refund: Refund, *, now: datetime) -> None:
    """The channel has news of it, or people want to know: it is asked at once."""
    _row(refund).filter(state__in=Refund.OPEN).update(next_try_at=now)


def end(refund: Refund, *, state: str, ref: str, reason: str, at: datetime, now: datetime) -> None:
    """It has arrived, or never will. For good."""
    _row(refund).update(
        state=state, ref=ref or refund.ref, reason=reason, ended_at=now, refunded_at=at, next_try_at=None
    )


def _row(refund: Refund) -> QuerySet[Refund]:
    return Refund.objects.filter(borrower_id=refund.borrower_id, id=refund.id)
