"""Alipay's open platform: gateway, cashier, notifications."""

from sandbox.alipay.catalogue import FAULTS, OPERATIONS
from sandbox.alipay.door import routes
from sandbox.alipay.pages import recent
from sandbox.alipay.payments import sweep
from sandbox.alipay.trades import SCHEMA

NAME = "alipay"
TITLE = "支付宝"
HOME_PART = "alipay_recent.html"

__all__ = ["FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "recent", "routes", "sweep"]
