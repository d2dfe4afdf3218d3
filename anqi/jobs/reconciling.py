"""One day of a channel's from its files to its differences: fetched, matched, learned from, and matched again.

Then what it says that it has remitted to the bank is looked for there, and booked with its fees.
"""

from collections.abc import Callable
from datetime import date

from anqi import clock
from anqi.actions import payouts, reconciliation, remittances
from anqi.payments import channels, kept_statements
from anqi.payments.models import ReconciliationDay


def bring(channel: str, day: date, *, read_inbox: Callable[[], None]) -> list[ReconciliationDay]:
    """Each of its files that is here, as it stands now; those that are not are asked for. Safe to repeat.

    `read_inbox` has everything learned that waits there. StatementUnreadable as `payouts.look_through`, after what is
    here was learned from.
    """
    missing = {*channels.find_stating(channel).statement_kinds()} - kept_statements.kinds(channel, day)
    try:
        if missing:
            payouts.look_through(channel=channel, day=day, now=clock.now())
    finally:
        found = _learn(channel, day, read_inbox)
    remittances.learn(channel=channel, day=day, now=clock.now())
    return found


def _learn(channel: str, day: date, read_inbox: Callable[[], None]) -> list[ReconciliationDay]:
    found = reconciliation.match(channel=channel, day=day, now=clock.now())
    if reconciliation.tell(channel=channel, day=day, now=clock.now()):
        read_inbox()
        found = reconciliation.match(channel=channel, day=day, now=clock.now())
    return found
