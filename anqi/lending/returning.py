"""Goods that come back: what was asked for, how much may come back, and what became of it.

Refused
├── NoSuchReturn
├── NotShipped          before that it is a cancellation
├── MoreThanShipped     left_minor
├── NothingShippedLeft  all of it has come back, or is on its way
├── ItemsUnknown
├── AcceptanceWaits     one wish at a time about one return
└── ReturnOver          state
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from anqi.lending import unwinding
from anqi.lending.models import MerchantOrder, Return
from anqi.lending.store import LoanInHand
from anqi.lending.unwinding import Effect
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused

State = Return.State
_CAME_OR_COMES = (State.REQUESTED, State.COMPLETED)


class NoSuchReturn(Refused):
    """There is no such return."""

    code = "no_such_return"


class NotShipped(Refused):
    """The goods have not left, and nobody owes anything yet: cancel the order instead."""

    code = "not_shipped"


class MoreThanShipped(Refused):
    """Of what was shipped {left_minor} fen have not come back and are not on their way back."""

    code = "more_than_shipped"


class NothingShippedLeft(Refused):
    """All of it has come back, or is on its way back."""

    code = "nothing_shipped_left"


class ItemsUnknown(Refused):
    """These goods are not on the order, or not so many of them."""

    code = "items_unknown"


class AcceptanceWaits(Refused):
    """Somebody has asked to take these goods as returned already: decide about that first."""

    code = "acceptance_waits"


class ReturnOver(Refused):
    """This can't be done to a return that is {state}."""

    code = "return_over"


@dataclass(frozen=True, kw_only=True)
class NewReturn:
    """Goods that are to come back, as somebody asks for it; no amount: all that has not come back, in fen."""

    amount_minor: int | None
    reason: str
    items: Sequence[Mapping[str, Any]] = ()


def refuse_unsound(theirs: MerchantOrder, asked: NewReturn) -> None:
    """Refuses NotShipped and ItemsUnknown."""
    if theirs.state not in (MerchantOrder.State.SHIPPED, MerchantOrder.State.SETTLED):
        raise NotShipped(state=theirs.state)
    bought: dict[str, int] = {}
    for good in theirs.goods:
        bought[good["title"]] = bought.get(good["title"], 0) + good["quantity"]
    for item in asked.items:
        bought[item["title"]] = bought.get(item["title"], 0) - item["quantity"]
    if any(count < 0 for count in bought.values()):
        raise ItemsUnknown


def amount_of(theirs: MerchantOrder, asked_minor: int | None) -> int:
    """How much comes back, in fen: all that is left, unless told. Refuses MoreThanShipped, NothingShippedLeft."""
    found = _of_order(theirs.borrower_id, theirs.id).filter(state__in=_CAME_OR_COMES)
    left_minor = theirs.amount_minor - int(found.aggregate(sum=Sum("amount_minor"))["sum"] or 0)
    if not left_minor:
        raise NothingShippedLeft
    if asked_minor is not None and asked_minor > left_minor:
        raise MoreThanShipped(left_minor=left_minor)
    return asked_minor or left_minor


def keyed(borrower_id: UUID, merchant_order_id: UUID, key: str) -> Return | None:
    """The return that this key made, with its hold, if it made one."""
    return _of_order(borrower_id, merchant_order_id).filter(key=key).first()


def put(
    asked: NewReturn, *, id: UUID, held: LoanInHand, hold_id: UUID, merchant_order_id: UUID, amount_minor: int,
    key: str, body_hash: str, requested_at: datetime,
) -> Return:  # fmt: skip
    """A new return that is asked for; its plan is on hold by that hold."""
    return Return.objects.create(
        borrower_id=held.borrower_id, id=id, loan_id=held.id, hold_id=hold_id, merchant_order_id=merchant_order_id,
        key=key, body_hash=body_hash, amount_minor=amount_minor, reason=asked.reason, items=list(asked.items),
        requested_at=requested_at,
    )  # fmt: skip


def read(borrower_id: UUID, return_id: UUID) -> Return:
    """The return with its hold. Lock the borrower first. Refuses NoSuchReturn."""
    found = Return.objects.filter(borrower_id=borrower_id, id=return_id).select_related("hold").first()
    if not found:
        raise NoSuchReturn
    return found


def of_order(theirs: MerchantOrder, return_id: UUID) -> Return:
    """The return of this order, with its hold. Refuses NoSuchReturn."""
    found = _of_order(theirs.borrower_id, theirs.id).filter(id=return_id).first()
    if not found:
        raise NoSuchReturn
    return found


def of_hold(borrower_id: UUID, hold_id: UUID) -> Return | None:
    """The return that is asked for under this hold."""
    found = Return.objects.filter(borrower_id=borrower_id, hold_id=hold_id, state=State.REQUESTED)
    return found.select_related("hold").first()


def of_orders(theirs: MerchantOrder) -> list[Return]:
    """All returns of this order, the latest first."""
    return list(_of_order(theirs.borrower_id, theirs.id).order_by("-requested_at", "-id"))


def of_loan(borrower_id: UUID, loan_id: UUID) -> list[Return]:
    """All returns of the goods that this loan pays for, the latest first."""
    found = Return.objects.filter(borrower_id=borrower_id, loan_id=loan_id)
    return list(found.order_by("-requested_at", "-id"))


def complete(goods: Return, done: Effect, *, by: str, now: datetime) -> None:
    """The goods are back, and that is what it did; what goes back leaves the loan as soon as it may."""
    _decide(goods, State.COMPLETED, by=by, why="", now=now)
    goods.effect, goods.pays_back_at = unwinding.as_json(done), now if done.back_minor else None
    _row(goods).update(effect=goods.effect, pays_back_at=goods.pays_back_at)


def close(goods: Return, state: State, *, by: str, why: str, now: datetime) -> None:
    """No goods come back after all."""
    _decide(goods, state, by=by, why=why, now=now)


def _decide(goods: Return, state: State, *, by: str, why: str, now: datetime) -> None:
    goods.state, goods.decided_at, goods.decided_by, goods.decided_why = state, now, by, why
    goods.asked_by = None
    _row(goods).update(
        state=state, decided_at=now, decided_by=by, decided_why=why, asked_by=None, asked_at=None
    )


def ask(goods: Return, *, by: UUID, why: str, now: datetime) -> None:
    """Somebody takes the goods as returned, and a second person has to look. Refuses AcceptanceWaits."""
    if goods.asked_by:
        raise AcceptanceWaits
    goods.asked_by = by
    _row(goods).update(asked_by=by, asked_at=now, asked_why=why)


def forget_wish(goods: Return) -> None:
    """Nobody asks any more that it be taken as returned."""
    goods.asked_by = None
    _row(goods).update(asked_by=None, asked_at=None)


def alone_minor(borrower_id: UUID, loan_id: UUID) -> int:
    """How much of a loan's goods, in fen, staff took as returned in a merchant's place."""
    found = Return.objects.filter(
        borrower_id=borrower_id, loan_id=loan_id, state=State.COMPLETED, decided_by__startswith="staff:"
    )
    return int(found.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def pay_back_next(goods: Return, *, at: datetime | None) -> None:
    """When what it gives back is to leave the loan; None: it has left."""
    _row(goods).update(pays_back_at=at)


def due(*, now: datetime, limit: int) -> list[Return]:
    """Returns whose money is to leave its loan by now, the oldest first."""
    return list(Return.objects.filter(pays_back_at__lte=now).order_by("pays_back_at")[:limit])


def asked() -> QuerySet[Return]:
    """Returns that wait for a second person, the oldest first."""
    return Return.objects.filter(asked_at__isnull=False).select_related("loan").order_by("asked_at")


def told(goods: Return, order_number: str, *, held: LoanInHand, today: date) -> dict[str, Any]:
    """The return as merchants are told of it, in answers and in webhooks: nothing of what the borrower owes or paid."""
    part = unwinding.shops_part(held, goods, today=today)
    return {
        "id": str(goods.id),
        "order_id": str(goods.merchant_order_id),
        "order_number": order_number,
        "state": goods.state,
        "amount_minor": goods.amount_minor,
        "reason": goods.reason,
        "items": goods.items,
        "requested_at": _stamp(goods.requested_at),
        "decided_at": _stamp(goods.decided_at) if goods.decided_at else None,
        "decided_why": goods.decided_why,
        "settlement": {
            "counts_on": part.counts_on.isoformat(),
            "returned_minor": part.returned_minor,
            "fee_minor": part.fee_minor,
            "amount_minor": part.amount_minor,
        } if part else None,
    }  # fmt: skip


def events(
    goods: Return, theirs: MerchantOrder, *, held: LoanInHand, today: date
) -> list[dict[str, Any]]:
    """What the merchant is to be told of it: one event, or none to a shop that has named no address."""
    if not theirs.merchant.webhook_url:
        return []
    kind, body = f"return.{goods.state}", told(goods, theirs.order_number, held=held, today=today)
    return [{"merchant_id": theirs.merchant_id, "kind": kind, "subject_id": theirs.id, "body": body}]


def _stamp(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _of_order(borrower_id: UUID | None, merchant_order_id: UUID) -> QuerySet[Return]:
    if borrower_id is None:
        return Return.objects.none()
    found = Return.objects.filter(borrower_id=borrower_id, merchant_order_id=merchant_order_id)
    return found.select_related("hold")


def _row(goods: Return) -> QuerySet[Return]:
    return Return.objects.filter(borrower_id=goods.borrower_id, id=goods.id)
