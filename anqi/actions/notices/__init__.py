"""Notices: messages and webhooks that are due, sent outside any transaction, and what came of them.

sending      messages, each by the medium it goes by now
following    what the gateways said of them, and the next medium when one has not reached anybody
reminding    what is due of whose loans, said once; what is not true any more does not leave
warning      what will be reported of whom, before it is
calling      webhooks
asking       the office asks somebody to look why nothing arrives
"""

from anqi.actions.notices.asking import NotUndelivered, ask_to_check
from anqi.actions.notices.calling import deliver_webhooks
from anqi.actions.notices.following import Stranger, follow_up, learn, see
from anqi.actions.notices.reminding import sweep
from anqi.actions.notices.sending import send_due
from anqi.actions.notices.warning import warn

__all__ = [
    "NotUndelivered", "Stranger", "ask_to_check", "deliver_webhooks", "follow_up", "learn", "see", "send_due", "sweep",
    "warn",
]
