"""Money that names no loan. Civil Code 560: due, then least secured, then heaviest, then earliest due, then pro rata."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from engine_strategies import LATEST_DAY, loans
from engine_tables import THREE
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine.contract import answer_line
from anqi.engine.designation import Designation, Owing, designate
from anqi.engine.loan import standing
from anqi.engine.money import read_amount, write_amount
from anqi.engine.products import read_terms
from anqi.engine.repayment import preview

# A loan a line: what is open, when it is due, what a year of it costs, how much of it is secured (`-`: nothing is said);
# then what it gets and why. The first line says how much came in, on which day, and whether it may pay ahead.
_CASES = {
    "what is due comes before what is to come, however dear that is": """
400.00 on 2026-05-10 ahead
a  300.00  2026-05-10  0.03  0    -> 300.00 due
b  300.00  2026-05-11  0.24  0    -> 100.00 nothing_else
left 0.00
""",
    "what is to come takes nothing unless it may be paid ahead": """
400.00 on 2026-05-10
a  300.00  2026-05-10  0.03  0    -> 300.00 nothing_else
b  300.00  2026-05-11  0.24  0    ->
left 100.00
""",
    "the debt without security comes first, though it is cheaper and younger": """
200.00 on 2026-05-10
a  300.00  2026-04-01  0.24  1    ->
b  300.00  2026-05-01  0.03  -    -> 200.00 less_secured
left 0.00
""",
    "a debt secured by a half comes before one that is secured by three quarters": """
400.00 on 2026-05-10
a  300.00  2026-05-01  0.12  3/4  -> 100.00 nothing_else
b  300.00  2026-05-01  0.12  1/2  -> 300.00 less_secured
left 0.00
""",
    "of two alike secured the dearer one comes first, though it fell due later": """
400.00 on 2026-05-10
a  300.00  2026-04-01  0.12  0    -> 100.00 nothing_else
b  300.00  2026-05-01  0.18  0    -> 300.00 heavier
left 0.00
""",
    "of two alike dear the one that fell due earlier": """
400.00 on 2026-05-10
a  300.00  2026-05-01  0.12  0    -> 100.00 nothing_else
b  300.00  2026-04-01  0.12  0    -> 300.00 due_earlier
left 0.00
""",
    # 100.00 × 300 ÷ 600 = 50.00, × 200 ÷ 600 = 33.33⅓, × 100 ÷ 600 = 16.66⅔: the fen goes to the largest remainder.
    "alike in all of it: in proportion to what is owed": """
100.00 on 2026-05-10
a  300.00  2026-05-01  0.12  0    -> 50.00 pro_rata
b  200.00  2026-05-01  0.12  0    -> 33.33 pro_rata
c  100.00  2026-05-01  0.12  0    -> 16.67 pro_rata
left 0.00
""",
    "two alike": """
100.00 on 2026-05-10
a  300.00  2026-05-01  0.12  0    -> 75.00 pro_rata
b  100.00  2026-05-01  0.12  0    -> 25.00 pro_rata
left 0.00
""",
    "equal remainders: the first by its number": """
100.00 on 2026-05-10
a  200.00  2026-05-01  0.12  0    -> 33.34 pro_rata
b  200.00  2026-05-01  0.12  0    -> 33.33 pro_rata
c  200.00  2026-05-01  0.12  0    -> 33.33 pro_rata
left 0.00
""",
    "what is to come keeps the same order: dearer first, though it falls due later": """
400.00 on 2026-05-10 ahead
a  300.00  2026-06-01  0.12  0    -> 100.00 nothing_else
b  300.00  2026-07-01  0.18  0    -> 300.00 heavier
left 0.00
""",
    "no loan takes more than it owes": """
1000.00 on 2026-05-10 ahead
a  300.00  2026-05-01  0.12  0    -> 300.00 due
b  300.00  2026-06-01  0.12  0    -> 300.00 nothing_else
left 400.00
""",
    "nothing is owed to anybody": """
10.00 on 2026-05-10
left 10.00
""",
}


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES.keys())
def test_the_order_of_the_law(case: str) -> None:
    opening, *lines, left = case.strip().splitlines()
    words = opening.split()
    owing, wanted = [], []
    for line in lines:
        told, _, got = line.partition("->")
        id, amount, due_on, cost, secured = told.split()
        stated = {} if secured == "-" else {"secured": Fraction(secured)}
        shown = _one(amount, due_on, words[2])
        owing.append(Owing(id=id, standing=shown, annual_cost=Fraction(cost), **stated))
        wanted += [(id, *got.split())] if got.strip() else []
    for arrived in (owing, owing[::-1]):
        found = designate(arrived, _fen(words[0]), pays_ahead="ahead" in words)
        assert sorted((step.id, _yuan(step.amount_minor), step.reason) for step in found.steps) == wanted
        assert f"left {_yuan(found.left_minor)}" == left


def _one(amount: str, due_on: str, on: str) -> Any:
    terms = {"principal": amount, "method": "bullet", "instalments": 1, "starts_on": "2026-03-01", "first_due_on": due_on}
    return standing(read_terms(terms | {"every": {"days": 30}}), (), date.fromisoformat(on))


def _fen(amount: str) -> int:
    return read_amount(amount, currency="CNY")


def _yuan(minor: int) -> str:
    return write_amount(minor, currency="CNY")


def test_instalments_of_two_loans_take_their_turns_by_their_due_dates() -> None:
    """900.00 in three from 31 January, another from 15 February: 28 February, 15 March, 31 March; 309.00 and 306.00."""
    other = THREE | {"starts_on": "2026-02-15"}
    on = date(2026, 4, 1)
    owing = [_owing("a", other, on), _owing("b", THREE, on)]
    found = designate(owing, _fen("700.00"))
    assert [(step.id, step.n, _yuan(step.amount_minor), step.reason) for step in found.steps] == [
        ("b", 1, "309.00", "due_earlier"), ("a", 1, "309.00", "due_earlier"), ("b", 2, "82.00", "nothing_else"),
    ]  # fmt: skip
    assert [(share.id, _yuan(share.amount_minor), share.goal) for share in found.shares] == [
        ("a", "309.00", "due"), ("b", "391.00", "due"),
    ]  # fmt: skip


def test_what_is_to_come_is_paid_as_scheduled_and_whole_only_at_its_payoff() -> None:
    """On the first due date 309.00 are due, 600.00 of principal are to come: 909.00 settle it, 908.99 do not."""
    owing = _owing("a", THREE, date(2026, 2, 28))
    goals = {}
    for amount in ("309.00", "309.01", "908.99", "909.00", "1000.00"):
        found = designate([owing], _fen(amount), pays_ahead=True)
        goals[amount] = (found.shares[0].goal, _yuan(found.left_minor))
    assert goals == {
        "309.00": ("due", "0.00"), "309.01": ("next", "0.00"), "908.99": ("next", "0.00"),
        "909.00": ("all", "0.00"), "1000.00": ("all", "91.00"),
    }  # fmt: skip


def test_where_settling_costs_more_than_waiting_it_is_paid_as_scheduled() -> None:
    """Settling costs 600.00 and 3 % of it, 618.00; the instalments to come are 306.00 and 303.00."""
    stated = THREE | {"early": {"fee_rate": "0.03"}}
    found = designate([_owing("a", stated, date(2026, 2, 28))], _fen("1000.00"), pays_ahead=True)
    assert [(_yuan(share.amount_minor), share.goal) for share in found.shares] == [("918.00", "next")]
    assert _yuan(found.left_minor) == "82.00"


def test_inside_a_loan_costs_and_interest_come_before_principal() -> None:
    """Civil Code 561. 80.00 of costs that staff charged, 9.00 of interest, then principal; 1.50 of penalty first of all."""
    terms = THREE | {"penalty": {"daily_rate": "0.0005"}, "charges": {"notary": "80.00"}}
    charge = {"id": "c1", "type": "charge", "on": "2026-02-10", "code": "notary", "amount": "80.00", "reason": "claimed"}
    request = {"ask": "standing", "terms": terms, "facts": [charge], "on": "2026-03-10"}
    share = designate([_owing("a", terms, date(2026, 3, 10))], _fen("90.60")).shares[0]
    pays = {"id": "p1", "type": "payment", "on": "2026-03-10", "amount": _yuan(share.amount_minor), "for": share.goal}
    paid = answer_line(json.dumps(request | {"facts": [charge, pays]}))["paid"]
    assert paid == {"principal": "0.10", "interest": "9.00", "fee": "80.00", "penalty": "1.50"}


def _owing(id: str, stated: dict[str, Any], on: date) -> Owing:
    return Owing(id=id, standing=standing(read_terms(stated), (), on), annual_cost=Fraction(12, 100))


_COSTS = st.sampled_from((Fraction(0), Fraction("0.12"), Fraction("0.24")))
_SECURED = st.sampled_from((Fraction(0), Fraction(1, 2)))


@given(
    held=st.lists(st.tuples(loans(), _COSTS, _SECURED), max_size=4), days=st.integers(0, LATEST_DAY),
    amount_minor=st.integers(0, 2_000_000), pays_ahead=st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_the_parts_add_up_and_every_loan_takes_its_own(
    held: Sequence[Any], days: int, amount_minor: int, pays_ahead: bool
) -> None:
    on = date(2026, 1, 31) + timedelta(days=days)
    owing = [
        Owing(id=str(place), standing=standing(terms, facts, on), annual_cost=cost, secured=secured)
        for place, ((terms, facts), cost, secured) in enumerate(held)
    ]
    found = designate(owing, amount_minor, pays_ahead=pays_ahead)
    assert sum(share.amount_minor for share in found.shares) + found.left_minor == amount_minor
    assert sum(step.amount_minor for step in found.steps) + found.left_minor == amount_minor
    due_minor = sum(each.standing.due_now_minor for each in owing)
    assert found.left_minor == 0 or amount_minor >= due_minor
    assert pays_ahead or found.left_minor == max(amount_minor - due_minor, 0)
    _check_shares(owing, held, found, on)


def _check_shares(owing: Sequence[Owing], held: Sequence[Any], found: Designation, on: date) -> None:
    for share in found.shares:
        loan, ((terms, facts), _, _) = owing[int(share.id)], held[int(share.id)]
        payoff_minor, due_minor = loan.standing.payoff_minor or 0, loan.standing.due_now_minor
        assert 0 < share.amount_minor <= max(payoff_minor, due_minor)
        seen = preview(terms, facts, on, amount_minor=share.amount_minor, goal=share.goal)
        assert seen.excess_minor == 0, "what a loan was given, its instalments take"
