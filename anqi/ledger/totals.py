"""The days' totals held against the postings that they were made of."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from anqi.ledger.chart import ACCRUED, ACCRUED_INCOME
from anqi.rows import sql


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A total that is not the sum of its postings, in fen: what is kept, and what they come to."""

    day: date
    lender_id: UUID
    product_id: UUID | None
    currency: str
    account: str
    debit_minor: int
    credit_minor: int
    posted_debit_minor: int
    posted_credit_minor: int


def differing(*, loans: str) -> Iterator[Differing]:
    """Every total that differs, by day, on days that must have totals or have some. One statement.

    What accrues is no sum of postings: it is held against the loans (`lending/courses.expected`).

    `loans` is a query that tells the product of every loan, as (borrower_id, loan_id, product_id).
    """
    names = [field.name for field in fields(Differing)]
    for row in sql.fetch(_DIFFERING.format(loans=loans), [[*ACCRUED, ACCRUED_INCOME]]):
        yield Differing(**dict(zip(names, row, strict=True)))


# Its own sums, apart from those of the close: one mistake must not be made in both places.
_DIFFERING = """
    with summed as (
        select day from ledger_closed_day where finished_at is not null
        union
        select day from ledger_day_total
    ),
    posted as (
        select p.booked_on as day, p.lender_id, l.product_id, p.currency, p.debit, p.credit,
            sum(p.amount_minor) as amount
        from ledger_posting p
        left join ({loans}) l on l.borrower_id = p.borrower_id and l.loan_id = p.loan_id
        where p.booked_on in (select day from summed)
        group by p.booked_on, p.lender_id, l.product_id, p.currency, p.debit, p.credit
        union all
        select booked_on, lender_id, null, currency, debit, credit, sum(amount_minor)
        from ledger_house_posting where booked_on in (select day from summed)
        group by booked_on, lender_id, currency, debit, credit
    )
    select day, lender_id, product_id, currency, account,
        sum(debit)::bigint, sum(credit)::bigint, sum(posted_debit)::bigint, sum(posted_credit)::bigint
    from (
        select day, lender_id, product_id, currency, account, debit_minor as debit, credit_minor as credit,
            0 as posted_debit, 0 as posted_credit
            from ledger_day_total where account <> all($1)
        union all
        select day, lender_id, product_id, currency, debit, 0, 0, amount, 0 from posted
        union all
        select day, lender_id, product_id, currency, credit, 0, 0, 0, amount from posted
    ) sides
    group by day, lender_id, product_id, currency, account
    having sum(debit) <> sum(posted_debit) or sum(credit) <> sum(posted_credit)
    order by day, account, lender_id, product_id
"""
