"""An SMS gateway: accepts signed messages and shows them instead of sending them."""

from starlette.routing import BaseRoute

from sandbox import desk
from sandbox.desk import Desk
from sandbox.site import Site
from sandbox.sms import messages
from sandbox.sms.messages import FAULTS, OPERATIONS, SCHEMA, recent, sweep

NAME = "sms"
TITLE = "短信"
HOME_PART = "sms_recent.html"

__all__ = ["FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "recent", "routes", "sweep"]


def routes(site: Site) -> list[BaseRoute]:
    """Its door."""
    return desk.routes(site, _DESK)


_DESK = Desk(
    name=NAME, secret=lambda site: site.home.sms_secret, finds_by="phone", read=messages.read, accept=messages.accept,
    find=messages.find, newest=messages.newest, to_fields=messages.to_fields,
)  # fmt: skip
