"""Amendments: a borrower sees what another due day or a later instalment would do to a plan, and signs it.

Refused
├── NoSuchLoan
├── PaymentUnderWay    is_debit
├── DebitAnnounced     due_on
└── NotMeant           the tick is missing
What may be chosen is refused by `lending.changing`, what may be signed by `lending.amendments`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.lending import amendments, changing, store
from anqi.lending.agreements import Draft
from anqi.lending.amendments import Foreseen
from anqi.lending.changing import Wish
from anqi.lending.models import Amendment
from anqi.lending.store import LoanInHand
from anqi.notices import messages, texts
from anqi.payments import charges, debit_doubts, debit_plans, mandates
from anqi.payments.debit_doubts import Doubt
from anqi.people import holds
from anqi.people.models import Consent
from anqi.rows.chain import canonical
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

_TOLD = {Amendment.Kind.DUE_DAY: "due_day_changed", Amendment.Kind.DEFERRAL: "instalment_deferred"}


class NoSuchLoan(Refused):
    """There is no such plan."""

    code = "no_such_loan"


class PaymentUnderWay(Refused):
    """A payment on this plan has no result yet: wait for it, or give it up."""

    code = "payment_under_way"


class DebitAnnounced(Refused):
    """A debit of what falls due on {due_on} was announced: once it is paid, the plan can be changed."""

    code = "debit_announced"


class NotMeant(Refused):
    """This was not agreed to."""

    code = "not_meant"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What would be signed, and which agreements could not debit all of it."""

    foreseen: Foreseen
    draft: Draft
    doubts: tuple[Doubt, ...]


def hindrances(*, borrower_id: UUID, loan_id: UUID, kind: Amendment.Kind, today: date) -> tuple[Refused, ...]:
    """All that stands in the way of that kind of change, each as its refusal. Writes nothing. Refuses NoSuchLoan."""
    return tuple(_hindrances(_loan(borrower_id, loan_id), kind, today))


def quote(*, borrower_id: UUID, loan_id: UUID, wish: Wish, today: date) -> Quote:
    """What the wish would do if it were signed today. Writes nothing.

    Refuses NoSuchLoan, the first hindrance, DayNotOffered, DeferralTooLong, CannotChange, CostAboveCap, TooLong,
    CapUnknown.
    """
    held = _loan(borrower_id, loan_id)
    foreseen = _foresee(held, wish, today)
    amendments.refuse_unlawful(foreseen)
    return Quote(
        foreseen=foreseen,
        draft=amendments.draw_up(foreseen, kind=wish.kind),
        doubts=debit_doubts.of(
            mandates.in_force(borrower_id, loan_id, today=today),
            [(row.due_on, row.remaining_minor) for row in foreseen.after],
        ),
    )


def accept(
    *, borrower_id: UUID, loan_id: UUID, wish: Wish, sha256: str, is_meant: bool, address: str, agent: str,
    now: datetime,
) -> Amendment:  # fmt: skip
    """The plan changed as its borrower has read and signed; signed again, the same amendment.

    Refuses as `quote` does, NotMeant without the tick, and AmendmentChanged where it would be signed differently now.
    """
    if not is_meant:
        raise NotMeant
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        signed = amendments.find(borrower_id, loan_id, sha256)
        if signed:
            return signed
        held, today = _loan(borrower_id, loan_id), day_of(now)
        foreseen = _foresee(held, wish, today)
        evidence = canonical({"address": address, "agent": agent[:400], "consents": ["amendment"]}).decode()
        amendment, facts = amendments.sign(
            foreseen, kind=wish.kind, sha256=sha256, by="borrower", evidence=evidence, now=now
        )
        Consent.objects.create(
            borrower_id=borrower_id, purpose="amendment", version=amendments.TEMPLATE, given_at=now
        )
        _move_debits(foreseen, now)
        _tell(foreseen, wish, now)
        recording.write(chain, held, facts, now=now)
        return amendment


def _loan(borrower_id: UUID, loan_id: UUID) -> LoanInHand:
    held = store.read(borrower_id, [loan_id]).get(loan_id)
    if held is None:
        raise NoSuchLoan
    return held


def _foresee(held: LoanInHand, wish: Wish, today: date) -> Foreseen:
    for hindrance in _hindrances(held, wish.kind, today):
        raise hindrance
    changing.refuse_unfit(held, wish, today=today)
    return amendments.foresee(held, wish.changes(held, today), on=today)


def _hindrances(held: LoanInHand, kind: Amendment.Kind, today: date) -> Iterator[Refused]:
    yield from changing.hindrances(held, amendments.of_loan(held.borrower_id, held.id), kind, today=today)
    claim = charges.claiming(held.borrower_id, [held.id])
    if claim:
        yield PaymentUnderWay(is_debit=claim.mandate_id is not None)
    plan = debit_plans.open_of(held.borrower_id, held.id)
    if plan and debit_plans.is_announced(plan):
        yield DebitAnnounced(due_on=plan.due_on)


def _move_debits(foreseen: Foreseen, now: datetime) -> None:
    """What was to be debited on the old day is planned anew for the new one, and agreements look at their days."""
    held, after = foreseen.held, foreseen.after[0]
    plan = debit_plans.open_of(held.borrower_id, held.id)
    if plan and plan.due_on != after.due_on:
        debit_plans.move(plan, due_on=after.due_on, expected_minor=after.remaining_minor, now=now)
    mandates.look_now(held.borrower_id, held.id, now=now)


def _tell(foreseen: Foreseen, wish: Wish, now: datetime) -> None:
    after = foreseen.after[0]
    words: dict[str, str | date] = {
        "loan": foreseen.held.number, "due_on": after.due_on, "amount": texts.yuan(after.remaining_minor),
        "cost": texts.yuan(max(foreseen.cost_minor, 0)),
    }  # fmt: skip
    messages.announce(borrower_id=foreseen.held.borrower_id, template=_TOLD[wish.kind], words=words, now=now)
