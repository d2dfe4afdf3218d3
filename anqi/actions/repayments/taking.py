"""Taking money that arrived to its loans and books: all that is read, decided and written of one payment."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from anqi import recording
from anqi.documents import receipts
from anqi.ledger import books, chart
from anqi.ledger.books import Entry
from anqi.lending import courses, repaying, store
from anqi.lending.repaying import Purpose, Use
from anqi.lending.store import LoanInHand, NewFact
from anqi.notices import messages, texts
from anqi.payments import charges, debit_plans, pay_links, unapplied
from anqi.payments.charges import Arrival, ChargeInHand, Part
from anqi.people import holds
from anqi.rows import sql
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

_ACTOR = "borrower"


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Everything that taking the money will write, decided before the first write."""

    facts: list[NewFact]
    entries: list[Entry]
    wakes: list[tuple[LoanInHand, courses.Outlook]]
    uses: list[tuple[Part, Use]]


def take(chain: Chain, charge: ChargeInHand, arrival: Arrival, now: datetime) -> None:
    """Money that arrived is never refused: booked as arrived, applied, and what is left over kept as a case."""
    payment_id = uuid7()
    loans = store.read(chain.borrower_id, [part.loan_id for part in charge.parts])
    booked = books.read(chain.borrower_id, loans)
    uses = _uses(chain.borrower_id, charge, arrival, loans)
    plan = _decide(charge, arrival, payment_id, loans, booked, uses, now)
    receipt = _receipt(charge, arrival, loans, plan)
    with sql.together():
        charges.receive(chain.borrower_id, charge, arrival, id=payment_id, now=now)
        if plan.facts:
            store.record(chain, plan.facts, now=now)
        books.post(chain, plan.entries, first_open_on=booked.first_open_on, now=now)
        for held, outlook in plan.wakes:
            store.wake(held.borrower_id, held.id, outlook)
        receipts.issue(borrower_id=chain.borrower_id, payment_id=payment_id, body=receipt, now=now)
        _tell(chain.borrower_id, charge, arrival, uses, now)
        holds.keep(chain)
    for held, outlook in plan.wakes:
        recording.settle(held, outlook, now=now)
    if charge.plan_id:
        debit_plans.wake(chain.borrower_id, charge.plan_id, now=now)
    for part, use in plan.uses:
        if use.left_minor:
            _open_case(chain, charge, payment_id, loans[part.loan_id], use, now)


def _uses(
    borrower_id: UUID, charge: ChargeInHand, arrival: Arrival, loans: dict[UUID, LoanInHand]
) -> list[tuple[Part, Use]]:
    if arrival.amount_minor != charge.amount_minor:
        # Nobody can say which part of it is meant for which loan; the first is kept, so that the office sees it there.
        because = "second_payment" if charge.payments else "amount_differs"
        return [(charge.parts[0], _unused(arrival.amount_minor, because))]
    return [(part, _use(borrower_id, charge, part, arrival, loans[part.loan_id])) for part in charge.parts]


def _use(borrower_id: UUID, charge: ChargeInHand, part: Part, arrival: Arrival, held: LoanInHand) -> Use:
    if charge.payments:
        return _unused(part.amount_minor, "second_payment")
    # Of several loans only those go without it for which the borrower has gone on to another payment.
    if not charge.holds_claim and charges.has_later(borrower_id, part.loan_id, than=charge):
        return _unused(part.amount_minor, "arrived_after_close")
    if charge.link_id and pay_links.is_too_late(borrower_id, charge.link_id, paid_at=arrival.paid_at):
        return _unused(part.amount_minor, "link_over")
    return repaying.use(
        held, purpose=cast(Purpose, part.purpose), amount_minor=part.amount_minor, on=arrival.counts_on
    )


def _unused(amount_minor: int, because: str) -> Use:
    return Use(amount_minor=0, goal="due", left_minor=amount_minor, left_because=because, preview=None)


def _decide(
    charge: ChargeInHand,
    arrival: Arrival,
    payment_id: UUID,
    loans: dict[UUID, LoanInHand],
    booked: books.Booked,
    uses: list[tuple[Part, Use]],
    now: datetime,
) -> _Plan:
    today = day_of(now)
    first = loans[charge.parts[0].loan_id]
    entries = [_arrived(charge, arrival, payment_id, lender_id=first.lender_id)]
    facts, wakes = [], []
    for part, use in uses:
        if not use.amount_minor:
            continue
        held = loans[part.loan_id]
        fact = _fact(part, use, arrival, payment_id)
        after = courses.advance(held, [fact])
        steps = [*courses.missed(held, today=today), courses.reached(after, by=fact, today=today)]
        entries += books.bring_to(
            steps,
            booked=booked.balances[held.id],
            loan_id=held.id,
            lender_id=held.lender_id,
            currency=held.currency,
            discloses=held.discloses,
        )
        facts.append(fact)
        wakes.append((held, courses.outlook(after, today=today)))
    return _Plan(facts=facts, entries=entries, wakes=wakes, uses=uses)


def _arrived(charge: ChargeInHand, arrival: Arrival, payment_id: UUID, *, lender_id: UUID) -> Entry:
    return Entry(
        loan_id=None,
        lender_id=lender_id,
        currency=charge.currency,
        moves=[(chart.arrives_in(charge.channel), "unapplied", arrival.amount_minor)],
        counts_on=arrival.counts_on,
        cause="arrival",
        cause_id=payment_id,
    )


def _fact(part: Part, use: Use, arrival: Arrival, payment_id: UUID) -> NewFact:
    return NewFact(
        loan_id=part.loan_id,
        kind="payment",
        counts_on=arrival.counts_on,
        body={"amount_minor": use.amount_minor, "for": use.goal, "payment_id": str(payment_id)},
        actor=_ACTOR,
        key=f"payment:{payment_id}:{part.loan_id}",
    )


def _tell(
    borrower_id: UUID, charge: ChargeInHand, arrival: Arrival, uses: list[tuple[Part, Use]], now: datetime
) -> None:
    left_minor = sum(use.left_minor for _, use in uses)
    words = {"amount": texts.yuan(arrival.amount_minor)}
    if left_minor:
        words["left"] = texts.yuan(left_minor)
    template = "money_unapplied" if left_minor else "payment_received"
    if charge.link_id:
        template += texts.BY_OTHER
    messages.announce(borrower_id=borrower_id, template=template, words=words, now=now)


def _open_case(
    chain: Chain, charge: ChargeInHand, payment_id: UUID, held: LoanInHand, use: Use, now: datetime
) -> None:
    unapplied.open_case(
        borrower_id=chain.borrower_id,
        payment_id=payment_id,
        loan_id=held.id,
        lender_id=held.lender_id,
        amount_minor=use.left_minor,
        reason=use.left_because,
        now=now,
        # Nobody may find another use for somebody else's money.
        returns_at=now if charge.link_id else None,
    )


def _receipt(
    charge: ChargeInHand, arrival: Arrival, loans: dict[UUID, LoanInHand], plan: _Plan
) -> dict[str, object]:
    return {
        "charge": charge.key,
        "channel": charge.channel,
        "ref": arrival.ref,
        "amount_minor": arrival.amount_minor,
        "currency": charge.currency,
        "paid_at": arrival.paid_at,
        "counts_on": arrival.counts_on,
        **({"by_other": True} if charge.link_id else {}),
        "loans": [_receipt_line(loans[part.loan_id], use) for part, use in plan.uses],
    }


def _receipt_line(held: LoanInHand, use: Use) -> dict[str, object]:
    seen = use.preview
    return {
        "loan": held.number,
        "applied_minor": use.amount_minor,
        "unapplied_minor": use.left_minor,
        "unapplied_because": use.left_because,
        "lines": [[line.n, line.part, line.amount_minor] for line in seen.lines] if seen else [],
        "prepaid_minor": seen.prepaid_minor if seen else 0,
        "excess_minor": seen.excess_minor if seen else 0,
        "credit_used_minor": seen.credit_used_minor if seen else 0,
        "saved_minor": seen.saved_minor if seen else 0,
        "remaining_after_minor": seen.remaining_after_minor if seen else None,
        "next_due_on": seen.next_due_on_after if seen else None,
        "next_due_minor": seen.next_due_minor_after if seen else None,
        "settles": seen.settles if seen else False,
    }
