"""The queue's doors: each job drains what is due now. Business times live in rows; the queue only says "now".

A job takes batches while there are full ones. A killed worker loses nothing: what it had leased comes due again.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate import exceptions, jobs
from procrastinate.contrib.django import app

from anqi import clock
from anqi.actions import (
    cards,
    charges,
    closing,
    inbox,
    loans,
    notices,
    payouts,
    purchases,
    refunds,
    repayments,
    settlements,
)
from anqi.actions.returns import paying_back
from anqi.actions.settlements import booking
from anqi.jobs import close
from anqi.lending import payouts_to_shops
from anqi.lending.models import MerchantPayout, Return
from anqi.payments import news
from anqi.payments.channels.protocol import Result
from anqi.payments.models import Card, Inbox, Outbox, Payout, Refund, Unapplied
from anqi.payments.refunds import due_cases
from anqi.rows.days import SHANGHAI

_BATCH = 100
_EVERY_FEW_SECONDS = "* * * * * */5"
_EVERY_MINUTE = "* * * * *"
_EVERY_QUARTER = "*/15 * * * *"
_DEAD_AFTER_SECONDS = 30
# A bank's messages are lines of its statement, and final.
_LEARNED_BY = {"bank": "statement"}
_log = logging.getLogger("anqi.jobs")

Batch = Callable[[datetime, int], int]


def soon(name: str) -> None:
    """Has that job run as soon as this transaction commits; once, however often it is asked for."""
    try:
        # Its own savepoint: being already there must not end the caller's transaction.
        with transaction.atomic():
            app.configure_task(name, queueing_lock=name).defer()
    except exceptions.AlreadyEnqueued:
        pass


def _drain(name: str, every: str, *, alone: bool = False) -> Callable[[Batch], Any]:
    """A job of that name that runs that often and whenever it is asked for.

    One waits at a time, several may run: they lease different rows. A job `alone` waits for the one that runs, and
    the queue does not look at it again by itself when that one ends.
    """
    lock = name if alone else None

    def decorate(batch: Batch) -> Any:
        @app.periodic(cron=every, queueing_lock=name)
        @app.task(name=name, queueing_lock=name, lock=lock)
        def job(timestamp: int | None = None) -> None:
            while batch(clock.now(), _BATCH) >= _BATCH:
                pass

        return job

    return decorate


@_drain("inbox", _EVERY_FEW_SECONDS)
def read_inbox(now: datetime, limit: int) -> int:
    return _all(_learn, inbox.lease(now=now, limit=limit), now)


_STRANGERS = (repayments.Stranger, refunds.Stranger, payouts.Stranger, cards.Stranger, settlements.Stranger)


def _learn(message: Inbox, now: datetime) -> None:
    try:
        _LEARN[message.kind](
            channel=message.channel,
            key=message.key,
            result=news.from_json(message.news),
            learned_by=_LEARNED_BY.get(message.channel, "notice"),
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
    "settlement": _learn_of_shop,
}  # fmt: skip


@_drain("outbox", _EVERY_FEW_SECONDS)
def empty_outbox(now: datetime, limit: int) -> int:
    return _all(_ask, charges.lease_outbox(now=now, limit=limit), now)


def _ask(entry: Outbox, now: datetime) -> None:
    whose = {"borrower_id": entry.borrower_id, "charge_id": entry.charge_id}
    if entry.kind == Outbox.Kind.CHARGE:
        charges.deliver(**whose, now=now)
    else:
        repayments.inquire(**whose, now=now)
        charges.finish_closing(**whose, now=now)


@_drain("charges", _EVERY_FEW_SECONDS)
def ask_about_charges(now: datetime, limit: int) -> int:
    return _all(_inquire, charges.lease_unheard(now=now, limit=limit), now)


def _inquire(charge: Any, now: datetime) -> None:
    repayments.inquire(borrower_id=charge.borrower_id, charge_id=charge.id, now=now)


@_drain("refunds", _EVERY_FEW_SECONDS)
def pay_back(now: datetime, limit: int) -> int:
    return _all(_pay_back, refunds.lease(now=now, limit=limit), now)


def _pay_back(refund: Refund, now: datetime) -> None:
    refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=now)


@_drain("payouts", _EVERY_FEW_SECONDS)
def pay_out(now: datetime, limit: int) -> int:
    return _all(_pay_out, payouts.lease(now=now, limit=limit), now)


def _pay_out(payout: Payout, now: datetime) -> None:
    payouts.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=now)


@_drain("lapsed_payouts", _EVERY_MINUTE, alone=True)
def let_payouts_lapse(now: datetime, limit: int) -> int:
    return payouts.lapse(now=now, limit=limit)


@app.periodic(cron=_EVERY_QUARTER, queueing_lock="statements")
@app.task(name="statements", queueing_lock="statements", lock="statements")
def read_statements(timestamp: int | None = None) -> None:
    """Statements come in the morning, or when the channel gets round to it."""
    for channel, day in payouts.unread(now=clock.now()):
        try:
            payouts.look_through(channel=channel, day=day, now=clock.now())
        except ValueError:
            _log.exception("statement_unreadable", extra={"channel": channel, "day": str(day)})


@_drain("cards", _EVERY_FEW_SECONDS)
def ask_about_cards(now: datetime, limit: int) -> int:
    return _all(_ask_about_card, cards.lease(now=now, limit=limit), now)


def _ask_about_card(card: Card, now: datetime) -> None:
    cards.inquire(borrower_id=card.borrower_id, card_id=card.id, now=now)


@_drain("returns", _EVERY_MINUTE, alone=True)
def return_what_is_left(now: datetime, limit: int) -> int:
    return _all(_return, due_cases(now=now, limit=limit), now)


def _return(case: Unapplied, now: datetime) -> None:
    refunds.begin_due(borrower_id=case.borrower_id, case_id=case.id, now=now)


@_drain("goods", _EVERY_MINUTE, alone=True)
def pay_back_goods(now: datetime, limit: int) -> int:
    return _all(_pay_back_goods, paying_back.due(now=now, limit=limit), now)


def _pay_back_goods(goods: Return, now: datetime) -> None:
    paying_back.pay_back(borrower_id=goods.borrower_id, return_id=goods.id, now=now)


@_drain("settlements", _EVERY_MINUTE, alone=True)
def book_payouts(now: datetime, limit: int) -> int:
    _all(_book, payouts_to_shops.to_book(limit=limit), now)
    # One may wait for another that came first: the next minute is soon enough.
    return 0


def _book(payout: MerchantPayout, now: datetime) -> None:
    booking.book(payout.id, now=now)


@_drain("messages", _EVERY_FEW_SECONDS)
def send_messages(now: datetime, limit: int) -> int:
    return notices.send_due(now=now, limit=limit)


@_drain("webhooks", _EVERY_FEW_SECONDS)
def deliver_webhooks(now: datetime, limit: int) -> int:
    return notices.deliver_webhooks(now=now, limit=limit)


@_drain("loans", _EVERY_MINUTE, alone=True)
def wake_loans(now: datetime, limit: int) -> int:
    return loans.wake(now=now, limit=limit)


@app.periodic(cron=_EVERY_MINUTE, queueing_lock="close")
@app.task(name="close", queueing_lock="close", lock="close")
def close_days(timestamp: int | None = None) -> None:
    """After the set hour of the night every day that is over gets its run; another run on its way is left to it."""
    if clock.now().astimezone(SHANGHAI).time() >= settings.ANQI_CLOSE_AT and closing.days_due(now=clock.now()):
        try:
            close.run()
        except close.Held as held:
            _log.info("close_held", extra={"by": str(held)})


@_drain("orders", _EVERY_MINUTE, alone=True)
def lapse_orders(now: datetime, limit: int) -> int:
    return purchases.lapse(now=now, limit=limit)


@app.periodic(cron=_EVERY_FEW_SECONDS, queueing_lock="revival")
@app.task(name="revival", queueing_lock="revival")
async def revive_dead(timestamp: int | None = None) -> None:
    """Jobs of workers that died keep their lock for ever, and the queue itself never frees them. So we do.

    They are ended, not tried again: the next drain does their work, and may be waiting behind their lock by now.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_SECONDS):
        _log.warning("job_revived", extra={"job": job.id, "task": job.task_name})
        await app.job_manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)


def _all(act: Callable[[Any, datetime], None], rows: Sequence[Any], now: datetime) -> int:
    """How many rows there were.

    One that breaks does not keep the others waiting; it comes due again, and the log says why.
    """
    for row in rows:
        try:
            act(row, now)
        except Exception:
            _log.exception("job_row_failed", extra={"row": str(row.id), "act": act.__name__})
    return len(rows)
