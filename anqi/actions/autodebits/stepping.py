"""The next step of a plan: everything is read, one thing is decided, and all of it is written in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi.actions.autodebits import excusing, telling
from anqi.actions.autodebits.telling import Coming
from anqi.lending import dues, holding, store
from anqi.lending.models import Hold
from anqi.lending.store import LoanInHand
from anqi.payments import channels, charges, debit_plans, debit_reads, debiting, mandates, outbox
from anqi.payments.channels.protocol import DebitRules
from anqi.payments.charges import Part
from anqi.payments.debit_reads import PlanInHand
from anqi.payments.debiting import Announce, Case, End, Remind, Rest, Source, Step, Test, Timetable, Try, Wait
from anqi.payments.models import Charge, DebitPlan, Mandate, Outbox
from anqi.people import holds
from anqi.rows import sql
from anqi.rows.chain import Chain
from anqi.rows.days import day_of

# A debit that nobody knows of is sent again, under its number, for so long; after that it is only asked about.
_SENT_FOR = timedelta(minutes=30)
_ENDS_AS = {
    "paid": DebitPlan.State.PAID, "no_source": DebitPlan.State.STOPPED, "given_up": DebitPlan.State.GIVEN_UP,
    "stopped": DebitPlan.State.STOPPED,
}  # fmt: skip
# Testing asks channels; should whoever does it die over it, the plan comes due again.
_TESTED_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class InHand:
    """A plan and its loan with what they come to."""

    known: PlanInHand
    held: LoanInHand
    case: Case
    timetable: Timetable


def lease(*, now: datetime, limit: int) -> list[DebitPlan]:
    """Plans of which it is time to do something, for whoever asked first."""
    with transaction.atomic(durable=True):
        return debit_plans.lease_due(now=now, limit=limit)


def step(*, borrower_id: UUID, plan_id: UUID, now: datetime) -> Step | None:
    """Does what is next about the plan, and says what it was; None for a plan that is over.

    What is to be sent stands in rows when this returns; a Test is the caller's to go on with. Safe to repeat.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        known = debit_reads.read(borrower_id, plan_id, today=day_of(now))
        if known.plan.state != DebitPlan.State.OPEN:
            return None
        held = store.read(borrower_id, [known.plan.loan_id])[known.plan.loan_id]
        if dues.is_over(held) or not dues.has_due(held, known.plan.due_on, today=day_of(now)):
            _move_on(chain, known, held, now)
            return None
        hand = _judge(known, held, now)
        excusing.settle(chain, known, held, hand.case, hand.timetable, now=now)
        # An excuse that has begun or ended by now counts for what is next.
        hand = replace(hand, case=replace(hand.case, excused_until=known.plan.excused_until))
        decided = debiting.next_step(hand.case, hand.timetable, now=now)
        _do(chain, hand, decided, _told_with(hand, now) if isinstance(decided, Remind) else (), now)
        return decided


def _told_with(hand: InHand, now: datetime) -> list[InHand]:
    """The borrower's other plans of which it is time to tell as well: nobody gets two messages about one morning."""
    others = [debit_reads.read(hand.held.borrower_id, id, today=day_of(now)) for id in hand.known.untold]
    loans = store.read(hand.held.borrower_id, [known.plan.loan_id for known in others]) if others else {}
    found = []
    for known in others:
        held = loans[known.plan.loan_id]
        if dues.is_over(held) or not dues.has_due(held, known.plan.due_on, today=day_of(now)):
            continue
        other = _judge(known, held, now)
        if isinstance(debiting.next_step(other.case, other.timetable, now=now), Remind):
            found.append(other)
    return found


def _judge(known: PlanInHand, held: LoanInHand, now: datetime) -> InHand:
    plan, today = known.plan, day_of(now)
    expected_minor = dues.expected_minor(held, plan.due_on, today=today)
    on_hold = holding.kind_on(held, today)
    stated, is_paused = dues.debiting_of(plan.borrower_id, plan.loan_id)
    case = Case(
        due_on=plan.due_on,
        owed_minor=dues.owed_minor(held, on=today),
        expected_minor=expected_minor,
        is_paid=not expected_minor,
        is_held=is_paused or (on_hold is not None and on_hold != Hold.Kind.DEBIT_FAILED),
        is_claimed=known.is_claimed,
        is_reminded=plan.reminded_at is not None,
        is_tested=plan.tested_at is not None,
        is_stopped=bool(plan.stopped_by),
        asked_at=plan.asked_at,
        excused_until=plan.excused_until,
        sources=[
            Source(id=each.id, rules=_rules(each), most_minor=_most(each), announcement=known.announced.get(each.id))
            for each in known.sources.values()
        ],
        attempts=[debit_plans.attempt(charge) for charge in known.debits],
    )  # fmt: skip
    return InHand(known=known, held=held, case=case, timetable=debiting.read_timetable(stated))


def _rules(mandate: Mandate) -> DebitRules:
    return channels.find_debiting(mandate.channel).debit_rules()


def _most(mandate: Mandate) -> int:
    caps = (mandate.single_minor, mandate.limit_minor, _rules(mandate).single_minor)
    return min(cap for cap in caps if cap is not None)


def _do(chain: Chain, hand: InHand, decided: Step, told_with: Sequence[InHand], now: datetime) -> None:
    plan = hand.known.plan
    if isinstance(decided, End):
        excusing.end(chain, plan, now=now)
    with sql.together():
        telling.failures(plan, hand.known.debits, hand.known.sources, decided, now=now)
        _write(hand, decided, told_with, now)
        for each in (hand, *told_with):
            debit_plans.keep(each.known.plan)
    if isinstance(decided, End):
        _next(hand.known, hand.held, now, after=plan.due_on)


def _write(hand: InHand, decided: Step, told_with: Sequence[InHand], now: datetime) -> None:
    plan, sources = hand.known.plan, hand.known.sources
    match decided:
        case Remind():
            telling.reminder([_coming(each) for each in (hand, *told_with)], now=now)
            for each in (hand, *told_with):
                each.known.plan.reminded_at = now
                debit_plans.wait(each.known.plan, until=now)
        case Test():
            debit_plans.wait(plan, until=now + _TESTED_WITHIN)
        case Announce(source_id=source_id, amount_minor=amount_minor):
            debit_plans.announce(plan, source_id, amount_minor=amount_minor, now=now)
            debit_plans.wait(plan, until=now)
        case Try(source_id=source_id, amount_minor=amount_minor):
            _debit(hand, sources[source_id], amount_minor, now)
            debit_plans.wait(plan, until=None)
        case Wait(until=until) | Rest(until=until):
            debit_plans.wait(plan, until=until)
        case End(why=why):
            debit_plans.end(plan, state=_ENDS_AS[why], why=why, now=now)
            telling.ending(plan, hand.case, why, now=now)


def _coming(hand: InHand) -> Coming:
    return Coming(
        plan=hand.known.plan, held=hand.held, source=next(iter(hand.known.sources.values())),
        amount_minor=hand.case.expected_minor, hours=hand.timetable.hours,
    )  # fmt: skip


def _debit(hand: InHand, source: Mandate, amount_minor: int, now: datetime) -> None:
    """The debit with its claim on the loan, and what is to be sent, before anything is."""
    plan, held, number = hand.known.plan, hand.held, len(hand.known.debits) + 1
    part = Part(
        loan_id=held.id, purpose="due", amount_minor=amount_minor,
        quote={"on": day_of(now).isoformat(), "asked": "due", "amount_minor": amount_minor},
    )  # fmt: skip
    charge = charges.put(
        borrower_id=plan.borrower_id, channel=source.channel, how="debit", attempt=f"{plan.id}:{number}",
        subject=f"按期还款 {held.number}", parts=[part], currency=held.currency, expires_at=now + _SENT_FOR, now=now,
        mandate_id=source.id, plan_id=plan.id,
    )  # fmt: skip
    outbox.put(
        borrower_id=plan.borrower_id, charge_id=charge.id, kind=Outbox.Kind.DEBIT, channel=source.channel, now=now,
        lease=timedelta(0),
    )  # fmt: skip


def _move_on(chain: Chain, known: PlanInHand, held: LoanInHand, now: datetime) -> None:
    """The instalment is no more: its day was moved, or the loan was settled or taken back.

    What the loan owes instead has a plan of its own, unless nothing is owed. A debit that is on its way is waited for
    first: how it ends is told, unless nothing is owed at all any more.
    """
    plan = known.plan
    if any(debit.state in Charge.OPEN for debit in known.debits):
        debit_plans.wait(plan, until=None)
        debit_plans.keep(plan)
        return
    if held.has_begun:
        excusing.end(chain, plan, now=now)
    with sql.together():
        if not dues.is_over(held):
            telling.failures(plan, known.debits, {}, End(why="stopped"), now=now)
        state, why = (DebitPlan.State.PAID, "paid") if held.settled_on else (DebitPlan.State.STOPPED, "moved")
        debit_plans.end(plan, state=state, why=why, now=now)
        debit_plans.keep(plan)
    _next(known, held, now, after=None)


def _next(known: PlanInHand, held: LoanInHand, now: datetime, *, after: object) -> None:
    """The plan of the instalment that comes after; once nothing does, the agreements end with the loan."""
    if dues.is_over(held):
        for source in known.sources.values():
            mandates.end(source, by="settled", tells_channel=True, now=now)
        return
    coming = [due for due in dues.coming(held, today=day_of(now)) if due.due_on != after]
    if known.sources and coming:
        debit_plans.put(
            borrower_id=held.borrower_id, loan_id=held.id, due_on=coming[0].due_on,
            expected_minor=coming[0].remaining_minor, now=now,
        )  # fmt: skip
