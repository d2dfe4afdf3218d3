"""A plan with all that payments know about it: what was tried and announced, and what may be debited."""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.payments.debiting import Announcement
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Mandate
from anqi.rows import records, sql
from anqi.rows.days import day_of


@dataclass(frozen=True, kw_only=True)
class PlanInHand:
    """A plan as read at the start of a step of it."""

    plan: DebitPlan
    sources: dict[UUID, Mandate]
    """The agreements by which its loan may be debited today, in the borrower's order."""
    debits: list[Charge]
    """The oldest first."""
    announced: dict[UUID, Announcement]
    """What each agreement's channel was asked to tell the payer of this instalment."""
    is_claimed: bool
    """Whether somebody is paying its loan by hand."""
    untold: list[UUID]
    """The borrower's other open plans of which nothing was said yet."""


def read(borrower_id: UUID, plan_id: UUID, *, today: date) -> PlanInHand:
    """The plan, in one statement; what it holds of secrets is left out. Lock the borrower first."""
    [(plan, mandates, debits, notices, is_claimed, untold)] = sql.fetch(_READ, [borrower_id, plan_id])
    signed = (records.from_json(Mandate, row) for row in json.loads(mandates))
    asked = (records.from_json(DebitNotice, row) for row in json.loads(notices))
    return PlanInHand(
        plan=records.from_json(DebitPlan, json.loads(plan)),
        sources={mandate.id: mandate for mandate in signed if mandate.holds_on(today)},
        debits=[records.from_json(Charge, row) for row in json.loads(debits)],
        announced={notice.mandate_id: _announcement(notice) for notice in asked},
        is_claimed=is_claimed, untold=untold,
    )  # fmt: skip


def _announcement(notice: DebitNotice) -> Announcement:
    return Announcement(
        amount_minor=notice.amount_minor, told_on=day_of(notice.told_at) if notice.told_at else None,
        is_refused=notice.state == DebitNotice.State.REFUSED,
    )  # fmt: skip


_READ = """
    select to_jsonb(p)::text,
        (select coalesce(jsonb_agg(to_jsonb(m) - 'ref' order by m.rank, m.opened_at, m.id), '[]')::text
            from payments_mandate m
            where m.borrower_id = p.borrower_id and m.loan_id = p.loan_id and m.state = 'active'),
        (select coalesce(jsonb_agg(to_jsonb(c) - 'payer_ip' order by c.opened_at, c.id), '[]')::text
            from payments_charge c
            where c.borrower_id = p.borrower_id and c.plan_id = p.id),
        (select coalesce(jsonb_agg(to_jsonb(n)), '[]')::text
            from payments_debit_notice n
            where n.borrower_id = p.borrower_id and n.plan_id = p.id),
        exists (
            select from payments_charge_part part
            join payments_charge c on c.borrower_id = part.borrower_id and c.id = part.charge_id
            where part.borrower_id = p.borrower_id and part.loan_id = p.loan_id and part.claims
                and c.mandate_id is null),
        array(
            select o.id from payments_debit_plan o
            where o.borrower_id = p.borrower_id and o.id <> p.id and o.state = 'open' and o.stopped_by = ''
                and o.reminded_at is null
            order by o.due_on, o.id)
    from payments_debit_plan p
    where p.borrower_id = $1 and p.id = $2
"""
