"""Time that passes for agreements and debits, as the jobs would have it: whatever is due is done, then the next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from anqi.actions import autodebits, charges, mandates, repayments
from anqi.payments import channels, debiting
from anqi.payments.channels.protocol import Failed, Succeeded
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Mandate, Outbox

_TABLES: tuple[Any, ...] = (DebitPlan, DebitNotice, Mandate, Outbox, Charge)


def live(now: datetime, until: datetime) -> datetime:
    """Does all that is due from now until then."""
    while True:
        for _ in range(20):
            if not do_what_is_due(now):
                break
        else:
            raise AssertionError(f"at {now} there is always something to do")
        later = min(_due_times(now), default=until)
        if later >= until:
            return until
        now = later


def do_what_is_due(now: datetime) -> int:
    """How many rows were dealt with."""
    count = 0
    for plan in autodebits.lease(now=now, limit=100):
        done = autodebits.step(borrower_id=plan.borrower_id, plan_id=plan.id, now=now)
        if isinstance(done, debiting.Test):
            autodebits.test(borrower_id=plan.borrower_id, plan_id=plan.id, now=now)
        count += 1
    for notice in autodebits.lease_notices(now=now, limit=100):
        autodebits.announce(borrower_id=notice.borrower_id, notice_id=notice.id, now=now)
        count += 1
    for channel in channels.DEBITING:
        for entry in autodebits.lease_debits(channel, now=now, limit=100):
            send(entry, now)
            count += 1
    for charge in charges.lease_unheard(now=now, limit=100):
        repayments.inquire(borrower_id=charge.borrower_id, charge_id=charge.id, now=now)
        count += 1
    for mandate in mandates.lease(now=now, limit=100):
        mandates.inquire(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=now)
        count += 1
    return count


def send(entry: Outbox, now: datetime) -> None:
    """What the worker does with a debit."""
    charge, result = autodebits.deliver(borrower_id=entry.borrower_id, charge_id=entry.charge_id, now=now)
    if isinstance(result, Succeeded | Failed):
        repayments.learn(channel=charge.channel, key=charge.key, result=result, learned_by="query", now=now)


def _due_times(now: datetime) -> Iterator[datetime]:
    for table in _TABLES:
        later = table.objects.filter(next_try_at__gt=now).order_by("next_try_at")
        yield from later.values_list("next_try_at", flat=True)[:1]
