"""Cash reserves (备用金): what a borrower may have of one today, what it would cost, and what of it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from anqi.engine import explain, loan
from anqi.engine.applications import Application as Asked
from anqi.engine.applications import Earlier
from anqi.engine.products import Terms
from anqi.engine.schedule import plan
from anqi.lending import (
    disclosures,
    limits,
    offers,
    products,
    reserve_agreements,
    store,
)
from anqi.lending.agreements import Draft
from anqi.lending.limits import Limit
from anqi.lending.models import Application, Lender, Product
from anqi.lending.offers import LaidOut, Signature, Signer
from anqi.lending.store import LoanInHand
from anqi.rows.days import day_of

Why = Literal["", "no_line", "locked", "expired", "used_up"]
_DAYS_A_MONTH = 30


@dataclass(frozen=True, kw_only=True)
class Ranged:
    """A reserve on offer: what the lender lends of it, and the most that the borrower may have now, in fen."""

    product: Product
    least_minor: int
    most_minor: int

    @property
    def fits(self) -> bool:
        """Whether any amount of it is free."""
        return self.most_minor >= self.least_minor


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What one lender offers a borrower today, the limit behind it, and why that leaves nothing where it does."""

    lender: Lender
    limit: Limit
    why: Why
    reserves: tuple[Ranged, ...]


@dataclass(frozen=True, kw_only=True)
class Due:
    """One instalment, in fen, by the day on which it is due."""

    due_on: date
    n: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """How the interest of one instalment comes about: base × rate a day × days, rounded once for the instalment."""

    n: int
    since: date
    until: date
    days: int
    base_minor: int
    daily_rate: Fraction
    exact: Fraction


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a reserve would be if its money arrived today, in fen and per cent a year."""

    product: Product
    got_minor: int
    back_minor: int
    cost_minor: int
    simple_percent: str
    compound_percent: str
    dues: tuple[Due, ...]
    steps: tuple[Step, ...]
    statement: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Offer(LaidOut):
    """An application that was approved, and what its signing page shows."""

    application: Application


def shelves(borrower_id: UUID, *, today: date) -> tuple[Shelf, ...]:
    """What each lender with reserves on sale offers the borrower today."""
    sold = products.on_sale(today, kind=products.RESERVE)
    lenders = {each.lender_id: each.lender for each in sold}
    return tuple(
        _shelf(lender, limits.read(borrower_id, lender_id, today=today), sold) for lender_id, lender in lenders.items()
    )


def _shelf(lender: Lender, limit: Limit, sold: Sequence[Product]) -> Shelf:
    free_minor = limit.available_minor
    ranged = (
        Ranged(product=each, least_minor=each.least_minor, most_minor=min(each.most_minor, free_minor))
        for each in sold
        if each.lender_id == lender.id
    )
    return Shelf(lender=lender, limit=limit, why=_why(limit), reserves=tuple(ranged))


def _why(limit: Limit) -> Why:
    if not limit.granted_minor:
        return "no_line"
    if limit.locks:
        return "locked"
    if limit.is_expired:
        return "expired"
    return "" if limit.available_minor else "used_up"


def quote(product: Product, amount_minor: int, *, today: date) -> Quote:
    """The reserve of so many fen, as if its money arrived today. Refuses AmountOutOfRange, CostAboveCap, CapUnknown."""
    products.refuse_unfit(product, amount_minor)
    products.refuse_dear(product, amount_minor, on=today)
    terms = store.terms_from(products.terms_of(product, amount_minor), starts_on=today)
    statement = disclosures.cost_statement(product, amount_minor, on=today)
    return Quote(
        product=product,
        got_minor=terms.principal_minor,
        back_minor=statement["total_minor"],
        cost_minor=statement["cost_minor"],
        **statement["annual_cost"],
        dues=tuple(
            Due(
                due_on=each.due_on, n=each.n, principal_minor=each.principal_minor, interest_minor=each.interest_minor,
                fee_minor=each.fee_minor, total_minor=each.total_minor,
            )
            for each in plan(terms).instalments
        ),
        steps=tuple(step for n in range(1, terms.instalments + 1) for step in _steps(terms, n)),
        statement=statement,
    )  # fmt: skip


def _steps(terms: Terms, n: int) -> Sequence[Step]:
    told = explain.explain_interest(terms, (), terms.starts_on, n)
    a_day = Fraction(1, told.of_days)
    return [
        Step(
            n=n, since=each.since, until=each.until, days=each.days, base_minor=each.base_minor,
            daily_rate=each.rate * a_day, exact=each.base_minor * each.rate * a_day * each.days,
        )
        for each in told.stretches
    ]  # fmt: skip


def asked(
    borrower_id: UUID, product: Product, *, amount_minor: int, purpose: str, born_on: date | None,
    verified_at: datetime | None, earlier: tuple[Earlier, ...], account_borrowers: int, device_borrowers: int,
    today: date,
) -> Asked:  # fmt: skip
    """The application as a decision sees it. Of other lenders' loans it sees nothing: nobody agreed to that."""
    held = limits.in_life(borrower_id, product.lender_id)
    limit = limits.read_beside(held, borrower_id, product.lender_id, today=today)
    return Asked(
        on=today,
        lender=product.lender.code,
        amount_minor=amount_minor,
        months=_months(products.terms_of(product, amount_minor)),
        purpose=purpose,
        born_on=born_on,
        verified_on=day_of(verified_at) if verified_at else None,
        free_minor=limit.available_minor,
        days_past_due=max((_days_past_due(each, today) for each in held), default=0),
        elsewhere=None,
        earlier=earlier,
        running=sum(each.is_cash for each in held),
        account_borrowers=account_borrowers,
        device_borrowers=device_borrowers,
    )


def make(row: Application, signer: Signer, *, now: datetime) -> Offer:
    """The offer as of today; its reading time begins now."""
    draft = _draft(row, signer, on=day_of(now))
    return Offer(
        application=row, **vars(offers.lay_out(draft, signer, order_id=row.id, product=row.product, now=now))
    )


def agree(row: Application, signer: Signer, signature: Signature, *, now: datetime) -> Draft:
    """What was read, drawn up again as on the day it was opened. Hold the borrower first.

    Refuses NotVerified, AgreementChanged, ReadingTooShort, ConsentMissing, TooLong, CostAboveCap, CapUnknown,
    LimitExceeded.
    """
    draft = offers.read_and_meant(
        signature, signer, order_id=row.id, draw=lambda on: _draft(row, signer, on=on), now=now
    )
    # It was approved by the rules of its day; the loan is of the day on which it is signed.
    products.refuse_long(row.product, row.amount_minor, on=day_of(now))
    products.refuse_dear(row.product, row.amount_minor, on=day_of(now))
    limits.admit(limits.read(signer.id, row.product.lender_id, today=day_of(now)), row.amount_minor)
    return draft


def _draft(row: Application, signer: Signer, *, on: date) -> Draft:
    return reserve_agreements.draw_up(row, borrower_name=signer.name, borrower_id_number=signer.id_number, on=on)


def _days_past_due(held: LoanInHand, today: date) -> int:
    return loan.standing(held.terms, held.facts, today).days_past_due if held.starts_on else 0


def _months(terms: dict[str, Any]) -> int:
    ((unit, count),) = terms["every"].items()
    if unit == "months":
        return int(count) * int(terms["instalments"])
    days = int(count) * int(terms["instalments"]) * (7 if unit == "weeks" else 1)
    return -(-days // _DAYS_A_MONTH)
