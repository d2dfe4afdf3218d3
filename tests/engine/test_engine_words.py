"""What a line can be: every word is produced by some loan, and no loan ever produces another."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from engine_strategies import loans
from engine_tables import LOAN, PHONE
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine.breakdown import WORDS, Breakdown, break_down
from anqi.engine.facts import Fact, read_facts
from anqi.engine.products import Terms, read_terms

_COMPLETE = {
    **LOAN, "late_fee": {"amount": "15.00"}, "charges": {"copies": "50.00"}, "early": {"fee_rate": "0.01"},
    "penalty": {"daily_rate": "0.0005"}, "starts_on": "2026-01-31",
}  # fmt: skip
# What happened, as the engine reads it, and the words that it brings: with what a plain loan has, all there are.
_TURNS: dict[str, tuple[list[tuple[str, str, dict[str, Any]]], str]] = {
    "late": ([], "late_fee penalty due early_fee rounding instalment"),
    "paid ahead": ([("payment", "2026-02-10", {"amount": "600.00", "for": "next"})], "payment paid paid_ahead"),
    "settled": ([("payment", "2026-02-10", {"amount": "6200.00", "for": "all"})], "earned credit"),
    "waived": ([("waiver", "2026-03-10", {"what": "interest", "amount": "5.00"})], "waived"),
    "goods back": ([("return", "2026-03-10", {"amount": "500.00", "gives_back": True})],
                   "return returned given_back replanned"),
    "anew": ([("reschedule", "2026-03-10", {"first_due_on": "2026-04-10", "instalments": 6, "carries": ["interest"]})],
             "moved carried planned"),
    "prepaid": ([("payment", "2026-02-10", {"amount": "900.00"})], "prepaid"),
    "given": ([("goodwill", "2026-02-10", {"amount": "90.00"}), ("refund", "2026-02-11", {"amount": "50.00"})],
              "goodwill refund"),
    "bounced": ([("payment", "2026-02-10", {"amount": "90.00"}), ("refund", "2026-02-11", {"amount": "50.00"}),
                 ("chargeback", "2026-02-20", {"of": "0"})], "chargeback lent_again"),
    "given up": ([("write_off", "2026-04-10", {}), ("recovery", "2026-04-12", {"amount": "9.00"})], "recovery"),
    "flat": ([], "principal fee"),
    "plain": ([], "principal interest"),
}  # fmt: skip
_TERMS = {
    "flat": PHONE, "paid ahead": _COMPLETE | {"excess": "next"}, "prepaid": _COMPLETE | {"excess": "shorten"},
    "given": _COMPLETE | {"excess": "credit"}, "bounced": _COMPLETE | {"excess": "credit"},
}  # fmt: skip


def words_of(lines: Breakdown) -> Iterator[str]:
    over = (
        lines.due_now, lines.next_due, lines.outstanding_principal, lines.payoff, lines.credit, lines.prepaid,
        lines.returned, *lines.paid.values(),
    )  # fmt: skip
    rows = [
        (row.principal, row.interest, row.fee, row.penalty, row.paid, row.remaining) for row in lines.instalments
    ]
    for of_amount in (*over, *(each for row in rows for each in row)):
        yield from (line.what for line in of_amount)


def play(name: str) -> set[str]:
    turns, _ = _TURNS[name]
    facts = read_facts(
        [{"type": kind, "id": str(n), "on": on, **told} for n, (kind, on, told) in enumerate(turns)], currency="CNY"
    )
    terms = read_terms(_TERMS.get(name, _COMPLETE))
    days = (terms.starts_on, date(2026, 2, 21), date(2026, 3, 15), date(2026, 4, 20), date(2026, 10, 1))
    return {word for on in days for word in words_of(break_down(terms, facts, on))}


@pytest.mark.parametrize("name", _TURNS)
def test_a_turn_brings_its_words(name: str) -> None:
    assert set(_TURNS[name][1].split()) <= play(name)


def test_there_is_no_word_that_no_loan_says() -> None:
    said = set().union(*map(play, _TURNS))
    assert said == set(WORDS)
    assert len(WORDS) == len(set(WORDS))


@given(loans(), st.integers(0, 400))
@settings(deadline=None)
def test_no_loan_says_another_word(loan: tuple[Terms, list[Fact]], days: int) -> None:
    terms, facts = loan
    on = date.fromordinal(terms.starts_on.toordinal() + days)
    assert set(words_of(break_down(terms, facts, on))) <= set(WORDS)
