"""A mail gateway: accepts signed letters and shows them instead of sending them."""

from starlette.routing import BaseRoute

from sandbox import desk
from sandbox.desk import Desk
from sandbox.mail import letters
from sandbox.mail.letters import FAULTS, OPERATIONS, SCHEMA, recent, sweep
from sandbox.site import Site

NAME = "mail"
TITLE = "邮件"
HOME_PART = "mail_recent.html"

__all__ = ["FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "recent", "routes", "sweep"]


def routes(site: Site) -> list[BaseRoute]:
    """Its door."""
    return desk.routes(site, _DESK)


_DESK = Desk(
    name=NAME, secret=lambda site: site.home.mail_secret, finds_by="to", read=letters.read, accept=letters.accept,
    find=letters.find, newest=letters.newest, to_fields=letters.to_fields,
)  # fmt: skip
