"""UnionPay's ACP 5.1 as `protocol.Channel`, and as the channel of cards, payouts and statements."""

from anqi.payments.channels.unionpay.account import Unionpay, connect, papers

__all__ = ["Unionpay", "connect", "papers"]
