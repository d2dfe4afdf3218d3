"""Repayments: what a channel tells us of a charge, and money that arrived, taken to its loans and books."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.repayments import taking
from anqi.notices import messages, texts
from anqi.payments import channels, charges, debit_plans, differences, exchanges, inbox, refunds
from anqi.payments.channels.protocol import GIVEN_BACK, Accepted, Closed, Failed, NotFound, Result, Succeeded
from anqi.payments.charges import Arrival, ChargeInHand
from anqi.payments.models import Charge, Difference
from anqi.people import holds
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class Stranger(Refused):
    """The channel speaks of an order number that is not ours."""

    code = "stranger"


def learn(
    *, channel: str, key: str, result: Result, learned_by: str, now: datetime, inbox_id: UUID | None = None
) -> None:
    """What a channel says of a charge, from a notice, a query or a statement, in one durable transaction.

    Telling it twice, late or out of order changes nothing more. Refuses a Stranger.
    """
    owner = charges.owner(channel, key)
    if not owner:
        raise Stranger(channel=channel)
    borrower_id, charge_id = owner
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        charge = charges.read(borrower_id, charge_id)
        _hear(chain, charge, result, learned_by, now)
        if inbox_id:
            inbox.mark_done(inbox_id, now=now)


def _hear(chain: Chain, charge: ChargeInHand, result: Result, learned_by: str, now: datetime) -> None:
    borrower_id = chain.borrower_id
    if isinstance(result, Succeeded) and result.ref not in charge.payments:
        _believe(chain, charge, result, learned_by, now)
    elif charge.payments:
        _compare(charge, borrower_id, result, learned_by, now)
    elif isinstance(result, Closed | Failed | NotFound):
        _end(charge, borrower_id, result, now)
    elif result == GIVEN_BACK:
        _doubt(charge, borrower_id, Difference.Kind.GIVEN_BACK, result, learned_by, now)


def _believe(chain: Chain, charge: ChargeInHand, result: Succeeded, learned_by: str, now: datetime) -> None:
    """A notice that names another amount than was asked for is not believed until the channel says so when asked."""
    if learned_by == "notice" and result.amount_minor != charge.amount_minor:
        _doubt(charge, chain.borrower_id, Difference.Kind.AMOUNT_DIFFERS, result, learned_by, now)
        charges.ask_next(chain.borrower_id, charge.id, at=now)
        return
    taking.take(chain, charge, Arrival(**vars(result), learned_by=learned_by, heard_at=now), now)
    if learned_by == "query":
        differences.confirm(chain.borrower_id, charge.id, now=now)


def inquire(*, borrower_id: UUID, charge_id: UUID, now: datetime) -> None:
    """Asks the channel what became of a charge, gives it up there when its time is over, and learns the answer."""
    charge = Charge.objects.get(borrower_id=borrower_id, id=charge_id)
    channel = channels.find(charge.channel)
    result = _query(charge)
    exchanges.note(borrower_id=charge.borrower_id, charge_id=charge.id, kind="query", result=result, at=now)
    is_over = charge.closing_at is not None or now >= charge.expires_at
    # Nobody can take back a debit: it goes on until somebody knows its end.
    if is_over and not charge.is_debit and charge.state in Charge.OPEN and isinstance(result, Accepted | NotFound):
        result = channel.close(charge.key, opened_at=charge.opened_at)
        exchanges.note(borrower_id=charge.borrower_id, charge_id=charge.id, kind="close", result=result, at=now)
    learn(channel=charge.channel, key=charge.key, result=result, learned_by="query", now=now)


def _query(charge: Charge) -> Result:
    if charge.is_debit:
        return channels.find_debiting(charge.channel).query_debit(charge.key, opened_at=charge.opened_at)
    return channels.find(charge.channel).query(charge.key, opened_at=charge.opened_at)


def _end(charge: ChargeInHand, borrower_id: UUID, result: Closed | Failed | NotFound, now: datetime) -> None:
    """The charge came to nothing. A page that was never opened at the channel may still be until its end.

    So one that is not found there frees its loans only when the borrower gave it up or its time is over, and
    is watched until no payment can come of it any more.
    """
    is_past = now >= charge.expires_at + charges.MARGIN
    is_done_with = is_past or (charge.is_given_up and not charge.plan_id)
    if isinstance(result, NotFound) and not is_done_with:
        return
    state = Charge.State.FAILED if isinstance(result, Failed) else Charge.State.CLOSED
    reason = result.reason if isinstance(result, Failed) else "given_up" if charge.is_given_up else "expired"
    watch = isinstance(result, NotFound) and not is_past
    charges.end(borrower_id, charge.id, state=state, reason=reason, keeps_watch=watch, now=now)
    if state == Charge.State.FAILED and charge.is_open and not charge.plan_id:
        # Of debits their own plan tells.
        words: dict[str, str | date] = {"amount": texts.yuan(charge.amount_minor), "paid_on": day_of(now)}
        messages.announce(borrower_id=borrower_id, template="payment_failed", words=words, now=now)
    if charge.plan_id:
        debit_plans.wake(borrower_id, charge.plan_id, now=now)


def _compare(charge: ChargeInHand, borrower_id: UUID, result: Result, learned_by: str, now: datetime) -> None:
    """A success is for good. What the channel says after it is a repeat, or a contradiction and a case."""
    if isinstance(result, Succeeded) and result.amount_minor != charge.payments[result.ref]:
        _doubt(charge, borrower_id, Difference.Kind.AMOUNT_CHANGED, result, learned_by, now)
    elif result == GIVEN_BACK and refunds.begun_minor(borrower_id, charge.id) >= sum(charge.payments.values()):
        # All of it given back, by ourselves: then a trade is closed.
        charges.ask_next(borrower_id, charge.id, at=None)
    elif isinstance(result, Closed | Failed) or result == GIVEN_BACK:
        _doubt(charge, borrower_id, Difference.Kind.UNDONE, result, learned_by, now)
        charges.ask_next(borrower_id, charge.id, at=None if learned_by == "query" else now)
    elif learned_by == "query":
        charges.ask_next(borrower_id, charge.id, at=None)
        if isinstance(result, Succeeded):
            differences.confirm(borrower_id, charge.id, now=now)


def _doubt(
    charge: ChargeInHand, borrower_id: UUID, kind: str, result: Result, learned_by: str, now: datetime
) -> None:
    differences.open_case(
        borrower_id=borrower_id, charge_id=charge.id, kind=kind, result=result, learned_by=learned_by, now=now
    )
