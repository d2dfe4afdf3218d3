"""A credit line as a text table: what lender, borrower and loans do on a day, and what is available at its end."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anqi.engine.events import Void
from anqi.engine.facts import Fact, Payment, Return
from anqi.engine.granting import Acceptance, Decision, Expiry, Grant, Lock, OwnLimit, Unlock
from anqi.engine.line import Line, LineRefused, admit, line_of
from anqi.engine.loan import standing
from anqi.engine.money import read_amount, write_amount
from anqi.engine.products import read_terms
from anqi.engine.refusals import Refused

# What is lent in these tables: equal parts in three months at 12 %, so that payments are not all principal.
TERMS: dict[str, Any] = {
    "method": "equal_principal", "instalments": 3, "every": {"months": 1}, "annual_rate": "0.12", "excess": "shorten",
}  # fmt: skip


@dataclass
class Lent:
    """A loan that was signed; it begins later, or never."""

    amount: str
    starts_on: date | None = None
    is_lapsed: bool = False
    facts: list[Fact] = field(default_factory=list)

    def used_minor(self, on: date) -> int:
        """The principal owed of it, 0 before it begins."""
        if self.starts_on is None:
            return 0
        terms = read_terms(TERMS | {"principal": self.amount, "starts_on": self.starts_on.isoformat()})
        return standing(terms, self.facts, on).outstanding_principal_minor

    @property
    def frozen_minor(self) -> int:
        """What is signed and has not begun."""
        return 0 if self.starts_on or self.is_lapsed else minor(self.amount)


@dataclass
class Book:
    """A line with everything that was decided and lent so far."""

    lender_kind: str = "consumer_finance"
    decisions: list[Decision] = field(default_factory=list)
    loans: dict[str, Lent] = field(default_factory=dict)

    def line(self, on: date) -> Line:
        """The line at the end of the day."""
        return line_of(
            self.decisions, on, lender_kind=self.lender_kind,
            used_minor=sum(each.used_minor(on) for each in self.loans.values()),
            frozen_minor=sum(each.frozen_minor for each in self.loans.values()),
        )  # fmt: skip

    def happen(self, on: date, words: str) -> None:
        """One sentence of the tables; raises what the line or the loan refuses, and then nothing has happened."""
        verb, *rest = words.split()
        id, decisions = f"{len(self.decisions):03}", list(self.decisions)
        match verb:
            case "grants":
                decisions.append(Grant(id=id, on=on, amount_minor=minor(rest[0])))
            case "accepts":
                decisions.append(Acceptance(id=id, on=on, of=rest[0]))
            case "wants":
                wanted_minor = None if rest == ["all"] else minor(rest[0])
                decisions.append(OwnLimit(id=id, on=on, amount_minor=wanted_minor))
            case "locks":
                decisions.append(Lock(id=id, on=on, by=rest[0], reason="asked for"))
            case "unlocks":
                decisions.append(Unlock(id=id, on=on, by=rest[0], of=rest[1]))
            case "until":
                decisions.append(Expiry(id=id, on=on, until=date.fromisoformat(rest[0])))
            case "signs":
                admit(self.line(on), minor(rest[1]))
                self.loans[rest[0]] = Lent(amount=rest[1])
            case "begins":
                self.loans[rest[0]].starts_on = on
            case "lapses":
                self.loans[rest[0]].is_lapsed = True
            case _:
                self.loans[rest[0]].facts.append(_fact(verb, id, on, rest, self.loans[rest[0]]))
        line_of(decisions, on, lender_kind=self.lender_kind, used_minor=0, frozen_minor=0)
        self.decisions = decisions


def _fact(verb: str, id: str, on: date, rest: list[str], lent: Lent) -> Fact:
    base = {"id": f"{len(lent.facts)}", "on": on}
    if verb == "pays":
        return Payment(**base, amount_minor=minor(rest[1]))
    return Void(**base) if verb == "voids" else Return(**base, amount_minor=minor(rest[1]))


def minor(amount: str) -> int:
    """The amount in fen."""
    return read_amount(amount, currency="CNY")


def follow_line(table: str, *, lender_kind: str = "consumer_finance") -> None:
    """The line on each day of the table: columns are two spaces apart, `-` is nothing that happens.

    A row that is refused ends in `refused: code`, with `available/asked` where the line itself refused.
    """
    header, *rows = [re.split(r"\s{2,}", row.strip()) for row in table.strip().splitlines()]
    book = Book(lender_kind=lender_kind)
    for day, words, *expected in rows:
        on, refused = date.fromisoformat(day), None
        try:
            if words != "-":
                book.happen(on, words)
        except Refused as declined:
            refused = f"refused: {declined.code}"
            if isinstance(declined, LineRefused):
                refused += f" {_amount(declined.line.available_minor)}/{_amount(declined.asked_minor)}"
        seen = [_amount(getattr(book.line(on), f"{name}_minor")) for name in header[2:]]
        assert [*seen, refused][: len(expected)] == expected, f"on {day} {words}"
        assert refused is None or len(expected) > len(seen), f"on {day} {words}: {refused}"


def _amount(amount_minor: int) -> str:
    return write_amount(amount_minor, currency="CNY")
