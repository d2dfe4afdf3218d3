"""Alipay's open platform: gateway, cashier, notifications, agreements to be debited, transfers to wallets."""

from sandbox.alipay import agreement_life, agreements, debits, payments, trades, transfers
from sandbox.alipay.catalogue import FAULTS, OPERATIONS
from sandbox.alipay.door import routes
from sandbox.alipay.pages import recent
from sandbox.site import Site

NAME = "alipay"
TITLE = "支付宝"
HOME_PART = "alipay_recent.html"
SCHEMA = trades.SCHEMA + transfers.SCHEMA + agreements.SCHEMA


def sweep(site: Site) -> None:
    """What happens by itself as time passes: trades expire, agreements end, debits are settled."""
    for each in (debits, payments, agreement_life):
        each.sweep(site)


__all__ = ["FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "recent", "routes", "sweep"]
