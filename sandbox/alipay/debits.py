"""Debits under an agreement: declined, in progress, taken; inside a transaction."""

from datetime import datetime, timedelta

from sandbox import clock, faults
from sandbox.alipay import agreement_life, agreements, payments, refusals, trades
from sandbox.alipay.agreement_catalogue import DEBIT_FAULTS
from sandbox.alipay.agreement_orders import DebitOrder
from sandbox.alipay.agreements import Agreement, Debit
from sandbox.alipay.orders import Order, Reference
from sandbox.alipay.trades import Trade
from sandbox.faults import Strike
from sandbox.site import Site
from sandbox.store import Connection

_METHOD = "alipay.trade.pay"
_LIFE = timedelta(days=15)
_WORDS = {
    "AGREEMENT_NOT_EXIST": "用户协议不存在或已解约",
    "AGREEMENT_INVALID": "用户协议失效",
    "CYCLE_PAY_SINGLE_FEE_EXCEED": "周期扣款的单笔金额超过签约时限制",
    "CYCLE_PAY_TOTAL_FEE_EXCEED": "周期扣款的累计金额超过签约时限制",
    "CYCLE_PAY_TOTAL_TIMES_EXCEED": "周期扣款的总次数超过签约时限制",
    "CYCLE_PAY_DATE_NOT_MATCH": "扣款日期不在签约时的允许范围之内",
    "BUYER_BALANCE_NOT_ENOUGH": "买家余额不足",
    "BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR": "买家付款日限额超限",
    "BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": "买家付款月额度超限",
    "BUYER_ENABLE_STATUS_FORBID": "买家状态非法",
    "PAYMENT_REQUEST_HAS_RISK": "支付有风险",
    "PAYMENT_FAIL": "支付失败",
    "SELLER_BEEN_BLOCKED": "商家账号被冻结",
    "TRADE_HAS_SUCCESS": "交易已被支付",
    "TRADE_HAS_CLOSE": "交易已经关闭",
    "CONTEXT_INCONSISTENT": "交易信息被篡改：同一订单号的金额或标题不一致",
}
_DECLINED_BY = {
    "debit_balance": "BUYER_BALANCE_NOT_ENOUGH",
    "debit_limit": "CYCLE_PAY_SINGLE_FEE_EXCEED",
    "debit_day_limit": "BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
    "debit_window": "CYCLE_PAY_DATE_NOT_MATCH",
    "debit_unsigned": "AGREEMENT_NOT_EXIST",
    "debit_frozen": "BUYER_ENABLE_STATUS_FORBID",
    "debit_risk": "PAYMENT_REQUEST_HAS_RISK",
    "debit_maintenance": "PAYMENT_FAIL",
    "debit_merchant": "SELLER_BEEN_BLOCKED",
}
# The cashier's word for a card's own limit is one for the merchant's limits here.
_TOLD_AS = {"BEYOND_PER_RECEIPT_RESTRICTION": "BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR"}


def sweep(site: Site) -> None:
    """Settle the debits in progress whose time has come."""
    with site.store.begin() as connection:
        catch_up(connection, site, now=clock.business_now())


def pay(connection: Connection, site: Site, order: DebitOrder, *, now: datetime) -> Trade:
    """The trade: paid, or waiting while it is in progress. Refused leaves none behind."""
    catch_up(connection, site, now=now)
    earlier = trades.find(connection, Reference(out_trade_no=order.out_trade_no, trade_no=None))
    if earlier is not None:
        return _again(earlier, order)
    agreement = agreements.by_number(connection, order.agreement_no)
    if agreement is not None:
        agreement = agreement_life.as_of(connection, site, agreement, now=now)
    if agreement is None or agreement.buyer_id is None:
        raise _declined("AGREEMENT_NOT_EXIST")
    _refuse_unfit(connection, agreement, order, now=now)
    strikes = faults.strike(
        connection, channel="alipay", faults=DEBIT_FAULTS, order_no=order.out_trade_no, operation=_METHOD
    )
    for strike in strikes:
        if strike.name in _DECLINED_BY:
            raise _declined(_DECLINED_BY[strike.name])
    trade = _open(connection, order, now=now)
    if strikes:
        agreements.add_debit(connection, _in_progress(trade, agreement, strikes[0], now))
        return trade
    return _take(connection, site, trade, agreement, now=now)


def _again(trade: Trade, order: DebitOrder) -> Trade:
    if (trade.total_minor, trade.subject, trade.method) != (order.total_minor, order.subject, _METHOD):
        raise _declined("CONTEXT_INCONSISTENT")
    if trade.state == "WAIT_BUYER_PAY":
        return trade
    raise _declined("TRADE_HAS_CLOSE" if trade.state == "TRADE_CLOSED" else "TRADE_HAS_SUCCESS")


def _refuse_unfit(connection: Connection, agreement: Agreement, order: DebitOrder, *, now: datetime) -> None:
    if agreement.state != "NORMAL":
        raise _declined("AGREEMENT_INVALID" if agreement.ended_by == "term" else "AGREEMENT_NOT_EXIST")
    if order.total_minor > agreement.single_minor:
        raise _declined("CYCLE_PAY_SINGLE_FEE_EXCEED")
    if agreement.total_minor is not None and agreement.paid_minor + order.total_minor > agreement.total_minor:
        raise _declined("CYCLE_PAY_TOTAL_FEE_EXCEED")
    if agreement.total_payments is not None and agreement.paid_count >= agreement.total_payments:
        raise _declined("CYCLE_PAY_TOTAL_TIMES_EXCEED")
    first, last = agreement.window
    if not first <= now.date() <= last or agreements.is_being_debited(connection, agreement):
        raise _declined("CYCLE_PAY_DATE_NOT_MATCH")
    assert agreement.buyer_id is not None, "what was signed has a payer"
    wallet = trades.find_wallet(connection, agreement.buyer_id)
    assert wallet is not None
    if wallet.trouble is not None:
        code = _TOLD_AS.get(wallet.trouble.code, wallet.trouble.code)
        raise refusals.declined(f"ACQ.{code}", _WORDS.get(code, wallet.trouble.message))
    if not wallet.covers(order.total_minor):
        raise _declined("BUYER_BALANCE_NOT_ENOUGH")


def _open(connection: Connection, order: DebitOrder, *, now: datetime) -> Trade:
    wanted = Order(
        out_trade_no=order.out_trade_no,
        method=_METHOD,
        total_minor=order.total_minor,
        subject=order.subject,
        expires_at=now + _LIFE,
        notify_url=order.notify_url,
        return_url=None,
        quit_url=None,
        passback_params=order.passback_params,
    )
    return trades.create(connection, wanted, now=now)


def _in_progress(trade: Trade, agreement: Agreement, strike: Strike, now: datetime) -> Debit:
    never = strike.name == "debit_forever"
    return Debit(
        out_trade_no=trade.out_trade_no,
        external_agreement_no=agreement.external_agreement_no,
        settles_at=None if never else clock.to_wire(now + timedelta(seconds=strike.seconds)),
        pays=strike.name == "debit_processing",
        is_open=1,
    )


def _take(connection: Connection, site: Site, trade: Trade, agreement: Agreement, *, now: datetime) -> Trade:
    assert agreement.buyer_id is not None, "what was signed has a payer"
    trade = payments.take(connection, site, trade, buyer_id=agreement.buyer_id, now=now, notifies=True)
    agreements.change(
        connection,
        agreement,
        plan_on=agreement.next_plan_on(),
        paid_count=agreement.paid_count + 1,
        paid_minor=agreement.paid_minor + trade.total_minor,
        last_paid_at=trade.paid_at,
    )
    return trade


def catch_up(connection: Connection, site: Site, *, now: datetime) -> None:
    """Everything that time alone does to debits in progress, up to now."""
    for debit in agreements.settling(connection, now):
        agreements.close_debit(connection, debit)
        trade = trades.by_number(connection, debit.out_trade_no)
        agreement = agreements.by_key(connection, debit.external_agreement_no)
        assert trade is not None
        assert agreement is not None
        # The merchant may have closed it.
        if trade.state == "WAIT_BUYER_PAY":
            _settle(connection, site, trade, agreement, pays=bool(debit.pays), now=now)


def _settle(
    connection: Connection, site: Site, trade: Trade, agreement: Agreement, *, pays: bool, now: datetime
) -> None:
    wallet = trades.find_wallet(connection, agreement.buyer_id or "")
    assert wallet is not None
    if pays and wallet.covers(trade.total_minor):
        _take(connection, site, trade, agreement, now=now)
    else:
        payments.expire(connection, site, trade, now=now)


def _declined(code: str) -> refusals.Refused:
    return refusals.declined(f"ACQ.{code}", _WORDS[code])
