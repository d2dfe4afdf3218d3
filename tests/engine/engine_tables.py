"""Loans as text tables: what happens on a day, and what must be seen at its end."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from anqi.engine.accounts import ACCOUNTS, RECEIVABLES, balances
from anqi.engine.contract import answer_line
from anqi.engine.day import evening
from anqi.engine.facts import Fact, read_facts
from anqi.engine.loan import standing
from anqi.engine.money import write_amount
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import Refused
from anqi.engine.repayment import choices

Look = Callable[[Terms, Sequence[Fact], date], Mapping[str, str]]

# The named cast: a phone in six flat instalments, a week's reserve, a loan with interest; then two small ones.
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
# Three parts of 300.00 at 1 % a month: interest 9.00, 6.00, 3.00; due 28 February, 31 March, 30 April.
THREE: dict[str, Any] = {
    "principal": "900.00",
    "method": "equal_principal",
    "instalments": 3,
    "starts_on": "2026-01-31",
    "every": {"months": 1},
    "annual_rate": "0.12",
}
# Three parts of 200.00 on the same days, 1 % of 600.00 a fee each.
FLAT: dict[str, Any] = {
    "principal": "600.00",
    "method": "flat_fee",
    "instalments": 3,
    "starts_on": "2026-01-31",
    "every": {"months": 1},
    "fee_rate_per_instalment": "0.01",
}
# What a day late costs an instalment of 300.00: 0.15 of penalty, once three days of grace are over.
LATE: dict[str, Any] = {"grace_days": 3, "penalty": {"daily_rate": "0.0005"}}


@dataclass(frozen=True)
class Row:
    """One day of a table: the facts that are told by then, and what the columns say."""

    on: date
    told: tuple[Mapping[str, Any], ...]
    expected: dict[str, str]


def follow(stated: Mapping[str, Any], table: str, look: Look) -> None:
    """Look at the loan on each day of the table; columns are two spaces apart, an empty cell is not looked at.

    `happens` holds what is told on that day, in the words of `_SENTENCES`; `on 2026-09-30` after one dates it back.
    Payments are named p1, p2, …, returns r1, …, waivers w1, …, reversals v1, …, events by their noun: deferral1.
    On each row the door says the same as the columns, its lines add up, and so do the books.
    """
    terms = read_terms(stated)
    for row in read_table(table):
        seen = dict(_look(look, terms, row))
        assert {name: seen.get(name) for name in row.expected} == row.expected, f"on {row.on}"
        answered = ask(stated, row.on.isoformat(), *row.told)
        if "refused" in row.expected:
            assert _words_of(answered.get("refused", {})) == row.expected["refused"], (
                f"at the door on {row.on}"
            )
        else:
            check_lines(answered)


def _look(look: Look, terms: Terms, row: Row) -> Mapping[str, str]:
    try:
        facts = read_facts(row.told, currency=terms.currency)
        balances(terms, facts, row.on)
        return look(terms, facts, row.on)
    except Refused as refused:
        need_minor, currency = refused.need_minor, terms.currency
        need = None if need_minor is None else write_amount(need_minor, currency=currency)
        return {"refused": _words_of({"code": refused.code, "field": refused.field, "need": need})}


def _words_of(refused: Mapping[str, Any]) -> str:
    return " ".join(refused[key] for key in ("code", "field", "need") if refused.get(key))


def ask(stated: Mapping[str, Any], on: str, *told: Mapping[str, Any]) -> dict[str, Any]:
    """What the door answers about that day, with the lines behind each amount."""
    request = {"ask": "standing", "terms": stated, "facts": told, "on": on, "explain": True}
    return answer_line(json.dumps(request))


def check_lines(answered: Mapping[str, Any]) -> None:
    """The lines of an answer add up to each of its amounts, and a line over days to itself."""
    lines = answered["explain"]
    for name in ("due_now", "next_due", "outstanding_principal", "payoff", "credit"):
        assert total_of(lines[name]) == Fraction(answered[name] or 0), name
    for group in ("paid", "reduced"):
        for name, behind in lines[group].items():
            assert total_of(behind) == Fraction(answered[group][name]), (group, name)
    for n, (row, behind_row) in enumerate(
        zip(answered["instalments"], lines["instalments"], strict=True), start=1
    ):
        assert row["n"] == behind_row["n"] == n
        for name in ("principal", "interest", "fee", "penalty", "paid", "remaining"):
            assert total_of(behind_row[name]) == Fraction(row[name]), (row["n"], name)


def total_of(lines: Sequence[Mapping[str, Any]]) -> Fraction:
    """What the lines add up to."""
    for line in lines:
        if "base" in line:
            over = (
                Fraction(line["base"])
                * Fraction(line["rate"])
                * Fraction(line["days"], line.get("of_days", 1))
            )
            assert Fraction(line["exact"]) == over
    return sum((Fraction(line["exact"]) for line in lines), start=Fraction(0))


def read_table(table: str) -> Iterator[Row]:
    """The rows of a table; `refused: code field need` instead of cells says so, and that fact is known on its row only."""
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
        yield Row(on=date.fromisoformat(on), told=(*told, *new), expected=expected)
        told += [] if refused else new


# What a sentence begins with: its type, the noun that names it, and the keys of the words that follow, one after
# another. A key in brackets may be left out; what stands before its colon introduces it.
_SENTENCES: dict[str, tuple[str, str, str]] = {
    "pays": ("payment", "p", "amount [for:for]"),
    "returns": ("return", "r", "amount [with:gives_back]"),
    "waives": ("waiver", "w", "amount what"),
    "reverses": ("reversal", "v", "of"),
    "undoes": ("reversal", "v", "of"),
    "defers": ("deferral", "deferral", "n to:to"),
    "moves due day": ("due_day_change", "due_day", "to:day"),
    "re-amortises": ("re_amortise", "re_amortise", ""),
    "re-ages": ("re_age", "re_age", "from:first_due_on [in:instalments] [every:every]"),
    "reschedules": (
        "reschedule", "reschedule",
        "in:instalments from:first_due_on [at:annual_rate] [by:method] [every:every] [with:carries]",
    ),
    "pauses": ("pause", "pause", "until:until"),
    "holds": ("hold", "hold", ""),
    "releases": ("release", "release", "of"),
    "rate": ("rate_change", "rate", "annual_rate"),
    "subsidy": ("subsidy", "subsidy", "annual_rate"),
    "charges": ("charge", "charge", "amount code"),
    "gives": ("goodwill", "goodwill", "amount"),
    "draws": ("draw", "draw", "amount"),
    "refunds": ("refund", "refund", "amount"),
    "bounces": ("chargeback", "bounce", "of [:amount]"),
    "writes off": ("write_off", "write_off", ""),
    "recovers": ("recovery", "recovery", "amount"),
    "voids": ("void", "void", ""),
}  # fmt: skip
_READ: dict[str, Callable[[str], Any]] = {
    "n": int,
    "day": int,
    "instalments": int,
    "gives_back": lambda word: word == "costs",
    "carries": lambda word: word.split(","),
    "every": lambda words: {words.split()[1]: int(words.split()[0])},
}


def _fact(happens: str, on: str, told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    words = happens.split()
    if len(words) > 2 and words[-2] == "on":
        on, words = words[-1], words[:-2]
    opening = next(opening for opening in _SENTENCES if words[: len(opening.split())] == opening.split())
    fact_type, noun, keys = _SENTENCES[opening]
    number = sum(fact["type"] == fact_type for fact in told) + 1
    fact = {"id": f"{noun}{number}", "type": fact_type, "on": on}
    fact |= {"reason": "as agreed"} if fact_type in ("charge", "hold") else {}
    rest = words[len(opening.split()) :]
    for stated in keys.split():
        before, _, key = stated.strip("[]").rpartition(":")
        if not rest or (before and rest[0] != before):
            assert stated.startswith("["), happens
            continue
        start = 1 if before else 0
        end = start + (2 if key == "every" else 1)
        fact[key] = _READ.get(key, str)(" ".join(rest[start:end]))
        rest = rest[end:]
    assert not rest, happens
    return fact


def look_at_standing(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """Columns of a standing; `states` has one letter an instalment: Paid, Moved, Upcoming, Due, Grace, Overdue."""
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
        "penalties": " ".join(amount(row.penalty_minor) for row in shown.instalments),
        "subsidies": " ".join(amount(row.subsidy_minor) for row in shown.instalments),
        "left": " ".join(amount(row.remaining_minor) for row in shown.instalments),
        "moved": " ".join(amount(row.moved_minor) for row in shown.instalments),
        "due_on": " ".join(f"{row.due_on:%m-%d}" for row in shown.instalments),
        "n": str(len(shown.instalments)),
        "lent": amount(shown.lent_minor),
        "written_off": amount(shown.written_off_minor),
    }


_SHORT = {
    "principal": "receivable_principal",
    "interest": "receivable_interest",
    "fee": "receivable_fee",
    "penalty": "receivable_penalty",
    "merchant": "merchant_payable",
    "credit": "credit_balance",
    "merchant_fee": "merchant_fee_income",
    "subsidy": "subsidy_receivable",
}


def look_at_balances(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """Columns of the balances, `-` for an account that is not there; receivables by their short names in all stages.

    `stage` is where they stand: `m1` and so on, `-` while the loan is not late.
    """
    shown = balances(terms, facts, on)
    assert set(shown) <= set(ACCOUNTS)
    stages = {name[-2:] for name in shown if name[-3:-1] == "_m"}
    assert len(stages) <= 1, "a loan is late as a whole"
    for stage in stages:
        assert not set(shown) & set(RECEIVABLES), "a loan is late as a whole"
        shown = {name.removesuffix(f"_{stage}"): amount_minor for name, amount_minor in shown.items()}
    names = {**_SHORT, **{name: name for name in ACCOUNTS}}
    return {
        "stage": next(iter(stages), "-"),
        **{
            short: write_amount(shown[name], currency=terms.currency) if name in shown else "-"
            for short, name in names.items()
        },
    }


def look_at_wake(terms: Terms, facts: Sequence[Fact], on: date) -> dict[str, str]:
    """One column: the next day on which something happens by itself."""
    return {"next": str(evening(terms, facts, on).next_wake_on).lower()}


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
