"""What accrues and is booked on no loan: one amount a day, lender and product, to the fen what the engine says of each loan."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db.models import F, Q, Sum

from anqi.engine.accounts import balances
from anqi.engine.payoff import earned_fee, earned_interest
from anqi.engine.replay import replay
from anqi.jobs import close
from anqi.ledger import totals, trial
from anqi.ledger.models import DayTotal, Posting
from anqi.lending.inspection import PRODUCTS_OF_LOANS
from anqi.lending.models import Loan
from tests.happening import happen, hold
from tests.planting import TERMS, Planted, at, days, plant_borrower, plant_loan

pytestmark = pytest.mark.usefixtures("clone_database")

STARTED = date(2026, 8, 31)
UNTIL = date(2026, 12, 20)
_FEE = {"method": "flat_fee", "annual_rate": "0", "fee_rate_per_instalment": "0.0065", "day_count": "period"}
Acts = dict[date, tuple[str, dict[str, Any]]]


def plant() -> list[tuple[Planted, Acts, bool]]:
    """Loans with what happens to them, and whether it happens before the night's run has come to the day before it."""
    lives: list[tuple[dict[str, Any], Acts, bool]] = [
        ({}, {date(2026, 9, 30): ("payment", {"amount": "533.09"}), date(2026, 11, 8): ("payment", {"amount": "900.00"})}, True),
        ({}, {date(2026, 9, 10): ("payment", {"amount": "533.09", "for": "next"}), date(2026, 12, 1): ("write_off", {})}, False),
        ({"day_count": "30/360"}, {date(2026, 9, 12): ("pause", {"until": "2026-09-20"})}, True),
        ({"day_count": "actual/365", "subsidy_rate": "0.03"}, {date(2026, 10, 20): ("payment", {"amount": "6200.00", "for": "all"})}, True),
        (_FEE, {date(2026, 10, 10): ("payment", {"amount": "700.00"}), date(2026, 11, 5): ("return", {"amount": "2000.00"})}, True),
        (_FEE | {"rounding": "half_even"}, {date(2026, 11, 7): ("waiver", {"what": "penalty", "amount": "1.00"})}, False),
        ({"penalty": None}, {date(2026, 10, 2): ("void", {})}, True),
    ]  # fmt: skip
    return [
        (
            plant_loan(
                starts_on=STARTED, borrower_id=plant_borrower(f"+86139000{n:05}", now=at(STARTED)), terms=TERMS | terms
            ),
            acts,
            is_early,
        )
        for n, (terms, acts, is_early) in enumerate(lives)
    ]


def act(town: list[tuple[Planted, Acts, bool]], day: date, *, early: bool) -> None:
    for who, acts, is_early in town:
        if is_early is early and day in acts:
            kind, body = acts[day]
            happen(who, kind, day, **body)


def accrued(day: date) -> Counter[str]:
    """What the totals of the days come to, by account."""
    found = DayTotal.objects.filter(day__lte=day, account__startswith="accrued_").values("account")
    return Counter(dict(found.annotate(minor=Sum(F("debit_minor") - F("credit_minor"))).values_list("account", "minor")))


def earned(everybody: list[tuple[Planted, Acts, bool]], day: date) -> Counter[str]:
    """What the engine says that all loans had earned by that evening, less what the books of that day had."""
    total: Counter[str] = Counter()
    for who, _acts, _is_early in everybody:
        held = hold(who)
        course = replay(held.terms, held.facts, day)
        for running in course.coming[:1]:
            paid = {part: max(running.paid[part] - running.carried.get(part, 0), 0) for part in ("interest", "fee")}
            if running.remaining_minor or running.subsidy_minor:
                total["accrued_interest"] += max(sum(earned_interest(course, "by_day")) - paid["interest"], 0)
                total["accrued_fee"] += max(earned_fee(course, "by_day") - paid["fee"], 0)
        booked_minor = booked(who, day)
        total["accrued_penalty"] += -balances(held.terms, held.facts, day).get("penalty_income", 0) - booked_minor
    total["accrued_income"] = -sum(total.values())
    return total


def booked(who: Planted, day: date) -> int:
    its = Posting.objects.filter(loan_id=who.loan_id, booked_on__lte=day)
    of_penalty = its.filter(Q(credit="penalty_income") | Q(debit="penalty_income"))
    return sum(each.amount_minor if each.credit == "penalty_income" else -each.amount_minor for each in of_penalty)


def test_on_every_day_the_accounts_of_accruals_are_what_the_engine_says() -> None:
    town = plant()
    for day in (STARTED + days(n) for n in range((UNTIL - STARTED).days + 1)):
        act(town, day, early=False)
        # It is past midnight, and the run has not begun.
        act(town, day + days(1), early=True)
        ran = close.run(now=lambda on=day: at(on + days(1), 0, 31))  # type: ignore[misc]
        assert [each.proved.differing for each in ran] == [0]
        assert {k: v for k, v in accrued(day).items() if v} == {k: v for k, v in earned(town, day).items() if v}, day
    assert list(totals.differing(loans=PRODUCTS_OF_LOANS)) == [], "what accrues is no sum of postings"
    assert trial.total(trial.trial_balance(UNTIL)).is_balanced
    assert accrued(UNTIL)["accrued_penalty"] and accrued(UNTIL)["accrued_fee"] and accrued(UNTIL)["accrued_interest"]


def test_days_that_were_missed_accrue_what_they_would_have() -> None:
    """The run stood still for two months while people paid; then it does each day as if it were the next morning."""
    town = plant()
    for day in (STARTED + days(n) for n in range(62)):
        act(town, day, early=False)
        act(town, day, early=True)
    last = STARTED + days(61)
    close.run(now=lambda: at(last + days(1), 0, 31))
    for day in (STARTED + days(n) for n in range(62)):
        before = accrued(day)
        assert {k: v for k, v in before.items() if v} == {k: v for k, v in earned(town, day).items() if v}, day


def test_a_loan_that_fails_accrues_no_further_than_its_line_holds() -> None:
    plant_loan(starts_on=STARTED)
    due = date(2026, 9, 30)
    Loan.objects.update(terms={"nonsense": True})
    close.run(now=lambda: at(due + days(9), 0, 31))
    # 6000.00 at 12 % for the 29 days until 29 September: 58.00.
    assert accrued(due - days(1))["accrued_interest"] == accrued(due + days(8))["accrued_interest"] == 58_00
