"""Credit lines: what a lender grants a borrower, and what both have decided about it since. What is left is `limits`.

Refused
├── NoLine
└── NothingToDecide
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from anqi.engine import granting, refusals
from anqi.engine.granting import Decision
from anqi.lending.models import CreditLine, Lender, LineDecision
from anqi.rows import sql
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

Kind = Literal["grant", "acceptance", "own_limit", "lock", "unlock", "expiry"]


class NoLine(Refused):
    """This lender grants this borrower nothing."""

    code = "no_line"


class NothingToDecide(Refused):
    """No such raise waits, they have no such lock, or the amount is below zero."""

    code = "nothing_to_decide"


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What was decided about a line, its first grant included; nothing, by no kind of lender, where there is none."""

    lender_kind: str = ""
    decisions: tuple[Decision, ...] = ()


def grant(borrower_id: UUID, *, now: datetime) -> None:
    """A line with every lender, as far as that lender goes with somebody new."""
    for lender in Lender.objects.all():
        CreditLine.objects.get_or_create(
            borrower_id=borrower_id,
            lender=lender,
            defaults={"granted_minor": lender.limit_minor, "granted_at": now},
        )


def read(borrower_id: UUID, lender_id: UUID) -> Granted:
    """What was decided so far, in one statement. To decide on it: hold the borrower."""
    for kind, first, later in sql.fetch(_READ, [borrower_id, lender_id]):
        rows = [json.loads(first), *json.loads(later)]
        return Granted(lender_kind=kind, decisions=tuple(_decision(*row) for row in rows))
    return Granted()


def decide(
    borrower_id: UUID, lender_id: UUID, kind: Kind, body: dict[str, Any], *, actor: str, now: datetime
) -> UUID:
    """The id of what is decided from today on. Hold the borrower first. Refuses NoLine, NothingToDecide."""
    held, id, today = read(borrower_id, lender_id), uuid7(), day_of(now)
    if not held.decisions:
        raise NoLine
    try:
        granting.decided((*held.decisions, _decision(str(id), kind, today.isoformat(), body)), today)
    except refusals.Refused:
        raise NothingToDecide from None
    LineDecision.objects.create(
        borrower_id=borrower_id, id=id, lender_id=lender_id, kind=kind, counts_on=today, body=body, actor=actor,
        decided_at=now,
    )  # fmt: skip
    return id


def _decision(id: str, kind: Kind, counts_on: str, body: dict[str, Any]) -> Decision:
    on = date.fromisoformat(counts_on)
    if kind == "expiry":
        return granting.Expiry(id=id, on=on, until=date.fromisoformat(body["until"]))
    decision: Decision = _KINDS[kind](id=id, on=on, **body)
    return decision


_KINDS: dict[Kind, type[Any]] = {
    "grant": granting.Grant,
    "acceptance": granting.Acceptance,
    "own_limit": granting.OwnLimit,
    "lock": granting.Lock,
    "unlock": granting.Unlock,
}
# The line's own row is its first grant.
_READ = """
    select lender.kind,
        json_build_array(
            line.id, 'grant', (line.granted_at at time zone 'Asia/Shanghai')::date,
            json_build_object('amount_minor', line.granted_minor))::text,
        (select coalesce(json_agg(json_build_array(d.id, d.kind, d.counts_on, d.body)), '[]')::text
            from lending_line_decision d
            where d.borrower_id = line.borrower_id and d.lender_id = line.lender_id)
    from lending_credit_line line join lending_lender lender on lender.id = line.lender_id
    where line.borrower_id = $1 and line.lender_id = $2
"""
