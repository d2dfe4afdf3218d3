"""What the gateway tells a merchant: notifications, and the parameters of the way back."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from sandbox import clock, faults, money, notify
from sandbox.alipay import signing, trades
from sandbox.alipay.catalogue import NOTIFY_FAULTS
from sandbox.alipay.trades import Refund, Trade
from sandbox.faults import Strike
from sandbox.site import Site
from sandbox.store import Connection

# Long enough for the answer to leave first: only a fault lets the notification overtake it.
_USUAL_DELAY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message about to be kept for sending."""

    fields: dict[str, str]
    delay_seconds: float = _USUAL_DELAY_SECONDS
    copies: int = 1
    before_reply: bool = False
    withheld: bool = False
    signed_wrongly: bool = False
    # An old message, repeated byte by byte instead of being written anew.
    old_body: str | None = None


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
    strikes = faults.strike(
        connection, channel="alipay", faults=NOTIFY_FAULTS, order_no=trade.out_trade_no, operation=event
    )
    parcels = [Parcel(fields=_fields(connection, site, trade, now=now, refund=refund))]
    for strike in strikes:
        parcels = _BENDS[strike.name](parcels, strike, connection)
    for parcel in parcels:
        notify.enqueue(
            connection,
            channel="alipay",
            order_no=trade.out_trade_no,
            event=event,
            url=trade.notify_url,
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
        "notify_id": f"{now:%Y%m%d}{secrets.randbelow(10**26):026d}",
        "notify_type": "trade_status_sync",
        "notify_time": clock.to_wire(now),
        "charset": "utf-8",
        "version": "1.0",
        "app_id": site.home.settings.app_id,
        "auth_app_id": site.home.settings.app_id,
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
    text = signing.notice_text(parcel.fields)
    signature = signing.sign(f"{text} " if parcel.signed_wrongly else text, site.home.gateway_key)
    return urlencode({**parcel.fields, "sign_type": "RSA2", "sign": signature})


def _twice(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [*parcels, *(replace(parcel, delay_seconds=parcel.delay_seconds + 1) for parcel in parcels)]


def _replay(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    old_body = notify.oldest_accepted_body(connection, channel="alipay")
    again = replace(parcels[0], delay_seconds=parcels[0].delay_seconds + 1, old_body=old_body)
    return [*parcels, again]


def _then_closed(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    first = parcels[0]
    other_id = {"notify_id": first.fields["notify_id"][::-1], "trade_status": "TRADE_CLOSED"}
    closed = replace(first, fields={**first.fields, **other_id}, delay_seconds=first.delay_seconds + 1)
    return [*parcels, closed]


def _altered(name: str, alter: Callable[[str], str]) -> Callable[..., list[Parcel]]:
    def bend(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
        return [
            replace(parcel, fields={**parcel.fields, name: alter(parcel.fields[name])}) for parcel in parcels
        ]

    return bend


def _each(**changes: object) -> Callable[..., list[Parcel]]:
    def bend(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
        return [replace(parcel, **changes) for parcel in parcels]  # type: ignore[arg-type]

    return bend


_BENDS: dict[str, Callable[[list[Parcel], Strike, Connection], list[Parcel]]] = {
    "duplicate": _twice,
    "duplicate_at_once": _each(copies=2),
    "late": lambda parcels, strike, connection: [
        replace(parcel, delay_seconds=strike.seconds) for parcel in parcels
    ],
    "before_response": _each(before_reply=True),
    "never": _each(withheld=True),
    "wrong_signature": _each(signed_wrongly=True),
    "altered_amount": _altered("total_amount", lambda text: money.to_yuan(money.to_minor(text) + 1)),
    "altered_order": _altered("out_trade_no", lambda text: f"{text[:63]}X"),
    "altered_seller": _altered("seller_id", lambda text: f"{text[:-1]}9"),
    "altered_app": _altered("app_id", lambda text: f"{text[:-1]}9"),
    "replay": _replay,
    "then_closed": _then_closed,
}


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
    signature = signing.sign(signing.notice_text(fields), site.home.gateway_key)
    address, mark, fragment = trade.return_url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode({**fields, 'sign': signature, 'sign_type': 'RSA2'})}{mark}{fragment}"
