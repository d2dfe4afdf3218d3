"""Where each fault of the channels' catalogues can strike: an operation of ours, and the stand-in's own step of it."""

from collections.abc import Sequence

from sandbox import bills
from sandbox.alipay import catalogue as alipay
from sandbox.bank import account as bank
from sandbox.faults import RESPONSE_FAULTS, Fault
from sandbox.unionpay import catalogue as unionpay
from sandbox.wechat import catalogue as wechat
from tests.faults.matrix_debit_places import ALIPAY_SIGNING_PAGE, DEBIT_PLACES, STRIKES_NOTHING
from tests.faults.matrix_operations import Place

_ALIPAY_PAGE = "alipay.trade.wap.pay"
_ALIPAY_QUERIES: tuple[Place, ...] = (
    ("query", "alipay.trade.query"),
    ("refund", "alipay.trade.fastpay.refund.query"),
)
_ALIPAY_CALLS: tuple[Place, ...] = (
    ("pay", _ALIPAY_PAGE),
    ("close", "alipay.trade.close"),
    ("refund", "alipay.trade.refund"),
    *_ALIPAY_QUERIES,
)
_WECHAT_QUERIES: tuple[Place, ...] = (("query", "query"), ("refund", "refund_query"))
_WECHAT_TAKINGS: tuple[Place, ...] = (("pay", "h5"), ("refund", "refund"))
_WECHAT_CALLS: tuple[Place, ...] = (*_WECHAT_TAKINGS, ("close", "close"), *_WECHAT_QUERIES)
_WECHAT_EVENTS: tuple[Place, ...] = (("pay", "paid"), ("refund", "refunded"))
# Only a trade that ran out of time is told as closed, and only by Alipay.
_ALIPAY_EVENTS: tuple[Place, ...] = (("pay", "paid"), ("close", "closed"), ("refund", "refunded"))
# UnionPay is not asked to close, and its query is one for payments and refunds.
_UNIONPAY_CALLS: tuple[Place, ...] = (("query", "query"), ("refund", "refund"))
_UNIONPAY_EVENTS: tuple[Place, ...] = (("pay", "paid"), ("refund", "refunded"))
_UNIONPAY_PAGE = "pay"
_TRANSFER, _TRANSFER_QUERY, _ACCOUNT = alipay.FUND_METHODS
_ALIPAY_OUT: tuple[Place, ...] = (("payout", _TRANSFER), ("payout", _TRANSFER_QUERY), ("payout", _ACCOUNT))
_UNIONPAY_OUT: tuple[Place, ...] = (("payout", "payout"), ("payout", "query"), ("payout", "balance"))
_UNIONPAY_CARDS: tuple[Place, ...] = (("card", "open_query"), ("card", "remove"))
_UNIONPAY_FILE: tuple[Place, ...] = (("statement", "statement"),)
# Alipay and WeChat have a list of trades and one of the account.
_BILLS: tuple[Place, ...] = (("reconcile", bills.TRADE), ("reconcile", bills.FUNDS))
# What is told of a payout or an opening comes by the same letters as of a payment.
_UNIONPAY_TOLD_OUT: tuple[Place, ...] = (("payout", "paid_out"), ("card", "opened"))
PLACES: tuple[tuple[str, Sequence[Fault], tuple[Place, ...]], ...] = (
    ("alipay", alipay.NOTIFY_FAULTS, _ALIPAY_EVENTS),
    ("alipay", alipay.ANSWER_FAULTS, _ALIPAY_CALLS),
    ("alipay", alipay.CLOSING_FAULTS, (("close", "closed"),)),
    ("alipay", alipay.REFUND_FAULTS, (("refund", "alipay.trade.refund"),)),
    ("alipay", alipay.QUERY_FAULTS, _ALIPAY_QUERIES),
    ("wechat", wechat.NOTIFY_FAULTS, _WECHAT_EVENTS),
    ("wechat", wechat.REFUND_NOTIFY_FAULTS, (("refund", "refund"),)),
    ("wechat", wechat.PAYMENT_NOTIFY_FAULTS, (("refund", "paid"),)),
    ("wechat", wechat.ANSWER_FAULTS, _WECHAT_CALLS),
    ("wechat", wechat.TAKING_FAULTS, _WECHAT_TAKINGS),
    ("wechat", wechat.KEY_FAULTS, (*_WECHAT_CALLS, *_WECHAT_EVENTS)),
    ("wechat", wechat.CLOSING_FAULTS, (("close", "closed"),)),
    ("wechat", wechat.QUERY_FAULTS, _WECHAT_QUERIES),
    ("wechat", wechat.REFUND_FAULTS, (("refund", "refund"),)),
    ("unionpay", unionpay.NOTIFY_FAULTS, _UNIONPAY_EVENTS),
    # That of a refund is settled when it is taken.
    ("unionpay", (unionpay.BEFORE_RESPONSE,), (("pay", "paid"), ("refund", "refund"))),
    ("unionpay", RESPONSE_FAULTS, (("pay", _UNIONPAY_PAGE),)),
    ("unionpay", unionpay.ANSWER_FAULTS, _UNIONPAY_CALLS),
    ("unionpay", unionpay.KEY_FAULTS, (*_UNIONPAY_CALLS, *_UNIONPAY_EVENTS)),
    ("unionpay", unionpay.TAKING_FAULTS, (("refund", "refund"),)),
    ("unionpay", unionpay.DECLINES, (("pay", _UNIONPAY_PAGE), ("refund", "refund"))),
    ("unionpay", unionpay.EXPIRY_FAULTS, (("close", "expired"),)),
    ("unionpay", unionpay.QUERY_FAULTS, (("query", "query"),)),
    ("alipay", alipay.ANSWER_FAULTS, _ALIPAY_OUT),
    ("alipay", alipay.TRANSFER_FAULTS, (("payout", _TRANSFER),)),
    ("alipay", alipay.TRANSFER_QUERY_FAULTS, (("payout", _TRANSFER_QUERY),)),
    ("unionpay", unionpay.NOTIFY_FAULTS, _UNIONPAY_TOLD_OUT),
    ("unionpay", (unionpay.BEFORE_RESPONSE,), (("payout", "payout"), ("card", "opened"))),
    ("unionpay", RESPONSE_FAULTS, (("card", "open"),)),
    ("unionpay", unionpay.ANSWER_FAULTS, (*_UNIONPAY_OUT, *_UNIONPAY_CARDS, *_UNIONPAY_FILE)),
    (
        "unionpay", unionpay.KEY_FAULTS,
        (*_UNIONPAY_OUT, *_UNIONPAY_CARDS, *_UNIONPAY_FILE, *_UNIONPAY_TOLD_OUT),
    ),
    ("unionpay", (*unionpay.TAKING_FAULTS, *unionpay.PAYOUT_FAULTS), (("payout", "payout"),)),
    ("unionpay", unionpay.DECLINES, (("payout", "payout"), ("card", "open"))),
    ("unionpay", unionpay.QUERY_FAULTS, (("payout", "query"), ("card", "open_query"))),
    ("unionpay", (*unionpay.LINE_FAULTS, *unionpay.FILE_FAULTS), _UNIONPAY_FILE),
    ("alipay", bills.FAULTS, _BILLS),
    ("wechat", bills.FAULTS, _BILLS),
    ("unionpay", (*unionpay.LINE_FAULTS, *unionpay.FILE_FAULTS), (("reconcile", "statement"),)),
    ("bank", bank.TRANSFER_FAULTS, (("pay", "transfer"),)),
    ("bank", bank.STATEMENT_FAULTS, (("statement", "statement"),)),
    *DEBIT_PLACES,
)
# What one query may say of a trade, and the other of a refund; and an opening's notice tells no money.
_STRIKES_NOTHING = {
    ("query_waiting", "alipay.trade.fastpay.refund.query"),
    ("refund_lag", "alipay.trade.query"),
    ("query_waiting", "refund_query"),
    ("altered_amount", "opened"),
    ("altered_currency", "opened"),
} | STRIKES_NOTHING
# Where the channel's fault is tied to no order of ours: a balance, a file, the end of a card.
OF_NO_ORDER = (_ACCOUNT, "balance", "statement", "remove")


def is_felt(fault: Fault, step: str) -> bool:
    """Whether the fault does anything at that step."""
    if step in (_ALIPAY_PAGE, ALIPAY_SIGNING_PAGE):
        # A page has neither signature nor code; it can only come or not.
        return fault in RESPONSE_FAULTS or not fault.applies
    return (fault.name, step) not in _STRIKES_NOTHING


def catalogued() -> set[tuple[str, str]]:
    """Every fault of every channel's stand-in: (channel, name)."""
    known = (
        ("alipay", alipay.FAULTS), ("wechat", wechat.FAULTS), ("unionpay", unionpay.FAULTS), ("bank", bank.FAULTS),
    )  # fmt: skip
    return {(channel, fault.name) for channel, faults in known for fault in faults}
