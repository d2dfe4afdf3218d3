"""The trial balance: every account over everything that stands in the books up to a day, in two ways of looking.

"now", as it is known now: what counts on that day or before it, whenever it was booked. A payment of March that was
learned of in May is in the figures of March.

"then", as it was known then: what was booked on that day or before it. Nothing is booked into a day that is shut, and
what counts on one is booked on the first open day, so that in the moment in which a day is shut both ways give the same
figures, and from then on "then" gives those figures for ever. Of a day that isn't shut both may still change.

Days that are shut are read by their totals (`ledger/days`), so that the cost is of days and not of postings. One by one
are read the postings of days without totals, and for "now" those that were booked later than on the day asked for.

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
    found = _fetch(_BY_ACCOUNT.format(one_by_one=ONE_BY_ONE[known]), on)
    return [
        Row(code=code, name=name, side=side, debit_minor=int(debit), credit_minor=int(credit))
        for code, name, side, debit, credit in found
    ]


def by_product(on: date, *, known: Known = "now", loans: str, products: str) -> list[ProductRow]:
    """What of each account belongs to which product and lender, in fen; what never moved is left out. One statement.

    `loans` is a query that tells the product of every loan, as (borrower_id, loan_id, product), and `products` one of
    (product_id, product): the books know both by their ids only. The rows of an account come to what `trial_balance`
    says of it.
    """
    found = _fetch(_BY_PRODUCT.format(one_by_one=ONE_BY_ONE[known], loans=loans, products=products), on)
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


# A day has all of its totals or none: they are written by one statement of the close.
_WITHOUT_TOTALS = """
    select {columns} from {table} where booked_on = any(array(
        select booked.first_on + n
        from (select min(booked_on) as first_on, least(max(booked_on), %(on)s) as last_on from {table}) booked,
            generate_series(0, booked.last_on - booked.first_on) n
        where not exists (select from ledger_day_total t where t.day = booked.first_on + n)))
"""
# Two comparisons would say the same, but the planner takes them for a third of the table each, and reads all of it.
_LATE = "select {columns} from {table} where booked_on > counts_on and daterange(counts_on, booked_on) @> %(on)s"
_COLUMNS = "lender_id, debit, credit, amount_minor, counts_on, booked_on"
# Borrowers' postings, and the lender's own, which are on no loan.
_BOOKS = (
    {"table": "ledger_posting", "columns": f"borrower_id, loan_id, {_COLUMNS}"},
    {"table": "ledger_house_posting", "columns": f"null::uuid, null::uuid, {_COLUMNS}"},
)


def _of_both(*selects: str) -> str:
    return " union all ".join(select.format(**book) for select in selects for book in _BOOKS)


ONE_BY_ONE: dict[Known, str] = {"now": _of_both(_WITHOUT_TOTALS, _LATE), "then": _of_both(_WITHOUT_TOTALS)}
"""A query of the postings that no total has, each once; `on` is the day asked for."""
# Postings are read once, by their pairs of accounts, of which there are few; each pair then stands on both its sides.
_BY_ACCOUNT = """
    with moved as (
        select debit, credit, sum(amount_minor) as amount from ({one_by_one}) p
        group by debit, credit
    )
    select a.code, a.name, a.side, coalesce(sum(sides.debited), 0), coalesce(sum(sides.credited), 0)
    from ledger_account a
    left join (
        select account, debit_minor as debited, credit_minor as credited from ledger_day_total where day <= %(on)s
        union all
        select debit, amount, 0 from moved
        union all
        select credit, 0, amount from moved
    ) sides on sides.account = a.code
    group by a.code, a.name, a.side
    order by array_position(array['asset', 'liability', 'income', 'expense'], a.side::text), a.code
"""
# Each posting asks for its own loan's product: the few that are read shall not cost a look at every loan there is.
_BY_PRODUCT = """
    with moved as (
        select debit, credit, product, lender_id, sum(amount_minor) as amount
        from (
            select p.debit, p.credit, p.lender_id, p.amount_minor, (
                select l.product from ({loans}) l where l.borrower_id = p.borrower_id and l.loan_id = p.loan_id
            ) as product
            from ({one_by_one}) p
        ) told
        group by debit, credit, product, lender_id
    )
    select a.code, a.name, a.side, sides.product, sides.lender_id, sum(sides.debited), sum(sides.credited)
    from ledger_account a
    join (
        select t.account, k.product, t.lender_id, t.debit_minor as debited, t.credit_minor as credited
            from ledger_day_total t left join ({products}) k on k.product_id = t.product_id where t.day <= %(on)s
        union all
        select debit, product, lender_id, amount, 0 from moved
        union all
        select credit, product, lender_id, 0, amount from moved
    ) sides on sides.account = a.code
    group by a.code, a.name, a.side, sides.product, sides.lender_id
    order by array_position(array['asset', 'liability', 'income', 'expense'], a.side::text), a.code,
        sides.product nulls last, sides.lender_id
"""
