"""Several reserves within one limit: whatever happens in whatever order, no more is lent than the borrower was granted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from anqi.actions import credit_lines, loans, payouts, reserves
from anqi.lending import limits
from anqi.lending.applications import AlreadyApplied, OfferLapsed, To
from anqi.lending.limits import LimitExceeded
from anqi.lending.models import Application, Lender, Loan
from anqi.lending.policies import PURPOSES
from anqi.payments.channels.protocol import Failed
from anqi.payments.models import Payout
from anqi.rows import sql
from anqi.rows.days import day_of
from tests import reserving
from tests.actions.test_payouts import Bank, bank
from tests.reserving import NOON, TODAY, apply, arrive, sign, welcome
from tests.returning import Bought, staff
from tests.seeds import IS_SOAK

__all__ = ["bank"]
pytestmark = pytest.mark.django_db
GRANTED = 2_000_000
_numbers = count(1)


@dataclass
class Borrowing:
    """One borrower's reserves and what they come to in plain words: what was signed, what has arrived, what is wanted.

    What is owed of principal is the books' word: the limit's own is the engine's.
    """

    borrower_id: UUID
    to: To
    lender_id: UUID
    now: datetime = NOON
    own_minor: int | None = None
    approved: Application | None = None
    frozen: dict[UUID, int] = field(default_factory=dict)
    begun: dict[UUID, int] = field(default_factory=dict)
    void_ids: set[UUID] = field(default_factory=set)

    @property
    def limit_minor(self) -> int:
        return GRANTED if self.own_minor is None else min(GRANTED, self.own_minor)

    @property
    def used_minor(self) -> int:
        [(minor,)] = sql.fetch(_OWED, [self.borrower_id])
        return int(minor)

    @property
    def available_minor(self) -> int:
        return max(self.limit_minor - self.used_minor - sum(self.frozen.values()), 0)

    def apply(self, part: int) -> None:
        amount_minor = 50_000 + part * 19_500
        try:
            row = apply(self.borrower_id, self.to, product="reserve-m12", amount_minor=amount_minor, now=self.now)
        except AlreadyApplied:
            return
        told = {reason["code"] for reason in row.reasons}
        assert ("more_than_free" in told) == (amount_minor > self.available_minor), told
        self.approved = row if row.state == "approved" else None

    def sign(self, part: int) -> None:
        row, self.approved = self.approved, None
        if row is None:
            return
        try:
            loan = sign(row, now=self.now)
        except OfferLapsed:
            return
        except LimitExceeded as refused:
            assert refused.facts["available_minor"] == self.available_minor < row.amount_minor
            self.approved = row
            return
        assert row.amount_minor <= self.available_minor
        self.frozen[loan.id] = row.amount_minor

    def arrive(self, part: int) -> None:
        if loan := self._one_of(self.frozen, part):
            payout = Payout.objects.get(loan_id=loan.id)
            if payout.state == Payout.State.WAITING:
                payouts.release(
                    borrower_id=self.borrower_id, payout_id=payout.id, actor=staff("supervisor"), now=self.now
                )
            arrive(loan, paid_at=self.now)
            self.begun[loan.id] = self.frozen.pop(loan.id)

    def repay(self, part: int) -> None:
        """One instalment, and every third time all."""
        if loan := self._one_of(self.begun, part):
            plan = Bought(shop=None, borrower_id=self.borrower_id, loan_id=loan.id, order=None)
            part_of = "due" if plan.standing(day_of(self.now)).due_now_minor else "next"
            plan.pay(self.now, purpose="all" if part % 3 == 0 else part_of)
            if not plan.standing(day_of(self.now)).payoff_minor:
                del self.begun[loan.id]

    def void(self, part: int) -> None:
        """Its money comes back from the account."""
        if loan := self._one_of(self.begun, part):
            payout = Payout.objects.get(loan_id=loan.id)
            came_back = Failed(reason="returned", code="", at=self.now)
            payouts.learn(channel=payout.channel, key=payout.key, result=came_back, learned_by="statement", now=self.now)
            del self.begun[loan.id]
            self.void_ids.add(loan.id)

    def want(self, part: int) -> None:
        """The borrower's own limit; none at the top of the scale."""
        self.own_minor = part * 20_000 if part < 100 else None
        credit_lines.want(
            borrower_id=self.borrower_id, lender_id=self.lender_id, amount_minor=self.own_minor, now=self.now
        )

    def pass_days(self, part: int) -> None:
        self.now += timedelta(days=part)
        loans.wake(now=self.now, limit=100)

    def _one_of(self, lot: dict[UUID, int], part: int) -> Loan | None:
        ids = sorted(lot)
        return Loan.objects.get(id=ids[part % len(ids)]) if ids else None

    def agrees(self) -> None:
        """The four numbers, each by a sum of its own, and together."""
        limit = limits.read(self.borrower_id, self.lender_id, today=day_of(self.now))
        assert (limit.limit_minor, limit.frozen_minor) == (self.limit_minor, sum(self.frozen.values()))
        assert (limit.used_minor, limit.available_minor) == (self.used_minor, self.available_minor)
        missing_minor = max(limit.used_minor + limit.frozen_minor - limit.limit_minor, 0)
        assert limit.used_minor + limit.frozen_minor + limit.available_minor == limit.limit_minor + missing_minor
        # A loan that is void is neither settled nor cancelled; it owes nothing.
        in_life = Loan.objects.filter(borrower_id=self.borrower_id, settled_on=None, cancelled_on=None)
        assert {each.id for each in in_life} == {*self.frozen, *self.begun, *self.void_ids}
        assert limit.used_minor + limit.frozen_minor <= GRANTED


_OWED = """
    select coalesce(sum(case when debit like 'receivable_principal%' then amount_minor else 0 end)
        - sum(case when credit like 'receivable_principal%' then amount_minor else 0 end), 0)
    from ledger_posting where borrower_id = $1
"""
_ACTS = ("apply", "sign", "arrive", "repay", "void", "want", "pass_days")
# Mostly what makes loans: else there is nothing to repay.
_WEIGHED = (*_ACTS, *_ACTS[:3], *_ACTS[:3], "repay")
HAPPENED = some.lists(some.tuples(some.sampled_from(_WEIGHED), some.integers(0, 100)), min_size=8, max_size=24)


@pytest.fixture
def lender_id(bank: Bank) -> UUID:
    """Of a lender that asks for nothing but what is free."""
    reserving.open_shelf(limit_minor=GRANTED)
    body = {"purposes": [*PURPOSES], "amount_most_minor": GRANTED, "months_most": 12, "asks_elsewhere": False}
    reserves.rule(lender="qhxj", since=TODAY, source="审批会", body=body, actor=staff("supervisor"), now=NOON)
    return Lender.objects.get().id


@settings(
    max_examples=100 if IS_SOAK else 20, deadline=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None,
)  # fmt: skip
@given(happened=HAPPENED)
def test_no_order_of_events_lends_more_than_was_granted(lender_id: UUID, happened: Sequence[tuple[str, int]]) -> None:
    number = next(_numbers)
    borrower_id, to = welcome(f"+86138{number:08}", token=f"62352{number:08}")
    mine = Borrowing(borrower_id=borrower_id, to=to, lender_id=lender_id)
    for act, part in happened:
        getattr(mine, act)(part)
        mine.agrees()
