"""Amendments: a running plan that is changed as its borrower signs, with both plans, what it costs, and by which caps.

The arithmetic knows of it by facts; this is what was read and signed, canonical JSON with its hash.

Refused
├── CannotChange       field
├── AmendmentChanged
└── what `products` refuses of what is sold: CostAboveCap, TooLong, CapUnknown
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from anqi.engine.caps import Breach, Cap, breaches_after
from anqi.engine.dearest import ENDLESS, way_of
from anqi.engine.facts import Fact
from anqi.engine.loan import Standing, StandingInstalment, standing
from anqi.engine.refusals import Refused as EngineRefused
from anqi.engine.replay import replay
from anqi.lending import agreements, odd_stretches, products, store
from anqi.lending.agreements import Draft
from anqi.lending.models import Amendment, Loan
from anqi.lending.odd_stretches import Odd
from anqi.lending.store import LoanInHand, NewFact
from anqi.rows import sql
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

TEMPLATE = "amendment-2026-11"


class CannotChange(Refused):
    """The plan can't be changed like this: {field}."""

    code = "cannot_change"


class AmendmentChanged(Refused):
    """What would be signed is no longer what the page showed. Read it again, please."""

    code = "amendment_changed"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact that changes the plan, as `NewFact` takes it; it counts on the day on which it is signed."""

    kind: str
    body: dict[str, Any]
    beside: dict[str, Any] = field(default_factory=dict)
    """What is signed with it and the arithmetic doesn't know: until when a hold lasts."""


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What changes would do to a plan if they were signed on a day, in fen. Nothing is written."""

    held: LoanInHand
    changes: tuple[Change, ...]
    facts: tuple[Fact, ...] = field(repr=False)
    """The same as the engine reads them."""
    on: date
    standing_before: Standing = field(repr=False)
    standing_after: Standing = field(repr=False)

    @cached_property
    def loan(self) -> Loan:
        """Its row with lender, product and agreement, read when it is asked for."""
        found = Loan.objects.select_related("lender", "product__lender", "agreement")
        return found.get(borrower_id=self.held.borrower_id, id=self.held.id)

    @property
    def before(self) -> tuple[StandingInstalment, ...]:
        """The instalments of which something is still to be paid, as they stand."""
        return _to_pay(self.standing_before)

    @property
    def after(self) -> tuple[StandingInstalment, ...]:
        """The same once it is signed."""
        return _to_pay(self.standing_after)

    @property
    def cost_minor(self) -> int:
        """What is to be paid more in all; below zero where it is less."""
        return self.standing_after.remaining_minor - self.standing_before.remaining_minor

    @cached_property
    def odds(self) -> tuple[Odd, ...]:
        """Why: each instalment of both plans whose interest changes."""
        held = self.held
        known = replay(held.terms, held.facts, self.on), replay(held.terms, (*held.facts, *self.facts), self.on)
        kept = {row.n for row in self.before} & {row.n for row in self.after}
        return tuple(odd_stretches.find(*known, kept))

    @cached_property
    def percents(self) -> tuple[Decimal | None, Decimal | None]:
        """What is owed costs so much a year from the day on, paid as planned, before and after; simple, in per cent.

        None where nothing is owed that could cost anything.
        """
        return _percent(self.held, (), self.on), _percent(self.held, self.facts, self.on)


def foresee(held: LoanInHand, changes: Sequence[Change], *, on: date) -> Foreseen:
    """What these changes, signed together on that day, would do to the plan of a loan that has begun.

    Refuses CannotChange what the engine does not take.
    """
    made = [_new_fact(held, change, on) for change in changes]
    facts = tuple(store.counted(fact, currency=held.currency) for fact in made)
    try:
        after = standing(held.terms, (*held.facts, *facts), on)
    except EngineRefused as refused:
        raise CannotChange(field=refused.field or refused.code) from None
    return Foreseen(
        held=held, changes=tuple(changes), facts=facts, on=on, standing_before=held.standing(on), standing_after=after
    )  # fmt: skip


def breaches(foreseen: Foreseen) -> tuple[Breach, ...]:
    """What would be above a cap; empty where it may be signed. Refuses CapUnknown."""
    held = foreseen.held
    return breaches_after(held.terms, held.facts, foreseen.facts, _caps(foreseen), on=foreseen.on)


def refuse_unlawful(foreseen: Foreseen) -> None:
    """Refuses CostAboveCap, CapUnknown, and TooLong where the plan would end later than its lender may lend."""
    products.refuse_late(foreseen.held.terms, foreseen.loan.lender, foreseen.standing_after.instalments)
    for breach in breaches(foreseen):
        raise products.above(breach)


def draw_up(foreseen: Foreseen, *, kind: str) -> Draft:
    """What is signed: the same question on the same day of the same loan gives the same hash. Refuses CapUnknown."""
    held, loan = foreseen.held, foreseen.loan
    signed, (before, after) = json.loads(loan.agreement.body), foreseen.percents
    return agreements.sealed({
        "template": TEMPLATE,
        "kind": kind,
        "drawn_up_on": foreseen.on.isoformat(),
        "version": _next_version(held),
        "lender": signed["lender"],
        "borrower": signed["borrower"],
        "loan": {"number": held.number, "agreement_sha256": loan.agreement.sha256},
        "currency": held.currency,
        "changes": [{"kind": change.kind, **change.body, **change.beside} for change in foreseen.changes],
        "plan_before": [_written(row) for row in foreseen.before],
        "plan_after": [_written(row) for row in foreseen.after],
        "cost": {"amount_minor": foreseen.cost_minor, "of": [odd_stretches.written(odd) for odd in foreseen.odds]},
        "annual_cost": {"before_percent": _told(before), "after_percent": _told(after)},
        "caps": [
            {"percent": str(cap.percent), "basis": cap.basis, "source": cap.source} for cap in _caps(foreseen)
        ],
        "rules": {"rest": _REST, "complaints": agreements.COMPLAINTS.format(lender=signed["lender"]["name"])},
    })  # fmt: skip


def sign(
    foreseen: Foreseen, *, kind: str, sha256: str, by: str, evidence: str | None = None, now: datetime
) -> tuple[Amendment, tuple[NewFact, ...]]:
    """What was read under that hash, kept, and the facts of it, which the act records. Hold the borrower first.

    `evidence` says where and with what it was signed, and stands encrypted. Who calls asks `find` first.
    Refuses AmendmentChanged, and what `refuse_unlawful` refuses.
    """
    draft, held = draw_up(foreseen, kind=kind), foreseen.held
    if draft.sha256 != sha256:
        raise AmendmentChanged
    refuse_unlawful(foreseen)
    amendment_id = uuid7()
    facts = tuple(
        _new_fact(held, change, foreseen.on, by=by, key=f"amendment:{amendment_id}:{place}")
        for place, change in enumerate(foreseen.changes)
    )
    amendment = Amendment.objects.create(
        borrower_id=held.borrower_id, id=amendment_id, loan_id=held.id, kind=kind, version=draft.body["version"],
        fact_ids=[fact.id for fact in facts], template=TEMPLATE, body=draft.text, sha256=draft.sha256,
        evidence=evidence, signed_at=now,
    )  # fmt: skip
    return amendment, facts


def find(borrower_id: UUID, loan_id: UUID, sha256: str) -> Amendment | None:
    """What was signed under that hash: the second tap finds the first one's."""
    return Amendment.objects.filter(borrower_id=borrower_id, loan_id=loan_id, sha256=sha256).first()


def get(borrower_id: UUID, amendment_id: UUID) -> Amendment | None:
    """The borrower's own amendment; None for somebody else's or nobody's."""
    return Amendment.objects.filter(borrower_id=borrower_id, id=amendment_id).first()


def of_loans(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, list[Amendment]]:
    """All amendments of each of these loans, the oldest first; loans without one are left out. One statement."""
    found = defaultdict[UUID, list[Amendment]](list)
    rows = Amendment.objects.filter(borrower_id=borrower_id, loan_id__in=list(loan_ids))
    for row in rows.order_by("version"):
        found[row.loan_id].append(row)
    return dict(found)


def of_loan(borrower_id: UUID, loan_id: UUID) -> list[Amendment]:
    """All amendments of the loan, the oldest first."""
    return list(Amendment.objects.filter(borrower_id=borrower_id, loan_id=loan_id).order_by("version"))


def body_of(amendment: Amendment) -> dict[str, Any]:
    """What was signed. One that is no longer what it was must not be shown as though it were."""
    assert hashlib.sha256(amendment.body.encode()).hexdigest() == amendment.sha256, f"{amendment.id} was changed"
    body: dict[str, Any] = json.loads(amendment.body)
    return body


def differing() -> Iterator[tuple[UUID, str]]:
    """(borrower id, amendment id) where a named fact is none of its loan, or a fact names no amendment."""
    yield from sql.fetch(_DIFFERING, [])


_DIFFERING = """
    with signed as (
        select a.borrower_id, a.loan_id, a.id::text, unnest(a.fact_ids) as fact_id from lending_amendment a
    ),
    fact as (
        select f.borrower_id, f.loan_id, split_part(f.key, ':', 2) as id, f.id as fact_id
        from lending_fact f where f.key like 'amendment:%'
    )
    select distinct borrower_id, id
    from signed full join fact using (borrower_id, loan_id, id, fact_id)
    where (signed.id is null) <> (fact.id is null)
    order by 1, 2
"""


def _new_fact(held: LoanInHand, change: Change, on: date, *, by: str = "", key: str = "") -> NewFact:
    return NewFact(loan_id=held.id, kind=change.kind, counts_on=on, body=change.body, actor=by, key=key)


def _caps(foreseen: Foreseen) -> tuple[Cap, ...]:
    # The rules of the day on which it began go on; with a later end it may come under one that left short loans out.
    until = max(row.due_on for row in foreseen.standing_after.instalments)
    return products.caps_of(foreseen.loan.product, on=foreseen.held.terms.starts_on, until=until)


def _next_version(held: LoanInHand) -> int:
    return 2 + Amendment.objects.filter(borrower_id=held.borrower_id, loan_id=held.id).count()


def _to_pay(shown: Standing) -> tuple[StandingInstalment, ...]:
    return tuple(row for row in shown.instalments if row.remaining_minor)


def _percent(held: LoanInHand, facts: Sequence[Fact], on: date) -> Decimal | None:
    way = way_of(held.terms, held.facts, facts, since=on)
    percent = way.percent_as_planned("simple") if way.owed_minor > 0 else ENDLESS
    return None if percent == ENDLESS else percent


def _written(row: StandingInstalment) -> dict[str, Any]:
    return {
        "n": row.n,
        "due_on": row.due_on.isoformat(),
        "principal_minor": row.principal_minor,
        "interest_minor": row.interest_minor,
        "fee_minor": row.fee_minor,
        "penalty_minor": row.penalty_minor,
        "paid_minor": row.paid_minor,
        "remaining_minor": row.remaining_minor,
    }


def _told(percent: Decimal | None) -> str | None:
    return None if percent is None else str(percent)


_REST = (
    "本变更是原分期合同的一部分，只改变上面写明的各期还款日和金额；本金、年利率、逾期和提前结清的约定以及其他条款不变。"
    "变更前已经还的金额不受影响。"
)
