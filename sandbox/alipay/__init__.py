"""Alipay's open platform: gateway, cashier, notifications, transfers to wallets."""

from sandbox.alipay import trades, transfers
from sandbox.alipay.catalogue import FAULTS, OPERATIONS
from sandbox.alipay.door import routes
from sandbox.alipay.pages import recent
from sandbox.alipay.payments import sweep

NAME = "alipay"
TITLE = "支付宝"
HOME_PART = "alipay_recent.html"
SCHEMA = trades.SCHEMA + transfers.SCHEMA

__all__ = ["FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "recent", "routes", "sweep"]
