"""The JSON doors for tests and demonstrations: what holders and their banks do, without a browser."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, doors
from sandbox.site import Site
from sandbox.unionpay import cashier, front, pages, rows, settling
from sandbox.unionpay.envelope import Knock
from sandbox.unionpay.refusals import Refused
from sandbox.unionpay.rows import Order

_FORM = "application/x-www-form-urlencoded"
_FIRST_CARD = "icbc"
_ENTRY = {"holder": "林晓", "phone": "13800006021", "code": "123456"}


class Unfit(Exception):
    """The control request can't be done; the answer is ready."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def open_page(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"fields"}`: what a browser that sends this form does."""
    try:
        order = _open(site, body.get("fields"))
    except Unfit as unfit:
        return unfit.answer
    return doors.answer(pages.to_fields(order))


def pay(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"out_trade_no" or "fields", "card"?, "code"?}`: what the payment page's button does."""
    entry = {"card": str(body.get("card", _FIRST_CARD)), "code": str(body.get("code", _ENTRY["code"]))}
    return _use(site, body, "pay", entry)


def bind(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"out_trade_no" or "fields", "card"?, "holder"?, "phone"?, "code"?}`: what the opening page's button does."""
    with site.store.begin() as connection:
        card = rows.find_card(connection, str(body.get("card", _FIRST_CARD)))
    number = card.number if card else str(body.get("card"))
    return _use(site, body, "open", {name: str(body.get(name, _ENTRY[name])) for name in _ENTRY} | {"number": number})


def _use(site: Site, body: dict[str, Any], kind: str, entry: dict[str, str]) -> Response:
    try:
        order = _open(site, body["fields"]) if "fields" in body else _find(site, body.get("out_trade_no"))
        if order.kind != kind:
            raise Unfit(doors.refuse(409, "OTHER_KIND", f"this order is of the kind {order.kind}"))
    except Unfit as unfit:
        return unfit.answer
    with site.store.begin() as connection:
        # Found before this transaction: somebody else may have used it since.
        order, trouble = cashier.do(connection, site, _again(connection, order), entry)
    if trouble is not None:
        return doors.refuse(409, trouble.code, trouble.message)
    site.courier.send_before_reply(channel="unionpay", order_no=order.order_id)
    return doors.answer(pages.to_fields(order))


def _again(connection: Any, order: Order) -> Order:
    current = rows.find(connection, order.order_id)
    assert current is not None, "orders are never removed"
    return current


def _open(site: Site, fields: object) -> Order:
    if not isinstance(fields, dict):
        raise Unfit(doors.refuse(422, "malformed", "fields must be the form's fields"))
    try:
        opened = front.open_page(
            site, Knock(door="front", content_type=_FORM, body=urlencode(fields).encode())
        )
    except Refused as refusal:
        raise Unfit(doors.refuse(400, refusal.code, refusal.message)) from None
    if opened.order is None:
        raise Unfit(doors.refuse(502, "dropped", "a fault kept the page from opening"))
    return opened.order


def _find(site: Site, order_id: object) -> Order:
    with site.store.begin() as connection:
        order = rows.find(connection, str(order_id))
    if order is None:
        raise Unfit(doors.refuse(404, "34", "no such order: send its form first"))
    return order


def unbind(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"out_trade_no"}`: the holder ends at the bank what that opening opened; the merchant is told nothing."""
    with site.store.begin() as connection:
        order = rows.find(connection, str(body.get("out_trade_no")))
        token = rows.find_token(connection, order.token) if order and order.token else None
        if token is None or token.removed_at:
            return doors.refuse(404, "61", "no card is open by that order")
        rows.remove_token(connection, token, now=clock.business_now())
    return doors.answer({"removed": True})


def give_back(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"out_trade_no"}`: the payee's bank sends a payout back, now."""
    with site.store.begin() as connection:
        order = rows.find(connection, str(body.get("out_trade_no")))
        if order is None or order.kind != "payout":
            return doors.refuse(404, "34", "no such payout")
        if not order.may_return:
            return doors.refuse(409, "not_out", "only a payout that has arrived comes back, and once")
        order = settling.give_back(connection, order, now=clock.business_now())
    return doors.answer(pages.to_fields(order))


def tell_payouts(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        found = rows.where(connection, "kind = 'payout'")
    return doors.answer({"payouts": [pages.to_fields(each) for each in found]})


def set_balance(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"balance_minor"}`, and with `"card"` that card's, where null is no limit; without, the payout account's."""
    amount = body.get("balance_minor")
    is_amount = type(amount) is int and 0 <= amount < 10**12
    if not is_amount and not (amount is None and "card" in body):
        return doors.refuse(422, "malformed", "balance_minor must be whole fen")
    with site.store.begin() as connection:
        if "card" not in body:
            rows.set_balance(connection, int(amount or 0))
        elif not rows.set_card(connection, str(body["card"]), amount):
            return doors.refuse(404, "61", "no such card")
    return tell_balance(site, request)


def tell_balance(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        known = {card.nickname: card.balance_minor for card in rows.all_cards(connection)}
        return doors.answer({"balance_minor": rows.balance(connection), "cards": known})
