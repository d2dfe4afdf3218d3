"""What happens to an agreement: opened, signed, refused, ended by either side or by time; inside a transaction."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sandbox import clock, faults, money
from sandbox.alipay import agreement_notices, agreements, refusals, trades
from sandbox.alipay.agreement_catalogue import (
    AGREEMENT_QUERY_FAULTS,
    MOVING_FAULTS,
    SIGNING_FAULTS,
    UNSIGN_FAULTS,
)
from sandbox.alipay.agreement_orders import (
    LAST_DAY_OF_MONTH,
    PERSONAL_PRODUCT_CODE,
    AgreementReference,
    SignOrder,
    read_agreement_reference,
    read_move,
)
from sandbox.alipay.agreements import Agreement
from sandbox.alipay.catalogue import AGREEMENT_METHODS
from sandbox.alipay.envelope import Call
from sandbox.faults import Fault, Strike
from sandbox.site import Site
from sandbox.store import Connection

Content = dict[str, Any]
_QUERY, _UNSIGN, _MOVE = AGREEMENT_METHODS
_WITHOUT_END = "2115-02-01 00:00:00"
# The gateway takes a merchant's wish to end an agreement, and follows it afterwards.
_UNSIGN_DELAY = timedelta(seconds=1)


class CannotSign(Exception):
    """The page's answer to whoever wants to sign is no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def sweep(site: Site) -> None:
    """End what has come to its end."""
    now = clock.business_now()
    with site.store.begin() as connection:
        for agreement in agreements.ending(connection, now):
            as_of(connection, site, agreement, now=now)


def open_page(connection: Connection, site: Site, order: SignOrder, *, now: datetime) -> Agreement:
    """The agreement that a merchant's page call means, created at the first one."""
    agreement = agreements.by_key(connection, order.external_agreement_no)
    if agreement is None:
        return agreements.create(connection, order, now=now)
    if (agreement.rule, agreement.validity) != (order.rule, order.validity):
        raise refusals.declined("AGREEMENT_HAS_EXISTED", "同一 external_agreement_no 已有内容不同的协议")
    agreement = as_of(connection, site, agreement, now=now)
    if agreement.state != "TEMP":
        return agreement
    # The latest call knows best where the merchant lives now.
    return agreements.change(
        connection, agreement, notify_url=order.notify_url, return_url=order.return_url
    )


def as_of(connection: Connection, site: Site, agreement: Agreement, *, now: datetime) -> Agreement:
    """The agreement after everything that time alone has done to it."""
    if agreement.state == "TEMP" and agreement.page_ends_at <= clock.to_wire(now):
        return agreements.change(connection, agreement, state="LAPSED")
    if agreement.state != "NORMAL":
        return agreement
    if agreement.ends_at and agreement.ends_at <= clock.to_wire(now):
        return _end(connection, site, agreement, now=now)
    while agreement.plan_on < now.date().isoformat() and not agreement.plan_stays:
        agreement = agreements.change(connection, agreement, plan_on=agreement.next_plan_on())
    return agreement


def sign(connection: Connection, site: Site, agreement: Agreement, *, buyer: str, now: datetime) -> Agreement:
    """The agreement, signed by that payer. CannotSign says why not."""
    agreement = as_of(connection, site, agreement, now=now)
    if agreement.state != "TEMP":
        raise CannotSign("AGREEMENT_NOT_WAITING", "这份协议已经签过，或者不能再签了")
    wallet = trades.find_wallet(connection, buyer)
    if wallet is None:
        raise CannotSign("BUYER_NOT_EXIST", "请选择一个支付宝账户")
    if wallet.is_frozen:
        raise CannotSign("BUYER_ENABLE_STATUS_FORBID", "这个支付宝账户已被冻结，不能签约")
    if agreements.count_of(connection, wallet.buyer_id) >= site.home.settings.agreements_per_user:
        raise CannotSign("AGREEMENT_TOO_MANY", "与这个商家的扣款协议已达上限，请先关闭不用的")
    strikes = _strikes(connection, agreement, SIGNING_FAULTS, "signed")
    invalid_at = _until(agreement)
    term = {"ends_at": invalid_at, "ended_by": "term"} if invalid_at != _WITHOUT_END else {}
    signed = {
        "state": "NORMAL", "buyer_id": wallet.buyer_id, "signed_at": clock.to_wire(now), "invalid_at": invalid_at,
    }  # fmt: skip
    for strike in strikes:
        term |= _bent(agreement, strike, now)
    agreement = agreements.change(connection, agreement, **signed | term)
    agreement_notices.announce(connection, site, agreement, event="signed", url=agreement.notify_url, now=now)
    return agreement


def _until(agreement: Agreement) -> str:
    if agreement.validity is None:
        return _WITHOUT_END
    count, unit = int(agreement.validity[:-1]), agreement.validity[-1]
    begun_at = clock.from_wire(agreement.created_at)
    if unit == "d":
        return clock.to_wire(begun_at + timedelta(days=count))
    day = agreements.in_months(begun_at.date().replace(day=min(begun_at.day, 28)), count)
    return clock.to_wire(begun_at.replace(year=day.year, month=day.month, day=day.day))


def _bent(agreement: Agreement, strike: Strike, now: datetime) -> Content:
    then = clock.to_wire(now + timedelta(seconds=strike.seconds))
    bends: dict[str, Content] = {
        "agreement_low_limit": {"single_minor": max(agreement.single_minor // 2, 1)},
        "agreement_expires": {"ends_at": then, "ended_by": "term", "invalid_at": then},
        "agreement_ended": {"ends_at": then, "ended_by": "payer"},
        "agreement_plan_moves": {"plan_stays": 0},
    }
    return bends[strike.name]


def refuse(connection: Connection, site: Site, agreement: Agreement, *, now: datetime) -> Agreement:
    """The agreement that somebody didn't want to sign: nobody is told."""
    agreement = as_of(connection, site, agreement, now=now)
    return agreements.change(connection, agreement, state="REFUSED") if agreement.state == "TEMP" else agreement


def end_by_payer(connection: Connection, site: Site, agreement: Agreement, *, now: datetime) -> Agreement:
    """The agreement, ended at once by its payer: the merchant is told where it wanted to be told of the signing."""
    agreement = as_of(connection, site, agreement, now=now)
    if agreement.state != "NORMAL":
        return agreement
    agreement = agreements.change(connection, agreement, ends_at=clock.to_wire(now), ended_by="payer")
    return _end(connection, site, agreement, now=now)


def expire(connection: Connection, site: Site, agreement: Agreement, *, now: datetime) -> Agreement:
    """The agreement, at the end of the time that it was signed for: nobody is told."""
    agreement = as_of(connection, site, agreement, now=now)
    if agreement.state != "NORMAL":
        return agreement
    at = clock.to_wire(now)
    agreement = agreements.change(connection, agreement, ends_at=at, invalid_at=at, ended_by="term")
    return _end(connection, site, agreement, now=now)


def _end(connection: Connection, site: Site, agreement: Agreement, *, now: datetime) -> Agreement:
    agreement = agreements.change(connection, agreement, state="STOP")
    url = {"payer": agreement.notify_url, "merchant": agreement.end_notify_url, "term": None}
    assert agreement.ended_by is not None, "what has ended was ended by somebody, or by time"
    agreement_notices.announce(
        connection, site, agreement, event="unsigned", url=url[agreement.ended_by], now=now
    )
    return agreement


def unsign(connection: Connection, site: Site, call: Call, now: datetime) -> Content:
    """The answer to a merchant that wants to end an agreement: it will, soon."""
    agreement = _find(connection, site, read_agreement_reference(call.biz), now=now)
    if agreement.state != "NORMAL":
        raise _no_such_agreement()
    delay = _UNSIGN_DELAY
    for strike in _strikes(connection, agreement, UNSIGN_FAULTS, _UNSIGN):
        if strike.name == "agreement_never_ends":
            return {}
        delay = timedelta(seconds=strike.seconds)
    agreements.change(
        connection, agreement, ends_at=clock.to_wire(now + delay), ended_by="merchant", end_notify_url=call.notify_url
    )
    return {}


def move(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    """The answer to a merchant that wants the next debit on a later day; the ones after it follow in its step."""
    order = read_move(biz)
    agreement = _find(connection, site, order.reference, now=now)
    if agreement.state != "NORMAL":
        raise _no_such_agreement()
    is_refused = _strikes(connection, agreement, MOVING_FAULTS, _MOVE)
    lacks_it = agreement.period_type == "MONTH" and order.on.day > LAST_DAY_OF_MONTH
    if is_refused or lacks_it or order.on.isoformat() <= agreement.plan_on or order.on < now.date():
        raise refusals.declined("ILLEGAL_EXECUTION_TIME", "执行计划时间参数非法")
    agreement = agreements.change(connection, agreement, plan_on=order.on.isoformat())
    return {"agreement_no": agreement.agreement_no, "deduct_time": agreement.plan_on}


def fall_behind(connection: Connection, agreement: Agreement, *, on: date) -> Agreement:
    """The agreement whose next day was that one, passed without a debit, and has stayed."""
    return agreements.change(connection, agreement, plan_on=on.isoformat(), plan_stays=1)


def query(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    """The answer to a question about an agreement."""
    agreement = _find(connection, site, read_agreement_reference(biz), now=now)
    struck = {strike.name for strike in _strikes(connection, agreement, AGREEMENT_QUERY_FAULTS, _QUERY)}
    if "agreement_unseen" in struck:
        raise _no_such_agreement()
    if agreement.state == "TEMP" or "agreement_temp" in struck:
        return _named(agreement) | {"status": "TEMP"}
    return _told(connection, agreement)


def _named(agreement: Agreement) -> Content:
    return {
        "external_agreement_no": agreement.external_agreement_no,
        "personal_product_code": PERSONAL_PRODUCT_CODE,
        "sign_scene": agreement.sign_scene,
    }


def _told(connection: Connection, agreement: Agreement) -> Content:
    assert agreement.buyer_id is not None, "what was signed has a payer"
    wallet = trades.find_wallet(connection, agreement.buyer_id)
    assert wallet is not None
    last = {"last_deduct_time": agreement.last_paid_at} if agreement.last_paid_at else {}
    return _named(agreement) | {
        "agreement_no": agreement.agreement_no,
        "status": agreement.state,
        "principal_type": "CARD",
        "principal_id": wallet.buyer_id,
        "alipay_logon_id": wallet.logon_id,
        "sign_time": agreement.signed_at,
        "valid_time": agreement.signed_at,
        "invalid_time": agreement.invalid_at,
        "single_quota": money.to_yuan(agreement.single_minor),
        "next_deduct_time": agreement.plan_on,
        **last,
    }


def _find(connection: Connection, site: Site, reference: AgreementReference, *, now: datetime) -> Agreement:
    agreement = agreements.find(connection, reference)
    if agreement is not None:
        agreement = as_of(connection, site, agreement, now=now)
    # A page that nobody signed leaves nothing behind.
    if agreement is None or agreement.state in ("REFUSED", "LAPSED"):
        raise _no_such_agreement()
    return agreement


def _strikes(
    connection: Connection, agreement: Agreement, able: tuple[Fault, ...], operation: str
) -> list[Strike]:
    return faults.strike(
        connection, channel="alipay", faults=able, order_no=agreement.external_agreement_no, operation=operation
    )


def _no_such_agreement() -> refusals.Refused:
    return refusals.declined("USER_AGREEMENT_NOT_EXIST", "用户协议不存在")


def to_fields(agreement: Agreement) -> Content:
    """The agreement for a JSON answer; the signing page's secret address is part of it."""
    fields = asdict(agreement)
    fields["status"] = fields.pop("state")
    del fields["token"]
    return {**fields, "sign_path": agreement.path}
