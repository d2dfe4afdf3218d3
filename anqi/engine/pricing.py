"""What an instalment to come bears: interest and fee on what stands open through its period."""

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from anqi.engine.calendar import YEAR_UNITS, DayCount, year_fraction, year_position
from anqi.engine.course import Course, Instalment, Stretch, base_days, counted_from
from anqi.engine.products import Terms
from anqi.engine.rates import Rated


def price(course: Course) -> None:
    """Charge interest and fee of the instalments to come afresh, after anything that changed what they stand on.

    Contract, cuts. The running period's = rounded(period rate × Σ(opening × days) ÷ days of the period).
    900.00 at 1 % a month, 300.00 cut after 10 of 28 days: (900.00 × 10 + 600.00 × 18) ÷ 28 × 1 % = 7.07.
    """
    opening_minor = course.opening_minor
    for row in course.coming:
        charged = row.charged
        charged["interest"] = _interest(course, row, opening_minor)
        charged["fee"] = _fee(course, row) if row.fee_rate else 0
        if row.carried:
            charged["interest"] += row.carried.get("interest", 0)
            charged["fee"] += row.carried.get("fee", 0)
        opening_minor -= charged["principal"]


def _interest(course: Course, row: Instalment, opening_minor: int) -> int:
    period, terms = row.period, course.terms
    if not row.openings and not course.rates:
        return terms.rounded_product(period.rate, opening_minor)
    since = counted_from(row.openings, period.begins_on)
    stretches = [*row.openings, (opening_minor, since, period.due_on)]
    if not course.rates:
        days = base_days(stretches)
        return terms.rounded(period.rate.numerator * days, period.rate.denominator * period.days)
    interest_minor, row.subsidy_minor = _split(
        terms,
        (
            (part, Fraction(part.base_minor * (part.until - part.since).days, period.days) * period.fraction)
            for part in rated(course, row, stretches)
        ),
    )
    return interest_minor


def _split(terms: Terms, parts: Iterable[tuple[Rated, Fraction]]) -> tuple[int, int]:
    borne = whole = Fraction(0)
    for part, base_years in parts:
        borne += part.annual_rate * base_years
        whole += (part.annual_rate + part.subsidy_rate) * base_years
    interest_minor = terms.rounded(borne.numerator, borne.denominator)
    return interest_minor, terms.rounded(whole.numerator, whole.denominator) - interest_minor


def rated(course: Course, row: Instalment, stretches: Iterable[Stretch]) -> Iterator[Rated]:
    """The stretches of a period with the rate that holds on them, split where it changes."""
    for base_minor, since, until in stretches:
        if course.rates and not row.period.is_free:
            yield from course.rates.over(base_minor, since, until)
        elif since < until:
            annual_rate = Fraction(0) if row.period.is_free else course.terms.annual_rate
            yield Rated(base_minor, since, until, annual_rate, Fraction(0))


def _fee(course: Course, row: Instalment) -> int:
    base_minor = course.fee_base_of(row)
    if not row.fee_bases:
        return course.terms.rounded_product(row.fee_rate, base_minor)
    days_to_come = (row.period.due_on - row.fee_bases[-1][2]).days
    fee_days = base_days(row.fee_bases) + base_minor * days_to_come
    return course.terms.rounded(row.fee_rate.numerator * fee_days, row.fee_rate.denominator * row.period.days)


def close_stretches(course: Course) -> None:
    """Note what the running period stood on up to the day, before that changes or the period is over."""
    for row in course.coming[:1]:
        since = counted_from(row.openings, row.period.begins_on)
        if since < course.day:
            row.openings.append((course.opening_minor, since, course.day))
            if row.fee_rate:
                row.fee_bases.append((course.fee_base_of(row), since, course.day))


def earned_by_day(course: Course, running: Instalment) -> tuple[int, int]:
    """What the running period has earned by the day, in the smallest unit: from the borrower, and from a subsidy.

    Contract, payoff, `by_day`. 10000.00 at 18.25 %, actual/365, after ten days: 50.00.
    """
    day_count = course.terms.day_count
    stretches = opening_stretches(course, running)
    if not course.rates and not running.period.is_free:
        earned = sum(base_minor * _units(since, until, day_count) for base_minor, since, until in stretches)
        rate = course.terms.annual_rate
        return course.terms.rounded(rate.numerator * earned, rate.denominator * YEAR_UNITS[day_count]), 0
    return _split(
        course.terms,
        (
            (part, part.base_minor * year_fraction(part.since, part.until, day_count))
            for part in rated(course, running, stretches)
        ),
    )


def _units(since: date, until: date, day_count: DayCount) -> int:
    return year_position(until, day_count) - year_position(since, day_count)


def opening_stretches(course: Course, running: Instalment) -> list[Stretch]:
    """The opening principal of the running period, day by day up to the course's day."""
    since = counted_from(running.openings, running.period.begins_on)
    return [*running.openings, (course.opening_minor, since, course.day)]


def fee_by_day(course: Course, running: Instalment) -> int:
    """What the running period has earned of its fee by the day.

    Contract, payoff, `by_day`. A fee of 12.99, ten of thirty days gone: 4.33.
    """
    days, fee_rate = running.period.days, running.fee_rate
    if not course.is_fee_base_changed:
        fee_minor = running.charged["fee"] - running.carried.get("fee", 0)
        return course.terms.rounded(fee_minor * (course.day - running.period.begins_on).days, days)
    fee_days = base_days(fee_stretches(course, running))
    return course.terms.rounded(fee_rate.numerator * fee_days, fee_rate.denominator * days)


def fee_stretches(course: Course, running: Instalment) -> list[Stretch]:
    """The fee base of the running period, day by day up to the course's day."""
    since = counted_from(running.fee_bases, running.period.begins_on)
    return [*running.fee_bases, (course.fee_base_of(running), since, course.day)]
