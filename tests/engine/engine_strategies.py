"""Random terms, and random facts that were each accepted on their day, in whatever order they arrived."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver
from anqi.engine.loan import standing
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import Refused

_METHODS = ("equal_instalment", "equal_principal", "interest_only", "bullet", "flat_fee")
_STARTS = ("2026-01-31", "2026-02-15", "2027-12-20", "2028-02-29")
_PENALTIES = (
    None,
    {"daily_rate": "0.0005"},
    {"daily_rate": "0.007", "on": "instalment"},
    {"daily_rate": "0"},
)
_STEPS = ({"months": 1}, {"months": 1}, {"months": 2}, {"weeks": 2}, {"days": 10})
_DAY_COUNTS = ("actual/365", "actual/360", "actual/actual", "30/360")
LATEST_DAY = 240


@st.composite
def loan_terms(draw: st.DrawFn) -> Terms:
    """Terms of every method, with every option of the contract."""
    method, every = draw(st.sampled_from(_METHODS)), draw(st.sampled_from(_STEPS))
    stated: dict[str, Any] = {
        "principal": draw(st.sampled_from(("1999.00", "6000.00", "37.11", "0.05"))),
        "method": method,
        "instalments": 1 if method == "bullet" else draw(st.integers(1, 6)),
        "starts_on": draw(st.sampled_from(_STARTS)),
        "every": every,
        "tail": draw(st.sampled_from(("last", "first"))),
        "grace_days": draw(st.sampled_from((0, 0, 3, 9))),
        "penalty": draw(st.sampled_from(_PENALTIES)),
        "allocation": list(draw(st.permutations(("penalty", "fee", "interest", "principal")))),
        "excess": draw(st.sampled_from(("credit", "next", "shorten", "lower"))),
        "early": {
            "interest": draw(st.sampled_from(("by_day", "whole_period"))),
            "fee": draw(st.sampled_from(("by_day", "whole_period", "all"))),
            "fee_rate": draw(st.sampled_from(("0", "0.03"))),
        },
    }
    rate_key = "fee_rate_per_instalment" if method == "flat_fee" else "annual_rate"
    stated[rate_key] = draw(st.sampled_from(("0", "0.0065", "0.12", "0.36")))
    if "months" not in every or draw(st.booleans()):
        stated["day_count"] = draw(st.sampled_from(_DAY_COUNTS))
    if draw(st.booleans()):
        first_due_on = date.fromisoformat(stated["starts_on"]) + timedelta(days=draw(st.integers(1, 50)))
        stated["first_due_on"] = first_due_on.isoformat()
    return read_terms(stated)


@st.composite
def loans(draw: st.DrawFn) -> tuple[Terms, list[Fact]]:
    """Terms and up to seven facts."""
    terms = draw(loan_terms())
    facts: list[Fact] = []
    for number in range(draw(st.integers(0, 7))):
        fact = draw(_facts(terms, facts, number))
        if _is_accepted(terms, [*facts, fact]):
            facts.append(fact)
    return terms, draw(st.permutations(facts))


@st.composite
def _facts(draw: st.DrawFn, terms: Terms, facts: list[Fact], number: int) -> Fact:
    on = terms.starts_on + timedelta(days=draw(st.integers(0, LATEST_DAY - 20)))
    # Ids in no order of their own, as payments from several channels have them.
    fact_id = f"{draw(st.sampled_from('abc'))}{number}"
    amount_minor = draw(st.integers(1, 2 * terms.principal_minor) | st.integers(1, 40000))
    payments = [fact for fact in facts if isinstance(fact, Payment)]
    kind = draw(st.sampled_from(("pay", "pay", "pay", "return", "waive", "reverse")))
    if kind == "return":
        return Return(id=fact_id, on=on, amount_minor=amount_minor)
    if kind == "waive":
        what = draw(st.sampled_from(("penalty", "interest", "fee")))
        return Waiver(id=fact_id, on=on, what=what, amount_minor=min(amount_minor, 300))
    if kind == "reverse" and payments:
        lost = draw(st.sampled_from(payments))
        later_on = lost.on + timedelta(days=draw(st.integers(0, 40)))
        return Reversal(id=fact_id, on=later_on, of=lost.id)
    goal = draw(st.sampled_from(("due", "due", "next", "all")))
    return Payment(id=fact_id, on=on, amount_minor=amount_minor, goal=goal)


def _is_accepted(terms: Terms, facts: list[Fact]) -> bool:
    try:
        for on in {fact.on for fact in facts}:
            standing(terms, facts, on)
    except Refused:
        return False
    return True
