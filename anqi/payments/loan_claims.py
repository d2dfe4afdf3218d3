"""What payments know of many loans at once for whoever wants to remind: who is paying now, and what is debited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.rows import sql
from anqi.rows.days import day_of


@dataclass(frozen=True, kw_only=True)
class LoanClaim:
    """One loan: whether a payment or debit of it is open, and the plan by which its instalment is debited."""

    is_claimed: bool
    due_on: date | None
    """Of the plan that is open and may take from somewhere; None where there is none."""
    channel: str
    account: str
    reminded_on: date | None
    is_tried: bool


def read(pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], LoanClaim]:
    """That of each of these loans, (borrower id, loan id). One statement."""
    borrower_ids, loan_ids = zip(*pairs, strict=True)
    found = sql.fetch(_READ, [sql.as_ids(borrower_ids), sql.as_ids(loan_ids)])
    return {
        (borrower_id, loan_id): LoanClaim(
            is_claimed=is_claimed, due_on=due_on if channel else None, channel=channel or "", account=account or "",
            reminded_on=day_of(reminded_at) if reminded_at else None, is_tried=is_tried,
        )
        for borrower_id, loan_id, is_claimed, due_on, reminded_at, is_tried, channel, account in found
    }  # fmt: skip


_READ = """
    select asked.borrower_id, asked.id,
        exists (
            select from payments_charge_part part
            where part.borrower_id = asked.borrower_id and part.loan_id = asked.id and part.claims),
        plan.due_on, plan.reminded_at,
        exists (
            select from payments_charge c where c.borrower_id = asked.borrower_id and c.plan_id = plan.id),
        source.channel, source.account
    from unnest($1::uuid[], $2::uuid[]) as asked (borrower_id, id)
    left join payments_debit_plan plan on plan.borrower_id = asked.borrower_id and plan.loan_id = asked.id
        and plan.state = 'open' and plan.stopped_by = ''
    left join lateral (
        select m.channel, m.account from payments_mandate m
        where m.borrower_id = asked.borrower_id and m.loan_id = asked.id and m.state = 'active' and plan.id is not null
            and (m.ends_on is null or m.ends_on >= plan.due_on)
        order by m.rank, m.opened_at, m.id limit 1) source on true
"""
