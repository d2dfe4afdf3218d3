"""The merchants' API about goods that come back: asked for, accepted, withdrawn, and what each costs the shop."""

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from anqi import clock
from anqi.actions import returns
from anqi.lending import merchant_orders, returning, store
from anqi.lending.models import MerchantOrder, Return
from anqi.lending.returning import NewReturn, State
from anqi.rows.chain import canonical
from anqi.web.merchant import calls, schemas

router = Router(tags=["Returns"])
_ALL = "/orders/{uuid:order_id}/returns"
_ONE = _ALL + "/{uuid:return_id}"


@router.post(
    _ALL, response={201: schemas.Return, 200: schemas.Return, **calls.PROBLEMS}, operation_id="request_return"
)
def request(
    request: HttpRequest, response: HttpResponse, key: calls.Key, order_id: UUID, asked: schemas.ReturnAsked
) -> Any:
    """Goods of a shipped order come back, part of them or all. Say so as soon as you know.

    From this second on the plan is on hold: nothing is debited, late, penalised or reported. When the goods are with
    you, accept the return; or say goods_received here, and both is done at once. What came back counts as of the day of
    this call. Before shipping, cancel the order instead. The same key and body again: the return as it stands now.
    """
    stated = asked.model_dump()
    goods, is_replay = returns.request(
        merchant_id=calls.merchant_of(request).id,
        merchant_order_id=order_id,
        key=key,
        body_hash=hashlib.sha256(canonical(stated)).hexdigest(),
        asked=NewReturn(
            amount_minor=None if asked.amount_minor == "whole" else asked.amount_minor, reason=asked.reason,
            items=stated["items"],
        ),
        is_here=asked.goods_received,
        now=clock.now(),
    )  # fmt: skip
    calls.mark(response, is_replay=is_replay)
    return Status(200 if is_replay else 201, _told(goods, _order(request, order_id)))


@router.get(_ALL, response={200: schemas.Returns, **calls.PROBLEMS}, operation_id="list_returns")
def newest(request: HttpRequest, order_id: UUID) -> Any:
    """All returns of an order, the latest first."""
    order = _order(request, order_id)
    return {"returns": [_told(goods, order) for goods in returning.of_orders(order)]}


@router.get(_ONE, response={200: schemas.Return, **calls.PROBLEMS}, operation_id="get_return")
def one(request: HttpRequest, order_id: UUID, return_id: UUID) -> Any:
    """One return as it stands now."""
    order = _order(request, order_id)
    return _told(returning.of_order(order, return_id), order)


@router.post(
    _ONE + "/accept", response={200: schemas.Return, **calls.PROBLEMS}, operation_id="accept_return"
)
def accept(request: HttpRequest, response: HttpResponse, key: calls.Key, order_id: UUID, return_id: UUID) -> Any:
    """The goods are with you: the plan loses them, and what is too much goes back to the borrower.

    Again: the same answer.
    """
    now = clock.now()
    goods = returns.accept(
        merchant_id=calls.merchant_of(request).id, merchant_order_id=order_id, return_id=return_id, now=now
    )
    calls.mark(response, is_replay=goods.decided_at != now)
    return _told(goods, _order(request, order_id))


@router.post(
    _ONE + "/withdraw", response={200: schemas.Return, **calls.PROBLEMS}, operation_id="withdraw_return"
)
def withdraw(
    request: HttpRequest, response: HttpResponse, key: calls.Key, order_id: UUID, return_id: UUID,
    asked: schemas.CancellationAsked,
) -> Any:  # fmt: skip
    """No goods are coming after all: the hold ends, and the plan goes on. Again: the same answer."""
    now = clock.now()
    goods = returns.withdraw(
        merchant_id=calls.merchant_of(request).id, merchant_order_id=order_id, return_id=return_id, reason=asked.reason,
        now=now,
    )  # fmt: skip
    calls.mark(response, is_replay=goods.decided_at != now)
    return _told(goods, _order(request, order_id))


def _order(request: HttpRequest, order_id: UUID) -> MerchantOrder:
    return merchant_orders.of_merchant(calls.merchant_of(request).id, order_id)


def _told(goods: Return, order: MerchantOrder) -> dict[str, Any]:
    held = store.read(goods.borrower_id, [goods.loan_id])[goods.loan_id]
    told = returning.told(goods, order.order_number, held=held, today=clock.today())
    is_open = goods.state == State.REQUESTED and not goods.hold.ended_at
    told["on_hold_until"] = goods.hold.until.isoformat() if is_open else None
    told["waits_too_long"] = is_open and goods.hold.until < clock.today()
    return told
