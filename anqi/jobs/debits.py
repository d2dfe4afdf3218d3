"""The jobs of auto-debit: plans stepped on, announcements and debits sent, each channel's by itself."""

from collections.abc import Sequence
from datetime import datetime

from anqi.actions import autodebits, repayments
from anqi.jobs import pace
from anqi.jobs.drains import EVERY_FEW_SECONDS, drain, go_through, go_through_at_once
from anqi.payments import channels, debiting
from anqi.payments.channels.protocol import Failed, Succeeded
from anqi.payments.models import DebitNotice, DebitPlan, Outbox

# So many questions may wait for a channel's answers: fifty a second, each answered after 300 ms.
_AT_ONCE = 15


@drain("autodebits", EVERY_FEW_SECONDS)
def step_debits_on(now: datetime, limit: int) -> int:
    return go_through(_step_on, autodebits.lease(now=now, limit=limit), now)


def _step_on(plan: DebitPlan, now: datetime) -> None:
    done = autodebits.step(borrower_id=plan.borrower_id, plan_id=plan.id, now=now)
    if isinstance(done, debiting.Test):
        autodebits.test(borrower_id=plan.borrower_id, plan_id=plan.id, now=now)


@drain("debit_notices", EVERY_FEW_SECONDS)
def announce_debits(now: datetime, limit: int) -> int:
    return go_through(_announce, autodebits.lease_notices(now=now, limit=limit), now)


def _announce(notice: DebitNotice, now: datetime) -> None:
    autodebits.announce(borrower_id=notice.borrower_id, notice_id=notice.id, now=now)


def _send_debits_of(channel: str) -> None:
    """Its own job for each channel, one at a time: the channel's rate is kept, and a slow one holds up no other."""

    @drain(f"debits_{channel}", EVERY_FEW_SECONDS, alone=True)
    def send_debits(now: datetime, limit: int) -> int:
        if channel not in channels.offered():
            return 0
        rate = channels.find_debiting(channel).debit_rules().per_second
        due = autodebits.lease_debits(channel, now=now, limit=limit)
        return send_through(due, per_second=rate, now=now)


def send_through(due: Sequence[Outbox], *, per_second: int, now: datetime) -> int:
    """Sends these debits, no faster than so many a second and several at once; how many there were."""
    rows, threads = pace.through(due, per_second=per_second), min(len(due), _AT_ONCE)
    if threads < 2:
        return go_through(_send_debit, rows, now)
    return go_through_at_once(_send_debit, rows, now, threads=threads)


def _send_debit(entry: Outbox, now: datetime) -> None:
    charge, result = autodebits.deliver(borrower_id=entry.borrower_id, charge_id=entry.charge_id, now=now)
    if isinstance(result, Succeeded | Failed):
        repayments.learn(channel=charge.channel, key=charge.key, result=result, learned_by="query", now=now)


for _channel in channels.DEBITING:
    _send_debits_of(_channel)
