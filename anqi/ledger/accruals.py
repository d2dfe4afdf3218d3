"""What has accrued and is booked on no loan: an amount a day, lender and product, among the totals of the days."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Protocol
from uuid import UUID

from anqi.ledger.chart import ACCRUED, ACCRUED_INCOME
from anqi.rows import sql


class Accrued(Protocol):
    """What all loans of a product have earned of one part, and is not booked, in fen."""

    @property
    def lender_id(self) -> UUID: ...
    @property
    def product_id(self) -> UUID: ...
    @property
    def currency(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def amount_minor(self) -> int: ...


def accrue(day: date, standing: Iterable[Accrued]) -> None:
    """Adds to the day's totals what brings the accounts of accruals to what stands accrued on its evening.

    What was accrued before and is booked by now leaves them so by itself. Once, however often it is asked for.
    """
    rows = [
        json.dumps({
            "lender_id": str(each.lender_id), "product_id": str(each.product_id), "currency": each.currency,
            "account": f"accrued_{each.part}", "amount": each.amount_minor,
        })
        for each in standing
    ]  # fmt: skip
    sql.write(_ACCRUE, [day, sql.as_rows(rows), list(ACCRUED), ACCRUED_INCOME])


def booked_by(day: date, pairs: Iterable[tuple[UUID, UUID]], *, account: str) -> dict[UUID, int]:
    """What was booked to the account by that day of these (borrower id, loan id), in fen, debit above zero."""
    borrower_ids, loan_ids = zip(*pairs, strict=True)
    found = sql.fetch(_BOOKED_BY, [sql.as_ids(borrower_ids), sql.as_ids(loan_ids), day, account])
    return {loan_id: int(amount_minor) for loan_id, amount_minor in found}


_GIVEN = {"lender_id": "uuid", "product_id": "uuid", "currency": "text", "account": "text", "amount": "bigint"}
_ACCRUE = f"""
    with standing as (
        select lender_id, product_id, currency, account, sum(amount) as amount from (
            select lender_id, product_id, currency, account, amount from {sql.rows("$2", _GIVEN)}
            union all
            select lender_id, product_id, currency, account, credit_minor - debit_minor
            from ledger_day_total where day < $1 and account = any($3)
        ) either group by lender_id, product_id, currency, account
    ), moved as (
        select lender_id, product_id, currency, account, amount from standing
        union all
        select lender_id, product_id, currency, $4, -sum(amount) from standing
        group by lender_id, product_id, currency
    )
    insert into ledger_day_total (day, lender_id, product_id, currency, account, debit_minor, credit_minor)
    select $1, lender_id, product_id, currency, account, greatest(amount, 0), greatest(-amount, 0)
    from moved where amount <> 0
    on conflict do nothing
"""
_BOOKED_BY = """
    select p.loan_id, sum(case when p.debit = $4 then p.amount_minor else -p.amount_minor end)
    from ledger_posting p
    join unnest($1::uuid[], $2::uuid[]) as asked (borrower_id, loan_id) using (borrower_id, loan_id)
    where p.booked_on <= $3 and $4 in (p.debit, p.credit)
    group by p.loan_id
"""
