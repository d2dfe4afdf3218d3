"""Money over several loans of which the borrower named none: which debt it pays first. Civil Code 560."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby, zip_longest
from typing import Literal, NamedTuple

from anqi.engine.facts import Goal
from anqi.engine.loan import Standing

Reason = Literal["due", "less_secured", "heavier", "due_earlier", "pro_rata", "nothing_else"]

_UNSECURED = Fraction(0)
_REASONS: tuple[Reason, ...] = ("due", "less_secured", "heavier", "due_earlier")


@dataclass(frozen=True, kw_only=True, slots=True)
class Owing:
    """One loan of the borrower on the day, and what the law ranks it by."""

    id: str
    standing: Standing
    annual_cost: Fraction
    """What a year of it costs the borrower, as disclosed: a plan of fees is a burden too."""
    secured: Fraction = _UNSECURED
    """The part of it that a guarantor or a pledge covers, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """So much to one debt of a loan, and why it came before the debts behind it."""

    id: str
    n: int | None
    """The instalment; None for what is still to come."""
    amount_minor: int
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What a loan gets in all, and the goal of the payment that carries it."""

    id: str
    amount_minor: int
    goal: Goal


@dataclass(frozen=True, kw_only=True, slots=True)
class Designation:
    """Where the money goes; Σ shares + left = the amount, Σ steps of a loan = its share."""

    shares: tuple[Share, ...]
    steps: tuple[Step, ...]
    left_minor: int
    """What no debt takes."""


class _Rank(NamedTuple):
    is_to_come: bool
    secured: Fraction
    relief: Fraction
    due_on: date


class _Debt(NamedTuple):
    rank: _Rank
    id: str
    n: int | None
    amount_minor: int


def designate(loans: Iterable[Owing], amount_minor: int, *, pays_ahead: bool = False) -> Designation:
    """The loans' shares in the order of Civil Code 560, in the smallest unit, each at most what the loan owes.

    Due before to come, then the least secured, then the dearest, then the earliest due; of debts alike in all of it,
    each in proportion. What is still to come is paid where `pays_ahead` says so, else the rest is left. Inside a loan
    its agreed `allocation` rules (561). 400.00 on 300.00 due at 12 % and 300.00 due at 18 %: 300.00 on the second,
    100.00 on the first.
    """
    assert amount_minor >= 0, "money that came in"
    loans = sorted(loans, key=lambda each: each.id)
    assert len({each.id for each in loans}) == len(loans), "an id names one loan"
    debts = sorted(debt for each in loans for debt in _debts(each) if pays_ahead or not debt.rank.is_to_come)
    steps = tuple(_steps(debts, amount_minor))
    shares = tuple(share for each in loans if (share := _share(each, steps)))
    return Designation(
        shares=shares, steps=steps, left_minor=amount_minor - sum(step.amount_minor for step in steps)
    )


def _debts(loan: Owing) -> Iterator[_Debt]:
    shown = loan.standing
    for row in shown.instalments:
        if row.remaining_minor and row.due_on <= shown.on:
            rank = _Rank(False, loan.secured, -loan.annual_cost, row.due_on)
            yield _Debt(rank, loan.id, row.n, row.remaining_minor)
    to_come_minor = _to_come_minor(shown)
    if to_come_minor and shown.next_due_on:
        rank = _Rank(True, loan.secured, -loan.annual_cost, shown.next_due_on)
        yield _Debt(rank, loan.id, None, to_come_minor)


def _to_come_minor(shown: Standing) -> int:
    """What is owed beyond what is due: never more than settling it costs, nor than its instalments come to."""
    scheduled_minor = sum(row.remaining_minor for row in shown.instalments) - shown.due_now_minor
    return max(min((shown.payoff_minor or 0) - shown.due_now_minor, scheduled_minor), 0)


def _steps(debts: Sequence[_Debt], amount_minor: int) -> Iterator[Step]:
    ranked = [(rank, list(alike)) for rank, alike in groupby(debts, key=lambda debt: debt.rank)]
    for (rank, alike), behind in zip_longest(ranked, ranked[1:]):
        given = _pro_rata([debt.amount_minor for debt in alike], amount_minor)
        amount_minor -= sum(given)
        reason: Reason = "pro_rata" if len(alike) > 1 else _reason(rank, behind[0] if behind else None)
        for debt, given_minor in zip(alike, given, strict=True):
            if given_minor:
                yield Step(id=debt.id, n=debt.n, amount_minor=given_minor, reason=reason)


def _reason(rank: _Rank, following: _Rank | None) -> Reason:
    if following is None:
        return "nothing_else"
    return next(reason for reason, own, other in zip(_REASONS, rank, following, strict=True) if own != other)


def _pro_rata(owed: Sequence[int], amount_minor: int) -> list[int]:
    """At most what is owed, in proportion to it, each part rounded down; the largest remainders take the rest.

    100 on 100, 100, 100: 34, 33, 33.
    """
    total_minor = sum(owed)
    amount_minor = min(amount_minor, total_minor)
    parts = [divmod(each * amount_minor, total_minor) for each in owed]
    rest_minor = amount_minor - sum(part for part, _ in parts)
    first = sorted(range(len(owed)), key=lambda place: -parts[place][1])[:rest_minor]
    return [part + (place in first) for place, (part, _) in enumerate(parts)]


def _share(loan: Owing, steps: Sequence[Step]) -> Share | None:
    own = [step for step in steps if step.id == loan.id]
    amount_minor = sum(step.amount_minor for step in own)
    if not amount_minor:
        return None
    is_ahead = any(step.n is None for step in own)
    goal: Goal = "due" if not is_ahead else "all" if amount_minor == loan.standing.payoff_minor else "next"
    return Share(id=loan.id, amount_minor=amount_minor, goal=goal)
