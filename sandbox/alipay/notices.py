"""What the gateway tells a merchant: notifications, and the parameters of the way back."""

import json
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from sandbox import clock, faults, money, notify
from sandbox.alipay import bends, signing, trades
from sandbox.alipay.bends import Parcel
from sandbox.alipay.catalogue import NOTIFY_FAULTS
from sandbox.alipay.trades import Refund, Trade
from sandbox.faults import Fault
from sandbox.site import Site
from sandbox.store import Connection


def announce(
    connection: Connection,
    site: Site,
    trade: Trade,
    *,
    event: str,
    now: datetime,
    refund: Refund | None = None,
) -> None:
    """Keep the notification of `event` for sending, bent by the faults that strike it."""
    if trade.notify_url is None:
        return
    keep(
        connection,
        site,
        _fields(connection, site, trade, now=now, refund=refund),
        order_no=trade.out_trade_no,
        event=event,
        url=trade.notify_url,
        able=NOTIFY_FAULTS,
        now=now,
    )


def keep(
    connection: Connection,
    site: Site,
    fields: dict[str, str],
    *,
    order_no: str,
    event: str,
    url: str,
    able: Sequence[Fault],
    now: datetime,
) -> None:
    """Keep a message for sending, bent by those of the `able` faults that strike it."""
    strikes = faults.strike(connection, channel="alipay", faults=able, order_no=order_no, operation=event)
    parcels = [Parcel(fields=fields)]
    for strike in strikes:
        parcels = bends.bend(parcels, strike, connection)
    for parcel in parcels:
        notify.enqueue(
            connection,
            channel="alipay",
            order_no=order_no,
            event=event,
            url=url,
            body=parcel.old_body or _body(site, parcel),
            faults=" ".join(strike.name for strike in strikes),
            written_at=clock.to_wire(now),
            due_at=clock.real_seconds() + parcel.delay_seconds,
            copies=parcel.copies,
            before_reply=parcel.before_reply,
            withheld=parcel.withheld,
        )


def _fields(
    connection: Connection, site: Site, trade: Trade, *, now: datetime, refund: Refund | None
) -> dict[str, str]:
    fields = {
        **common(site, "trade_status_sync", now=now),
        "seller_id": site.home.settings.seller_id,
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "trade_status": trade.state,
        "subject": trade.subject,
        "total_amount": money.to_yuan(trade.total_minor),
        "gmt_create": trade.created_at,
    }
    if trade.passback_params:
        fields["passback_params"] = trade.passback_params
    if trade.closed_at:
        fields["gmt_close"] = trade.closed_at
    fields |= _payment_fields(connection, trade)
    if refund is not None:
        fields["refund_fee"] = money.to_yuan(trade.refunded_minor)
        fields["gmt_refund"] = f"{refund.refunded_at}.000"
        fields["out_biz_no"] = refund.out_request_no
    return fields


def common(site: Site, notify_type: str, *, now: datetime) -> dict[str, str]:
    """What every message begins with."""
    return {
        "notify_id": bends.notify_id(f"{now:%Y%m%d}"),
        "notify_type": notify_type,
        "notify_time": clock.to_wire(now),
        "charset": "utf-8",
        "version": "1.0",
        "app_id": site.home.settings.app_id,
        "auth_app_id": site.home.settings.app_id,
    }


def _payment_fields(connection: Connection, trade: Trade) -> dict[str, str]:
    if trade.buyer_id is None or trade.paid_at is None:
        return {}
    wallet = trades.find_wallet(connection, trade.buyer_id)
    assert wallet is not None
    paid = money.to_yuan(trade.total_minor)
    bills = [{"amount": paid, "fundChannel": wallet.fund_channel}]
    return {
        "gmt_payment": trade.paid_at,
        "buyer_id": wallet.buyer_id,
        "buyer_logon_id": wallet.logon_id,
        "receipt_amount": paid,
        "buyer_pay_amount": paid,
        "invoice_amount": paid,
        "point_amount": "0.00",
        "fund_bill_list": json.dumps(bills, separators=(",", ":")),
    }


def _body(site: Site, parcel: Parcel) -> str:
    if parcel.signature == "none":
        return urlencode(parcel.fields)
    text = signing.notice_text(parcel.fields)
    key = site.home.gateway_next_key if parcel.signature == "other" else site.home.gateway_key
    signature = signing.sign(f"{text} " if parcel.signature == "wrong" else text, key)
    return urlencode({**parcel.fields, "sign_type": "RSA2", "sign": signature})


def return_link(site: Site, trade: Trade, *, now: datetime) -> str | None:
    """Where the buyer goes after paying: the merchant's address with signed parameters."""
    if trade.return_url is None:
        return None
    fields = {
        "charset": "utf-8",
        "out_trade_no": trade.out_trade_no,
        "method": f"{trade.method}.return",
        "total_amount": money.to_yuan(trade.total_minor),
        "trade_no": trade.trade_no,
        "auth_app_id": site.home.settings.app_id,
        "version": "1.0",
        "app_id": site.home.settings.app_id,
        "seller_id": site.home.settings.seller_id,
        "timestamp": clock.to_wire(now),
    }
    return signed_link(site, trade.return_url, fields)


def signed_link(site: Site, address: str, fields: dict[str, str]) -> str:
    """The merchant's address with these fields, signed."""
    signature = signing.sign(signing.notice_text(fields), site.home.gateway_key)
    address, mark, fragment = address.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode({**fields, 'sign': signature, 'sign_type': 'RSA2'})}{mark}{fragment}"
