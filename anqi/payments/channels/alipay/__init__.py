"""Alipay, as `protocol.Channel`."""

from anqi.payments.channels.alipay.account import Alipay, connect, papers

__all__ = ["Alipay", "connect", "papers"]
