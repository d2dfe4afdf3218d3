"""Orders as UnionPay tells them, in answers to queries, in notices and on the way back to the shop."""

from sandbox import clock
from sandbox.store import Connection
from sandbox.unionpay import cards, rows
from sandbox.unionpay.keys import Account
from sandbox.unionpay.refusals import MESSAGES
from sandbox.unionpay.rows import Order, Token


def code(value: str) -> dict[str, str]:
    return {"respCode": value, "respMsg": MESSAGES[value]}


def found(connection: Connection, order: Order) -> dict[str, str]:
    """What a query is told: its own success, and what became of the order."""
    return {
        **code("00"),
        **_types(order),
        "origRespCode": order.resp_code,
        "origRespMsg": MESSAGES[order.resp_code],
        **_money(connection, order),
    }


def unfinished(told: dict[str, str]) -> dict[str, str]:
    """The same order as it was told before it came to its end."""
    since = ("traceTime", "settleDate", "settleAmt", "settleCurrencyCode", "accNo", "payCardType")
    kept = {name: value for name, value in told.items() if name not in since}
    return kept | {"origRespCode": "05", "origRespMsg": MESSAGES["05"]}


def notice(connection: Connection, account: Account, order: Order) -> dict[str, str]:
    """What the merchant is told by itself."""
    told = {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": "01",
        "accessType": "0",
        "merId": account.mer_id,
        "orderId": order.order_id,
        "txnTime": order.txn_time,
        **_types(order),
        **code(order.resp_code),
        "queryId": order.query_id,
        "reqReserved": order.reserved or "",
    }
    if order.kind == "open":
        return told | opening(connection, account, order)
    return told | _money(connection, order)


def opening(connection: Connection, account: Account, order: Order) -> dict[str, str]:
    """Whether a card was opened, and which."""
    token = rows.find_token(connection, order.token) if order.token else None
    if order.state != "SUCCESS" or token is None:
        return {"activateStatus": "0"}
    card = rows.card_of(connection, order)
    return {
        "activateStatus": "1",
        "tokenPayData": _token_data(token, account),
        "payCardType": card.kind,
        "payCardIssueName": card.bank,
        "accNo": card.masked,
    }


def _token_data(token: Token, account: Account) -> str:
    inside = {
        "token": token.token,
        "trId": account.tr_id,
        "tokenLevel": "40",
        "tokenBegin": to_wire(token.begins_at),
        "tokenEnd": to_wire(token.ends_at),
        "tokenType": "01",
    }
    return "{" + "&".join(f"{name}={value}" for name, value in inside.items()) + "}"


def _types(order: Order) -> dict[str, str]:
    return dict(zip(("txnType", "txnSubType", "bizType"), rows.TYPES[order.kind], strict=True))


def _money(connection: Connection, order: Order) -> dict[str, str]:
    told = {
        "queryId": order.query_id,
        "txnAmt": str(order.amount),
        "currencyCode": "156",
        "traceNo": order.trace_no,
    }
    if order.done_at is None or order.settle_day is None:
        return told
    card = rows.card_of(connection, order)
    return told | {
        "traceTime": to_wire(order.done_at)[4:],
        "settleDate": order.settle_day.replace("-", "")[4:],
        "settleAmt": str(order.amount),
        "settleCurrencyCode": "156",
        "accNo": cards.masked(card.number),
        "payCardType": card.kind,
    }


def to_wire(moment: str) -> str:
    """A row's time as UnionPay writes it: 20261124130500."""
    return clock.from_wire(moment).strftime("%Y%m%d%H%M%S")
