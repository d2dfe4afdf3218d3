"""What a loan has earned and its books do not show yet: straight lines from one evening until it next changes.

Books that had a posting for each loan and day would be mostly that. So they have one amount for all loans of a product
and day: the sum of what these lines come to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from anqi.engine.calendar import DayCount, year_fraction, year_position
from anqi.engine.course import Course, Instalment, Stretch, base_days
from anqi.engine.lateness import penalty_base_minor, penalty_minor, state_of
from anqi.engine.pricing import fee_stretches, opening_stretches, rated
from anqi.engine.products import Part

# Lines are evaluated in whole numbers of 64 bits, doubled to round, for two centuries at most.
_LONGEST_DAYS, _MOST = 73_000, 2**61
_DAY = timedelta(days=1)


class Line(NamedTuple):
    """What one instalment has earned of one part, growing by the same every day, in the currency's smallest unit."""

    part: Part
    since: date
    start: int
    """What was earned by the evening of that day, times the denominator."""
    per_day: int
    denominator: int
    most_minor: int | None
    """What the instalment bears of it in all, where days may come to more."""
    booked_minor: int
    """What stands in the books already."""
    is_half_even: bool

    def minor_on(self, day: date) -> int:
        """What is earned by the evening of that day, not booked. 333.16 at 0.0005 a day, 0.67 booked: 0.16 next day."""
        numerator = self.start + self.per_day * (day - self.since).days
        whole, rest = divmod(2 * numerator + self.denominator, 2 * self.denominator)
        earned_minor = whole - 1 if self.is_half_even and not rest and whole % 2 else whole
        if self.most_minor is not None:
            earned_minor = min(earned_minor, self.most_minor)
        return max(earned_minor - self.booked_minor, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accruals:
    """The lines of a loan, and the first day on which another line goes on by itself; None where none ever does."""

    lines: tuple[Line, ...]
    bends_on: date | None


def minor_on(lines: Iterable[Line], part: Part, day: date) -> int:
    """What these lines have earned of that part by the evening of that day, not booked."""
    return sum(line.minor_on(day) for line in lines if line.part == part)


def accruals_of(course: Course) -> Accruals:
    """What goes on growing from the course's day, until something else happens to the loan."""
    lines, bends = list(_of_running(course)), list(_bends(course))
    for row in course.owing:
        lines.extend(_penalty(course, row))
    if not all(map(_fits, lines)):
        # Figures of no real product: counted anew every evening.
        lines = [_flat(line, course.day) for line in lines]
        bends.append(course.day + _DAY)
    return Accruals(lines=tuple(lines), bends_on=min(bends, default=None))


def _of_running(course: Course) -> Iterator[Line]:
    for running in course.coming[:1]:
        if running.remaining_minor or running.subsidy_minor:
            yield from _interest(course, running)
            yield from _fee(course, running)


def _interest(course: Course, running: Instalment) -> Iterator[Line]:
    # What comes from a third party is earned by the same days.
    whole_minor = _own(running, "interest") + running.subsidy_minor
    booked_minor = _booked_ahead(running, "interest")
    if whole_minor <= booked_minor:
        return
    per_day = _earned(course, running, [(course.opening_minor, course.day, course.day + _DAY)])
    start = _earned(course, running, opening_stretches(course, running))
    # A month of 31 days at days/360 would earn more than the period itself bears.
    most_minor = whole_minor if course.terms.day_count == "period" else None
    if start or per_day:
        yield _line(course, "interest", start, per_day, most_minor=most_minor, booked_minor=booked_minor)


def _earned(course: Course, running: Instalment, stretches: Iterable[Stretch]) -> Fraction:
    day_count = course.terms.day_count
    return sum(
        (
            (part.annual_rate + part.subsidy_rate) * part.base_minor * year_fraction(part.since, part.until, day_count)
            for part in rated(course, running, stretches)
        ),
        Fraction(0),
    )


def _fee(course: Course, running: Instalment) -> Iterator[Line]:
    own_minor, booked_minor = _own(running, "fee"), _booked_ahead(running, "fee")
    if own_minor <= booked_minor:
        return
    days = running.period.days
    if course.is_fee_base_changed:
        start = running.fee_rate * Fraction(base_days(fee_stretches(course, running)), days)
        per_day = running.fee_rate * Fraction(course.fee_base_of(running), days)
    else:
        start = Fraction(own_minor * (course.day - running.period.begins_on).days, days)
        per_day = Fraction(own_minor, days)
    yield _line(course, "fee", start, per_day, booked_minor=booked_minor)


def _own(running: Instalment, part: Part) -> int:
    return running.charged[part] - running.carried.get(part, 0)


def _booked_ahead(running: Instalment, part: Part) -> int:
    return max(running.paid[part] - running.carried.get(part, 0), 0)


def _penalty(course: Course, row: Instalment) -> Iterator[Line]:
    terms = course.terms
    stands_still = course.written_off_minor is not None or bool(course.held_by)
    if terms.penalty and not stands_still and state_of(course, row, course.day) == "overdue":
        per_day = terms.penalty.daily_rate * penalty_base_minor(row, terms.penalty)
        if per_day:
            start = terms.penalty.daily_rate * row.late_days
            booked_minor = penalty_minor(course, row)
            yield _line(course, "penalty", start, per_day, booked_minor=booked_minor)


def _line(
    course: Course, part: Part, start: Fraction, per_day: Fraction, *, booked_minor: int, most_minor: int | None = None
) -> Line:
    denominator = lcm(start.denominator, per_day.denominator)
    return Line(
        part=part,
        since=course.day,
        start=start.numerator * (denominator // start.denominator),
        per_day=per_day.numerator * (denominator // per_day.denominator),
        denominator=denominator,
        most_minor=most_minor,
        booked_minor=booked_minor,
        is_half_even=course.terms.rounding == "half_even",
    )


def _bends(course: Course) -> Iterator[date]:
    """The days from which on the running period's interest grows by another amount a day."""
    for running in course.coming[:1]:
        if running.charged["interest"] or running.subsidy_minor:
            until = running.period.due_on
            breaks = course.rates.breaks() if course.rates else ()
            days = (_bend_of(course.terms.day_count, course.day, until), *breaks)
            yield from (day for day in days if course.day < day < until)


def _bend_of(day_count: DayCount, day: date, until: date) -> date:
    """The first day before the other whose place in the year is not on the straight line from that day on."""
    if day_count == "actual/actual":
        # A year of 366 days begins or ends.
        return until if day.year == until.year else date(day.year + 1, 1, 1)
    if day_count != "30/360":
        return until
    place, then = year_position(day, day_count), day + _DAY
    per_day = year_position(then, day_count) - place
    while then < until and year_position(then, day_count) - place == per_day * (then - day).days:
        then += _DAY
    return then


def _fits(line: Line) -> bool:
    farthest = abs(line.start) + line.per_day * _LONGEST_DAYS
    return max(farthest, line.denominator, line.most_minor or 0, line.booked_minor) < _MOST


def _flat(line: Line, day: date) -> Line:
    earned_minor = line.minor_on(day)
    return line._replace(start=earned_minor, per_day=0, denominator=1, most_minor=None, booked_minor=0)
