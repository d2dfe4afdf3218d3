"""Looking an agreement up at its channel, with its day moved on where that has passed without a debit."""

from datetime import date

from anqi.payments import channels, debit_days
from anqi.payments.channels.protocol import DatedMandateChannel, MandateFound, Result, Unknown
from anqi.payments.models import Mandate


def look(mandate: Mandate, *, due_on: date | None, today: date) -> MandateFound | Result:
    """The agreement as its channel has it now; `due_on` is what is to be debited next, if anything is.

    Asks the channel, so never inside a transaction. Safe to repeat: a day that was moved is not moved again.
    """
    channel = channels.find_with_mandates(mandate.channel)
    found = channel.query_mandate(mandate.key, opened_at=mandate.opened_at)
    if due_on is None or not isinstance(found, MandateFound) or not isinstance(channel, DatedMandateChannel):
        return found
    to = debit_days.day_for(due_on, channel.debit_rules())
    if to is None or to < today or not debit_days.has_passed(found.next_on, due_on, today=today):
        return found
    moved = channel.move_mandate(mandate.key, ref=found.ref, to=to)
    return found if isinstance(moved, Unknown) else moved
