"""Every amount of a standing as the lines it is made of: they add up to it exactly, roundings included."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from anqi.engine.course import Course, Instalment, counted_from
from anqi.engine.course import Stretch as DayStretch
from anqi.engine.explain import (
    Stretch,
    explain_interest,
    explain_payoff,
    explain_penalty,
    is_earned_only,
    joined,
)
from anqi.engine.facts import Fact, Payment, Return
from anqi.engine.loan import Standing, standing
from anqi.engine.products import Part, Terms
from anqi.engine.replay import replay, without_reversed
from anqi.engine.schedule import plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line behind an amount, in the smallest unit; what takes away is below zero.

    A line over days is base × rate × days, over `of_days` where the rate is that of a whole period.
    """

    what: str
    exact: Fraction
    n: int | None = None
    id: str | None = None
    on: date | None = None
    base_minor: int | None = None
    rate: Fraction | None = None
    since: date | None = None
    until: date | None = None
    of_days: int | None = None


Lines = tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalmentBreakdown:
    """The lines behind each amount of one instalment."""

    n: int
    principal: Lines
    interest: Lines
    fee: Lines
    penalty: Lines
    paid: Lines
    remaining: Lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """The lines behind each amount of a standing."""

    due_now: Lines
    next_due: Lines
    outstanding_principal: Lines
    payoff: Lines
    credit: Lines
    prepaid: Lines
    returned: Lines
    paid: dict[Part, Lines]
    instalments: tuple[InstalmentBreakdown, ...]


def break_down(terms: Terms, facts: Iterable[Fact], on: date) -> Breakdown:
    """The lines of every amount that `standing` answers with; refuses as it does.

    6000.00 at 12 % a year in 12 months, interest of instalment 2: 5526.91 × 1 % = 55.2691, rounding 0.0009.
    """
    facts = tuple(facts)
    shown, course = standing(terms, facts, on), replay(terms, facts, on)
    rows = tuple(_instalment(terms, facts, on, course, row) for row in course.rows)
    due = shown.instalments[: course.due_count]
    coming = [row for row in shown.instalments[course.due_count :] if row.remaining_minor]
    return Breakdown(
        due_now=_by_instalment((row.n, row.remaining_minor) for row in due),
        next_due=_by_instalment((row.n, row.remaining_minor) for row in coming[:1]),
        outstanding_principal=_by_instalment(
            (row.n, row.principal_minor - row.paid_principal_minor) for row in shown.instalments
        ),
        payoff=tuple(
            Line(what=each.what, exact=Fraction(each.amount_minor)) for each in explain_payoff(terms, facts, on)
        ),
        credit=tuple(_credit(facts, on, course, shown)),
        prepaid=_cuts(course, "prepaid"),
        returned=_cuts(course, "returned"),
        paid={
            part: _by_instalment((row.n, row.paid_of(part)) for row in shown.instalments)
            for part in ("principal", "interest", "fee", "penalty")
        },
        instalments=rows,
    )


def _by_instalment(amounts: Iterable[tuple[int, int]]) -> Lines:
    return tuple(Line(what="instalment", n=n, exact=Fraction(minor)) for n, minor in amounts if minor)


def _cuts(course: Course, what: str) -> Lines:
    return tuple(
        Line(what=kind, on=on, exact=Fraction(minor)) for kind, on, minor in course.cuts if kind == what and minor
    )


def _credit(facts: Iterable[Fact], on: date, course: Course, shown: Standing) -> Iterator[Line]:
    """Money in is money applied and credit."""
    taken, _ = without_reversed(sorted((fact for fact in facts if fact.on <= on), key=lambda fact: (fact.on, fact.id)))
    for fact in taken:
        if isinstance(fact, Payment | Return):
            what = "payment" if isinstance(fact, Payment) else "return"
            yield Line(what=what, id=fact.id, on=fact.on, exact=Fraction(fact.amount_minor))
    paid_minor = sum(row.paid_minor for row in shown.instalments)
    for what, minor in (
        ("paid", paid_minor), ("prepaid", course.prepaid_minor), ("returned", course.returned_minor),
    ):  # fmt: skip
        if minor:
            yield Line(what=what, exact=Fraction(-minor))


def _instalment(
    terms: Terms, facts: tuple[Fact, ...], on: date, course: Course, row: Instalment
) -> InstalmentBreakdown:
    charged = {part: minor - row.waived[part] for part, minor in row.charged.items()}
    return InstalmentBreakdown(
        n=row.period.n,
        principal=_principal(terms, row),
        interest=_with_waiver(_interest(terms, facts, on, row), row, "interest"),
        fee=_with_waiver(_fee(course, row), row, "fee"),
        penalty=_with_waiver(_penalty(terms, facts, on, row), row, "penalty"),
        paid=tuple(Line(what=part, exact=Fraction(minor)) for part, minor in row.paid.items() if minor),
        remaining=(
            *(Line(what=part, exact=Fraction(minor)) for part, minor in charged.items() if minor),
            *_unless_nothing("paid", -sum(row.paid.values())),
        ),
    )


def _principal(terms: Terms, row: Instalment) -> Lines:
    planned_minor = plan(terms).instalments[row.period.n - 1].principal_minor
    cut_minor = row.charged["principal"] - planned_minor
    return (*_unless_nothing("planned", planned_minor), *_unless_nothing("cut", cut_minor))


def _interest(terms: Terms, facts: tuple[Fact, ...], on: date, row: Instalment) -> Lines:
    shown = explain_interest(terms, facts, on, row.period.n)
    if not shown.stretches:
        return _unless_nothing("earned", shown.charged_minor)
    return _over_days("interest", shown.stretches, row, row.period.rate, shown.charged_minor)


def _fee(course: Course, row: Instalment) -> Lines:
    charged_minor = row.charged["fee"]
    if is_earned_only(course, row):
        return _unless_nothing("earned", charged_minor)
    stretches = joined(_fee_bases(course, row))
    return _over_days("fee", stretches, row, course.terms.fee_rate_per_instalment, charged_minor)


def _fee_bases(course: Course, row: Instalment) -> list[DayStretch]:
    if row.period.n <= course.due_count:
        return row.fee_bases
    since = counted_from(row.fee_bases, row.period.begins_on)
    return [*row.fee_bases, (course.fee_base_of(row), since, row.period.due_on)]


def _over_days(what: str, stretches: Iterable[Stretch], row: Instalment, rate: Fraction, charged_minor: int) -> Lines:
    lines = [
        Line(
            what=what, exact=rate * each.base_minor * Fraction(each.days, row.period.days), base_minor=each.base_minor,
            rate=rate, since=each.since, until=each.until, of_days=row.period.days,
        )
        for each in stretches
        if rate and each.base_minor
    ]  # fmt: skip
    return _rounded(lines, charged_minor)


def _penalty(terms: Terms, facts: tuple[Fact, ...], on: date, row: Instalment) -> Lines:
    shown = explain_penalty(terms, facts, on, row.period.n)
    lines = [
        Line(
            what="penalty", exact=shown.daily_rate * each.base_minor * each.days, base_minor=each.base_minor,
            rate=shown.daily_rate, since=each.since, until=each.until,
        )
        for each in shown.stretches
        if shown.daily_rate and each.base_minor
    ]  # fmt: skip
    return _rounded(lines, shown.charged_minor)


def _rounded(lines: list[Line], charged_minor: int) -> Lines:
    rounding = charged_minor - sum((line.exact for line in lines), start=Fraction(0))
    assert abs(rounding) <= Fraction(1, 2), "lines that are not what was charged"
    return (*lines, *((Line(what="rounding", exact=rounding),) if rounding else ()))


def _with_waiver(lines: Lines, row: Instalment, part: Part) -> Lines:
    return (*lines, *_unless_nothing("waived", -row.waived[part]))


def _unless_nothing(what: str, minor: int) -> Lines:
    return (Line(what=what, exact=Fraction(minor)),) if minor else ()
