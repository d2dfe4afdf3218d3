"""The trial balance: every account over everything that stands in the books up to a day, in two ways of looking.

"now", as it is known now: what counts on that day or before it, whenever it was booked. A payment of March that was
learned of in May is in the figures of March.

"then", as it was known then: what was booked on that day or before it. Nothing is booked into a day that is shut, and
what counts on one is booked on the first open day, so that in the moment in which a day is shut both ways give the same
figures, and from then on "then" gives those figures for ever. Of a day that isn't shut both may still change.

When a posting was written is deliberately not asked. Midnight is no border of the books: money of 23:59 is heard of at
00:01, and a transaction that began before midnight commits after it, so that no figure by the clock was ever shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db import connection

Known = Literal["now", "then"]
# The column whose day decides, which is all that differs between the two ways.
DAYS: dict[Known, str] = {"now": "counts_on", "then": "booked_on"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One account, in fen: all that was debited and credited to it."""

    code: str
    name: str
    side: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit above zero."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, kw_only=True)
class ProductRow(Row):
    """One account of one lender's product; without a product what is on no loan, such as money that arrived."""

    product: str | None
    lender_id: UUID


@dataclass(frozen=True, kw_only=True)
class Total:
    """The last line, in fen. Where the books are whole both sides are equal."""

    debit_minor: int
    credit_minor: int

    @property
    def is_balanced(self) -> bool:
        return self.debit_minor == self.credit_minor


def trial_balance(on: date, *, known: Known = "now") -> list[Row]:
    """All accounts of the chart up to and on that day, in fen. One statement."""
    found = _fetch(_BY_ACCOUNT.format(day=DAYS[known]), on)
    return [
        Row(code=code, name=name, side=side, debit_minor=int(debit), credit_minor=int(credit))
        for code, name, side, debit, credit in found
    ]


def by_product(on: date, *, known: Known = "now", loans: str) -> list[ProductRow]:
    """What of each account belongs to which product and lender, in fen; what never moved is left out. One statement.

    `loans` is a query that tells the product of every loan, as (borrower_id, loan_id, product): the books know loans
    by their ids only. The rows of an account come to what `trial_balance` says of it.
    """
    found = _fetch(_BY_PRODUCT.format(day=DAYS[known], loans=loans), on)
    return [
        ProductRow(
            code=code, name=name, side=side, product=product, lender_id=lender_id,
            debit_minor=int(debit), credit_minor=int(credit),
        )
        for code, name, side, product, lender_id, debit, credit in found
    ]  # fmt: skip


def total(rows: Sequence[Row]) -> Total:
    """What all accounts come to."""
    return Total(
        debit_minor=sum(row.debit_minor for row in rows), credit_minor=sum(row.credit_minor for row in rows)
    )


def _fetch(statement: str, on: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"on": on})
        return list(cursor.fetchall())


# Postings are read once, by their pairs of accounts, of which there are few; each pair then stands on both its sides.
_BY_ACCOUNT = """
    with moved as (
        select debit, credit, sum(amount_minor) as amount from ledger_posting where {day} <= %(on)s
        group by debit, credit
    )
    select a.code, a.name, a.side, coalesce(sum(sides.debited), 0), coalesce(sum(sides.credited), 0)
    from ledger_account a
    left join (
        select debit as account, amount as debited, 0 as credited from moved
        union all
        select credit, 0, amount from moved
    ) sides on sides.account = a.code
    group by a.code, a.name, a.side
    order by array_position(array['asset', 'liability', 'income', 'expense'], a.side::text), a.code
"""
_BY_PRODUCT = """
    with moved as (
        select p.debit, p.credit, l.product, p.lender_id, sum(p.amount_minor) as amount
        from ledger_posting p
        left join ({loans}) l on l.borrower_id = p.borrower_id and l.loan_id = p.loan_id
        where p.{day} <= %(on)s
        group by p.debit, p.credit, l.product, p.lender_id
    )
    select a.code, a.name, a.side, sides.product, sides.lender_id, sum(sides.debited), sum(sides.credited)
    from ledger_account a
    join (
        select debit as account, product, lender_id, amount as debited, 0 as credited from moved
        union all
        select credit, product, lender_id, 0, amount from moved
    ) sides on sides.account = a.code
    group by a.code, a.name, a.side, sides.product, sides.lender_id
    order by array_position(array['asset', 'liability', 'income', 'expense'], a.side::text), a.code,
        sides.product nulls last, sides.lender_id
"""
