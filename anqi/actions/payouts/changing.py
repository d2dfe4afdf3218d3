"""What a borrower changes about a payout: another account after it failed, and no loan at all before it left.

Both hold the borrower, and so does whoever marks a payout as sent: one of the two is first, and the other sees it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.actions.payouts import asking, ending
from anqi.lending import store, traces
from anqi.lending.models import Lender, Trace
from anqi.lending.store import LoanInHand, NewFact
from anqi.payments import payees, payouts
from anqi.payments.models import Payout
from anqi.payments.payouts import PayTo
from anqi.people import holds
from anqi.people.models import Borrower
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class TooLateToName(Refused):
    """Another account could be named until {until}."""

    code = "too_late_to_name"


class MayBePaid(Refused):
    """The channel has said two things about this payout. Nothing is paid before people know which is true."""

    code = "may_be_paid"


class TooLateToUndo(Refused):
    """The money has left, or may have: this loan can't be undone any more."""

    code = "too_late_to_undo"


def redirect(
    *, borrower_id: UUID, loan_id: UUID, card_id: UUID | None = None, wallet: str = "", now: datetime
) -> Payout:
    """The payout anew, to another account of the same borrower and under a number of its own. Again changes nothing.

    A person looks at it where the lender wants that, and where others have named the account too. Refuses NoSuchLoan,
    NothingToPayOut, AlreadyOnItsWay, MayBePaid, TooLateToName, and a payee as `payees.find`.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        held = _read(borrower_id, loan_id)
        who = Borrower.objects.get(id=borrower_id)
        to = payees.find(borrower_id, holder=who.name or "", card_id=card_id, wallet=wallet)
        alive = payouts.alive_of(borrower_id, loan_id)
        if alive and (alive.channel, alive.account) == (to.channel, to.account):
            return alive
        asking.refuse_unfit(held)
        failed = _failed(held, now)
        payout = _put(held, to, now)
        _record(chain, payout, failed, now)
        ending.tell(payout, "payout_redirected", {"account": payout.label}, now)
        return payout


def _read(borrower_id: UUID, loan_id: UUID) -> LoanInHand:
    held = store.read(borrower_id, [loan_id]).get(loan_id)
    if held is None:
        raise asking.NoSuchLoan(loan_id=loan_id)
    return held


def _failed(held: LoanInHand, now: datetime) -> Payout:
    """The payout that is made good: the last one, which has certainly ended."""
    failed = payouts.failed_of(held.borrower_id, held.id)
    if not failed:
        raise asking.NothingToPayOut
    if payouts.may_be_paid(failed):
        raise MayBePaid
    until = payouts.nameable_until(failed[-1])
    if now > until or failed[-1].lapsed_at:
        raise TooLateToName(until=until)
    return failed[-1]


def _put(held: LoanInHand, to: PayTo, now: datetime) -> Payout:
    lender = Lender.objects.get(id=held.lender_id)
    sharers = traces.leave(Trace.Kind.ACCOUNT, f"{to.channel}:{to.account}", held.borrower_id, now=now)
    return payouts.put(
        borrower_id=held.borrower_id, loan_id=held.id, lender_id=held.lender_id, to=to,
        amount_minor=held.signed_minor, currency=held.currency, why=payouts.WHY,
        must_be_released=lender.looks_at(held.signed_minor) or sharers > 1, now=now,
    )  # fmt: skip


def _record(chain: Chain, payout: Payout, failed: Payout, now: datetime) -> None:
    # The agreement names the first account; that its borrower named this one is proved by the chain.
    body: dict[str, Any] = {
        "payout_id": str(payout.id), "instead_of": str(failed.id), "channel": payout.channel, "pay_to": payout.label
    }  # fmt: skip
    fact = NewFact(
        loan_id=payout.loan_id, kind="payee_changed", counts_on=day_of(now), body=body, actor="borrower",
        key=f"payee_changed:{payout.id}",
    )  # fmt: skip
    store.record(chain, [fact], now=now)
    holds.keep(chain)


def undo(*, borrower_id: UUID, loan_id: UUID, now: datetime) -> None:
    """The loan is void at no cost, and takes nothing of the limit: its money has not left. Again changes nothing.

    Refuses NoSuchLoan, NothingToPayOut, TooLateToUndo.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        held = _read(borrower_id, loan_id)
        if held.cancelled_on:
            return
        if not held.is_cash:
            raise asking.NothingToPayOut
        failed, alive = payouts.failed_of(borrower_id, loan_id), payouts.alive_of(borrower_id, loan_id)
        has_left = alive is not None and alive.state not in Payout.AT_HOME
        if has_left or held.starts_on or payouts.may_be_paid(failed):
            raise TooLateToUndo
        if alive:
            payouts.stop(alive, reason="stopped_by_borrower", now=now)
        for each in failed:
            payouts.close_failed(each, now=now)
        ending.cancel(chain, held, actor="borrower", reason="undone", template="payout_undone", now=now)
