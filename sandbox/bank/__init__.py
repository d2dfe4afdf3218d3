"""A bank: people transfer to the lender's account and the lender from it, and its statement is there to download."""

from sandbox.bank.account import ACCOUNT_FILE, FAULTS, OPERATIONS, SCHEMA, prepare, recent
from sandbox.bank.pages import routes
from sandbox.site import Site

NAME = "bank"
TITLE = "银行转账"
HOME_PART = "bank_recent.html"


def sweep(site: Site) -> None:
    """Nothing here happens by itself."""


__all__ = [
    "ACCOUNT_FILE", "FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "prepare", "recent", "routes",
    "sweep",
]  # fmt: skip
