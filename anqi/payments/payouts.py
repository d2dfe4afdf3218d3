"""Payouts: money that leaves for a borrower, known to its channel by one number however often it is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from anqi.payments import leases, news
from anqi.payments.channels.protocol import Result
from anqi.payments.models import ChannelOrder, Payout, PayoutExchange
from anqi.payments.numbers import number_for
from anqi.rows import sql
from anqi.rows.days import end_of, start_of
from anqi.rows.ids import uuid7

# UnionPay wants three minutes before it is asked first.
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (180, 300, 600, 1800, 3600))
# For so long the payee's bank may send it back, and it is looked after once a day.
WATCH = timedelta(days=10)
_LOOK_AGAIN = timedelta(days=1)
# So long a borrower has to name another account; after that the agreement lapses, at no cost.
_NAME_ANOTHER_WITHIN = timedelta(days=3)
# The channel says that one arrived which it had called failed.
PAID_AFTER_ALL = "paid_after_all"
# What was to be paid in its stead waits for that.
EARLIER_PAID = "earlier_paid"
# The payee's bank shows it: no braces, no personal data.
WHY = "按期放款"


@dataclass(frozen=True, kw_only=True)
class PayTo:
    """Where a loan is paid to: a bound card's token or a wallet's account, its holder, and what people see of it."""

    channel: str
    account: str
    holder: str
    label: str


def put(
    *, borrower_id: UUID, loan_id: UUID, lender_id: UUID, to: PayTo, amount_minor: int, currency: str, why: str,
    must_be_released: bool, now: datetime,
) -> Payout:  # fmt: skip
    """A new payout, in fen, with its entry in the channels' look-up: due at once, or once a person has released it."""
    payout_id = uuid7()
    payout = Payout.objects.create(
        borrower_id=borrower_id,
        id=payout_id,
        loan_id=loan_id,
        lender_id=lender_id,
        **vars(to),
        key=number_for("ap", payout_id),
        amount_minor=amount_minor,
        currency=currency,
        why=why,
        state=Payout.State.WAITING if must_be_released else Payout.State.RELEASED,
        requested_at=now,
        released_at=None if must_be_released else now,
        next_try_at=None if must_be_released else now,
    )
    ChannelOrder.objects.create(channel=to.channel, key=payout.key, kind="payout", borrower_id=borrower_id)
    return payout


def owner(channel: str, key: str) -> UUID | None:
    """The borrower whose payout a channel's number is; None for a number that is not ours."""
    found = ChannelOrder.objects.filter(channel=channel, key=key, kind="payout")
    return found.values_list("borrower_id", flat=True).first()


def read(borrower_id: UUID, payout_id: UUID) -> Payout:
    """The payout. Raises Payout.DoesNotExist."""
    return Payout.objects.get(borrower_id=borrower_id, id=payout_id)


def by_key(borrower_id: UUID, key: str) -> Payout:
    """The payout of that number. Lock the borrower first."""
    return Payout.objects.get(borrower_id=borrower_id, key=key)


def alive_of(borrower_id: UUID, loan_id: UUID) -> Payout | None:
    """The payout of a loan that is, or may yet be, money out of the house."""
    return Payout.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state__in=Payout.ALIVE).first()


def failed_of(borrower_id: UUID, loan_id: UUID) -> list[Payout]:
    """The payouts of a loan that failed, the oldest first."""
    failed = Payout.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state=Payout.State.FAILED)
    return list(failed.order_by("requested_at", "id"))


def may_be_paid(failed: Iterable[Payout]) -> bool:
    """Whether a channel has said of one of them since that it arrived."""
    return any(each.reason == PAID_AFTER_ALL for each in failed)


def nameable_until(payout: Payout) -> datetime:
    """Until when another account may be named for a payout that failed."""
    assert payout.ended_at, "it has not failed"
    return payout.ended_at + _NAME_ANOTHER_WITHIN


def lock_day(lender_id: UUID) -> None:
    """Until the transaction ends nobody else counts what has left of this lender's money today."""
    sql.fetch("select pg_advisory_xact_lock(hashtextextended('payouts:' || $1::text, 0))", [str(lender_id)])


def sent_minor(lender_id: UUID, *, on: date) -> int:
    """What was sent of the lender's money on that day and has not failed, in fen."""
    sent = Payout.objects.filter(lender_id=lender_id, sent_at__gte=start_of(on), sent_at__lt=end_of(on))
    gone = sent.exclude(state=Payout.State.FAILED)
    return int(gone.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def release(payout: Payout, *, by: UUID, now: datetime) -> None:
    """It may leave."""
    _change(payout, state=Payout.State.RELEASED, released_at=now, released_by=by, next_try_at=now)


def stop(payout: Payout, *, reason: str, now: datetime) -> None:
    """It will not leave."""
    _change(payout, state=Payout.State.STOPPED, reason=reason[:64], ended_at=now, next_try_at=None)


def hold_back(payout: Payout, *, reason: str) -> None:
    """It may not leave, unless a person releases it."""
    _change(payout, state=Payout.State.WAITING, reason=reason, released_at=None, released_by=None, next_try_at=None)


def begin_sending(payout: Payout, *, now: datetime) -> None:
    """From here on it may have left, whatever becomes of us. Its time is the one it is sent with, now and later."""
    _change(payout, state=Payout.State.UNKNOWN, reason="", sent_at=now, next_try_at=now + _WAITS[0])


def put_off(payout: Payout, *, reason: str, until: datetime) -> None:
    """It can't leave, or be asked about, yet; nothing where somebody has decided about it meanwhile."""
    _row(payout).filter(state=payout.state).update(reason=reason, next_try_at=until)


def go_on(payout: Payout, *, state: str, ref: str, reason: str, is_heard: bool, now: datetime) -> None:
    """On its way, or nobody can say; the channel is asked again, later each time."""
    wait = _WAITS[min(max(payout.tries - 1, 0), len(_WAITS) - 1)]
    _change(
        payout, state=state, ref=ref or payout.ref, reason=reason[:64], is_heard=payout.is_heard or is_heard,
        next_try_at=now + wait,
    )  # fmt: skip


def ask_now(payout: Payout, *, now: datetime) -> None:
    """The channel has news of it, or people want to know: it is asked at once."""
    _change(payout, next_try_at=now)


def arrive(payout: Payout, *, ref: str, paid_at: datetime, now: datetime) -> None:
    """The payee has the money; for some days their bank may send it back."""
    _change(
        payout, state=Payout.State.SUCCEEDED, ref=ref, reason="", is_heard=True, paid_at=paid_at, ended_at=now,
        next_try_at=now + _LOOK_AGAIN, verdict=None,
    )  # fmt: skip


def watch(payout: Payout, *, now: datetime) -> None:
    """It is looked after again tomorrow, while it may come back."""
    again = now + _LOOK_AGAIN
    is_over = payout.paid_at is None or again > payout.paid_at + WATCH
    _change(payout, next_try_at=None if is_over else again)


def fail(payout: Payout, *, state: str, reason: str, now: datetime) -> None:
    """It has never left, or has come back."""
    _change(payout, state=state, reason=reason[:64], is_heard=True, ended_at=now, next_try_at=None, verdict=None)


def contradict(payout: Payout, *, reason: str) -> None:
    """What the channel says cannot be: people must look."""
    _change(payout, reason=reason[:64])


def judge(payout: Payout, *, verdict: dict[str, Any] | None, by: UUID | None) -> None:
    """How somebody says that it ended; None takes it back."""
    _change(payout, verdict=verdict, verdict_by=by)


def lease_due(*, now: datetime, limit: int) -> list[Payout]:
    """Payouts that are to leave or to be asked about, each left to the caller for a while."""
    return leases.take(Payout.objects.all(), now=now, limit=limit)


def failed_for_long(*, now: datetime, limit: int) -> list[Payout]:
    """Payouts for which no other account may be named any more and that nobody has closed, the oldest first.

    Of one that may have been paid after all nothing lapses: people find out.
    """
    failed = Payout.objects.filter(
        state=Payout.State.FAILED, ended_at__lt=now - _NAME_ANOTHER_WITHIN, lapsed_at=None
    ).exclude(reason=PAID_AFTER_ALL)
    return list(failed.order_by("ended_at")[:limit])


def close_failed(payout: Payout, *, now: datetime) -> None:
    """Nothing more is to be done about a payout that failed."""
    _change(payout, lapsed_at=now)


def note(payout: Payout, *, kind: str, result: Result, at: datetime) -> None:
    """One question of ours and its answer."""
    PayoutExchange.objects.create(
        borrower_id=payout.borrower_id, payout_id=payout.id, kind=kind, outcome=type(result).__name__.lower(),
        detail=news.masked(result), at=at,
    )  # fmt: skip


def _change(payout: Payout, **changes: Any) -> None:
    _row(payout).update(**changes)
    for name, value in changes.items():
        setattr(payout, name, value)


def _row(payout: Payout) -> QuerySet[Payout]:
    return Payout.objects.filter(borrower_id=payout.borrower_id, id=payout.id)
