"""What a loan may cost a year: which cap holds on which day, and each test with figures that can be checked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import pytest
from engine_strategies import loan_terms
from engine_tables import LOAN, PHONE, RESERVE, THREE
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine import caps
from anqi.engine.cap_rules import LENDER_TYPES, LPR_1Y, PRODUCT_KINDS, RULES, Basis, LenderType
from anqi.engine.caps import (
    Cap,
    Test,
    average_percent,
    breaches,
    breaches_after,
    breaches_of_average,
    costs_of,
)
from anqi.engine.cost import NoRate, annual_cost_of
from anqi.engine.dearest import Moment, Way, way_of
from anqi.engine.facts import Fact, read_facts
from anqi.engine.loan import standing
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import CapUnknown
from anqi.engine.schedule import plan

BASES: tuple[Basis, ...] = ("simple", "compound")


def terms(stated: dict[str, Any] = LOAN, **changed: Any) -> Terms:
    return read_terms(stated | changed)


def flat(rate: str, instalments: int, **changed: Any) -> Terms:
    """A plan of fees; the principal is large, so that a rounded fen is no price."""
    stated = {key: value for key, value in LOAN.items() if key not in ("annual_rate", "penalty", "grace_days")}
    fees = {"method": "flat_fee", "principal": "120000.00", "instalments": instalments, "fee_rate_per_instalment": rate}
    return terms(stated | fees, **changed)


def cap(percent: str, basis: Basis = "simple", *, counts_together: bool = False) -> Cap:
    return Cap(
        percent=Decimal(percent), basis=basis, counts_together=counts_together, since=date(2026, 1, 1), source="test"
    )


def cost(of: Terms, test: Test, basis: Basis = "simple") -> str:
    [found] = [f"{each.percent}" for each in costs_of(of, basis) if each.test == test]
    return found


# --- which cap holds -------------------------------------------------------------------------------------------------

HOLDING = """
    lender            lent on     for    percent
    bank              2026-11-27  12     24
    consumer_finance  2025-12-31  12     24
    consumer_finance  2026-01-01  12     24
    microloan         2025-12-23  12     24
    microloan         2026-11-27  12     24
    microloan         2027-12-30  12     24
    microloan         2027-12-31  12     24 12.00
    microloan         2027-12-31  2      24 12.00
    microloan         2027-12-31  1      24
    facilitated       2025-09-30  12     24
    facilitated       2025-10-01  12     24
    private           2020-08-20  12     15.40
    private           2021-12-19  12     15.40
    private           2021-12-20  12     15.20
    private           2024-10-20  12     13.40
    private           2024-10-21  12     12.40
    private           2026-11-27  12     12.00
    private           2026-11-27  1      12.00
    bank              2017-08-03  12     unknown
    microloan         2020-12-31  12     unknown
    private           2020-08-19  12     unknown
"""


@pytest.mark.parametrize("line", HOLDING.strip().splitlines()[1:])
def test_which_caps_hold_for_a_lender_on_a_day(line: str) -> None:
    """`for` counts months. All that hold count, so that the lowest does."""
    lender, lent_on, months, *percents = line.split()
    on = date.fromisoformat(lent_on)
    until = plan(terms(starts_on=lent_on, instalments=int(months))).instalments[-1].due_on
    for kind in PRODUCT_KINDS:
        assert _percents(lender, kind, on, until) == percents


def _percents(lender: Any, kind: Any, on: date, until: date) -> list[str]:
    try:
        return [f"{each.percent}" for each in caps.caps_of(lender, kind, on=on, until=until)]
    except CapUnknown:
        return ["unknown"]


def test_only_consumer_finance_has_a_cap_on_its_average() -> None:
    on = date(2026, 1, 1)
    known = {lender: caps.caps_of_average(lender, "cash", on=on) for lender in LENDER_TYPES}
    assert {lender: [each.percent for each in found] for lender, found in known.items() if found} == {
        "consumer_finance": [Decimal(20)]
    }
    assert caps.caps_of_average("consumer_finance", "cash", on=date(2025, 12, 31)) == ()


def test_lpr_holds_from_its_day_until_the_next() -> None:
    assert [caps.lpr_on(date.fromisoformat(day)) for day in ("2024-10-20", "2024-10-21", "2025-05-19", "2025-05-20")] == [
        Decimal(each) for each in ("3.35", "3.10", "3.10", "3.00")
    ]
    with pytest.raises(CapUnknown):
        caps.lpr_on(date(2019, 8, 19))


def test_every_row_says_whom_it_binds_since_when_how_much_and_where_that_stands() -> None:
    days = [since for since, _ in LPR_1Y]
    assert days == sorted(set(days))
    assert get_args(LenderType) == LENDER_TYPES
    for rule in RULES:
        assert (rule.percent is None) != (rule.times_lpr is None)
        assert rule.lenders and rule.products and rule.source and rule.since <= rule.until


# --- what a loan costs by each test ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "percents"),
    [
        ("0.005", {3: "8.98", 6: "10.21", 12: "10.90", 24: "11.13"}),
        ("0.006", {3: "10.77", 6: "12.24", 12: "13.03", 24: "13.27"}),
        ("0.0075", {3: "13.45", 6: "15.27", 12: "16.22", 24: "16.43"}),
        ("0.009", {3: "16.13", 6: "18.28", 12: "19.37", 24: "19.53"}),
    ],
)
def test_a_fee_an_instalment_costs_nearly_twice_what_it_looks_like(rate: str, percents: dict[int, str]) -> None:
    """IRR × 12 of a fee an instalment; 0.6 % of twelve, told as 7.2 % a year, costs 13.03 %. 公告〔2021〕第3号."""
    assert {n: cost(flat(rate, n), "as_planned") for n in percents} == percents


@pytest.mark.parametrize(
    ("daily", "grace_days", "basis", "percent", "is_above"),
    [
        ("0.0005", 0, "simple", "18.25", False),  # 0.05 × 365
        ("0.0005", 3, "simple", "18.25", False),
        ("0.00075", 0, "simple", "27.38", True),  # half as much again, 27.4 %
        ("0.00065", 0, "simple", "23.73", False),  # so 1.3 times 0.05 % is the most of its kind
        ("0.0005", 0, "compound", "20.02", False),  # 1.0005 ^ 365
        ("0.0005", 3, "compound", "20.00", False),  # 1.002 ^ (365/4): four days are the first that bear it
    ],
)
def test_lateness_is_told_by_its_daily_rate(
    daily: str, grace_days: int, basis: Basis, percent: str, is_above: bool
) -> None:
    late = terms(annual_rate="0.08", penalty={"daily_rate": daily}, grace_days=grace_days)
    assert cost(late, "lateness", basis) == percent
    assert [each.test for each in breaches(late, [cap("24", basis)])] == ["lateness"] * is_above


def test_a_fee_for_missing_an_instalment_weighs_most_on_the_first_day_that_bears_it() -> None:
    """1.00 on an instalment of 303.00 after three days of grace: 1/303 in 4 days, 30.12 % a year; with 0.05 %, 48.37 %."""
    late_fee = {"late_fee": {"amount": "1.00"}, "grace_days": 3}
    assert cost(terms(THREE, **late_fee), "lateness") == "30.12"
    both = terms(THREE, **late_fee, penalty={"daily_rate": "0.0005"})
    [found] = [each for each in costs_of(both, "simple") if each.test == "lateness"]
    assert (f"{found.percent}", found.on) == ("48.37", date(2026, 5, 4))
    # 1 % of what is unpaid: 365 ÷ 4 %, at most 0.30 a loan: 0.30/303 in four days.
    assert cost(terms(THREE, late_fee={"rate": "0.01"}, grace_days=3), "lateness") == "91.25"
    assert cost(terms(THREE, late_fee={"rate": "0.01", "cap": "0.30"}, grace_days=3), "lateness") == "9.03"


def test_nobody_is_late_where_lateness_costs_nothing() -> None:
    assert "lateness" not in {each.test for each in costs_of(terms(THREE), "simple")}


@pytest.mark.parametrize(
    ("changed", "percent", "on"),
    [
        # A month at 1 %, thirty of its days earned in 30/360: 1 % × 365 ÷ 30.
        ({}, "12.17", None),
        # One day: 12 % ÷ 360 and a fee of 0.1 %, × 365.
        ({"early": {"fee_rate": "0.001"}}, "48.67", "2026-02-01"),
        ({"early": {"fee_rate": "0.03"}}, "1107.17", "2026-02-01"),
        # All of a month's 1 % on its first day.
        ({"early": {"interest": "whole_period"}}, "365.00", "2026-02-01"),
        # By the days themselves it never costs more than its rate.
        ({"day_count": "actual/365"}, "12.00", None),
        ({"day_count": "actual/360"}, "12.17", None),
    ],
)
def test_the_dearest_day_to_settle(changed: dict[str, Any], percent: str, on: str | None) -> None:
    large = terms(THREE, principal="90000000.00", **changed)
    [found] = [each for each in costs_of(large, "simple") if each.test == "early_settlement"]
    assert f"{found.percent}" == percent
    assert on is None or found.on == date.fromisoformat(on)


def test_a_fee_due_whole_is_dearest_on_the_first_day_of_a_period() -> None:
    """All fees to come on the first day: 12 × 0.6 % × 365 = 2628 %."""
    assert cost(flat("0.006", 12, early={"fee": "all"}), "early_settlement") == "2628.00"
    assert cost(flat("0.006", 12, early={"fee": "whole_period"}), "early_settlement") == "219.00"


def test_a_fee_by_day_is_dearest_late() -> None:
    """The fee is on all that was lent, whatever is still open of it: the last days are the dearest of a plan of fees."""
    [found] = [each for each in costs_of(flat("0.006", 12), "simple") if each.test == "early_settlement"]
    assert found.percent >= Decimal("13.03") - Decimal("0.05")
    assert found.on and found.on > date(2026, 12, 1)


def test_a_rounded_fen_is_no_price() -> None:
    """A day of 100.00 at 23.5 % earns 6.5 fen and is rounded to 7, which would be 25.55 % a year."""
    small = terms(principal="100.00", annual_rate="0.235")
    assert standing(small, [], date(2026, 2, 1)).payoff_minor == 10_007
    assert breaches(small, [cap("24")]) == ()


def test_a_basis_is_named_because_it_decides() -> None:
    """24 % in months is 26.82 % compound, and 24 % compound is 21.71 % in months."""
    monthly = {"penalty": None, "principal": "1000000.00", "starts_on": "2026-03-01"}
    assert cost(terms(annual_rate="0.2171", **monthly), "as_planned") == "21.71"
    assert {each.basis for each in breaches(terms(annual_rate="0.23", **monthly), [cap("24"), cap("24", "compound")])} == {
        "compound"
    }


# --- above a cap -----------------------------------------------------------------------------------------------------


def test_what_is_above_comes_with_its_numbers() -> None:
    dear = terms(annual_rate="0.36", penalty={"daily_rate": "0.0008"}, early={"fee_rate": "0.01"})
    found = {each.test: each for each in breaches(dear, [cap("24")])}
    assert set(found) == {"as_planned", "early_settlement", "lateness"}
    assert f"{found['as_planned'].percent}" == "36.00"
    assert found["as_planned"].on == date(2026, 1, 31)
    assert found["early_settlement"].on == date(2026, 2, 1)
    assert f"{found['lateness'].percent}" == "29.20"
    for each in found.values():
        assert (each.cap_percent, each.basis, each.source) == (Decimal(24), "simple", "test")


def test_a_private_lender_counts_rate_and_lateness_together() -> None:
    """法释〔2020〕17号，第二十九条: 8 % and 0.02 % a day are 15.30 % together, above four times an LPR of 3.00 %."""
    lent = terms(annual_rate="0.08", penalty={"daily_rate": "0.0002"}, starts_on="2026-11-01")
    [holding] = caps.caps_of("private", "cash", on=date(2026, 11, 1), until=date(2027, 11, 1))
    [found] = breaches(lent, [holding])
    assert (found.test, f"{found.percent}", f"{found.cap_percent}") == ("together", "15.30", "12.00")
    assert breaches(lent, [replace(holding, counts_together=False)]) == ()
    assert breaches(replace(lent, penalty=None), [holding]) == ()


def test_a_private_lender_counts_what_staff_may_charge() -> None:
    """10.00 on 900.00 for the two months that it lasts on average, on top of 11.00 %: above 12 %."""
    lent = terms(THREE, annual_rate="0.11", charges={"notary": "10.00"})
    together = Decimal(cost(lent, "together"))
    assert (together > 17) and cost(lent, "as_planned") == "11.00"
    assert [each.test for each in breaches(lent, [cap("12", counts_together=True)])] == ["together"]


def test_a_microloan_of_eighteen_is_lent_until_the_end_of_2027() -> None:
    for starts_on, months, tests in (
        ("2027-12-30", 12, []), ("2027-12-31", 12, ["as_planned", "early_settlement"]), ("2027-12-31", 1, []),
    ):  # fmt: skip
        lent = terms(annual_rate="0.1825", penalty=None, starts_on=starts_on, instalments=months)
        on = date.fromisoformat(starts_on)
        holding = caps.caps_of("microloan", "cash", on=on, until=plan(lent).instalments[-1].due_on)
        assert [each.test for each in breaches(lent, holding)] == tests


def test_the_named_cast_is_within_24_per_cent() -> None:
    for stated in (PHONE, RESERVE, LOAN, THREE):
        assert breaches(terms(stated), [cap("24")]) == ()


def test_the_average_is_weighted_by_what_was_lent() -> None:
    """1000.00 at 24 % and 3000.00 at 16 %: (24 + 3 × 16) ÷ 4."""
    lent = [(100_000, Decimal("24.00")), (300_000, Decimal("16.00"))]
    assert average_percent(lent) == Decimal("18.00")
    [holding] = caps.caps_of_average("consumer_finance", "purchase", on=date(2026, 11, 1))
    assert breaches_of_average(lent, [holding]) == ()
    assert breaches_of_average([], [holding]) == ()
    [found] = breaches_of_average([*lent, (300_000, Decimal("24.00"))], [holding])
    assert (found.test, found.percent, found.cap_percent, found.on) == ("average", Decimal("20.57"), Decimal(20), None)


# --- a plan that changes ---------------------------------------------------------------------------------------------


def fact(kind: str, on: str, **body: Any) -> Fact:
    [read] = read_facts([{"type": kind, "id": kind, "on": on} | body], currency="CNY")
    return read


CHANGES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("due_day_change", {"day": 15}, []),
    ("deferral", {"n": 1, "to": "2026-03-20"}, []),
    ("reschedule", {"first_due_on": "2026-03-15", "instalments": 12, "carries": ["interest"]}, []),
    (
        "reschedule", {"first_due_on": "2026-03-15", "instalments": 12, "annual_rate": "0.30"},
        ["as_planned", "early_settlement"],
    ),
    ("rate_change", {"annual_rate": "0.36"}, ["as_planned", "early_settlement"]),
    ("charge", {"code": "notary", "amount": "80.00", "reason": "x"}, ["as_planned", "early_settlement"]),
    ("draw", {"amount": "300.00"}, []),
    ("re_age", {"first_due_on": "2026-03-15"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "above"), CHANGES, ids=[f"{kind} {body}" for kind, body, _ in CHANGES])
def test_a_change_is_tested_against_what_was_owed_before_it(kind: str, body: dict[str, Any], above: list[str]) -> None:
    lent = terms(THREE, annual_rate="0.22", charges={"notary": "80.00"}, draws_up_to="2000.00")
    change = fact(kind, "2026-02-15", **body)
    assert [each.test for each in breaches_after(lent, [], [change], [cap("24")], on=change.on)] == above


def test_a_new_rate_is_told_from_its_day_on() -> None:
    """A day at 12 % is owed, 0.20; of the month 11.81 − 0.20 are left in 29/30 of it, then 6.00 on 300.00: 24 % and a little."""
    paid = fact("payment", "2026-02-28", amount="309.00")
    change = fact("rate_change", "2026-03-01", annual_rate="0.24")
    costs = caps.costs_after(terms(THREE), [paid], [change], "simple", on=change.on)
    [planned] = [each for each in costs if each.test == "as_planned"]
    assert (f"{planned.percent}", planned.on) == ("24.01", date(2026, 3, 1))


def test_what_is_settled_costs_nothing_any_more() -> None:
    paid = fact("payment", "2026-02-10", **{"amount": "1000.00", "for": "all"})
    change = fact("due_day_change", "2026-02-15", day=20)
    assert caps.costs_after(terms(THREE), [paid], [change], "simple", on=change.on) == ()


# --- what always holds -----------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(of=loan_terms(), basis=st.sampled_from(BASES))
def test_no_day_is_dearer_than_the_dearest(of: Terms, basis: Basis) -> None:
    """Each day solved by itself, as the search never does."""
    way = way_of(of)
    found = way.dearest(basis)
    each = [way._percent(way._flows(one, basis), basis, places=2) for one in way.settlements]
    assert (found[0] if found else None) == (max(each) if each else None)


@settings(max_examples=60, deadline=None)
@given(of=loan_terms())
def test_the_way_as_planned_pays_the_plan(of: Terms) -> None:
    way = way_of(of)
    assert way.owed_minor == of.principal_minor
    planned = [each.total_minor for each in plan(of).instalments if each.total_minor]
    assert [amount_minor for _, amount_minor in way.payments if amount_minor] == planned


@settings(max_examples=60, deadline=None)
@given(
    rate=st.integers(0, 300), more=st.integers(1, 100), instalments=st.integers(1, 24), basis=st.sampled_from(BASES),
    fee_rate=st.integers(0, 20),
)  # fmt: skip
def test_a_dearer_fee_is_never_cheaper(rate: int, more: int, instalments: int, basis: Basis, fee_rate: int) -> None:
    """Monotone in the fee of an instalment and in the fee for settling early: what breaks a cap breaks it with more."""

    def costs(fee: int, early: int) -> dict[str, Decimal]:
        of = flat(f"0.{fee:05}", instalments, early={"fee_rate": f"0.{early:04}"})
        return {each.test: each.percent for each in costs_of(of, basis)}

    before, after, early = costs(rate, fee_rate), costs(rate + more, fee_rate), costs(rate, fee_rate + more)
    assert all(after[test] >= before[test] for test in before)
    assert early["early_settlement"] >= before["early_settlement"]
    assert early["as_planned"] == before["as_planned"]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**5)), min_size=1, max_size=20))
def test_an_average_lies_between_the_least_and_the_most(rows: list[tuple[int, int]]) -> None:
    lent = [(principal_minor, Decimal(percent).scaleb(-2)) for principal_minor, percent in rows]
    percents = [percent for _, percent in lent]
    assert min(percents) <= average_percent(lent) <= max(percents)


@settings(max_examples=60, deadline=None)
@given(of=loan_terms(), basis=st.sampled_from(BASES))
def test_as_planned_is_what_is_disclosed(of: Terms, basis: Basis) -> None:
    try:
        disclosed = annual_cost_of(of)
    except NoRate:
        return
    percent = disclosed.simple_percent if basis == "simple" else disclosed.compound_percent
    assert cost(of, "as_planned", basis) == f"{percent}"


def test_something_for_no_time_at_all_has_no_rate() -> None:
    way = way_of(terms(THREE))
    [(_, first), *_] = way.payments
    now = Moment(on=way.since, days=0, months=Fraction(0))
    at_once = Way(since=way.since, owed_minor=first - 1, payments=((now, first),), settlements=())
    assert at_once.percent_as_planned("simple") == Decimal("Infinity")
