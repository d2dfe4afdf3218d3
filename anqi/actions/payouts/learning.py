"""What a channel says of a payout, from an answer, a notice or a statement."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.payouts import ending
from anqi.payments import inbox, payouts
from anqi.payments.channels.protocol import Accepted, Failed, Result, Succeeded, Unknown
from anqi.payments.models import Payout
from anqi.people import holds
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class Stranger(Refused):
    """The channel speaks of a payout that is not ours."""

    code = "stranger"


def learn(
    *, channel: str, key: str, result: Result, learned_by: str, now: datetime, inbox_id: UUID | None = None
) -> None:
    """What a channel says of a payout, in one durable transaction. Twice, late or out of order changes nothing more.

    Refuses a Stranger.
    """
    borrower_id = payouts.owner(channel, key)
    if not borrower_id:
        raise Stranger(channel=channel)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        hear(chain, payouts.by_key(borrower_id, key), result, learned_by, now)
        if inbox_id:
            inbox.mark_done(inbox_id, now=now)


def hear(chain: Chain, payout: Payout, result: Result, learned_by: str, now: datetime) -> None:
    """Learns it within the caller's transaction, which holds the borrower."""
    if payout.state in Payout.SENT:
        _take(chain, payout, result, learned_by, now)
    elif payout.state == Payout.State.SUCCEEDED:
        _look_after(chain, payout, result, now)
    elif isinstance(result, Succeeded):
        # It was given up, or never sent: whoever is right, money may have left that no loan stands for.
        payouts.contradict(payout, reason=payouts.PAID_AFTER_ALL)
        _hold_back_next(payout)


def _take(chain: Chain, payout: Payout, result: Result, learned_by: str, now: datetime) -> None:
    if isinstance(result, Succeeded) and result.amount_minor != payout.amount_minor:
        _wait(payout, Payout.State.UNKNOWN, "other_amount", now, ref=result.ref, is_heard=True)
    elif isinstance(result, Succeeded):
        payouts.arrive(payout, ref=result.ref, paid_at=min(result.paid_at, now), now=now)
        ending.begin(chain, payout, paid_at=result.paid_at, now=now)
    elif isinstance(result, Failed):
        payouts.fail(payout, state=Payout.State.FAILED, reason=result.reason, now=now)
        ending.tell(payout, "payout_failed", {"account": payout.label}, now)
    elif learned_by == "notice":
        payouts.ask_now(payout, now=now)
    elif isinstance(result, Accepted):
        _wait(payout, Payout.State.PROCESSING, "", now, ref=result.ref, is_heard=True)
    else:
        # Not there is no no either: it may still be on its way into the channel's books.
        cause = result.cause if isinstance(result, Unknown) else "not_found"
        _wait(payout, Payout.State.UNKNOWN, cause, now)


def _hold_back_next(payout: Payout) -> None:
    """What was to be paid in its stead and has not left stays, until a person says otherwise."""
    following = payouts.alive_of(payout.borrower_id, payout.loan_id)
    if following and following.state == Payout.State.RELEASED:
        payouts.hold_back(following, reason=payouts.EARLIER_PAID)


def _wait(
    payout: Payout, state: str, reason: str, now: datetime, *, ref: str = "", is_heard: bool = False
) -> None:
    payouts.go_on(payout, state=state, ref=ref, reason=reason, is_heard=is_heard, now=now)


def _look_after(chain: Chain, payout: Payout, result: Result, now: datetime) -> None:
    if isinstance(result, Failed) and result.reason == "returned":
        payouts.fail(payout, state=Payout.State.RETURNED, reason="returned", now=now)
        ending.annul(chain, payout, came_back_on=day_of(min(result.at or now, now)), now=now)
    elif isinstance(result, Failed):
        # A success is for good: a channel that takes it back is a case.
        payouts.contradict(payout, reason="failed_after_all")
        payouts.watch(payout, now=now)
    else:
        payouts.watch(payout, now=now)
