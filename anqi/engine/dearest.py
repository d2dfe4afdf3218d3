"""A loan looked at as what is owed on a day and what is then paid: its yearly cost, and the dearest day to settle it.

On the simple basis a regular month is a month, whatever its days, and odd days bear simple interest over 365, so that
a loan settled after a day is told as its daily rate × 365. On the compound basis all time is days over 365.
Every day is looked at. What settling costs is compared at one rate for all days at once, and only the day that is
dearest at it is solved for exactly; then again at the rate that was found, until no day is dearer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from anqi.engine.cap_rules import Basis
from anqi.engine.cost import Flow, NoRate, eu, us_actuarial
from anqi.engine.course import Course
from anqi.engine.facts import Fact, Payment
from anqi.engine.payoff import earned_fee, earned_interest, payoff_of
from anqi.engine.products import Terms
from anqi.engine.replay import replay
from anqi.engine.schedule import Period

_DAY = timedelta(days=1)
_NOTHING = Fraction(0)
_HALF = Fraction(1, 2)
# Digits of a rate while days are compared, far more than are told.
_PLACES = 8
ENDLESS = Decimal("Infinity")
"""The yearly cost of what no rate below 10¹² a period brings to nothing: something to pay for no time at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A day of the loan: its days from the start, the months of all periods that are over by then, and odd days."""

    on: date
    days: int
    months: Fraction
    odd_days: int = 0

    def flow(self, amount: Fraction, basis: Basis) -> Flow:
        """Money on that day as the basis counts its time: months with a fraction at simple interest, or years."""
        if basis == "compound":
            return Flow(amount=amount, at=Fraction(self.days, 365))
        return Flow(amount=amount, at=self.months, fraction=Fraction(self.odd_days * 12, 365))


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What settles the loan on a day, after so many of its payments; without what rounding may have added."""

    at: Moment
    payments: int
    amount: Fraction


@dataclass(frozen=True, kw_only=True)
class Way:
    """What is owed on a day, in the smallest unit, what is paid after it as planned, and each way to settle before."""

    since: date
    owed_minor: int
    payments: tuple[tuple[Moment, int], ...]
    settlements: tuple[Settlement, ...]

    def percent_as_planned(self, basis: Basis) -> Decimal:
        """What it costs a year, in per cent, two digits."""
        return self._percent(self._planned(basis), basis, places=2)

    def dearest(self, basis: Basis) -> tuple[Decimal, date] | None:
        """What the dearest settlement costs a year, in per cent, two digits, and its day; None where there is none."""
        if not self.settlements or self.owed_minor <= 0:
            return None
        dearest, percent = self.settlements[0], self._cost(self.settlements[0], basis)
        while percent < ENDLESS:
            dearer = self._dearest_at(percent, basis)
            its_percent = self._cost(dearer, basis)
            if its_percent <= percent:
                break
            dearest, percent = dearer, its_percent
        return self._percent(self._flows(dearest, basis), basis, places=2), dearest.at.on

    def _cost(self, settlement: Settlement, basis: Basis) -> Decimal:
        return self._percent(self._flows(settlement, basis), basis, places=_PLACES)

    def _percent(self, flows: Sequence[Flow], basis: Basis, *, places: int) -> Decimal:
        lent = [Flow(amount=Fraction(self.owed_minor), at=_NOTHING)]
        try:
            if basis == "compound":
                return eu(lent, upfront_cost=_NOTHING, repayments=flows, places=places)
            return us_actuarial(lent, flows, unit_periods_per_year=Fraction(12), places=places)
        except NoRate:
            is_dear = sum(flow.amount for flow in flows) > self.owed_minor
            return ENDLESS if is_dear else Decimal(0)

    def _flows(self, settlement: Settlement, basis: Basis) -> list[Flow]:
        return [*self._planned(basis)[: settlement.payments], settlement.at.flow(settlement.amount, basis)]

    def _planned(self, basis: Basis) -> list[Flow]:
        return [moment.flow(Fraction(amount_minor), basis) for moment, amount_minor in self.payments]

    def _dearest_at(self, percent: Decimal, basis: Basis) -> Settlement:
        """The settlement that is worth most to the lender at that rate."""
        with localcontext(Context(prec=40)):
            worth = _Worth(percent * Decimal("0.01") * (Decimal(1) if basis == "compound" else _TWELFTH))
            paid = [Decimal(0)]
            for flow in self._planned(basis):
                paid.append(paid[-1] + worth.of(flow))
            return max(
                self.settlements,
                key=lambda each: paid[each.payments] + worth.of(each.at.flow(each.amount, basis)),
            )


_TWELFTH = Decimal(12) ** -1


class _Worth:
    """What later money is worth today at one rate a period."""

    def __init__(self, rate: Decimal) -> None:
        self._rate, self._factors = rate, dict[Fraction, Decimal]()

    def of(self, flow: Flow) -> Decimal:
        amount = _decimal(flow.amount) * self._factor(flow.at)
        return amount * (1 + _decimal(flow.fraction) * self._rate) ** -1 if flow.fraction else amount

    def _factor(self, at: Fraction) -> Decimal:
        if at not in self._factors:
            self._factors[at] = (1 + self._rate) ** -_decimal(at)
        return self._factors[at]


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) * Decimal(number.denominator) ** -1


def way_of(
    terms: Terms, facts: Iterable[Fact] = (), changes: Iterable[Fact] = (), *, since: date | None = None
) -> Way:
    """The loan from the day it starts, or from the day of a change on; what was owed before the change is what is lent.

    So a change that puts a cost on what was owed shows it. Refuses as `standing` does.
    """
    known, changes = tuple(facts), tuple(changes)
    since = since or terms.starts_on
    course = replay(terms, known, since)
    owed_minor, lent_minor = _owed(course), course.lent_minor
    if changes:
        known = (*(fact for fact in known if fact.on <= since), *changes)
        course = replay(terms, known, since)
    steps = list(_steps(terms, known, course, since))
    return Way(
        since=since,
        owed_minor=owed_minor + course.lent_minor - lent_minor,
        payments=tuple((step.due, step.amount_minor) for step in steps),
        settlements=tuple(each for place, step in enumerate(steps) for each in step.settlements(place)),
    )


def _owed(course: Course) -> int:
    """What is owed on the day with nothing added for settling: earned by the day, whatever was agreed."""
    payoff = payoff_of(course)
    earned_minor = earned_interest(course, "by_day")[0] + earned_fee(course, "by_day")
    owed_minor = payoff.due_minor + payoff.principal_minor + earned_minor + payoff.carried_minor
    return owed_minor - payoff.paid_ahead_minor - payoff.credit_minor


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A due date with what is paid on it, and the loan as it stands through the period before."""

    begin: Moment
    due: Moment
    amount_minor: int
    course: Course
    at_due: Course

    def settlements(self, place: int) -> Iterator[Settlement]:
        begin, course = self.begin, self.course
        for odd_days in range(1, (self.due.on - begin.on).days):
            course.day = begin.on + odd_days * _DAY
            at = Moment(on=course.day, days=begin.days + odd_days, months=begin.months, odd_days=odd_days)
            yield Settlement(at=at, payments=place, amount=_settling(course))
        # A day of no days has no rate: what is settled on the first day counts as settled on the next.
        if self.due.days:
            yield Settlement(at=self.due, payments=place, amount=_settling(self.at_due))


def _settling(course: Course) -> Fraction:
    payoff = payoff_of(course)
    # Half up gives the lender at most half a unit of each: on small sums much a year, and no price.
    rounded = (payoff.interest_minor, payoff.fee_minor, payoff.early_fee_minor)
    return max(payoff.amount_minor - _HALF * sum(part > 0 for part in rounded), _NOTHING)


def _steps(terms: Terms, facts: tuple[Fact, ...], course: Course, since: date) -> Iterator[_Step]:
    begin, paid = Moment(on=since, days=0, months=_NOTHING), list[Fact]()
    periods = [row.period for row in course.coming]
    if course.owing:
        yield _now(course, begin)
        paid.append(_payment(course, begin, 0))
        course = replay(terms, (*facts, *paid), since)
    for place, period in enumerate(periods, start=1):
        at_due = replay(terms, (*facts, *paid), period.due_on)
        due = _after(begin, period, terms)
        amount_minor = sum(row.remaining_minor for row in at_due.owing)
        yield _Step(begin=begin, due=due, amount_minor=amount_minor, course=course, at_due=at_due)
        if amount_minor:
            paid.append(_payment(at_due, due, place))
        begin, course = due, replay(terms, (*facts, *paid), period.due_on)


def _now(course: Course, begin: Moment) -> _Step:
    due_minor = sum(row.remaining_minor for row in course.owing)
    return _Step(begin=begin, due=begin, amount_minor=due_minor, course=course, at_due=course)


def _payment(course: Course, moment: Moment, place: int) -> Payment:
    amount_minor = sum(row.remaining_minor for row in course.owing)
    return Payment(id=f"planned {place}", on=moment.on, amount_minor=amount_minor)


def _after(begin: Moment, period: Period, terms: Terms) -> Moment:
    days, months = (period.due_on - begin.on).days, period.fraction * 12
    if terms.day_count == "period" and period.begins_on < begin.on:
        # What is owed on a day within a period was earned by thirtieths of a month: the others are left.
        months = max(months - Fraction((begin.on - period.begins_on).days, 30), _NOTHING)
    elif terms.day_count != "period" or months.denominator != 1:
        months = Fraction(days * 12, 365)
    return Moment(on=period.due_on, days=begin.days + days, months=begin.months + months)
