"""Signing: the amendment, its facts, the books and the case in one transaction, and only what was seen.

What is signed is computed on the day: who has paid meanwhile, or signs after midnight, reads the new figures first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.actions.hardship import keeping
from anqi.lending import amendments, hardship, hardship_options, hardship_shapes, holding
from anqi.lending.agreements import Draft
from anqi.lending.amendments import AmendmentChanged, Change
from anqi.lending.hardship import NoSuchHelp, PaymentOnItsWay, PlanChanged, State
from anqi.lending.hardship_options import DoesNotFit, Option
from anqi.lending.hardship_rules import Rules
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import HardshipCase, HardshipOffer, Hold
from anqi.lending.products import CapUnknown, CostAboveCap, TooLong
from anqi.lending.store import LoanInHand, NewFact
from anqi.notices import messages
from anqi.payments import debit_plans, mandates
from anqi.payments import queries as payments
from anqi.people import holds
from anqi.people.models import Consent
from anqi.rows.chain import canonical
from anqi.rows.days import day_of

# The offer of a person; else a kind of `hardship_shapes`, as the lender's rules offer it.
OFFER = "offer"
_KIND = "hardship"


@dataclass(frozen=True, kw_only=True)
class Presented:
    """What may be signed now: the help, and the document with its hash."""

    row: HardshipCase
    option: Option
    draft: Draft


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a case holds today: what the rules offer side by side, and what a person offers, with their reason."""

    own: list[Option]
    offered: Option | None
    reason: str


def choices(row: HardshipCase, *, now: datetime) -> Choices:
    """What may be signed in the case now; what no cap or ceiling lets be signed is left out. Writes nothing.

    Refuses NothingToHelp, OnHold.
    """
    held, rules, first = _read(row, now)
    shapes = [each.shape for each in keeping.own_options(row, held, rules, now=now)]
    own = [option for shape in shapes if (option := _lawful(held, shape, first, now))]
    made = hardship.offer_of(row) if row.state == State.OFFERED else None
    offered = _lawful(held, hardship_shapes.read(made.shape), first, now) if made else None
    return Choices(own=own, offered=offered, reason=made.reason if made else "")


def _lawful(held: LoanInHand, shape: Shape, first: Sequence[Change], now: datetime) -> Option | None:
    try:
        option = hardship_options.foresee(held, shape, on=day_of(now), first=first)
        amendments.refuse_unlawful(option.foreseen)
    except (DoesNotFit, CostAboveCap, TooLong, CapUnknown):
        return None
    return option


def present(*, borrower_id: UUID, case_id: UUID, choice: str, now: datetime) -> Presented:
    """What the borrower may sign now. Writes nothing.

    Refuses NoSuchCase, HelpLapsed, HardshipNotOpen, NothingToHelp, OnHold, NoSuchHelp, DoesNotFit, and what
    `amendments.refuse_unlawful` refuses.
    """
    row = hardship.get(borrower_id, case_id)
    hardship.refuse_closed(row, now=now)
    option = _chosen(row, choice, now)
    amendments.refuse_unlawful(option.foreseen)
    return Presented(row=row, option=option, draft=amendments.draw_up(option.foreseen, kind=_KIND))


def accept(
    *, borrower_id: UUID, case_id: UUID, choice: str, sha256: str, address: str = "", agent: str = "", now: datetime
) -> HardshipCase:
    """The plan as the borrower has read and signed it, from there and with that; signing again changes nothing.

    Refuses what `present` does, PaymentOnItsWay, and PlanChanged where it is not what was read.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        if row.state == State.ACCEPTED:
            return row
        hardship.refuse_closed(row, now=now)
        if payments.claims(borrower_id, [row.loan_id]):
            raise PaymentOnItsWay
        option = _chosen(row, choice, now)
        evidence = canonical({"address": address, "agent": agent[:400], "consents": ["amendment"]}).decode()
        try:
            amendment, facts = amendments.sign(
                option.foreseen, kind=_KIND, sha256=sha256, by="borrower", evidence=evidence, now=now
            )
        except AmendmentChanged:
            raise PlanChanged from None
        Consent.objects.create(
            borrower_id=borrower_id, purpose="amendment", version=amendments.TEMPLATE, given_at=now
        )
        _hold(row, option, facts, now)
        recording.write(chain, option.foreseen.held, facts, now=now)
        _keep(row, choice, option, amendment.id, now)
        return row


def _read(row: HardshipCase, now: datetime) -> tuple[LoanInHand, Rules, list[Change]]:
    """The loan, its lender's rules, and what ends by whatever is signed: holds for a late answer, or a failed debit."""
    held, rules = keeping.running(row.borrower_id, row.loan_id, now=now), keeping.rules_of(row, now=now)
    plan = debit_plans.open_of(row.borrower_id, row.loan_id)
    hold_ids = [row.hold_id, plan.hold_id if plan else None]
    found = [holding.find(row.borrower_id, hold_id) for hold_id in hold_ids if hold_id]
    ended = [Change(kind="release", body={"of": str(hold.id)}) for hold in found if hold and not hold.ended_at]
    return held, rules, ended


def _chosen(row: HardshipCase, choice: str, now: datetime) -> Option:
    held, rules, first = _read(row, now)
    offered = {each.shape.kind: each.shape for each in keeping.own_options(row, held, rules, now=now)}
    made = hardship.offer_of(row)
    if choice == OFFER and row.state == State.OFFERED and made:
        shape: Shape | None = hardship_shapes.read(made.shape)
    else:
        shape = next((each for kind, each in offered.items() if kind == choice), None)
    if shape is None:
        raise NoSuchHelp
    return hardship_options.foresee(held, shape, on=day_of(now), first=first)


def _hold(row: HardshipCase, option: Option, facts: tuple[NewFact, ...], now: datetime) -> None:
    """The rows of holds that end and begin by these facts; the facts themselves are the amendment's."""
    for fact in facts:
        ended = holding.find(row.borrower_id, UUID(fact.body["of"])) if fact.kind == "release" else None
        if ended:
            holding.end(ended, why="accepted", by=keeping.ACTOR, now=now)
    begun = next((fact for fact in facts if fact.kind == "hold"), None)
    if begun:
        assert option.until
        holding.put(
            id=begun.id, held=option.foreseen.held, kind=Hold.Kind.HARDSHIP, reason=f"case {row.id}",
            until=option.until, by="borrower", now=now,
        )  # fmt: skip
    hardship.change(row, hold_id=begun.id if begun else None)


def _keep(row: HardshipCase, choice: str, option: Option, amendment_id: UUID, now: datetime) -> None:
    if choice == OFFER:
        hardship.close_offers(row, state=HardshipOffer.State.ACCEPTED)
    hardship.close_offers(row, state=HardshipOffer.State.OVER)
    hardship.change(
        row, state=State.ACCEPTED, accepted_at=now, accepted=hardship_shapes.write(option.shape),
        amendment_id=amendment_id, answer_by=None, expires_at=None, looks=0,
        look_on=_first_look(row, option, on=day_of(now), now=now),
    )  # fmt: skip
    _move_debits(option, now)
    words = {"lender": row.loan.product.lender.name}
    messages.announce(borrower_id=row.borrower_id, template="hardship_accepted", words=words, now=now)


def _move_debits(option: Option, now: datetime) -> None:
    """What was to be debited on a day that is no more is planned anew, and agreements look at their days."""
    held, after = option.foreseen.held, option.foreseen.after[0]
    plan = debit_plans.open_of(held.borrower_id, held.id)
    if plan:
        debit_plans.note(plan, hold_id=None, excused_until=None)
    if plan and plan.due_on not in {row.due_on for row in option.foreseen.after}:
        debit_plans.move(plan, due_on=after.due_on, expected_minor=after.remaining_minor, now=now)
    elif plan:
        debit_plans.wake(held.borrower_id, plan.id, now=now)
    mandates.look_now(held.borrower_id, held.id, now=now)


def _first_look(row: HardshipCase, option: Option, *, on: date, now: datetime) -> date | None:
    """The day on which it is first looked at whether it is kept."""
    if option.until:
        return option.until + timedelta(days=1)
    following = hardship_shapes.next_row(option.foreseen.standing_after, after=on)
    days = keeping.rules_of(row, now=now).looks_after_days
    return following.due_on + timedelta(days=days) if following else None
