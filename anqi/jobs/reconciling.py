"""One day of a channel's from its files to its differences: fetched, matched, learned from, and matched again.

Then what it says that it has remitted to the bank is looked for there, and booked with its fees.
"""

from collections.abc import Callable
from datetime import date

from anqi import clock
from anqi.actions import payouts, reconciliation, remittances
from anqi.payments.models import ReconciliationDay


def bring(channel: str, day: date, *, read_inbox: Callable[[], None]) -> list[ReconciliationDay]:
    """Each of its files as it stands now; none while one has not been given. Safe to repeat.

    `read_inbox` has everything learned that waits there. StatementUnreadable as `payouts.look_through`.
    """
    try:
        found = reconciliation.match(channel=channel, day=day, now=clock.now())
    except reconciliation.NotKept:
        payouts.look_through(channel=channel, day=day, now=clock.now())
        try:
            found = reconciliation.match(channel=channel, day=day, now=clock.now())
        except reconciliation.NotKept:
            return []
    if reconciliation.tell(channel=channel, day=day, now=clock.now()):
        read_inbox()
        found = reconciliation.match(channel=channel, day=day, now=clock.now())
    remittances.learn(channel=channel, day=day, now=clock.now())
    return found
