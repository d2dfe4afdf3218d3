"""A statement of account adds up by its own lines, and money stands in it as the facts tell it."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine_strategies import LATEST_DAY, loans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anqi.engine.events import Draw, Void
from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver, read_facts
from anqi.engine.loan import standing
from anqi.engine.money import read_amount
from anqi.engine.products import Terms, read_terms
from anqi.engine.statement import Line, state

_some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
STARTS_ON = date(2026, 8, 31)
TERMS = read_terms({
    "currency": "CNY", "principal": "6000.00", "starts_on": STARTS_ON.isoformat(), "method": "equal_instalment",
    "every": {"months": 1}, "instalments": 12, "annual_rate": "0.12", "grace_days": 3,
    "penalty": {"daily_rate": "0.0005", "on": "principal"}, "excess": "next",
})  # fmt: skip


def happened(*stated: dict[str, Any]) -> tuple[Fact, ...]:
    return read_facts(stated, currency="CNY")


PAID_LATE = happened({"type": "payment", "id": "p", "on": "2026-10-10", "amount": "535.46", "for": "due"})


def told(facts: tuple[Fact, ...], since: str, until: str) -> list[tuple[str, str, int, tuple[str, ...], int | None]]:
    stated = state(TERMS, facts, since=date.fromisoformat(since), until=date.fromisoformat(until))
    return [(str(line.on), line.what, line.amount_minor, line.by, line.n) for line in stated.lines]


def test_from_the_start_to_a_late_payment() -> None:
    assert told(PAID_LATE, "2026-08-01", "2026-10-31") == [
        ("2026-08-31", "principal", 600_000, (), None),
        ("2026-08-31", "interest", 39_711, (), None),
        ("2026-10-10", "penalty", 237, (), 1),
        ("2026-10-10", "money", -53_546, ("p",), None),
    ]


def test_opening_and_closing_are_the_evenings_around_the_days() -> None:
    stated = state(TERMS, PAID_LATE, since=date(2026, 10, 1), until=date(2026, 10, 9))
    assert stated.opening_minor == standing(TERMS, (), date(2026, 9, 30)).remaining_minor
    assert stated.lines == (Line(on=date(2026, 10, 9), what="penalty", amount_minor=213, n=1),)
    assert stated.closing_minor == stated.opening_minor + 213


def test_paying_early_takes_interest_off() -> None:
    early = happened({"type": "payment", "id": "p", "on": "2026-09-10", "amount": "6020.00", "for": "all"})
    settled = told(early, "2026-09-01", "2026-09-30")
    assert settled == [
        ("2026-09-10", "money", -602_000, ("p",), None), ("2026-09-10", "interest", -37_711, ("p",), None),
    ]  # fmt: skip


def test_each_fact_of_a_day_has_its_own_lines() -> None:
    facts = happened(
        {"type": "waiver", "id": "w", "on": "2026-10-10", "what": "penalty", "amount": "1.00"},
        {"type": "payment", "id": "p", "on": "2026-10-10", "amount": "534.46", "for": "due"},
        {"type": "reversal", "id": "r", "on": "2026-10-12", "of": "p"},
    )
    assert told(facts, "2026-10-10", "2026-10-12")[1:] == [
        ("2026-10-10", "penalty", -100, ("w",), None),
        ("2026-10-10", "money", -53_446, ("p",), None),
        ("2026-10-12", "money", 53_446, ("r",), None),
        ("2026-10-12", "penalty", 47, ("r",), None),
    ]


def test_before_the_start_there_is_nothing() -> None:
    stated = state(TERMS, (), since=date(2026, 8, 1), until=date(2026, 8, 30))
    assert (stated.opening_minor, stated.lines, stated.closing_minor) == (0, (), 0)


def _left(terms: Terms, facts: list[Fact], on: date) -> int:
    if on < terms.starts_on:
        return 0
    shown = standing(terms, facts, on)
    return sum(row.remaining_minor for row in shown.instalments) - shown.credit_minor


@_some
@given(loans(), st.integers(-5, LATEST_DAY), st.integers(0, 200))
def test_it_adds_up_by_its_own_lines(loan: tuple[Terms, list[Fact]], first: int, count: int) -> None:
    terms, facts = loan
    since = terms.starts_on + timedelta(days=first)
    until = since + timedelta(days=count)
    stated = state(terms, facts, since=since, until=until)
    assert stated.opening_minor == _left(terms, facts, since - timedelta(days=1))
    assert stated.closing_minor == _left(terms, facts, until)
    assert stated.opening_minor + sum(line.amount_minor for line in stated.lines) == stated.closing_minor
    assert all(since <= line.on <= until for line in stated.lines)
    assert [line.on for line in stated.lines] == sorted(line.on for line in stated.lines)


@_some
@given(loans(), st.integers(0, LATEST_DAY), st.integers(1, 100), st.integers(1, 100))
def test_two_in_a_row_say_what_one_says(loan: tuple[Terms, list[Fact]], first: int, count: int, more: int) -> None:
    terms, facts = loan
    since = terms.starts_on + timedelta(days=first)
    between = since + timedelta(days=count)
    until = between + timedelta(days=more)
    one = state(terms, facts, since=since, until=until)
    two = [
        state(terms, facts, since=since, until=between),
        state(terms, facts, since=between + timedelta(days=1), until=until),
    ]
    assert two[0].closing_minor == two[1].opening_minor
    for what in ("principal", "interest", "fee", "penalty", "money"):
        assert one.sum_minor(what) == sum(each.sum_minor(what) for each in two)


@_some
@given(loans())
def test_money_is_what_the_facts_say_and_principal_what_was_lent(loan: tuple[Terms, list[Fact]]) -> None:
    terms, facts = loan
    until = terms.starts_on + timedelta(days=LATEST_DAY + 400)
    stated = state(terms, facts, since=terms.starts_on, until=until)
    by_id = {fact.id: fact for fact in facts}
    for line in stated.lines:
        causes = [by_id[id] for id in line.by]
        if line.what == "principal" and causes:
            assert any(isinstance(each, Draw | Void | Reversal) for each in causes), (line, causes)
        if line.what == "money" and len(causes) == 1 and isinstance(causes[0], Payment | Return):
            assert line.amount_minor == -causes[0].amount_minor
        if isinstance(causes[0] if causes else None, Waiver):
            assert line.what == causes[0].what  # type: ignore[union-attr]
    if not any(isinstance(fact, Draw | Void) for fact in facts):
        assert stated.sum_minor("principal") == terms.principal_minor


@_some
@given(loans())
def test_no_fact_that_moved_money_is_left_out(loan: tuple[Terms, list[Fact]]) -> None:
    terms, facts = loan
    until = terms.starts_on + timedelta(days=LATEST_DAY + 400)
    named = {id for line in state(terms, facts, since=terms.starts_on, until=until).lines for id in line.by}
    assert named >= {fact.id for fact in facts if isinstance(fact, Payment | Return)}


_SHARED = (json.loads(line) for line in (Path(__file__).parent / "cases/engine.jsonl").read_text("utf-8").splitlines())


@pytest.mark.parametrize("case", [
    each for each in _SHARED if each["request"]["ask"] == "standing" and "refused" not in each["answer"]
])  # fmt: skip
def test_it_ends_where_every_shared_case_stands(case: dict[str, Any]) -> None:
    asked, answer = case["request"], case["answer"]
    terms = read_terms(asked["terms"])
    facts = read_facts(asked.get("facts", ()), currency=terms.currency)
    on = date.fromisoformat(asked["on"])
    stated = state(terms, facts, since=terms.starts_on, until=max(on, terms.starts_on))
    if on >= terms.starts_on:
        remaining = [read_amount(row["remaining"], currency=terms.currency) for row in answer["instalments"]]
        left_minor = sum(remaining) - read_amount(answer["credit"], currency=terms.currency)
        assert sum(line.amount_minor for line in stated.lines) == stated.closing_minor == left_minor


@pytest.mark.parametrize("count", [1, 40])
def test_many_facts_of_one_day_are_told_in_their_order(count: int) -> None:
    facts = happened(*(
        {"type": "payment", "id": f"p{n:02}", "on": "2026-09-10", "amount": "1.00", "for": "next"} for n in range(count)
    ))  # fmt: skip
    money = [line for line in told(facts, "2026-09-10", "2026-09-10") if line[1] == "money"]
    assert money == [("2026-09-10", "money", -100, (f"p{n:02}",), None) for n in range(count)]
