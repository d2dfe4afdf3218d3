"""The cells of the fault matrix, made from the channels' catalogues: each fault wherever it can strike."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.alipay import catalogue as alipay
from sandbox.alipay.agreement_catalogue import OF_AGREEMENTS
from sandbox.faults import RESPONSE_FAULTS, Fault
from sandbox.unionpay import catalogue as unionpay
from sandbox.wechat import catalogue as wechat

Operation = Literal["pay", "query", "close", "refund"]
SEED = int(os.environ.get("ANQI_SEED", "20261126"))
_SAMPLE = 16
# A client that waits for ten seconds has given up by then.
_SLOW_SECONDS = 11


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One fault at one step of one operation; the step is named as the sandbox names it."""

    channel: str
    operation: Operation
    step: str
    fault: Fault

    @property
    def name(self) -> str:
        return f"{self.channel}-{self.step}-{self.fault.name}"

    @property
    def rule(self) -> dict[str, object]:
        """How often it strikes: a message once, for its repeats are bent as well; answers and states twice running."""
        if self.fault.name == "slow":
            return {"next": 1, "seconds": _SLOW_SECONDS}
        return {"next": 1 if self.fault.kind == "notify" else 2}


Place = tuple[Operation, str]
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
_PLACES: tuple[tuple[str, Sequence[Fault], tuple[Place, ...]], ...] = (
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
)
# No charge and no refund meets what only payouts, statements and agreements can.
_NOT_HERE = (
    *OF_AGREEMENTS, *alipay.TRANSFER_FAULTS, *alipay.TRANSFER_QUERY_FAULTS, *unionpay.PAYOUT_FAULTS, *unionpay.LINE_FAULTS,
    *unionpay.FILE_FAULTS,
)  # fmt: skip
# What one query may say of a trade, and the other of a refund.
_STRIKES_NOTHING = {
    ("query_waiting", "alipay.trade.fastpay.refund.query"),
    ("refund_lag", "alipay.trade.query"),
    ("query_waiting", "refund_query"),
}


def cells() -> list[Cell]:
    """All of them, in the order of the catalogues."""
    return [
        Cell(channel=channel, operation=operation, step=step, fault=fault)
        for channel, faults, places in _PLACES
        for fault in faults
        for operation, step in places
        if _is_felt(fault, step)
    ]


def _is_felt(fault: Fault, step: str) -> bool:
    if step == _ALIPAY_PAGE:
        # A page has neither signature nor code; it can only come or not.
        return fault in RESPONSE_FAULTS or not fault.applies
    return (fault.name, step) not in _STRIKES_NOTHING


def chosen() -> list[Cell]:
    """All of them in a soak, else a sample drawn from the seed."""
    if os.environ.get("ANQI_SOAK"):
        return cells()
    return random.Random(SEED).sample(cells(), _SAMPLE)  # noqa: S311


def catalogued() -> set[tuple[str, str]]:
    """Every fault that a charge or a refund can meet at a payment channel's stand-in: (channel, name)."""
    known = (("alipay", alipay.FAULTS), ("wechat", wechat.FAULTS), ("unionpay", unionpay.FAULTS))
    return {(channel, fault.name) for channel, faults in known for fault in faults if fault not in _NOT_HERE}
