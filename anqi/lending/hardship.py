"""Hardship cases (协商还款) as rows: one alive a loan, from the form to what came of it. Nothing here decides.

Refused
├── NoSuchCase
├── AlreadyAsked          case_id
├── HardshipNotOpen       state
├── NothingToHelp         the loan has nothing to be paid, or has not begun
├── OnHold                goods are on their way back, or something is in dispute
├── HelpLapsed            expired_at
├── PlanChanged           what was shown is not what would be signed
├── PaymentOnItsWay
└── NoSuchHelp            it is not offered, or no longer
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from anqi.engine.contact import Standstill
from anqi.lending import hardship_rules, hardship_shapes
from anqi.lending.hardship_rules import Rules
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import HardshipCase, HardshipOffer, Loan
from anqi.rows.pairs import among
from anqi.rows.refusals import Refused

State = HardshipCase.State
# What somebody can be in difficulty for. None of it has to be proven.
REASONS: Mapping[str, str] = {
    "income": "收入减少",
    "job": "失业或停工",
    "illness": "自己或家人生病",
    "disaster": "遇到灾害或意外",
    "short": "这个月周转不开",
    "other": "其他原因",
}
LONGEST = 400


class NoSuchCase(Refused):
    """There is no such case of yours."""

    code = "no_such_hardship"


class AlreadyAsked(Refused):
    """Help for this loan has been asked for already."""

    code = "hardship_already_asked"


class HardshipNotOpen(Refused):
    """This can't be done in a case that is {state}."""

    code = "hardship_not_open"


class NothingToHelp(Refused):
    """There is nothing to be paid on this loan."""

    code = "hardship_nothing_to_help"


class OnHold(Refused):
    """The plan is on hold, and nothing is to be paid now."""

    code = "hardship_on_hold"


class HelpLapsed(Refused):
    """This could be signed until {expired_at}."""

    code = "hardship_lapsed"


class PlanChanged(Refused):
    """The figures are no longer those that the page showed. Read them again, please."""

    code = "hardship_plan_changed"


class PaymentOnItsWay(Refused):
    """A payment on this loan has no result yet."""

    code = "hardship_payment_on_its_way"


class NoSuchHelp(Refused):
    """This is not offered, or no longer."""

    code = "hardship_no_such_help"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a borrower says: a reason of `REASONS`, their words, what they could pay a month in fen, and from when."""

    reason: str
    said: str = field(default="", repr=False)
    monthly_minor: int | None = None
    from_on: date | None = None
    pauses_debits: bool = True


def put(
    borrower_id: UUID, case_id: UUID, loan_id: UUID, wish: Wish, *, state: State, expires_at: datetime | None,
    answer_by: date | None, now: datetime,
) -> HardshipCase:  # fmt: skip
    """The case as it begins. Hold the borrower first."""
    row = HardshipCase(
        borrower_id=borrower_id, id=case_id, loan_id=loan_id, reason=wish.reason, said=wish.said[:LONGEST],
        monthly_minor=wish.monthly_minor, from_on=wish.from_on, pauses_debits=wish.pauses_debits, state=state,
        expires_at=expires_at, answer_by=answer_by, asked_at=now,
    )  # fmt: skip
    HardshipCase.objects.bulk_create([row])
    return row


def find(borrower_id: UUID, case_id: UUID) -> HardshipCase | None:
    """The borrower's own case with its loan's product and lender."""
    mine = HardshipCase.objects.select_related("loan__product__lender")
    return mine.filter(borrower_id=borrower_id, id=case_id).first()


def get(borrower_id: UUID, case_id: UUID) -> HardshipCase:
    """The same. Refuses NoSuchCase."""
    found = find(borrower_id, case_id)
    if found is None:
        raise NoSuchCase
    return found


def rules_of(borrower_id: UUID, loan_id: UUID, *, on: date) -> Rules:
    """What the loan's lender does on that day."""
    code = Loan.objects.values_list("lender__code", flat=True).get(borrower_id=borrower_id, id=loan_id)
    return hardship_rules.in_force(code, on=on)


def alive(borrower_id: UUID, loan_id: UUID) -> HardshipCase | None:
    """The case of that loan which is not over."""
    return HardshipCase.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state__in=HardshipCase.ALIVE).first()


def latest(borrower_id: UUID, loan_id: UUID) -> HardshipCase | None:
    """The last case of that loan, over or not."""
    return HardshipCase.objects.filter(borrower_id=borrower_id, loan_id=loan_id).order_by("-asked_at", "-id").first()


def last_cases() -> dict[str, Subquery]:
    """The last case of each loan, as a query of loans annotates them: `help_id` and `help_state`, None without one."""
    asked = HardshipCase.objects.filter(borrower_id=OuterRef("borrower_id"), loan_id=OuterRef("id"))
    last = asked.order_by("-asked_at", "-id")
    return {"help_id": Subquery(last.values("id")[:1]), "help_state": Subquery(last.values("state")[:1])}


def has_accepted_since(borrower_id: UUID, loan_id: UUID, since: datetime) -> bool:
    """Whether help was accepted for that loan since then."""
    return HardshipCase.objects.filter(borrower_id=borrower_id, loan_id=loan_id, accepted_at__gte=since).exists()


def standstills(pairs: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Standstill]:
    """Of these loans, each with its borrower's id first, those of which nobody is reminded; in one statement."""
    found = HardshipCase.objects.filter(
        among(pairs),
        state__in=HardshipCase.ALIVE,
    ).values_list("borrower_id", "loan_id", "asked_at", "broken_at")  # fmt: skip
    return {
        (borrower_id, loan_id): Standstill(why="hardship", since=broken_at or asked_at)
        for borrower_id, loan_id, asked_at, broken_at in found
    }


def refuse_closed(row: HardshipCase, *, now: datetime, among: Iterable[str] = HardshipCase.ALIVE) -> None:
    """Refuses what is over, or in none of these states: HelpLapsed, HardshipNotOpen."""
    if row.state == State.LAPSED or is_lapsed(row, now=now):
        raise HelpLapsed(expired_at=row.expires_at)
    if row.state not in among:
        raise HardshipNotOpen(state=row.state)


def is_lapsed(row: HardshipCase, *, now: datetime) -> bool:
    """Whether its time to choose or to sign is over."""
    is_timed = row.state in (State.CHOOSING, State.OFFERED)
    return is_timed and row.expires_at is not None and now >= row.expires_at


def change(row: HardshipCase, **changes: object) -> None:
    """The case is now so."""
    HardshipCase.objects.filter(borrower_id=row.borrower_id, id=row.id).update(**changes)
    for name, value in changes.items():
        setattr(row, name, value)


def put_offer(
    row: HardshipCase, shape: Shape, *, id: UUID, reason: str, days: int, costs_minor: int, why_another: str, by: UUID,
    now: datetime,
) -> HardshipOffer:  # fmt: skip
    """A person's offer: open where one person may make it, else it waits for the second one."""
    state = HardshipOffer.State.PROPOSED if why_another else HardshipOffer.State.OPEN
    return HardshipOffer.objects.create(
        borrower_id=row.borrower_id, id=id, case_id=row.id, shape=hardship_shapes.write(shape), reason=reason[:LONGEST],
        costs_minor=costs_minor, why_another=why_another, state=state, days=days, made_by=by, made_at=now,
    )  # fmt: skip


def offers(row: HardshipCase) -> list[HardshipOffer]:
    """All offers of the case, the latest first."""
    found = HardshipOffer.objects.filter(borrower_id=row.borrower_id, case_id=row.id)
    return list(found.order_by("-made_at", "-id"))


def offer_of(row: HardshipCase) -> HardshipOffer | None:
    """The offer that waits for its second person, or for the borrower."""
    pending = (HardshipOffer.State.PROPOSED, HardshipOffer.State.OPEN)
    return next((each for each in offers(row) if each.state in pending), None)


def change_offer(offer: HardshipOffer, **changes: object) -> None:
    """The offer is now so."""
    HardshipOffer.objects.filter(borrower_id=offer.borrower_id, id=offer.id).update(**changes)
    for name, value in changes.items():
        setattr(offer, name, value)


def close_offers(row: HardshipCase, *, state: HardshipOffer.State) -> None:
    """What is pending of the case's offers ends so."""
    pending = (HardshipOffer.State.PROPOSED, HardshipOffer.State.OPEN)
    HardshipOffer.objects.filter(borrower_id=row.borrower_id, case_id=row.id, state__in=pending).update(state=state)
