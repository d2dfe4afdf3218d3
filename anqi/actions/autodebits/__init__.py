"""Auto-debits: for each due instalment a plan, stepped on until it is paid or given up; taken once, told always.

stepping    the one decision: remind, test, announce, try, wait or end
sending     what was decided, sent to the channels outside any transaction
excusing    a failure that was not the borrower's: no day counts as late
stopping    people who stop a plan, or have it tried again
"""

from anqi.actions.autodebits.sending import announce, deliver, lease_debits, lease_notices, test
from anqi.actions.autodebits.stepping import lease, step
from anqi.actions.autodebits.stopping import NoSuchPlan, PlanOver, retry, stop

__all__ = [
    "NoSuchPlan", "PlanOver", "announce", "deliver", "lease", "lease_debits", "lease_notices", "retry", "step", "stop",
    "test",
]  # fmt: skip
