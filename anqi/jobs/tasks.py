"""The queue's doors: each job drains what is due now. Business times live in rows; the queue only says "now".

A job takes batches while there are full ones. A killed worker loses nothing: what it had leased comes due again.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from procrastinate import jobs
from procrastinate.contrib.django import app

from anqi import clock
from anqi.actions import (
    cards,
    charges,
    closing,
    inbox,
    loans,
    mandates,
    notices,
    payouts,
    purchases,
    reconciliation,
    refunds,
    remittances,
    repayments,
    reserves,
    settlements,
)
from anqi.actions.returns import paying_back
from anqi.actions.settlements import booking
from anqi.jobs import close, debits, hardship, reconciling, reports, rights
from anqi.jobs.drains import EVERY_FEW_SECONDS, EVERY_MINUTE, drain, go_through
from anqi.lending import payouts_to_shops
from anqi.lending.models import MerchantPayout, Return
from anqi.payments import news
from anqi.payments.channels.protocol import Result
from anqi.payments.inbox import learned_by
from anqi.payments.models import Card, Inbox, Mandate, Outbox, Payout, Refund, Unapplied
from anqi.payments.refunds import due_cases
from anqi.payments.statements import StatementUnreadable
from anqi.rows.days import SHANGHAI

_EVERY_QUARTER = "*/15 * * * *"
_DEAD_AFTER_SECONDS = 30
_MESSAGES = 100
# Whoever loads these jobs has those as well.
__all__ = ("debits", "hardship", "reports", "rights")
_log = logging.getLogger("anqi.jobs")

@drain("inbox", EVERY_FEW_SECONDS)
def read_inbox(now: datetime, limit: int) -> int:
    return go_through(_learn, inbox.lease(now=now, limit=limit), now)


_STRANGERS = (
    repayments.Stranger, refunds.Stranger, payouts.Stranger, cards.Stranger, mandates.Stranger,
    settlements.Stranger,
)  # fmt: skip


def _learn(message: Inbox, now: datetime) -> None:
    try:
        _LEARN[message.kind](
            channel=message.channel,
            key=message.key,
            result=news.from_json(message.news),
            learned_by=learned_by(message),
            now=now,
            inbox_id=message.id,
        )
    except _STRANGERS as stranger:
        inbox.refuse(message.id, why=stranger.code, now=now)


def _learn_of_shop(*, key: str, result: Result, now: datetime, inbox_id: UUID, **_: object) -> None:
    settlements.learn(key=key, result=result, now=now)
    inbox.finish(inbox_id, now=now)


_LEARN: dict[str, Callable[..., None]] = {
    "charge": repayments.learn, "refund": refunds.learn, "payout": payouts.learn, "card": cards.learn,
    "mandate": mandates.learn,
    "settlement": _learn_of_shop,
}  # fmt: skip


@drain("outbox", EVERY_FEW_SECONDS)
def empty_outbox(now: datetime, limit: int) -> int:
    return go_through(_ask, charges.lease_outbox(now=now, limit=limit), now)


def _ask(entry: Outbox, now: datetime) -> None:
    whose = {"borrower_id": entry.borrower_id, "charge_id": entry.charge_id}
    if entry.kind == Outbox.Kind.CHARGE:
        charges.deliver(**whose, now=now)
    else:
        repayments.inquire(**whose, now=now)
        charges.finish_closing(**whose, now=now)


@drain("charges", EVERY_FEW_SECONDS)
def ask_about_charges(now: datetime, limit: int) -> int:
    return go_through(_inquire, charges.lease_unheard(now=now, limit=limit), now)


def _inquire(charge: Any, now: datetime) -> None:
    repayments.inquire(borrower_id=charge.borrower_id, charge_id=charge.id, now=now)


@drain("refunds", EVERY_FEW_SECONDS)
def pay_back(now: datetime, limit: int) -> int:
    return go_through(_pay_back, refunds.lease(now=now, limit=limit), now)


def _pay_back(refund: Refund, now: datetime) -> None:
    refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=now)


@drain("payouts", EVERY_FEW_SECONDS)
def pay_out(now: datetime, limit: int) -> int:
    return go_through(_pay_out, payouts.lease(now=now, limit=limit), now)


def _pay_out(payout: Payout, now: datetime) -> None:
    payouts.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=now)


@drain("lapsed_payouts", EVERY_MINUTE, alone=True)
def let_payouts_lapse(now: datetime, limit: int) -> int:
    return payouts.lapse(now=now, limit=limit)


@app.periodic(cron=_EVERY_QUARTER, queueing_lock="statements")
@app.task(name="statements", queueing_lock="statements", lock="statements")
def read_statements(timestamp: int | None = None) -> None:
    """Statements come in the morning, or when the channel gets round to it."""
    for channel, day in payouts.unread(now=clock.now()):
        try:
            payouts.look_through(channel=channel, day=day, now=clock.now())
        except StatementUnreadable:
            _log.exception("statement_unreadable", extra={"channel": channel, "day": str(day)})


@app.periodic(cron=_EVERY_QUARTER, queueing_lock="reconciliation")
@app.task(name="reconciliation", queueing_lock="reconciliation", lock="reconciliation")
def reconcile_days(timestamp: int | None = None) -> None:
    """Every day of a channel's whose files are there and have not been held against ours."""
    for channel, day in reconciliation.due(now=clock.now()):
        try:
            reconciling.bring(channel, day, read_inbox=read_whole_inbox)
        except StatementUnreadable:
            _log.exception("day_not_reconciled", extra={"channel": channel, "day": str(day)})
    for channel, day in remittances.due():
        remittances.learn(channel=channel, day=day, now=clock.now())
    # The bank may have told since of what its channels told before.
    remittances.match(now=clock.now())


def read_whole_inbox() -> None:
    """What is due of it by now is learned when this returns, or another worker is at it."""
    while go_through(_learn, inbox.lease(now=clock.now(), limit=_MESSAGES), clock.now()) >= _MESSAGES:
        pass


@drain("cards", EVERY_FEW_SECONDS)
def ask_about_cards(now: datetime, limit: int) -> int:
    return go_through(_ask_about_card, cards.lease(now=now, limit=limit), now)


def _ask_about_card(card: Card, now: datetime) -> None:
    cards.inquire(borrower_id=card.borrower_id, card_id=card.id, now=now)


@drain("mandates", EVERY_FEW_SECONDS)
def ask_about_mandates(now: datetime, limit: int) -> int:
    return go_through(_ask_about_mandate, mandates.lease(now=now, limit=limit), now)


def _ask_about_mandate(mandate: Mandate, now: datetime) -> None:
    mandates.inquire(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=now)


@drain("returns", EVERY_MINUTE, alone=True)
def return_what_is_left(now: datetime, limit: int) -> int:
    return go_through(_return, due_cases(now=now, limit=limit), now)


def _return(case: Unapplied, now: datetime) -> None:
    refunds.begin_due(borrower_id=case.borrower_id, case_id=case.id, now=now)


@drain("goods", EVERY_MINUTE, alone=True)
def pay_back_goods(now: datetime, limit: int) -> int:
    return go_through(_pay_back_goods, paying_back.due(now=now, limit=limit), now)


def _pay_back_goods(goods: Return, now: datetime) -> None:
    paying_back.pay_back(borrower_id=goods.borrower_id, return_id=goods.id, now=now)


@drain("settlements", EVERY_MINUTE, alone=True)
def book_payouts(now: datetime, limit: int) -> int:
    go_through(_book, payouts_to_shops.to_book(limit=limit), now)
    # One may wait for another that came first: the next minute is soon enough.
    return 0


def _book(payout: MerchantPayout, now: datetime) -> None:
    booking.book(payout.id, now=now)


@drain("messages", EVERY_FEW_SECONDS)
def send_messages(now: datetime, limit: int) -> int:
    return notices.send_due(now=now, limit=limit)


@drain("unanswered", EVERY_MINUTE, alone=True)
def follow_messages(now: datetime, limit: int) -> int:
    return notices.follow_up(now=now, limit=limit)


@drain("reminders", EVERY_MINUTE, alone=True)
def remind(now: datetime, limit: int) -> int:
    return notices.sweep(now=now, limit=limit)


@drain("webhooks", EVERY_FEW_SECONDS)
def deliver_webhooks(now: datetime, limit: int) -> int:
    return notices.deliver_webhooks(now=now, limit=limit)


@drain("loans", EVERY_MINUTE, alone=True)
def wake_loans(now: datetime, limit: int) -> int:
    return loans.wake(now=now, limit=limit)


@app.periodic(cron=EVERY_MINUTE, queueing_lock="close")
@app.task(name="close", queueing_lock="close", lock="close")
def close_days(timestamp: int | None = None) -> None:
    """After the set hour of the night every day that is over gets its run; another run on its way is left to it."""
    if clock.now().astimezone(SHANGHAI).time() >= settings.ANQI_CLOSE_AT and closing.days_due(now=clock.now()):
        try:
            close.run()
        except close.Held as held:
            _log.info("close_held", extra={"by": str(held)})


@drain("lapsed_reserves", EVERY_MINUTE, alone=True)
def lapse_reserves(now: datetime, limit: int) -> int:
    return reserves.lapse(now=now, limit=limit)


@drain("orders", EVERY_MINUTE, alone=True)
def lapse_orders(now: datetime, limit: int) -> int:
    return purchases.lapse(now=now, limit=limit)


@app.periodic(cron=EVERY_FEW_SECONDS, queueing_lock="revival")
@app.task(name="revival", queueing_lock="revival")
async def revive_dead(timestamp: int | None = None) -> None:
    """Jobs of workers that died keep their lock for ever, and the queue itself never frees them. So we do.

    They are ended, not tried again: the next drain does their work, and may be waiting behind their lock by now.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_SECONDS):
        _log.warning("job_revived", extra={"job": job.id, "task": job.task_name})
        await app.job_manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)
