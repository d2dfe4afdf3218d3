"""A statement of account in words: every change of what was still to be paid, with why, and what fell due."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anqi.engine import statement
from anqi.engine.events import Charge, Draw, Void
from anqi.engine.facts import Waiver
from anqi.engine.loan import StandingInstalment
from anqi.engine.statement import Line, Statement
from anqi.lending.queries import LoanView, OrderView
from anqi.web.borrower.wording import PARTS
from anqi.web.shared.figures import write_day
from anqi.web.shared.happenings import tell

# What changes just the part that its title names.
_PLAIN = (Waiver, Charge, Draw, Void)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a statement, in fen, with what is left to pay after it."""

    on: date
    text: str
    amount_minor: int
    left_minor: int


@dataclass(frozen=True)
class Account:
    """One loan over a stretch of days."""

    order: OrderView
    loan: LoanView
    stated: Statement

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every change, in order."""
        return tuple(self._entries())

    def _entries(self) -> Iterator[Entry]:
        left_minor = self.stated.opening_minor
        for line in self.stated.lines:
            left_minor += line.amount_minor
            yield Entry(on=line.on, text=_text(line, self.loan), amount_minor=line.amount_minor, left_minor=left_minor)

    @property
    def added_minor(self) -> int:
        """What was added in all."""
        return sum(line.amount_minor for line in self.stated.lines if line.amount_minor > 0)

    @property
    def taken_minor(self) -> int:
        """What was taken off in all."""
        return -sum(line.amount_minor for line in self.stated.lines if line.amount_minor < 0)

    @property
    def due(self) -> list[StandingInstalment]:
        """The instalments that fell due in these days, as they stand on the last of them."""
        rows = self.loan.held.standing(self.stated.until).instalments if self._has_begun else ()
        return [row for row in rows if self.stated.since <= row.due_on <= self.stated.until]

    @property
    def _has_begun(self) -> bool:
        return self.loan.held.starts_on is not None and self.loan.held.starts_on <= self.stated.until

    @property
    def is_empty(self) -> bool:
        """Whether nothing was owed, and nothing happened."""
        return not (self.stated.lines or self.stated.opening_minor)


def accounts(orders: Iterable[OrderView], *, since: date, until: date) -> list[Account]:
    """The loans of these orders over these days, as everything is known now."""
    return [
        Account(each, each.loan, statement.state(each.loan.held.terms, each.loan.held.facts, since=since, until=until))
        for each in orders
        if each.loan and each.loan.standing
    ]


def sums(shown: Iterable[Account]) -> dict[str, int]:
    """What all of them come to: opening, added, taken off, closing."""
    shown = list(shown)
    return {
        "opening_minor": sum(each.stated.opening_minor for each in shown),
        "added_minor": sum(each.added_minor for each in shown),
        "taken_minor": sum(each.taken_minor for each in shown),
        "closing_minor": sum(each.stated.closing_minor for each in shown),
    }


def _text(line: Line, loan: LoanView) -> str:
    if line.by:
        return _caused(line, loan)
    if line.n:
        return _passed(line, loan.today.year)
    started: dict[str, Any] = {
        "principal": _("开始：借款本金"), "interest": _("开始：整个计划的利息"), "fee": _("开始：整个计划的手续费"),
    }  # fmt: skip
    return str(started[line.what])


def _caused(line: Line, loan: LoanView) -> str:
    by_id = {fact.id: fact for fact in loan.held.facts}
    causes = [by_id[id] for id in line.by]
    told = [tell(fact, among=by_id, this_year=loan.today.year).title for fact in causes]
    why = pgettext("between facts", "；").join(told)
    if line.what == "money" or all(isinstance(fact, _PLAIN) for fact in causes):
        return why
    return _("%(why)s：%(part)s随之变化") % {"why": why, "part": PARTS[line.what]}


def _passed(line: Line, this_year: int) -> str:
    told = {"n": line.n, "part": PARTS[line.what], "day": write_day(line.on, this_year=this_year)}
    if line.what == "penalty":
        return _("第 %(n)d 期罚息，算到 %(day)s") % told
    return _("第 %(n)d 期%(part)s，按实际天数重算") % told
