"""A bank: people transfer to the lender's account and the lender from it, and its statement is there to download.

Channels remit to it what they have collected.
"""

from sandbox import clock
from sandbox.bank import account, remitting
from sandbox.bank.account import ACCOUNT_FILE, prepare, recent
from sandbox.bank.pages import routes
from sandbox.site import Site

NAME = "bank"
TITLE = "银行转账"
HOME_PART = "bank_recent.html"
OPERATIONS = (*account.OPERATIONS, remitting.OPERATION)
FAULTS = (*account.FAULTS, *remitting.FAULTS)
SCHEMA = account.SCHEMA + remitting.SCHEMA


def sweep(site: Site) -> None:
    """Remittances arrive."""
    with site.store.begin() as connection:
        remitting.arrive(connection, now=clock.business_now())


__all__ = [
    "ACCOUNT_FILE", "FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "prepare", "recent", "routes",
    "sweep",
]  # fmt: skip
