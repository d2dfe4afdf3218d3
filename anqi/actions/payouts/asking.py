"""A payout is asked for when a loan in cash was signed, and again to another account when it failed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.payouts import ending
from anqi.lending import store
from anqi.lending.models import Lender
from anqi.lending.store import LoanInHand
from anqi.payments import channels, payouts
from anqi.payments.models import Payout
from anqi.payments.payees import CannotPayThere
from anqi.payments.payouts import PayTo
from anqi.people import holds
from anqi.rows.refusals import Refused


class NoSuchLoan(Refused):
    """There is no such loan of yours."""

    code = "no_such_loan"


class NothingToPayOut(Refused):
    """This loan is not one that waits to be paid out."""

    code = "nothing_to_pay_out"


class AlreadyOnItsWay(Refused):
    """This loan is being paid out already."""

    code = "already_on_its_way"


def request(*, borrower_id: UUID, loan_id: UUID, to: PayTo, now: datetime) -> Payout:
    """The payout of a signed loan: on its way, or waiting for a person where the lender wants one to look.

    Refuses NoSuchLoan, NothingToPayOut, AlreadyOnItsWay, CannotPayThere.
    """
    if to.channel not in channels.paying_out():
        raise CannotPayThere(channel=to.channel)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        held = store.read(borrower_id, [loan_id]).get(loan_id)
        if held is None:
            raise NoSuchLoan(loan_id=loan_id)
        refuse_unfit(held)
        lender = Lender.objects.get(id=held.lender_id)
        return payouts.put(
            borrower_id=borrower_id, loan_id=loan_id, lender_id=held.lender_id, to=to,
            amount_minor=held.signed_minor, currency=held.currency, why=payouts.WHY,
            must_be_released=lender.looks_at(held.signed_minor), now=now,
        )  # fmt: skip


def refuse_unfit(held: LoanInHand) -> None:
    """Refuses NothingToPayOut, AlreadyOnItsWay."""
    if not held.is_cash or held.starts_on or held.cancelled_on:
        raise NothingToPayOut
    if payouts.alive_of(held.borrower_id, held.id):
        raise AlreadyOnItsWay


def lapse(*, now: datetime, limit: int) -> int:
    """How many payouts that failed were let go with their loans: nobody named another account in time."""
    failed = payouts.failed_for_long(now=now, limit=limit)
    for payout in failed:
        _let_go(payout, now)
    return len(failed)


def _let_go(seen: Payout, now: datetime) -> None:
    with transaction.atomic(durable=True):
        chain = holds.hold(seen.borrower_id)
        held = store.read(seen.borrower_id, [seen.loan_id])[seen.loan_id]
        failed = payouts.failed_of(seen.borrower_id, seen.loan_id)
        payouts.close_failed(payouts.read(seen.borrower_id, seen.id), now=now)
        is_paid_anew = payouts.alive_of(seen.borrower_id, seen.loan_id) or held.starts_on or held.cancelled_on
        # Three days count from the last account that was tried; and what may have arrived is no loan to end.
        is_last = failed[-1].id == seen.id and not payouts.may_be_paid(failed)
        if is_last and not is_paid_anew:
            ending.cancel(chain, held, actor="anqi", reason="payout failed", template="payout_lapsed", now=now)
