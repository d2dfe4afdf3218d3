"""Why an amount is what it is: the figures behind interest, fee, penalty and payoff, that add up to it exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from anqi.engine.course import Course, Instalment, counted_from
from anqi.engine.course import Stretch as DayStretch
from anqi.engine.facts import Fact
from anqi.engine.lateness import days_late
from anqi.engine.payoff import payoff_of
from anqi.engine.products import Terms
from anqi.engine.replay import replay
from anqi.engine.schedule import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Days on which a base stood unchanged: from the first day, up to and without the last."""

    base_minor: int
    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days, the first counted and the last not."""
        return (self.until - self.since).days


@dataclass(frozen=True, kw_only=True, slots=True)
class PenaltyExplained:
    """Rounded(Σ base × daily rate × days) = charged."""

    daily_rate: Fraction
    stretches: tuple[Stretch, ...]
    exact: Fraction
    """The sum before its one rounding, in the smallest unit."""
    charged_minor: int
    waived_minor: int
    paid_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InterestExplained:
    """Rounded(rate × Σ opening × days ÷ days of the period) = charged."""

    period: Period
    stretches: tuple[Stretch, ...]
    """The opening principal through the period; none where early settlement took its place."""
    exact: Fraction
    """The sum before its one rounding, in the smallest unit."""
    charged_minor: int
    waived_minor: int
    paid_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PayoffLine:
    """One line of a payoff; what counts against it is below zero."""

    what: Literal["due", "principal", "interest", "fee", "early_fee", "paid_ahead", "credit", "given_back"]
    amount_minor: int


def explain_penalty(terms: Terms, facts: Iterable[Fact], on: date, n: int) -> PenaltyExplained:
    """How the penalty of instalment n comes about at the end of the day; no stretches while it bears none.

    333.16 of principal unpaid over 4 days at 0.0005 a day: one stretch, 66.632 fen, charged 67.
    """
    row = replay(terms, facts, on).rows[n - 1]
    daily_rate = terms.penalty.daily_rate if terms.penalty else Fraction(0)
    stretches = joined(row.late) if days_late(row, on) > terms.grace_days else ()
    return PenaltyExplained(
        daily_rate=daily_rate,
        stretches=stretches,
        exact=daily_rate * sum(each.base_minor * each.days for each in stretches),
        charged_minor=row.charged["penalty"],
        waived_minor=row.waived["penalty"],
        paid_minor=row.paid["penalty"],
    )


def explain_interest(terms: Terms, facts: Iterable[Fact], on: date, n: int) -> InterestExplained:
    """How the interest of instalment n comes about as the plan stands at the end of the day.

    6000.00 at 1 % a month: one stretch of 6000.00 over the whole period, 6000 fen.
    """
    course = replay(terms, facts, on)
    row = course.rows[n - 1]
    is_only_earned = is_earned_only(course, row)
    stretches = () if is_only_earned else joined(_openings(course, row))
    base_days = sum(each.base_minor * each.days for each in stretches)
    charged_minor = row.charged["interest"]
    exact = Fraction(charged_minor) if is_only_earned else row.period.rate * base_days / row.period.days
    return InterestExplained(
        period=row.period,
        stretches=stretches,
        exact=exact,
        charged_minor=charged_minor,
        waived_minor=row.waived["interest"],
        paid_minor=row.paid["interest"],
    )


def is_earned_only(course: Course, row: Instalment) -> bool:
    """Whether early settlement took the place of what the instalment would have borne."""
    return course.is_settled_early and counted_from(row.openings, row.period.begins_on) < row.period.due_on


def _openings(course: Course, row: Instalment) -> list[DayStretch]:
    if row.period.n <= course.due_count:
        return row.openings
    before_minor = sum(each.charged["principal"] for each in course.rows[course.due_count : row.period.n - 1])
    since = counted_from(row.openings, row.period.begins_on)
    return [*row.openings, (course.opening_minor - before_minor, since, row.period.due_on)]


def joined(stretches: Iterable[DayStretch]) -> tuple[Stretch, ...]:
    """The stretches with neighbours of one base made one, without empty ones."""
    joined: list[Stretch] = []
    for base_minor, since, until in stretches:
        if joined and joined[-1].base_minor == base_minor:
            since = joined.pop().since
        if since < until:
            joined.append(Stretch(base_minor=base_minor, since=since, until=until))
    return tuple(joined)


def explain_payoff(terms: Terms, facts: Iterable[Fact], on: date) -> tuple[PayoffLine, ...]:
    """The lines that add up to the payoff of the day, zeros left out; none before the loan starts.

    1999.00 in six flat instalments, ten days after the start: principal 1999.00, fee 4.33.
    """
    if on < terms.starts_on:
        return ()
    payoff = payoff_of(replay(terms, facts, on))
    lines = (
        PayoffLine(what="due", amount_minor=payoff.due_minor),
        PayoffLine(what="principal", amount_minor=payoff.principal_minor),
        PayoffLine(what="interest", amount_minor=payoff.interest_minor),
        PayoffLine(what="fee", amount_minor=payoff.fee_minor),
        PayoffLine(what="early_fee", amount_minor=payoff.early_fee_minor),
        PayoffLine(what="paid_ahead", amount_minor=-payoff.paid_ahead_minor),
        PayoffLine(what="credit", amount_minor=-payoff.credit_minor),
        PayoffLine(what="given_back", amount_minor=payoff.amount_minor - payoff.signed_minor),
    )
    return tuple(line for line in lines if line.amount_minor)
