"""WeChat Pay: v3 with H5 cashier, codes to scan and notifications; and contracts to debit by, on the older wire."""

from sandbox.site import Site
from sandbox.wechat import contracts, debits, periods, refunds, rows
from sandbox.wechat.catalogue import FAULTS, OPERATIONS
from sandbox.wechat.door import routes
from sandbox.wechat.keys import KEY_FILES, prepare
from sandbox.wechat.notices import manner
from sandbox.wechat.pages import recent
from sandbox.wechat.papay_notices import MANNERS

NAME = "wechat"
TITLE = "微信支付"
HOME_PART = "wechat_recent.html"
SCHEMA = f"{rows.SCHEMA}{contracts.SCHEMA}{periods.SCHEMA}{debits.SCHEMA}"


def sweep(site: Site) -> None:
    """Settle the refunds and the debits that are due."""
    refunds.sweep(site)
    debits.sweep(site)


__all__ = [
    "FAULTS",
    "HOME_PART",
    "KEY_FILES",
    "MANNERS",
    "NAME",
    "OPERATIONS",
    "SCHEMA",
    "TITLE",
    "manner",
    "prepare",
    "recent",
    "routes",
    "sweep",
]
