"""Sending: written down as sent before anything is, so that nobody who comes after sends it under another number."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.actions.payouts import learning
from anqi.lending.models import Lender
from anqi.payments import channels, payouts
from anqi.payments.channels.protocol import (
    Failed,
    NotFound,
    Payee,
    PayoutChannel,
    PayoutRequest,
    Result,
    Unknown,
)
from anqi.payments.models import Payout
from anqi.people import holds
from anqi.rows.days import day_of, end_of

# A new order's time must be near the channel's own; after this it may only be asked about.
_SEND_AGAIN_WITHIN = timedelta(minutes=45)
_TRY_AGAIN = timedelta(minutes=10)


def lease(*, now: datetime, limit: int) -> list[Payout]:
    """Payouts that are to leave, or of which it is time to ask the channel, for whoever asked first."""
    with transaction.atomic(durable=True):
        return payouts.lease_due(now=now, limit=limit)


def deliver(*, borrower_id: UUID, payout_id: UUID, now: datetime) -> None:
    """Sends the payout, or asks the channel what became of it, outside any transaction, and learns the answer.

    Safe to repeat and to kill anywhere: a channel knows it by its number and time, and pays it once.
    """
    payout = payouts.read(borrower_id, payout_id)
    if payout.channel not in channels.paying_out():
        _put_off(payout, "channel_unavailable", now + _TRY_AGAIN)
        return
    channel = channels.find_payer(payout.channel)
    is_first = payout.state == Payout.State.RELEASED
    if is_first and not (_are_over(payout, now) and _begin(payout, channel, now)):
        return
    if payout.state not in (*Payout.SENT, Payout.State.SUCCEEDED):
        return
    kind, result = _ask(channel, payout, is_first=is_first, now=now)
    with transaction.atomic(durable=True):
        payouts.note(payout, kind=kind, result=result, at=now)
    learning.learn(channel=payout.channel, key=payout.key, result=result, learned_by="query", now=now)


def _are_over(payout: Payout, now: datetime) -> bool:
    """Whether the earlier ones, which failed, are still said to have failed: it must not be paid beside one of them."""
    for earlier in payouts.failed_of(payout.borrower_id, payout.loan_id):
        # What two people have found in the channel's papers is not asked about again.
        if earlier.sent_at is None or earlier.reason == "by_statement":
            continue
        found = _ask_again(earlier, earlier.sent_at, now)
        if not isinstance(found, Failed | NotFound):
            # Where it arrived after all, this one has been held back, which nothing here undoes.
            _put_off(payout, "earlier_unknown", now + _TRY_AGAIN)
            return False
    return True


def _ask_again(earlier: Payout, sent_at: datetime, now: datetime) -> Result:
    if earlier.channel not in channels.paying_out():
        return Unknown(cause="channel_unavailable")
    found = channels.find_payer(earlier.channel).query_payout(earlier.key, opened_at=sent_at)
    with transaction.atomic(durable=True):
        payouts.note(earlier, kind="query_payout", result=found, at=now)
    learning.learn(channel=earlier.channel, key=earlier.key, result=found, learned_by="query", now=now)
    return found


def _begin(payout: Payout, channel: PayoutChannel, now: datetime) -> bool:
    """Whether it may be sent now; if so it stands as sent."""
    balance_minor = channel.balance_minor()
    if balance_minor is None or balance_minor < payout.amount_minor:
        _put_off(payout, "balance_unknown" if balance_minor is None else "balance_short", now + _TRY_AGAIN)
        return False
    with transaction.atomic(durable=True):
        holds.hold(payout.borrower_id)
        payout.refresh_from_db()
        if payout.state != Payout.State.RELEASED:
            return False
        payouts.lock_day(payout.lender_id)
        if not _fits(payout, now):
            payouts.put_off(payout, reason="daily_cap", until=end_of(day_of(now)))
            return False
        payouts.begin_sending(payout, now=now)
        return True


def _fits(payout: Payout, now: datetime) -> bool:
    lender = Lender.objects.get(id=payout.lender_id)
    gone_minor = payouts.sent_minor(lender.id, on=day_of(now))
    return gone_minor + payout.amount_minor <= lender.payouts_a_day_minor


def _put_off(payout: Payout, reason: str, until: datetime) -> None:
    with transaction.atomic(durable=True):
        payouts.put_off(payout, reason=reason, until=until)


def _ask(channel: PayoutChannel, payout: Payout, *, is_first: bool, now: datetime) -> tuple[str, Result]:
    assert payout.sent_at, "it stands as sent before it is"
    if not is_first:
        found = channel.query_payout(payout.key, opened_at=payout.sent_at)
        is_lost = isinstance(found, NotFound | Unknown) and not payout.is_heard
        if not is_lost or now > payout.sent_at + _SEND_AGAIN_WITHIN:
            return "query_payout", found
    # Under the same number and time, which is the same payout: whoever sent it first may have died before it left.
    request = PayoutRequest(
        key=payout.key,
        opened_at=payout.sent_at,
        payee=Payee(account=payout.account, name=payout.holder),
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        why=payout.why,
        notify_url=f"{settings.ANQI_URLS['borrower']}/hooks/{payout.channel}",
    )
    return "payout", channel.payout(request)
