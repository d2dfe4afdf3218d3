"""Why an amount is what it is: the figures behind interest, fee, penalty and payoff, that add up to it exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from anqi.engine.course import Course, Instalment, counted_from
from anqi.engine.course import Stretch as DayStretch
from anqi.engine.facts import Fact
from anqi.engine.lateness import days_late
from anqi.engine.payoff import Payoff, payoff_of
from anqi.engine.pricing import rated
from anqi.engine.products import Part, Terms
from anqi.engine.replay import replay
from anqi.engine.schedule import Period

RatedStretch = tuple[int, date, date, Fraction]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Days on which a base and its rate stood unchanged: from the first day, up to and without the last."""

    base_minor: int
    rate: Fraction
    """Of a whole period for interest and fees, of a day for a penalty."""
    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days, the first counted and the last not."""
        return (self.until - self.since).days


@dataclass(frozen=True, kw_only=True, slots=True)
class PartExplained:
    """Rounded(exact) + added − moved − given back = charged; all in the smallest unit."""

    stretches: tuple[Stretch, ...]
    of_days: int
    """The days of the period that the rates are for; 1 for a penalty."""
    exact: Fraction
    """Σ base × rate × days ÷ of_days before its one rounding; or what an end before its time left of it."""
    late_fee_minor: int = 0
    carried_minor: int = 0
    """What came from other instalments, or by a charge."""
    moved_minor: int = 0
    """What went to other instalments."""
    given_back_minor: int = 0
    """What a return gave back."""
    charged_minor: int
    waived_minor: int
    paid_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PenaltyExplained(PartExplained):
    """How a penalty comes about; the late fee is in it."""

    daily_rate: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class InterestExplained(PartExplained):
    """How interest comes about; no stretches where its period ended before its time."""

    period: Period
    subsidy_minor: int
    """What a third party pays beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PayoffLine:
    """One line of a payoff; what counts against it is below zero."""

    what: Literal["due", "principal", "interest", "fee", "early_fee", "carried", "paid_ahead", "credit", "given_back"]
    amount_minor: int


def explain_penalty(terms: Terms, facts: Iterable[Fact], on: date, n: int) -> PenaltyExplained:
    """How the penalty of instalment n comes about at the end of the day; no stretches while it bears none.

    333.16 of principal unpaid over 4 days at 0.0005 a day: one stretch, 66.632 fen, charged 67.
    """
    course = replay(terms, facts, on)
    return penalty_of(course, course.rows[n - 1], on)


def penalty_of(course: Course, row: Instalment, on: date) -> PenaltyExplained:
    """How the penalty of an instalment of a course on that day comes about."""
    terms = course.terms
    daily_rate = terms.penalty.daily_rate if terms.penalty else Fraction(0)
    # Its days are counted no further once it is paid, moved or written off.
    is_borne = days_late(course, row, min(counted_from(row.late, on), on)) > terms.grace_days
    stretches = joined((*each, daily_rate) for each in row.late) if is_borne else ()
    return PenaltyExplained(
        daily_rate=daily_rate,
        stretches=stretches,
        of_days=1,
        exact=_sum(stretches, 1),
        late_fee_minor=row.late_fee_minor or 0,
        **_amounts(row, "penalty"),
    )


def explain_interest(terms: Terms, facts: Iterable[Fact], on: date, n: int) -> InterestExplained:
    """How the interest of instalment n comes about as the plan stands at the end of the day.

    6000.00 at 1 % a month: one stretch of 6000.00 over the whole period, 6000 fen.
    """
    course = replay(terms, facts, on)
    return interest_of(course, course.rows[n - 1])


def interest_of(course: Course, row: Instalment) -> InterestExplained:
    """How the interest of an instalment of a course comes about."""
    amounts, days = _amounts(row, "interest"), row.period.days
    stretches = () if row.is_stopped else joined(_interest_stretches(course, row))
    return InterestExplained(
        period=row.period,
        stretches=stretches,
        of_days=days,
        exact=_earned(amounts) if row.is_stopped else _sum(stretches, days),
        subsidy_minor=row.subsidy_minor,
        **amounts,
    )


def explain_fee(terms: Terms, facts: Iterable[Fact], on: date, n: int) -> PartExplained:
    """How the fee of instalment n comes about as the plan stands at the end of the day.

    0.65 % of 1999.00: one stretch of 1999.00 over the whole period, 1299.35 fen.
    """
    course = replay(terms, facts, on)
    return fee_of(course, course.rows[n - 1])


def fee_of(course: Course, row: Instalment) -> PartExplained:
    """How the fee of an instalment of a course comes about."""
    amounts, days = _amounts(row, "fee"), row.period.days
    stretches = () if row.is_stopped else joined((*each, row.fee_rate) for each in _fee_bases(course, row))
    return PartExplained(
        stretches=stretches,
        of_days=days,
        exact=_earned(amounts) if row.is_stopped else _sum(stretches, days),
        **amounts,
    )


def _amounts(row: Instalment, part: Part) -> dict[str, int]:
    return {
        "carried_minor": row.carried.get(part, 0),
        "moved_minor": row.moved.get(part, 0),
        "given_back_minor": row.given_back.get(part, 0),
        "charged_minor": row.charged[part],
        "waived_minor": row.waived[part],
        "paid_minor": row.paid[part],
    }


def _earned(amounts: dict[str, int]) -> Fraction:
    gone_minor = amounts["moved_minor"] + amounts["given_back_minor"]
    return Fraction(amounts["charged_minor"] + gone_minor - amounts["carried_minor"])


def _sum(stretches: Iterable[Stretch], of_days: int) -> Fraction:
    return sum((each.base_minor * each.days * each.rate for each in stretches), start=Fraction(0)) / max(of_days, 1)


def _interest_stretches(course: Course, row: Instalment) -> Iterator[RatedStretch]:
    for part in rated(course, row, _openings(course, row)):
        yield part.base_minor, part.since, part.until, part.annual_rate * row.period.fraction


def _openings(course: Course, row: Instalment) -> list[DayStretch]:
    if row.is_due:
        return row.openings
    opening_minor = course.opening_minor
    for before in course.coming:
        if before is row:
            break
        opening_minor -= before.charged["principal"]
    since = counted_from(row.openings, row.period.begins_on)
    return [*row.openings, (opening_minor, since, row.period.due_on)]


def _fee_bases(course: Course, row: Instalment) -> list[DayStretch]:
    if row.is_due or not row.fee_rate:
        return row.fee_bases
    since = counted_from(row.fee_bases, row.period.begins_on)
    return [*row.fee_bases, (course.fee_base_of(row), since, row.period.due_on)]


def joined(stretches: Iterable[RatedStretch]) -> tuple[Stretch, ...]:
    """The stretches with neighbours of one base and rate made one."""
    joined: list[Stretch] = []
    for base_minor, since, until, rate in stretches:
        # Between them may lie days that count for nothing.
        if joined and (joined[-1].base_minor, joined[-1].rate, joined[-1].until) == (base_minor, rate, since):
            since = joined.pop().since
        joined.append(Stretch(base_minor=base_minor, rate=rate, since=since, until=until))
    return tuple(joined)


def explain_payoff(terms: Terms, facts: Iterable[Fact], on: date) -> tuple[PayoffLine, ...]:
    """The lines that add up to the payoff of the day, zeros left out; none before the loan starts.

    1999.00 in six flat instalments, ten days after the start: principal 1999.00, fee 4.33.
    """
    if on < terms.starts_on:
        return ()
    return payoff_lines(payoff_of(replay(terms, facts, on)))


def payoff_lines(payoff: Payoff) -> tuple[PayoffLine, ...]:
    """The lines that add up to a payoff, zeros left out."""
    lines = (
        PayoffLine(what="due", amount_minor=payoff.due_minor),
        PayoffLine(what="principal", amount_minor=payoff.principal_minor),
        PayoffLine(what="interest", amount_minor=payoff.interest_minor),
        PayoffLine(what="fee", amount_minor=payoff.fee_minor),
        PayoffLine(what="early_fee", amount_minor=payoff.early_fee_minor),
        PayoffLine(what="carried", amount_minor=payoff.carried_minor),
        PayoffLine(what="paid_ahead", amount_minor=-payoff.paid_ahead_minor),
        PayoffLine(what="credit", amount_minor=-payoff.credit_minor),
        PayoffLine(what="given_back", amount_minor=payoff.amount_minor - payoff.signed_minor),
    )
    return tuple(line for line in lines if line.amount_minor)
