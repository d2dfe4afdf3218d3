"""Orders and refunds as WeChat tells them, in answers and in notifications."""

from typing import Any

from sandbox.store import Connection
from sandbox.wechat import rows
from sandbox.wechat.keys import Account
from sandbox.wechat.rows import Refund, Trade

STATES = {"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "REFUND": "转入退款", "CLOSED": "订单已关闭"}


def transaction(connection: Connection, account: Account, trade: Trade) -> dict[str, Any]:
    """The order, the same in an answer and in a notification."""
    told: dict[str, Any] = {
        "appid": account.appid,
        "mchid": account.mchid,
        "out_trade_no": trade.out_trade_no,
        "trade_state": trade.state,
        "trade_state_desc": STATES[trade.state],
        "attach": trade.attach or "",
        "amount": {"total": trade.total_minor, "currency": "CNY"},
    }
    if trade.paid_at is None or trade.openid is None:
        return told
    wallet = rows.find_wallet(connection, trade.openid)
    assert wallet is not None
    return told | {
        "transaction_id": trade.transaction_id,
        "trade_type": trade.trade_type,
        "bank_type": wallet.bank_type,
        "success_time": to_wire(trade.paid_at),
        "payer": {"openid": wallet.openid},
        "amount": told["amount"] | {"payer_total": trade.total_minor, "payer_currency": "CNY"},
    }


def unpaid(told: dict[str, Any]) -> dict[str, Any]:
    """The same order as it was told before it was paid."""
    since = ("transaction_id", "trade_type", "bank_type", "success_time", "payer")
    kept = {name: value for name, value in told.items() if name not in since}
    return kept | {"trade_state": "NOTPAY", "trade_state_desc": STATES["NOTPAY"]}


def refund_answer(connection: Connection, trade: Trade, refund: Refund) -> dict[str, Any]:
    """The refund as the merchant's own calls are told of it."""
    told = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": trade.transaction_id,
        "out_trade_no": trade.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": _received_by(connection, trade),
        "create_time": to_wire(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": trade.total_minor,
            "refund": refund.amount_minor,
            "payer_total": trade.total_minor,
            "payer_refund": refund.amount_minor,
            "settlement_total": trade.total_minor,
            "settlement_refund": refund.amount_minor,
            "discount_refund": 0,
            "currency": "CNY",
        },
    }
    return told | ({"success_time": to_wire(refund.success_at)} if refund.success_at else {})


def refund_notice(connection: Connection, account: Account, trade: Trade, refund: Refund) -> dict[str, Any]:
    """The refund as a notification tells it: less, and the status under another name."""
    told: dict[str, Any] = {
        "mchid": account.mchid,
        "out_trade_no": trade.out_trade_no,
        "transaction_id": trade.transaction_id,
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "refund_status": refund.status,
        "user_received_account": _received_by(connection, trade),
        "amount": {
            "total": trade.total_minor,
            "refund": refund.amount_minor,
            "payer_total": trade.total_minor,
            "payer_refund": refund.amount_minor,
        },
    }
    return told | ({"success_time": to_wire(refund.success_at)} if refund.success_at else {})


def _received_by(connection: Connection, trade: Trade) -> str:
    wallet = rows.find_wallet(connection, trade.openid or "")
    assert wallet is not None
    return "支付用户零钱" if wallet.means == "零钱" else wallet.means


def to_wire(moment: str) -> str:
    """A row's time as WeChat writes it: 2026-11-24T13:05:00+08:00."""
    return f"{moment.replace(' ', 'T')}+08:00"
