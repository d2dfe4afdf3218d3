"""Goods returned: a merchant says that they are coming back, that they are here, or that they are not coming.

The plan is on hold from the first word on. What came back counts from that day, whatever the parcel took.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.actions.returns import counting, writing
from anqi.lending import loans, merchant_orders, returning
from anqi.lending.merchant_orders import KeyReused
from anqi.lending.models import MerchantOrder, Return
from anqi.lending.returning import NewReturn, NotShipped, ReturnOver, State
from anqi.people import holds
from anqi.rows.chain import Chain

_BY = "merchant"


def request(
    *, merchant_id: UUID, merchant_order_id: UUID, key: str, body_hash: str, asked: NewReturn, is_here: bool,
    now: datetime,
) -> tuple[Return, bool]:  # fmt: skip
    """The return that stands under this key, and whether it stood there before; completed where the goods are here.

    Refuses NoSuchOrder, NotShipped, ItemsUnknown, MoreThanShipped, NothingShippedLeft, KeyReused, CannotCount.
    """
    with transaction.atomic(durable=True):
        chain, theirs = _hold(merchant_id, merchant_order_id)
        standing = returning.keyed(chain.borrower_id, theirs.id, key)
        if standing and standing.body_hash != body_hash:
            raise KeyReused
        if standing:
            return standing, True
        return _begin(chain, theirs, asked, key=key, body_hash=body_hash, is_here=is_here, now=now), False


def _begin(
    chain: Chain, theirs: MerchantOrder, asked: NewReturn, *, key: str, body_hash: str, is_here: bool, now: datetime
) -> Return:
    returning.refuse_unsound(theirs, asked)
    held = writing.loan_of(chain.borrower_id, loans.signed_for(theirs).id)
    goods, fact = counting.begin(held, theirs, asked, key=key, body_hash=body_hash, by=_BY, now=now)
    writing.tell_merchant(held, goods, theirs, now=now)
    if is_here:
        counting.complete(chain, held, theirs, goods, before=[fact], by=_BY, now=now)
    else:
        recording.write(chain, held, [fact], now=now)
        writing.tell_borrower(goods, theirs, "return_requested", now=now)
    return goods


def accept(*, merchant_id: UUID, merchant_order_id: UUID, return_id: UUID, now: datetime) -> Return:
    """The goods are here: the return, completed. Again changes nothing.

    Refuses NoSuchOrder, NoSuchReturn, ReturnOver, CannotCount.
    """
    with transaction.atomic(durable=True):
        chain, theirs = _hold(merchant_id, merchant_order_id)
        goods = _open_or(State.COMPLETED, theirs, return_id)
        if goods.state == State.REQUESTED:
            held = writing.loan_of(chain.borrower_id, goods.loan_id)
            counting.complete(chain, held, theirs, goods, before=[], by=_BY, now=now)
        return goods


def withdraw(*, merchant_id: UUID, merchant_order_id: UUID, return_id: UUID, reason: str, now: datetime) -> Return:
    """No goods are coming: the return, withdrawn, and its hold ended. Again changes nothing.

    Refuses NoSuchOrder, NoSuchReturn, ReturnOver.
    """
    with transaction.atomic(durable=True):
        chain, theirs = _hold(merchant_id, merchant_order_id)
        goods = _open_or(State.WITHDRAWN, theirs, return_id)
        if goods.state == State.REQUESTED:
            counting.give_up(chain, theirs, goods, State.WITHDRAWN, by=_BY, why=reason, now=now)
        return goods


def _hold(merchant_id: UUID, merchant_order_id: UUID) -> tuple[Chain, MerchantOrder]:
    """The borrower's chain and the order, both locked; only what was shipped to somebody can come back."""
    seen = merchant_orders.of_merchant(merchant_id, merchant_order_id)
    if seen.borrower_id is None:
        raise NotShipped(state=seen.state)
    chain = holds.hold(seen.borrower_id)
    return chain, merchant_orders.lock(seen.id)


def _open_or(wanted: State, theirs: MerchantOrder, return_id: UUID) -> Return:
    goods = returning.of_order(theirs, return_id)
    if goods.state not in (State.REQUESTED, wanted):
        raise ReturnOver(state=goods.state)
    return goods
