"""Loans as text tables: what happens on a day, and what must be seen at its end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anqi.engine.accounts import ACCOUNTS, balances
from anqi.engine.day import next_wake_on
from anqi.engine.facts import Fact, read_facts
from anqi.engine.loan import standing
from anqi.engine.money import write_amount
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import LessThanPayoff, Refused
from anqi.engine.repayment import choices

Look = Callable[[Terms, Sequence[Fact], date], Mapping[str, str]]

# The named cast: a phone in six flat instalments, a week's reserve, a loan with interest.
PHONE: dict[str, Any] = {
    "principal": "1999.00",
    "method": "flat_fee",
    "instalments": 6,
    "starts_on": "2026-08-31",
    "every": {"months": 1},
    "fee_rate_per_instalment": "0.0065",
    "grace_days": 3,
    "penalty": {"daily_rate": "0.0005"},
    "excess": "next",
}
RESERVE: dict[str, Any] = {
    "principal": "500.00",
    "method": "bullet",
    "instalments": 1,
    "starts_on": "2026-09-01",
    "every": {"days": 7},
    "penalty": {"daily_rate": "0.00056"},
}
LOAN: dict[str, Any] = {
    "principal": "6000.00",
    "method": "equal_instalment",
    "instalments": 12,
    "starts_on": "2026-01-31",
    "every": {"months": 1},
    "annual_rate": "0.12",
    "grace_days": 3,
    "penalty": {"daily_rate": "0.0005"},
}


@dataclass(frozen=True)
class Row:
    """One day of a table: the facts that are known by then, and what the columns say."""

    on: date
    facts: tuple[Fact, ...]
    expected: dict[str, str]


def follow(stated: Mapping[str, Any], table: str, look: Look) -> None:
    """Look at the loan on each day of the table; columns are two spaces apart, an empty cell is not looked at.

    `happens` holds what is told on that day: `pays 12.00`, `pays 12.00 for next`, `returns 12.00`,
    `waives 1.00 penalty`, `reverses p1`; facts are named p1, p2, …, r1, …, w1, … in the order of the table.
    `on 2026-09-30` after one of them dates it back.
    """
    terms = read_terms(stated)
    for row in read_table(table, terms):
        seen = dict(_look(look, terms, row))
        assert {name: seen.get(name) for name in row.expected} == row.expected, f"on {row.on}"


def _look(look: Look, terms: Terms, row: Row) -> Mapping[str, str]:
    try:
        return look(terms, row.facts, row.on)
    except LessThanPayoff as refused:
        assert refused.need_minor is not None
        need = write_amount(refused.need_minor, currency=terms.currency)
        return {"refused": f"{refused.code} {need}"}
    except Refused as refused:
        return {"refused": refused.code}


def read_table(table: str, terms: Terms) -> Iterator[Row]:
    """The rows of a table; `refused: code need` instead of cells says so, and that fact is known on its row only."""
    lines = [line for line in table.splitlines() if line.strip()]
    header = lines[0]
    names = header.split()
    starts = [header.index(f" {name}") + 1 if header.index(name) else 0 for name in names]
    told: list[dict[str, Any]] = []
    for line in lines[1:]:
        shown, _, refused = line.partition("refused: ")
        ends = [*starts[1:], len(shown)]
        cells = {name: shown[start:end].strip() for name, start, end in zip(names, starts, ends, strict=True)}
        on, happens = cells.pop("day"), cells.pop("happens", "")
        new = [_fact(happens, on, told)] if happens else []
        expected = (
            {"refused": refused.strip()} if refused else {key: cell for key, cell in cells.items() if cell}
        )
        facts = read_facts([*told, *new], currency=terms.currency)
        yield Row(on=date.fromisoformat(on), facts=facts, expected=expected)
        told += [] if refused else new


def _fact(happens: str, on: str, told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    words = happens.split()
    if len(words) > 2 and words[-2] == "on":
        on, words = words[-1], words[:-2]
    fact_type = {"pays": "payment", "returns": "return", "waives": "waiver", "reverses": "reversal"}[words[0]]
    letter = {"payment": "p", "return": "r", "waiver": "w", "reversal": "v"}[fact_type]
    number = sum(fact["type"] == fact_type for fact in told) + 1
    fact = {"id": f"{letter}{number}", "type": fact_type, "on": on}
    if fact_type == "reversal":
        return fact | {"of": words[1]}
    if fact_type == "waiver":
        return fact | {"amount": words[1], "what": words[2]}
    goal = {"for": words[3]} if words[2:3] == ["for"] else {}
    return fact | {"amount": words[1]} | goal


def look_at_standing(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """Columns of a standing; `states` has one letter an instalment: Paid, Upcoming, Due, Grace, Overdue."""
    shown = standing(terms, facts, on)

    def amount(minor: int | None) -> str:
        return "none" if minor is None else write_amount(minor, currency=terms.currency)

    return {
        "status": shown.status,
        "late": str(shown.days_past_due),
        "due_now": amount(shown.due_now_minor),
        "next_due": amount(shown.next_due_minor),
        "next_on": str(shown.next_due_on).lower(),
        "principal": amount(shown.outstanding_principal_minor),
        "payoff": amount(shown.payoff_minor),
        "credit": amount(shown.credit_minor),
        "prepaid": amount(shown.reduced.prepaid_minor),
        "returned": amount(shown.reduced.returned_minor),
        "remaining": amount(shown.remaining_minor),
        "penalty": amount(sum(row.penalty_minor for row in shown.instalments)),
        "interest": amount(sum(row.interest_minor for row in shown.instalments)),
        "fee": amount(sum(row.fee_minor for row in shown.instalments)),
        "states": "".join(row.state[0].upper() for row in shown.instalments),
        "principals": " ".join(amount(row.principal_minor) for row in shown.instalments),
        "interests": " ".join(amount(row.interest_minor) for row in shown.instalments),
        "fees": " ".join(amount(row.fee_minor) for row in shown.instalments),
    }


_SHORT = {
    "principal": "receivable_principal",
    "interest": "receivable_interest",
    "fee": "receivable_fee",
    "penalty": "receivable_penalty",
    "merchant": "merchant_payable",
    "credit": "credit_balance",
}


def look_at_balances(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """Columns of the balances, `-` for an account that is not there; the receivables by their short names."""
    shown = balances(terms, facts, on)
    assert set(shown) <= set(ACCOUNTS)
    names = {**_SHORT, **{name: name for name in ACCOUNTS}}
    return {
        short: write_amount(shown[name], currency=terms.currency) if name in shown else "-"
        for short, name in names.items()
    }


def look_at_wake(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """One column: the next day on which something happens by itself."""
    return {"next": str(next_wake_on(terms, facts, on)).lower()}


def look_at_choices(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """Columns of the choices."""
    shown = choices(terms, facts, on)

    def amount(minor: int | None) -> str:
        return "none" if minor is None else write_amount(minor, currency=terms.currency)

    return {
        "due": amount(shown.due_minor),
        "next": amount(shown.next_minor),
        "all": amount(shown.all_minor),
        "least": amount(shown.least_minor),
        "most": amount(shown.most_minor),
        "settled": "yes" if shown.settled else "no",
    }
