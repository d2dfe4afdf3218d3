"""The journal: what was posted to an account on a day, posting by posting."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from anqi.ledger.trial import Known

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Share:
    """The part of an account that one product and lender have in it; without a product what is on no loan."""

    product: str | None
    lender_id: UUID
    loans: str
    """A query that tells the product of every loan, as for `trial.by_product`."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One posting as an account shows it, in fen; without a borrower it stands in the lender's own book."""

    id: UUID
    borrower_id: UUID | None
    loan_id: UUID | None
    cause: str
    debit: str
    credit: str
    amount_minor: int
    counts_on: date
    booked_on: date
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """What a day added to an account, in fen."""

    count: int
    debit_minor: int
    credit_minor: int


def lines(
    on: date, account: str, *, known: Known, share: Share | None = None, after: UUID | None = None, limit: int = PAGE
) -> list[Line]:
    """The day's postings to the account in the order in which they were written, those after that one only."""
    where, values = _where(on, account, known, share)
    names = [field.name for field in fields(Line)]
    found = _fetch(
        f"select {', '.join(f'p.{name}' for name in names)} {where} and p.id > %(after)s order by p.id limit %(limit)s",
        {**values, "after": after or UUID(int=0), "limit": limit},
    )
    return [Line(**dict(zip(names, row, strict=True))) for row in found]


def turnover(on: date, account: str, *, known: Known, share: Share | None = None) -> Turnover:
    """What `lines` come to, all pages together."""
    where, values = _where(on, account, known, share)
    [(count, debit, credit)] = _fetch(
        "select count(*), coalesce(sum(p.amount_minor) filter (where p.debit = %(account)s), 0),"
        f" coalesce(sum(p.amount_minor) filter (where p.credit = %(account)s), 0) {where}",
        values,
    )
    return Turnover(count=count, debit_minor=int(debit), credit_minor=int(credit))


def _where(on: date, account: str, known: Known, share: Share | None) -> tuple[str, dict[str, Any]]:
    whose = f"where {_DAYS[known]} and %(account)s in (p.debit, p.credit)"
    values: dict[str, Any] = {"on": on, "account": account}
    if not share:
        return _IN_BOTH.format(whose=whose), values
    values |= {"lender": share.lender_id, "product": share.product}
    whose = f"{whose} and p.lender_id = %(lender)s"
    if share.product is None:
        return f"{_IN_BOTH.format(whose=whose)} and p.loan_id is null", values
    return f"""{_IN_BOTH.format(whose=whose)} and exists (
        select from ({share.loans}) l
        where l.borrower_id = p.borrower_id and l.loan_id = p.loan_id and l.product = %(product)s)""", values


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


# The days are asked of each book by itself, where their indexes are.
_COLUMNS = ", ".join(f"p.{field.name}" for field in fields(Line) if field.name not in ("borrower_id", "loan_id"))
_IN_BOTH = f"""from (
    select p.borrower_id, p.loan_id, {_COLUMNS}, p.lender_id from ledger_posting p {{whose}}
    union all
    select null, null, {_COLUMNS}, p.lender_id from ledger_house_posting p {{whose}}
) p where true"""
# What counts on a day was mostly booked on it, which the index of days finds; what was late stands in its own index.
_DAYS: dict[Known, str] = {
    "now": "p.counts_on = %(on)s and (p.booked_on = %(on)s"
    " or p.booked_on > p.counts_on and daterange(p.counts_on, p.booked_on) @> %(on)s)",
    "then": "p.booked_on = %(on)s",
}
