"""UnionPay's ACP 5.1: card pages, gateway, statement files, notifications."""

from sandbox.unionpay.catalogue import FAULTS, OPERATIONS
from sandbox.unionpay.door import routes
from sandbox.unionpay.keys import KEY_FILES, prepare
from sandbox.unionpay.notices import MANNER
from sandbox.unionpay.pages import recent
from sandbox.unionpay.rows import SCHEMA, open_account
from sandbox.unionpay.settling import sweep

NAME = "unionpay"
TITLE = "银联"
HOME_PART = "unionpay_recent.html"

__all__ = [
    "FAULTS",
    "HOME_PART",
    "KEY_FILES",
    "MANNER",
    "NAME",
    "OPERATIONS",
    "SCHEMA",
    "TITLE",
    "open_account",
    "prepare",
    "recent",
    "routes",
    "sweep",
]
