"""An SMS gateway: accepts signed messages and shows them instead of sending them."""

from sandbox.sms.door import routes
from sandbox.sms.messages import FAULTS, OPERATIONS, SCHEMA, recent, sweep

NAME = "sms"
TITLE = "短信"
HOME_PART = "sms_recent.html"

__all__ = ["FAULTS", "HOME_PART", "NAME", "OPERATIONS", "SCHEMA", "TITLE", "recent", "routes", "sweep"]
