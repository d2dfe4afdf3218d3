"""Loans signed with half_even: exactly half a fen goes to the even neighbour, wherever a loan rounds; figures by hand."""

from datetime import date
from itertools import count, groupby, islice
from typing import Any

import pytest
from engine_tables import RESERVE, THREE, follow, look_at_balances, look_at_standing

from anqi.engine.day import evening
from anqi.engine.products import read_terms

# 1 % of 12.50 is 12.5 fen, of 37.50 37.5 fen.
SMALL: dict[str, Any] = {
    "principal": "12.50",
    "method": "bullet",
    "instalments": 1,
    "starts_on": "2026-03-31",
    "every": {"months": 1},
    "annual_rate": "0.12",
}


@pytest.mark.parametrize(
    ("rounding", "of_12_50", "of_37_50"), [("half_up", "0.13", "0.38"), ("half_even", "0.12", "0.38")]
)
def test_interest(rounding: str, of_12_50: str, of_37_50: str) -> None:
    for principal, interest in (("12.50", of_12_50), ("37.50", of_37_50)):
        follow(
            SMALL | {"principal": principal, "rounding": rounding},
            f"""
day         interests
2026-03-31  {interest}
""",
            look_at_standing,
        )


@pytest.mark.parametrize(("rounding", "payoff"), [("half_up", "37.63"), ("half_even", "37.62")])
def test_what_was_earned_by_day(rounding: str, payoff: str) -> None:
    """37.50 × 12 % × 10/360 = 0.125."""
    follow(
        SMALL | {"principal": "37.50", "rounding": rounding},
        f"""
day         payoff
2026-04-10  {payoff}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("rounding", "penalties"), [("half_up", "0.01 0.01 0.02 0.02"), ("half_even", "0.00 0.01 0.02 0.02")]
)
def test_a_penalty_on_its_running_total(rounding: str, penalties: str) -> None:
    """10.00 × 0.0005 a day: half a fen, one, one and a half, two."""
    first, second, third, fourth = penalties.split()
    follow(
        SMALL | {"principal": "10.00", "penalty": {"daily_rate": "0.0005"}, "rounding": rounding},
        f"""
day         penalty
2026-05-01  {first}
2026-05-02  {second}
2026-05-03  {third}
2026-05-04  {fourth}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(("rounding", "grown"), [("half_up", "2026-10-28"), ("half_even", "2026-10-29")])
def test_the_day_on_which_a_penalty_grows(rounding: str, grown: str) -> None:
    """1.00 at 0.0001 a day from 8 September: half a fen after 50 days; one and a half, rounded to two by both, after 150."""
    terms = RESERVE | {"principal": "1.00", "penalty": {"daily_rate": "0.0001"}, "rounding": rounding}
    [line] = evening(read_terms(terms), (), date(2026, 9, 9)).accruals
    days = (date.fromordinal(ordinal) for ordinal in count(line.since.toordinal()))
    growing = groupby(days, key=line.minor_on)
    assert [(minor, str(next(its))) for minor, its in islice(growing, 3)] == [
        (0, "2026-09-09"), (1, grown), (2, "2027-02-05")
    ]  # fmt: skip


@pytest.mark.parametrize(("rounding", "penalty"), [("half_up", "3.83"), ("half_even", "3.82")])
def test_a_late_fee(rounding: str, penalty: str) -> None:
    """1.25 % of 306.00 = 3.825; the first instalment was paid."""
    follow(
        THREE | {"late_fee": {"rate": "0.0125"}, "rounding": rounding},
        f"""
day         happens      penalty
2026-02-28  pays 309.00  0.00
2026-04-01               {penalty}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(("rounding", "principals"), [("half_up", "0.03 0.02"), ("half_even", "0.02 0.03")])
def test_a_level_payment(rounding: str, principals: str) -> None:
    """0.05 in two without interest: two and a half fen each; the last takes the rest."""
    terms = SMALL | {"principal": "0.05", "method": "equal_instalment", "instalments": 2, "annual_rate": "0"}
    follow(
        terms | {"rounding": rounding},
        f"""
day         principals
2026-03-31  {principals}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(("rounding", "fees"), [("half_up", "0.13"), ("half_even", "0.12")])
def test_a_flat_fee(rounding: str, fees: str) -> None:
    follow(
        SMALL
        | {"method": "flat_fee", "annual_rate": "0", "fee_rate_per_instalment": "0.01", "rounding": rounding},
        f"""
day         fees
2026-03-31  {fees}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("rounding", "interest", "subsidy"), [("half_up", "0.13", "0.12"), ("half_even", "0.12", "0.13")]
)
def test_a_subsidy_takes_what_the_borrower_does_not(rounding: str, interest: str, subsidy: str) -> None:
    """25.00 × 6 %/12 = 0.125 of 0.25, and the whole is 0.25 either way."""
    follow(
        SMALL | {"principal": "25.00", "subsidy_rate": "0.06", "rounding": rounding},
        f"""
day         interests  subsidies
2026-03-31  {interest}       {subsidy}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("rounding", "merchant", "fee"), [("half_up", "-12.37", "-0.13"), ("half_even", "-12.38", "-0.12")]
)
def test_the_shops_fee(rounding: str, merchant: str, fee: str) -> None:
    follow(
        SMALL | {"merchant_fee_rate": "0.01", "rounding": rounding},
        f"""
day         merchant  merchant_fee
2026-03-31  {merchant}    {fee}
""",
        look_at_balances,
    )


@pytest.mark.parametrize(("rounding", "payoff"), [("half_up", "12.63"), ("half_even", "12.62")])
def test_the_fee_for_settling_early(rounding: str, payoff: str) -> None:
    follow(
        SMALL | {"early": {"fee_rate": "0.01"}, "rounding": rounding},
        f"""
day         payoff
2026-03-31  {payoff}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(("rounding", "credit"), [("half_up", "12.63"), ("half_even", "12.62")])
def test_the_share_of_what_is_given_back(rounding: str, credit: str) -> None:
    """A quarter of the goods, of 0.50 of interest that fell due and was paid: 0.125."""
    follow(
        SMALL | {"principal": "50.00", "rounding": rounding},
        f"""
day         happens                   credit
2026-04-30  pays 50.50                0.00
2026-05-01  returns 12.50 with costs  {credit}
""",
        look_at_standing,
    )


@pytest.mark.parametrize("rounding", ["half_up", "half_even"])
def test_away_from_a_half_both_are_the_same(rounding: str) -> None:
    """(600.00 × 10 + 900.00 × 21)/31 × 1 % = 8.032, beside 4.50 twice."""
    follow(
        THREE | {"rounding": rounding},
        """
day         happens       interests
2026-03-10  re-amortises  0.00 12.53 9.00
""",
        look_at_standing,
    )
