"""Payouts that came back are told by no notice: a channel's statement of each day is looked through for them."""

import hashlib
import logging
from datetime import date, datetime, timedelta

from django.db import transaction

from anqi.actions.payouts import learning
from anqi.payments import channels, payouts
from anqi.payments.channels.protocol import Failed, NotReady, StatementRow
from anqi.payments.models import Payout
from anqi.people import holds
from anqi.rows.days import day_of

_log = logging.getLogger("anqi.payouts")


def unread(*, now: datetime) -> list[tuple[str, date]]:
    """(channel, day) of the statements up to yesterday that nobody has looked through, the oldest first."""
    yesterday = day_of(now) - timedelta(days=1)
    codes = channels.stating_payouts()
    return [(code, day) for code in codes for day in payouts.unread_days(code, until=yesterday)]


def look_through(*, channel: str, day: date, now: datetime) -> int:
    """How many payouts that came back the channel's statement of that day names; each is learned.

    0 while there is no statement. Safe to repeat: it is marked as read after all of it was.
    """
    adapter = channels.find_stating(channel)
    try:
        file = adapter.statement(day)
    except (NotReady, OSError):
        return 0
    back = [row for row in adapter.rows(file, day=day) if row.kind == "payout_return"]
    for row in back:
        _learn(channel, row, now)
    with transaction.atomic(durable=True):
        payouts.mark_read(channel, day, sha256=hashlib.sha256(file).hexdigest(), now=now)
    return len(back)


def _learn(channel: str, row: StatementRow, now: datetime) -> None:
    borrower_id = payouts.owner(channel, row.key)
    if not borrower_id:
        _log.error("returned_payout_not_ours", extra={"channel": channel})
        return
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        payout = payouts.by_key(borrower_id, row.key)
        if row.amount_minor == payout.amount_minor:
            learning.hear(chain, payout, Failed(reason="returned", code="", at=row.at), "statement", now)
        elif payout.state == Payout.State.SUCCEEDED:
            # Not all of it, or more: how much came back is for people to find out.
            payouts.contradict(payout, reason="other_amount")
