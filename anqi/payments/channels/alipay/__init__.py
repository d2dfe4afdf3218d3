"""Alipay, as `protocol.Channel`."""

from anqi.payments.channels.alipay.account import Alipay, connect

__all__ = ["Alipay", "connect"]
