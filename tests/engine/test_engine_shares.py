"""One loan and several funders: every part by hand, then what always holds for random loans and shares."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from engine_strategies import LATEST_DAY, loans
from engine_tables import FLAT, LATE, THREE, follow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anqi.engine.accounts import balances
from anqi.engine.compensation import books_by_holder, claims_by_holder, compensated_on, compensation
from anqi.engine.facts import Fact, Payment, read_facts
from anqi.engine.loan import standing
from anqi.engine.money import write_amount
from anqi.engine.payoff import payoff_of
from anqi.engine.prices import Early
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import Refused
from anqi.engine.replay import replay
from anqi.engine.shares import (
    PASSING,
    BadFunding,
    Funder,
    Funding,
    Guarantee,
    apportion,
    books_of_funders,
    split,
)

BANK = Funder(id="bank", share=Fraction(7, 10), service_fee_rate=Fraction(1, 5))
SELF = Funder(id="self", share=Fraction(3, 10))
# A bank with 70 %, which pays a fifth of its interest for the service, and the lender itself with 30 %.
TWO = Funding(funders=(BANK, SELF))
THIRDS = tuple(Funder(id=name, share=Fraction(1, 3)) for name in "abc")
GUARANTEED = replace(TWO, guarantee=Guarantee(guarantor="guard", after_days=30))

_some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
_few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def look_at_shares(funding: Funding, terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """Columns by holder, `-` for one that holds nothing: what it is owed by the borrower and what passed to it so far.

    `bank_owes` is its claim in all; `bank_left` its receivables, `bank_got` its partners_payable, `bank_fee` its service
    fee, `bank_lost` what was written off of it, `bank_off` its rounding.
    """
    books, claims = books_by_holder(funding, terms, facts, on), claims_by_holder(funding, terms, facts, on)
    columns: dict[str, str] = {}
    for holder in ("bank", "self", "a", "b", "c", "guard"):
        its = books.get(holder, {})
        columns |= {
            f"{holder}_owes": _amount(sum(claims[holder].values())) if holder in claims else "-",
            f"{holder}_left": _amount(sum(minor for name, minor in its.items() if name.startswith("receivable_"))),
            f"{holder}_got": _amount(its.get("partners_payable", 0)),
            f"{holder}_fee": _amount(its.get("service_fee", 0)),
            f"{holder}_earned": _amount(-its.get("interest_income", 0) - its.get("fee_income", 0)),
            f"{holder}_lost": _amount(its.get("written_off", 0) + its.get("recovered", 0)),
            f"{holder}_off": _amount(its.get("share_rounding", 0)),
        }
    return columns


def _amount(amount_minor: int) -> str:
    return write_amount(amount_minor, currency="CNY")


@pytest.mark.parametrize(
    ("total_minor", "shares", "parts"),
    [
        # 69.993 and 29.997: one fen is missing, and 0.7 of a fen is the larger remainder.
        (9_999, "7/10 3/10", [6_999, 3_000]),
        (100_001, "1/3 1/3 1/3", [33_334, 33_334, 33_333]),
        (100_000, "1/3 1/3 1/3", [33_334, 33_333, 33_333]),
        (1, "1/2 1/2", [1, 0]), (2, "1/2 1/2", [1, 1]), (-1, "1/2 1/2", [-1, 0]), (0, "1/2 1/2", [0, 0]),
        (7, "8000/10000 1500/10000 500/10000", [6, 1, 0]),
        (-9_999, "7/10 3/10", [-6_999, -3_000]),
        # Seats of Alabama, 1880, in small: with 6, 6 and 2 fourteenths the third has 2 of 10 and 1 of 11.
        (10, "6/14 6/14 2/14", [4, 4, 2]), (11, "6/14 6/14 2/14", [5, 5, 1]),
    ],
)  # fmt: skip
def test_the_parts_of_a_total_by_the_largest_remainder(total_minor: int, shares: str, parts: list[int]) -> None:
    """Of 10 at 6, 6 and 2 fourteenths: 4.286, 4.286, 1.429; of 11: 4.714, 4.714, 1.571, with two fen missing."""
    funders = [Funder(id=str(n), share=Fraction(share)) for n, share in enumerate(shares.split())]
    assert list(apportion(total_minor, funders).values()) == parts


def test_a_movement_is_what_the_total_moves_by() -> None:
    funders = (Funder(id="a", share=Fraction(1, 2)), Funder(id="b", share=Fraction(1, 2)))
    assert split(1, funders, before_minor=0) == {"a": 1, "b": 0}
    assert split(1, funders, before_minor=1) == {"a": 0, "b": 1}
    assert split(-2, funders, before_minor=2) == {"a": -1, "b": -1}


def test_a_loan_of_two_goes_to_both_and_comes_back_to_both() -> None:
    """900.00 at 70 % and 30 %: 309.00 are 216.30 and 92.70. Of 6.30 interest a fifth is the service: 1.26."""
    follow(
        THREE,
        """
day         happens      bank_owes  self_owes  bank_got  self_got  bank_earned  self_earned  bank_fee
2026-01-31               630.00     270.00     -630.00   -270.00   0.00         0.00         0.00
2026-02-10               632.10     270.90     -630.00   -270.00   0.00         0.00         0.00
2026-02-28               636.30     272.70     -630.00   -270.00   6.30         2.70         0.00
2026-02-28  pays 309.00  420.00     180.00     -414.96   -177.30   6.30         2.70         1.26
2026-03-31  pays 306.00  210.00     90.00      -201.60   -85.50    10.50        4.50         2.10
2026-04-30  pays 303.00  0.00       0.00       10.08     5.40      12.60        5.40         2.52
""",
        partial(look_at_shares, TWO),
    )


def test_what_bounces_comes_back_or_is_written_off_is_everybodys_by_share() -> None:
    """309.00 come and bounce; by 2 March 9.00 and 600.00 × 12 % × 2/360 = 0.40 are earned. 100.00 of goods come back.

    Another time 309.00, 306.00 and 300.00 are written off on 31 March. 210.00 that come in pay the 9.00 of interest
    first, of which the bank has 6.30 and the service 1.26.
    """
    follow(
        THREE,
        """
day         happens         bank_owes  self_owes  bank_got  self_got  bank_fee
2026-02-28  pays 309.00     420.00     180.00     -414.96   -177.30   1.26
2026-03-02  reverses p1     636.58     272.82     -630.00   -270.00   0.00
2026-03-02  returns 100.00  566.58     242.82     -560.00   -240.00   0.00
""",
        partial(look_at_shares, TWO),
    )
    follow(
        THREE,
        """
day         happens          bank_left  self_left  bank_got  self_got  bank_lost  self_lost  bank_fee
2026-03-31                   640.50     274.50     -630.00   -270.00   0.00       0.00       0.00
2026-03-31  writes off       0.00       0.00       -630.00   -270.00   640.50     274.50     0.00
2026-05-01  recovers 210.00  0.00       0.00       -484.26   -207.00   493.50     211.50     1.26
""",
        partial(look_at_shares, TWO),
    )


def test_fen_that_cannot_be_split_go_by_the_total_and_not_by_the_payment() -> None:
    """600.00 in thirds, 206.00 a payment. 394.00 less than lent are 131.34, 131.33, 131.33; then 188.00 62.67, 62.67, 62.66.

    So of the first payment b and c have the larger part, of the second a and b have 68.67 and 68.66, and c 68.67.
    """
    follow(
        FLAT,
        """
day         happens      a_got    b_got    c_got    a_left  b_left  c_left  a_off  b_off  c_off
2026-01-31               -200.00  -200.00  -200.00  200.00  200.00  200.00  0.00   0.00   0.00
2026-02-28  pays 206.00  -131.34  -131.33  -131.33  133.34  133.33  133.33  0.00   0.00   0.00
2026-03-31  pays 206.00  -62.67   -62.67   -62.66   66.67   66.67   66.66   0.00   0.00   0.00
2026-04-30  pays 206.00  6.00     6.00     6.00     0.00    0.00    0.00    0.00   0.00   0.00
""",
        partial(look_at_shares, Funding(funders=THIRDS)),
    )


def test_what_the_roundings_leave_stands_by_itself_and_is_nothing_over_all() -> None:
    """1.00 of penalty and 1.00 of interest in thirds: 0.34 each to the first, who of 2.00 in all gets 0.67 only."""
    shown = books_of_funders(
        {"unapplied": 200, "interest_income": -100, "penalty_income": -100}, Funding(funders=THIRDS),
        interest_paid_minor=100,
    )  # fmt: skip
    assert shown == {
        "a": {"interest_income": -34, "penalty_income": -34, "partners_payable": 67, "share_rounding": 1},
        "b": {"interest_income": -33, "penalty_income": -33, "partners_payable": 67, "share_rounding": -1},
        "c": {"interest_income": -33, "penalty_income": -33, "partners_payable": 66},
    }


@pytest.mark.parametrize(
    ("rate", "interest_minor", "fee_minor"),
    # 0.5, 0.33, 0.67 and 2.5 fen.
    [("1/2", 1, 1), ("1/3", 1, 0), ("1/3", 2, 1), ("1/2", 5, 3), ("0", 9, 0), ("1", 9, 9)],
)
def test_a_service_fee_is_rounded_half_up(rate: str, interest_minor: int, fee_minor: int) -> None:
    alone = Funding(funders=(Funder(id="a", share=Fraction(1), service_fee_rate=Fraction(rate)),))
    its = books_of_funders(
        {"unapplied": interest_minor, "interest_income": -interest_minor}, alone, interest_paid_minor=interest_minor
    )["a"]
    assert its.get("service_fee", 0) == fee_minor
    assert its.get("partners_payable", 0) == interest_minor - fee_minor, "it gets so much less"


@pytest.mark.parametrize("account", ["unapplied", "merchant_payable", "payout_payable", "credit_balance"])
def test_money_that_passes_through_is_no_funders_own(account: str) -> None:
    """Spelled out here and not taken from what is tested: 10.00 that wait on any of these are owed to the funders."""
    shown = books_of_funders({account: -1000, "receivable_principal": 1000}, TWO, interest_paid_minor=0)
    assert shown == {
        "bank": {"receivable_principal": 700, "partners_payable": -700},
        "self": {"receivable_principal": 300, "partners_payable": -300},
    }


def test_after_thirty_days_the_guarantor_pays_out_the_funders_and_stands_in_their_place() -> None:
    """Due on 28 February, thirty days late on 30 March: 4.50 of penalty, 9.00 of interest and all of March's 6.00.

    On the 29th 4.35, 9.00 and 5.80: of 4.35 both have half a fen too many, and the bank is named first. With 900.00 they
    are 919.50, of which the bank gets 643.65. All that is paid later is the guarantor's, and the penalty since:
    on 5 April 5.40 and 0.75, and 0.50 of April's interest.
    """
    follow(
        THREE | LATE,
        """
day         happens      bank_owes  self_owes  guard_owes  bank_got  self_got  guard_got  bank_left  guard_left
2026-03-29               643.41     275.74     -           -630.00   -270.00   0.00       639.35     0.00
2026-03-30               -          -          919.50      13.65     5.85      -919.50    0.00       913.50
2026-04-05               -          -          921.65      13.65     5.85      -919.50    0.00       921.15
2026-04-05  pays 314.40  -          -          607.25      13.65     5.85      -605.10    0.00       606.75
""",
        partial(look_at_shares, GUARANTEED),
    )


def test_what_is_paid_ahead_is_owed_no_more_and_what_is_carried_is_owed_already() -> None:
    """319.00 on 28 February pay March's 6.00 and 4.00 of its principal too: 596.00 less 6.00, and 2.00 earned by the 10th.

    Another time the loan is put to new dates on 10 March, late: 9.00 and 2.00 of interest and 1.50 of penalty go with it.
    """
    terms, by_holder = read_terms(THREE | {"excess": "next"}), partial(claims_by_holder, TWO)
    ahead = (Payment(id="p1", on=date(2026, 2, 28), amount_minor=31_900),)
    nothing = {"fee": 0, "penalty": 0}
    assert by_holder(terms, ahead, date(2026, 2, 28)) == {
        "bank": {"principal": 41_720, "interest": -420} | nothing, "self": {"principal": 17_880, "interest": -180} | nothing,
    }  # fmt: skip
    assert by_holder(terms, ahead, date(2026, 3, 10)) == {
        "bank": {"principal": 41_720, "interest": -280} | nothing, "self": {"principal": 17_880, "interest": -120} | nothing,
    }  # fmt: skip
    told = [{"id": "a", "type": "re_age", "on": "2026-03-10", "first_due_on": "2026-04-30"}]
    carried = read_facts(told, currency="CNY")
    assert by_holder(read_terms(THREE | LATE), carried, date(2026, 3, 10)) == {
        "bank": {"principal": 63_000, "interest": 770, "fee": 0, "penalty": 105},
        "self": {"principal": 27_000, "interest": 330, "fee": 0, "penalty": 45},
    }


def test_a_loan_that_was_written_off_is_paid_out_without_what_was_recovered() -> None:
    """On 15 March 900.00 and 12.00 of interest are written off, and 100.00 come in: 812.00 on the 30th, 568.40 to the bank.

    With 70.00 before it has 8.40 more than the 630.00 it lent, which it earned: nothing is earned again.
    """
    terms = read_terms(THREE)
    told: list[dict[str, Any]] = [
        {"id": "w", "type": "write_off", "on": "2026-03-15"},
        {"id": "r", "type": "recovery", "on": "2026-03-20", "amount": "100.00"},
    ]
    facts = read_facts(told, currency="CNY")
    due = compensation(GUARANTEED, terms, facts, date(2026, 4, 10))
    assert due and due.on == date(2026, 3, 30)
    assert due.to == {"bank": 56_840, "self": 24_360}
    unserved = replace(GUARANTEED, funders=(replace(BANK, service_fee_rate=Fraction(0)), SELF))
    assert books_by_holder(unserved, terms, facts, date(2026, 4, 10)) == {
        "bank": {"interest_income": -840, "partners_payable": 840},
        "self": {"interest_income": -360, "partners_payable": 360},
        "guard": {"written_off": 91_200, "recovered": -10_000, "partners_payable": -81_200},
    }


def test_what_the_guarantor_pays_each_goes_by_all_that_passed_and_not_by_itself() -> None:
    """Lent 900.00 and paid 50.00: 850.00 less than lent are 283.34, 283.33, 283.33. On 30 March 868.89 are owed, with
    which 18.89 came in all, 6.30, 6.30, 6.29: so of an amount that is a third of 868.89 to the fen for each, c has less.
    """
    funding = replace(GUARANTEED, funders=THIRDS)
    paid = (Payment(id="p1", on=date(2026, 2, 28), amount_minor=5_000),)
    due = compensation(funding, read_terms(THREE | LATE), paid, date(2026, 6, 1))
    assert due and due.owed == {"principal": 85_900, "interest": 600, "fee": 0, "penalty": 389}
    assert due.to == {"a": 28_964, "b": 28_963, "c": 28_962}


def test_a_fee_is_earned_by_the_day_until_the_guarantor_steps_in() -> None:
    """6.00 of February and 30/31 of March's, 5.81: 8.27 and 3.54. What of 18.00 comes later is the guarantor's, 6.19."""
    assert books_by_holder(GUARANTEED, read_terms(FLAT), (), date(2026, 6, 1)) == {
        "bank": {"fee_income": -827, "partners_payable": 827},
        "self": {"fee_income": -354, "partners_payable": 354},
        "guard": {
            "receivable_principal_m4": 60_000, "receivable_fee_m4": 1_800, "fee_income": -619,
            "partners_payable": -61_181,
        },
    }  # fmt: skip


def test_before_the_loan_starts_nobody_has_anything() -> None:
    terms, before = read_terms(THREE), date(2026, 1, 30)
    assert claims_by_holder(GUARANTEED, terms, (), before) == {}
    assert books_by_holder(GUARANTEED, terms, (), before) == {}


def test_a_payment_learned_of_late_leaves_no_ground_for_it() -> None:
    """309.00 had come on 28 February: the second instalment is thirty days late on 30 April, and that it is now."""
    terms = read_terms(THREE | LATE)
    late = Payment(id="p1", on=date(2026, 2, 28), amount_minor=30_900)
    assert compensated_on(GUARANTEED, terms, (), date(2026, 6, 1)) == date(2026, 3, 30)
    assert compensated_on(GUARANTEED, terms, (late,), date(2026, 6, 1)) == date(2026, 4, 30)
    assert compensation(GUARANTEED, terms, (late,), date(2026, 4, 29)) is None
    before = books_by_holder(GUARANTEED, terms, (), date(2026, 4, 1))
    after = books_by_holder(GUARANTEED, terms, (late,), date(2026, 4, 1))
    assert "guard" not in after
    assert after["bank"]["partners_payable"] - before["bank"]["partners_payable"] == -41_496 - 1_365


def test_what_the_guarantor_pays_is_told_by_part_and_by_funder() -> None:
    due = compensation(GUARANTEED, read_terms(THREE | LATE), (), date(2026, 12, 31))
    assert due and due.on == date(2026, 3, 30)
    assert due.owed == {"principal": 90_000, "interest": 1_500, "fee": 0, "penalty": 450}
    assert due.to == {"bank": 64_365, "self": 27_585}
    assert compensation(TWO, read_terms(THREE | LATE), (), date(2026, 12, 31)) is None, "nobody guarantees it"


@pytest.mark.parametrize(
    ("happens", "on"),
    [
        # Held from 10 to 20 March: of the thirty days ten stand still.
        ([{"id": "h", "type": "hold", "on": "2026-03-10", "reason": "goods"},
          {"id": "r", "type": "release", "on": "2026-03-20", "of": "h"}], "2026-04-09"),
        # A payment that is taken back on 20 April has never been: on that day the loan is 51 days late.
        ([{"id": "p", "type": "payment", "on": "2026-02-28", "amount": "309.00"},
          {"id": "v", "type": "reversal", "on": "2026-04-20", "of": "p"}], "2026-04-20"),
        # One that bounces is owed from that day on; what fell due on 31 March is late before it.
        ([{"id": "p", "type": "payment", "on": "2026-02-28", "amount": "309.00"},
          {"id": "c", "type": "chargeback", "on": "2026-03-20", "of": "p"}], "2026-04-19"),
        ([{"id": "d", "type": "deferral", "on": "2026-02-10", "n": 1, "to": "2026-03-05"}], "2026-04-04"),
        ([{"id": "p", "type": "payment", "on": "2026-03-29", "amount": "914.80", "for": "all"}], None),
        ([{"id": "w", "type": "write_off", "on": "2026-03-15"}], "2026-03-30"),
    ],
)  # fmt: skip
def test_the_day_on_which_it_is_late_enough(happens: list[dict[str, Any]], on: str | None) -> None:
    terms = read_terms(THREE)
    facts = read_facts(happens, currency="CNY")
    assert str(compensated_on(GUARANTEED, terms, facts, date(2026, 12, 31))) == str(on)


def test_a_guarantee_within_grace_waits_until_the_loan_is_late() -> None:
    """Up to the fifth day nothing is late, whatever a guarantee of three days says; on the sixth it is six days late."""
    funding = replace(TWO, guarantee=Guarantee(guarantor="guard", after_days=3))
    terms = read_terms(THREE | {"grace_days": 5})
    assert compensated_on(funding, terms, (), date(2026, 12, 31)) == date(2026, 3, 6)


@pytest.mark.parametrize(
    "funding",
    [
        partial(Funding, funders=()),
        partial(Funding, funders=(BANK,)),
        partial(Funding, funders=(BANK, SELF, SELF)),
        partial(Funding, funders=(replace(SELF, share=Fraction(7, 10)), SELF)),
        partial(Funding, funders=(replace(BANK, share=Fraction(1)), replace(SELF, share=Fraction(0)))),
        partial(Funding, funders=(replace(BANK, share=Fraction(3, 2)), replace(SELF, share=Fraction(-1, 2)))),
        partial(Funding, funders=(replace(BANK, service_fee_rate=Fraction(11, 10)), SELF)),
        partial(Funding, funders=(replace(BANK, service_fee_rate=Fraction(-1, 10)), SELF)),
        partial(Funding, funders=(BANK, SELF), guarantee=Guarantee(guarantor="self", after_days=30)),
        partial(Funding, funders=(BANK, SELF), guarantee=Guarantee(guarantor="guard", after_days=0)),
    ],
)
def test_shares_that_make_no_sense_are_refused(funding: partial[Funding]) -> None:
    with pytest.raises(BadFunding):
        funding()


@st.composite
def fundings(draw: st.DrawFn, *, with_guarantee: bool = True) -> Funding:
    """One to five funders, in shares of ten thousand or of whatever they come to."""
    weights = draw(st.lists(st.integers(1, 10_000), min_size=1, max_size=5))
    rates = st.sampled_from((Fraction(0), Fraction(1, 5), Fraction(1, 3), Fraction(1)))
    funders = tuple(
        Funder(id=f"f{n}", share=Fraction(weight, sum(weights)), service_fee_rate=draw(rates))
        for n, weight in enumerate(weights)
    )
    days = draw(st.none() | st.integers(1, 60)) if with_guarantee else None
    return Funding(funders=funders, guarantee=Guarantee(guarantor="guard", after_days=days) if days else None)


_totals = st.integers(-(10**9), 10**9)


@_some
@given(funding=fundings(), moves=st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=30))
def test_parts_add_up_at_every_step_and_no_total_strays_a_fen(funding: Funding, moves: list[int]) -> None:
    total_minor, so_far = 0, dict.fromkeys((each.id for each in funding.funders), 0)
    for move_minor in moves:
        parts = split(move_minor, funding.funders, before_minor=total_minor)
        assert sum(parts.values()) == move_minor
        total_minor += move_minor
        for funder in funding.funders:
            so_far[funder.id] += parts[funder.id]
            assert abs(so_far[funder.id] - funder.share * total_minor) < 1
            # Of one movement nobody has more than a fen of another sign: see the paradox above.
            assert abs(parts[funder.id] - funder.share * move_minor) < 2
    assert so_far == apportion(total_minor, funding.funders), "however it moved there"
    assert apportion(-total_minor, funding.funders) == {id: -minor for id, minor in so_far.items()}


@_some
@given(loan=loans(), funding=fundings(with_guarantee=False), later=st.integers(0, LATEST_DAY).map(timedelta))
def test_everybodys_books_balance_and_are_together_those_of_the_loan(
    loan: tuple[Terms, list[Fact]], funding: Funding, later: timedelta
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    whole, by_funder = balances(terms, facts, on), books_by_holder(funding, terms, facts, on)
    _check_together(whole, by_funder)
    for funder in funding.funders:
        its = by_funder[funder.id]
        for account in (*whole, "partners_payable"):
            if account not in PASSING:
                total_minor = whole.get(account, 0) if account != "partners_payable" else _passing(whole)
                got_minor = its.get(account, 0)
                got_minor += its.get("service_fee", 0) if account == "partners_payable" else 0
                assert abs(got_minor - funder.share * total_minor) < 1, account
        assert abs(its.get("share_rounding", 0)) <= len(whole)
        paid_minor = standing(terms, facts, on).paid.interest_minor
        assert 0 <= its.get("service_fee", 0) <= paid_minor, "never more than the interest that the borrower paid"


def _check_together(whole: Mapping[str, int], by_holder: Mapping[str, Mapping[str, int]]) -> None:
    together: dict[str, int] = {}
    for its in by_holder.values():
        assert sum(its.values()) == 0
        assert 0 not in its.values()
        for account, minor in its.items():
            together[account] = together.get(account, 0) + minor
    fees_minor = together.pop("service_fee", 0)
    assert together.pop("share_rounding", 0) == 0
    assert together.pop("partners_payable", 0) + fees_minor == _passing(whole)
    left = {account: minor for account, minor in whole.items() if account not in PASSING}
    assert {account: minor for account, minor in together.items() if minor} == left


def _passing(whole: Mapping[str, int]) -> int:
    return sum(whole.get(account, 0) for account in PASSING)


@_few
@given(loan=loans(), funding=fundings(), later=st.integers(0, LATEST_DAY).map(timedelta))
def test_claims_are_what_settles_the_loan_and_whoever_has_them_has_them_all(
    loan: tuple[Terms, list[Fact]], funding: Funding, later: timedelta
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    by_holder = claims_by_holder(funding, terms, facts, on)
    course = replay(terms, facts, on)
    by_day = replace(terms, early=Early())
    assert sum(sum(its.values()) for its in by_holder.values()) == (
        payoff_of(replay(by_day, facts, on)).signed_minor + course.credit_minor
    )
    day = compensated_on(funding, terms, facts, on)
    assert set(by_holder) == ({"guard"} if day else {each.id for each in funding.funders})
    # The first day that is late enough, looked at day by day.
    days = ((terms.starts_on + timedelta(days=n)) for n in range(later.days + 1))
    after_days = funding.guarantee.after_days if funding.guarantee else LATEST_DAY * 2
    assert day == next((each for each in days if standing(terms, facts, each).days_past_due >= after_days), None)


@_some
@given(loan=loans(), funding=fundings(), later=st.integers(0, LATEST_DAY).map(timedelta))
def test_once_a_guarantor_has_paid_the_funders_stand_still(
    loan: tuple[Terms, list[Fact]], funding: Funding, later: timedelta
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    due = compensation(funding, terms, facts, on)
    by_holder = books_by_holder(funding, terms, facts, on)
    _check_together(balances(terms, facts, on), by_holder)
    if due is None:
        assert "guard" not in by_holder
        return
    assert sum(due.to.values()) == sum(due.owed.values())
    then, after = (books_by_holder(funding, terms, facts, day) for day in (due.on, max(on, due.on)))
    unguarded = books_by_holder(replace(funding, guarantee=None), terms, facts, due.on)
    for funder in funding.funders:
        assert then[funder.id] == after[funder.id]
        assert not any(account.startswith("receivable") for account in then[funder.id])
        got_minor = then[funder.id].get("partners_payable", 0) - unguarded[funder.id].get("partners_payable", 0)
        assert got_minor == due.to[funder.id]
    came_in_minor = _passing(balances(terms, facts, on)) - _passing(balances(terms, facts, due.on))
    passed = [books_by_holder(funding, terms, facts, day)["guard"].get("partners_payable", 0) for day in (due.on, on)]
    assert passed[1] - passed[0] == came_in_minor, "all that comes in later is the guarantor's"


@_few
@given(loan=loans(), funding=fundings(), data=st.data())
def test_what_is_posted_comes_to_the_same_in_whatever_order_it_is_learned(
    loan: tuple[Terms, list[Fact]], funding: Funding, data: st.DataObject
) -> None:
    """Each fact is known a while after it happened, or before; what is posted is wanted − booked, and balances."""
    terms, facts = loan
    last = terms.starts_on + timedelta(days=LATEST_DAY)
    order, booked = data.draw(st.permutations(facts)), dict[str, dict[str, int]]()
    for known in range(len(order) + 1):
        try:
            wanted = books_by_holder(funding, terms, order[:known], last)
        except Refused:
            # Of what was known by then some could not have been: the door would have refused it.
            continue
        for holder in {*wanted, *booked}:
            its, had = wanted.get(holder, {}), booked.setdefault(holder, {})
            posted = {account: its.get(account, 0) - had.get(account, 0) for account in {*its, *had}}
            assert sum(posted.values()) == 0
            for account, minor in posted.items():
                had[account] = had.get(account, 0) + minor
    in_time = books_by_holder(funding, terms, facts, last)
    kept = {holder: {account: minor for account, minor in its.items() if minor} for holder, its in booked.items()}
    assert {holder: its for holder, its in kept.items() if its} == {
        holder: its for holder, its in in_time.items() if its
    }
