"""What a borrower may pay on a loan, and what money that has arrived does to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anqi.engine import repayment
from anqi.engine.facts import Goal
from anqi.engine.products import Part
from anqi.engine.refusals import LessThanPayoff
from anqi.engine.repayment import Choices, Preview
from anqi.lending.store import LoanInHand
from anqi.rows.refusals import Refused

_COSTS: tuple[Part, ...] = ("interest", "fee", "penalty")
Purpose = Literal["due", "next", "all"]


class NothingToPay(Refused):
    """This loan has nothing to pay: it has not begun, or it is settled."""

    code = "nothing_to_pay"


class AmountOutOfRange(Refused):
    """A payment on this loan is at least {least_minor} fen and at most {most_minor} fen today."""

    code = "amount_out_of_range"


class QuoteOver(Refused):
    """The amount has changed since it was shown: today it is {need_minor} fen."""

    code = "quote_over"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """For how many days a loan has run, what it cost by today, and what ending it takes today and tomorrow, in fen."""

    days: int
    costs: Mapping[Part, int]
    today_minor: int
    tomorrow_minor: int

    @property
    def cost_minor(self) -> int:
        """Interest, fees and penalties together."""
        return sum(self.costs.values())


@dataclass(frozen=True, kw_only=True)
class Use:
    """What becomes of money that arrived for a loan, in fen: applied, and left over with the reason."""

    amount_minor: int
    goal: Goal
    left_minor: int
    left_because: str
    preview: Preview | None


def choose(held: LoanInHand, *, today: date) -> Choices:
    """What may be paid today. Refuses with NothingToPay."""
    if not held.has_begun or held.starts_on is None or held.starts_on > today:
        raise NothingToPay
    chosen = repayment.choices(held.terms, held.facts, today)
    if chosen.settled or not chosen.most_minor:
        raise NothingToPay
    return chosen


def used(held: LoanInHand, *, today: date) -> Usage:
    """What having the money has cost by today, what was paid of it included. Refuses with NothingToPay."""
    chosen = choose(held, today=today)
    assert held.starts_on, "it has begun"
    ended = repayment.preview(held.terms, held.facts, today, amount_minor=chosen.all_minor, goal="all")
    paid = held.standing(today).paid
    return Usage(
        days=(today - held.starts_on).days,
        costs={
            part: getattr(paid, f"{part}_minor") + sum(line.amount_minor for line in ended.lines if line.part == part)
            for part in _COSTS
        },
        today_minor=chosen.all_minor,
        tomorrow_minor=repayment.choices(held.terms, held.facts, today + timedelta(days=1)).all_minor,
    )  # fmt: skip


def foresee(held: LoanInHand, *, purpose: Purpose, amount_minor: int | None, today: date) -> Preview:
    """What paying would do today: the amount of the purpose, or the borrower's own for `due`.

    Refuses with NothingToPay, AmountOutOfRange, or QuoteOver when the purpose's amount is another by now.
    """
    amount_minor, goal = settle_amount(held, purpose=purpose, amount_minor=amount_minor, today=today)
    return repayment.preview(held.terms, held.facts, today, amount_minor=amount_minor, goal=goal)


def settle_amount(
    held: LoanInHand, *, purpose: Purpose, amount_minor: int | None, today: date
) -> tuple[int, Goal]:
    """The amount to collect, in fen, and the goal it is recorded with. Refuses as `foresee` does."""
    chosen = choose(held, today=today)
    exact_minor = {"due": None, "next": chosen.next_minor or chosen.all_minor, "all": chosen.all_minor}[purpose]
    if exact_minor is not None and amount_minor not in (None, exact_minor):
        raise QuoteOver(need_minor=exact_minor)
    if amount_minor is None:
        amount_minor = exact_minor or chosen.due_minor
    if not chosen.least_minor <= amount_minor <= chosen.most_minor:
        raise AmountOutOfRange(least_minor=chosen.least_minor, most_minor=chosen.most_minor)
    # Whoever pays all there is to pay wants to be done with it, whatever the button was called.
    return amount_minor, "all" if amount_minor == chosen.all_minor else purpose


def use(held: LoanInHand, *, purpose: Purpose, amount_minor: int, on: date) -> Use:
    """What the money does to the loan on the day it counts. Never refuses: what nothing takes is left over."""
    if not held.has_begun or held.starts_on is None or held.starts_on > on:
        return _left(amount_minor, "loan_not_running")
    try:
        seen = repayment.preview(held.terms, held.facts, on, amount_minor=amount_minor, goal=purpose)
        goal: Goal = purpose
    except LessThanPayoff:
        # The payoff has grown since the quote: what has arrived still pays what it can.
        seen = repayment.preview(held.terms, held.facts, on, amount_minor=amount_minor, goal="next")
        goal = "next"
    if not seen.excess_minor:
        return Use(amount_minor=amount_minor, goal=goal, left_minor=0, left_because="", preview=seen)
    taken_minor = amount_minor - seen.excess_minor
    if not taken_minor:
        return _left(amount_minor, "nothing_owed")
    seen = repayment.preview(held.terms, held.facts, on, amount_minor=taken_minor, goal=goal)
    return Use(
        amount_minor=taken_minor, goal=goal, left_minor=amount_minor - taken_minor,
        left_because="more_than_owed", preview=seen,
    )  # fmt: skip


def _left(amount_minor: int, because: str) -> Use:
    return Use(amount_minor=0, goal="due", left_minor=amount_minor, left_because=because, preview=None)
