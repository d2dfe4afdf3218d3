"""WeChat Pay, as `protocol.Channel`."""

from anqi.payments.channels.wechat.account import Wechat, connect, papers

__all__ = ["Wechat", "connect", "papers"]
