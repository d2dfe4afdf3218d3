"""Transfers from the merchant's account to wallets: declined, dealt with, made, brought back; inside a transaction."""

from datetime import datetime, timedelta
from typing import Any

from sandbox import clock, faults, money
from sandbox.alipay import refusals, trades, transfers
from sandbox.alipay.catalogue import TRANSFER_FAULTS, TRANSFER_QUERY_FAULTS
from sandbox.alipay.refusals import Refused
from sandbox.alipay.transfer_orders import (
    TransferOrder,
    check_account,
    read_transfer,
    read_transfer_reference,
)
from sandbox.alipay.transfers import Transfer
from sandbox.faults import Strike
from sandbox.site import Site
from sandbox.store import Connection

Content = dict[str, Any]
_LEAST_MINOR, _REMARK_FROM_MINOR = 10, 5_000_000
_WORDS = {
    "PAYEE_NOT_EXIST": "收款账号不存在",
    "PAYEE_USER_INFO_ERROR": "支付宝账号和姓名不匹配，请确认姓名是否正确",
    "PAYEE_ACCOUNT_STATUS_ERROR": "收款方账号异常",
    "EXCEED_LIMIT_SM_MIN_AMOUNT": "单笔最低转账金额0.1元",
    "EXCEED_LIMIT_SM_AMOUNT": "单笔额度超限",
    "EXCEED_LIMIT_DM_AMOUNT": "日累计额度超限",
    "MEMO_REQUIRED_IN_TRANSFER_ERROR": "单笔转账金额达到50000元时，需要填写付款理由",
    "PAYER_BALANCE_NOT_ENOUGH": "付款方余额不足",
    "PAYMENT_INFO_INCONSISTENCY": "两次请求商户单号一样，但是参数不一致",
    "ORDER_NOT_EXIST": "转账订单不存在",
}
_DECLINED_BY = {
    "transfer_mismatch": "PAYEE_USER_INFO_ERROR",
    "transfer_no_payee": "PAYEE_NOT_EXIST",
    "transfer_limit": "EXCEED_LIMIT_SM_AMOUNT",
    "transfer_day_limit": "EXCEED_LIMIT_DM_AMOUNT",
    "transfer_balance": "PAYER_BALANCE_NOT_ENOUGH",
}
_FAILED = "PAYEE_ACCOUNT_STATUS_ERROR"


class Spent(Exception):
    """The payee's wallet no longer holds what is to come back."""


def transfer(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    """The answer to a transfer asked for; the same number with the same contents is the same transfer."""
    catch_up(connection, now)
    order = read_transfer(biz)
    found = transfers.find(connection, out_biz_no=order.out_biz_no)
    if found is not None and found.order != order:
        raise _declined("PAYMENT_INFO_INCONSISTENCY")
    made = found or _make(connection, order, now=now)
    return {**_numbers(made), **_outcome(made, paid_at="trans_date")}


def query(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    """The answer to a question about a transfer."""
    catch_up(connection, now)
    reference = read_transfer_reference(biz)
    found = transfers.find(connection, out_biz_no=reference.out_biz_no, order_id=reference.order_id)
    if found is None or faults.strike(
        connection, channel="alipay", faults=TRANSFER_QUERY_FAULTS, order_no=found.out_biz_no,
        operation="alipay.fund.trans.common.query",
    ):  # fmt: skip
        raise _declined("ORDER_NOT_EXIST")
    amount = {"trans_amount": money.to_yuan(found.amount_minor)}
    return {**_numbers(found), **amount, **_outcome(found, paid_at="pay_date")}


def account(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    """What the merchant can pay out."""
    catch_up(connection, now)
    check_account(biz, owner=site.home.settings.seller_id)
    left = money.to_yuan(transfers.balance_minor(connection))
    return {"available_amount": left, "freeze_amount": "0.00"}


def catch_up(connection: Connection, now: datetime) -> None:
    """Everything that time alone does to transfers, up to now."""
    for each in transfers.settling(connection, now):
        _settle(connection, each)
    for each in transfers.returning(connection, now):
        try:
            bring_back(connection, each, at=each.returns_at or clock.to_wire(now))
        except Spent:
            transfers.change(connection, each, returns_at=None)


def bring_back(connection: Connection, sent: Transfer, *, at: str) -> Transfer:
    """The transfer, its money with the merchant again. Spent says why not."""
    wallet = trades.find_wallet(connection, _wallet_of(connection, sent))
    assert wallet is not None, "a login has a wallet"
    if not wallet.covers(sent.amount_minor):
        raise Spent
    trades.move_balance(connection, wallet.buyer_id, -sent.amount_minor)
    _move_own(connection, sent.amount_minor)
    return transfers.change(connection, sent, state="REFUND", returned_at=at)


def _make(connection: Connection, order: TransferOrder, *, now: datetime) -> Transfer:
    _refuse_unfit(connection, order)
    strikes = faults.strike(
        connection, channel="alipay", faults=TRANSFER_FAULTS, order_no=order.out_biz_no,
        operation="alipay.fund.trans.uni.transfer",
    )  # fmt: skip
    for strike in strikes:
        if strike.name in _DECLINED_BY:
            raise _declined(_DECLINED_BY[strike.name])
    _move_own(connection, -order.amount_minor)
    made = transfers.create(connection, order, now=now)
    plan = {"settles_at": clock.to_wire(now)}
    for strike in strikes:
        plan |= _plan(strike, now)
    made = transfers.change(connection, made, **plan)
    return _settle(connection, made) if made.settles_at == clock.to_wire(now) else made


def _plan(strike: Strike, now: datetime) -> dict[str, Any]:
    then = clock.to_wire(now + timedelta(seconds=strike.seconds))
    plans: dict[str, dict[str, Any]] = {
        "transfer_dealing": {"settles_at": then},
        "transfer_forever": {"settles_at": None},
        "transfer_then_failed": {"settles_at": then, "error_code": _FAILED},
        "transfer_failed": {"error_code": _FAILED},
        "transfer_returned": {"returns_at": then},
    }
    return plans[strike.name]


def _refuse_unfit(connection: Connection, order: TransferOrder) -> None:
    if order.amount_minor < _LEAST_MINOR:
        raise _declined("EXCEED_LIMIT_SM_MIN_AMOUNT")
    if order.amount_minor >= _REMARK_FROM_MINOR and not order.remark:
        raise _declined("MEMO_REQUIRED_IN_TRANSFER_ERROR")
    buyer_id = transfers.wallet_of(connection, order.logon_id)
    wallet = trades.find_wallet(connection, buyer_id) if buyer_id else None
    if wallet is None:
        raise _declined("PAYEE_NOT_EXIST")
    if wallet.name != order.name:
        raise _declined("PAYEE_USER_INFO_ERROR")
    if wallet.is_frozen:
        raise _declined("PAYEE_ACCOUNT_STATUS_ERROR")
    if order.amount_minor > transfers.balance_minor(connection):
        raise _declined("PAYER_BALANCE_NOT_ENOUGH")


def _settle(connection: Connection, sent: Transfer) -> Transfer:
    if sent.error_code:
        _move_own(connection, sent.amount_minor)
        return transfers.change(connection, sent, state="FAIL")
    trades.move_balance(connection, _wallet_of(connection, sent), sent.amount_minor)
    return transfers.change(connection, sent, state="SUCCESS", paid_at=sent.settles_at)


def _wallet_of(connection: Connection, sent: Transfer) -> str:
    buyer_id = transfers.wallet_of(connection, sent.logon_id)
    assert buyer_id is not None, "who was paid had a wallet"
    return buyer_id


def _move_own(connection: Connection, amount_minor: int) -> None:
    transfers.set_balance(connection, transfers.balance_minor(connection) + amount_minor)


def _numbers(sent: Transfer) -> Content:
    return {
        "out_biz_no": sent.out_biz_no,
        "order_id": sent.order_id,
        "pay_fund_order_id": sent.pay_fund_order_id,
    }


def _outcome(sent: Transfer, *, paid_at: str) -> Content:
    if sent.state == "FAIL":
        assert sent.error_code, "what failed has a reason"
        return {"status": "FAIL", "error_code": sent.error_code, "fail_reason": _WORDS[sent.error_code]}
    return {"status": sent.state, **({paid_at: sent.paid_at} if sent.paid_at else {})}


def _declined(code: str) -> Refused:
    return refusals.declined(code, _WORDS[code])
