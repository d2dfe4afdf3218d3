"""The cost statement as data: every item, who charges it, what it costs a year, and that nothing else is charged."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine_strategies import loan_terms, loans
from engine_tables import FLAT, LATE, LOAN, PHONE, RESERVE, THREE
from hypothesis import given, settings

from anqi.engine.accounts import balances
from anqi.engine.cost import NoRate
from anqi.engine.disclosure import Disclosure, disclose, parts_of
from anqi.engine.events import RateChange, Reschedule, Subsidy
from anqi.engine.facts import Fact
from anqi.engine.products import Terms, read_terms
from anqi.engine.schedule import plan

LENDER = "青禾消费金融"
EVERYTHING: dict[str, Any] = THREE | LATE | {
    "late_fee": {"amount": "15.00", "cap": "20.00"}, "early": {"fee_rate": "0.01"},
    "charges": {"公证": "80.00", "副本": "5.00"},
}  # fmt: skip


def stated(terms: dict[str, Any], **changed: Any) -> Disclosure:
    return disclose(read_terms(terms | changed), payee=LENDER)


def rows(of: Disclosure) -> list[str]:
    """Each item as a line: code, part, how, rate, amount, the most of it."""
    return [
        " ".join(
            str(each) for each in (item.code, item.part, item.how, item.rate, item.amount_minor, item.most_minor)
        )
        for item in (*of.items, *of.contingent)
    ]


def test_a_loan_with_interest() -> None:
    """6000.00 at 12 %, twelve instalments: 397.11 of interest; the fee of a day late and of settling stand apart."""
    of = stated(LOAN)
    assert rows(of) == [
        "interest interest by_year 3/25 39711 None",
        "penalty penalty by_day_late 1/2000 None None",
        "early_settlement fee once_early 0 None None",
    ]
    assert (of.principal_minor, of.cost_minor, of.total_minor) == (600_000, 39_711, 639_711)
    assert (of.basis, of.annual_cost.simple_percent, of.grace_days) == ("simple", Decimal("12.00"), 3)
    assert of.nothing_else == "除以上各项和下面列明的情形外，不收取其他任何费用。"


def test_a_plan_of_fees() -> None:
    """0.65 % of 1999.00 an instalment, 12.99 six times, is not 7.8 % a year."""
    of = stated(PHONE)
    assert rows(of)[0] == "fee fee by_instalment 13/2000 7794 None"
    assert of.annual_cost.simple_percent > Decimal("13")


def test_what_costs_nothing_names_nothing() -> None:
    free = {key: value for key, value in RESERVE.items() if key != "penalty"}
    of = stated(free)
    assert (of.items, of.cost_minor, of.annual_cost.simple_percent) == ((), 0, Decimal("0.00"))
    assert [item.code for item in of.contingent if item.is_charged] == []
    assert parts_of(read_terms(free)) == frozenset()


def test_everything_that_only_some_pay() -> None:
    of = stated(EVERYTHING)
    assert rows(of)[1:] == [
        "penalty penalty by_day_late 1/2000 None None",
        "late_fee penalty once_late 0 1500 2000",
        "early_settlement fee once_early 1/100 None None",
        "公证 fee on_request 0 None 8000",
        "副本 fee on_request 0 None 500",
    ]
    assert {item.payee for item in (*of.items, *of.contingent)} == {LENDER}


def test_a_third_party_that_bears_interest_leaves_the_borrower_the_rest() -> None:
    """12 %, of which somebody else bears 3 %: 9 % are charged to the borrower."""
    of = stated(THREE, subsidy_rate="0.03")
    assert of.items[0].rate == Fraction(9, 100)
    borne = stated(THREE, subsidy_rate="0.12")
    assert borne.items == ()
    assert parts_of(read_terms(THREE | {"subsidy_rate": "0.12"})) == {"interest"}


def test_the_parts_that_may_be_charged() -> None:
    table = {
        "interest": (THREE, {}),
        "interest penalty": (THREE, LATE),
        "fee": (FLAT, {}),
        "fee interest": (THREE, {"early": {"fee_rate": "0.01"}}),
        "fee interest penalty": (THREE, {"late_fee": {"rate": "0.01"}, "charges": {"notary": "1.00"}}),
        "": (THREE, {"annual_rate": "0", "penalty": {"daily_rate": "0"}, "early": {"interest": "whole_period"}}),
    }
    for parts, (terms, changed) in table.items():
        assert " ".join(sorted(parts_of(read_terms(terms | changed)))) == parts


@settings(max_examples=80, deadline=None)
@given(of=loan_terms())
def test_the_items_add_up_to_what_the_plan_costs(of: Terms) -> None:
    try:
        told = disclose(of, payee=LENDER)
    except NoRate:
        return
    assert sum(item.amount_minor or 0 for item in told.items) == told.cost_minor
    assert told.total_minor == told.principal_minor + told.cost_minor
    assert {item.part for item in told.items} <= parts_of(of)


# What changes the price itself needs another statement; all else is charged as it was signed.
_REPRICED = (RateChange, Reschedule, Subsidy)
_INCOME = {"interest": "interest_income", "fee": "fee_income", "penalty": "penalty_income"}


@settings(max_examples=80, deadline=None)
@given(loan=loans())
def test_a_loan_never_charges_a_part_that_its_statement_does_not_name(loan: tuple[Terms, list[Fact]]) -> None:
    terms, facts = loan
    known = [fact for fact in facts if not isinstance(fact, _REPRICED)]
    if len(known) < len(facts):
        return
    last_on = max((plan(terms).instalments[-1].due_on, *(fact.on for fact in facts)))
    for on in (last_on, date(last_on.year + 1, 1, 1)):
        shown = balances(terms, facts, on)
        charged = {part for part, account in _INCOME.items() if shown.get(account)}
        assert charged <= parts_of(terms)
