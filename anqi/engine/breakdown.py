"""Every amount of a standing as the lines it is made of: they add up to it exactly, roundings included."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from anqi.engine.course import Course, Instalment
from anqi.engine.events import Chargeback, Goodwill, Recovery, Refund
from anqi.engine.explain import (
    PartExplained,
    fee_of,
    interest_of,
    payoff_lines,
    penalty_of,
)
from anqi.engine.facts import Fact, Payment, Return
from anqi.engine.loan import Standing, standing
from anqi.engine.payoff import payoff_of
from anqi.engine.products import Part, Terms
from anqi.engine.replay import replay
from anqi.engine.standing_facts import in_their_order, without_reversed

WORDS = (
    "planned", "replanned", "carried", "moved", "interest", "fee", "penalty", "earned", "late_fee", "given_back",
    "waived", "rounding", "principal", "instalment", "payment", "return", "goodwill", "recovery", "refund",
    "chargeback", "lent_again", "paid", "prepaid", "returned", "due", "early_fee", "paid_ahead", "credit",
)  # fmt: skip
"""All that `Line.what` can be."""


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

    @property
    def days(self) -> int | None:
        """How many days, the first counted and the last not; None for a line over none."""
        return (self.until - self.since).days if self.since and self.until else None


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
    rows = tuple(_instalment(terms, course, on, row) for row in course.rows)
    coming = [row for row in course.coming if row.remaining_minor]
    return Breakdown(
        due_now=_by_instalment((row.period.n, row.remaining_minor) for row in course.owing),
        next_due=_by_instalment((row.period.n, row.remaining_minor) for row in coming[:1]),
        outstanding_principal=_by_instalment(
            (row.n, row.principal_minor - row.paid_principal_minor) for row in shown.instalments
        ),
        payoff=() if shown.payoff_minor is None else _payoff(course),
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


def _payoff(course: Course) -> Lines:
    lines = payoff_lines(payoff_of(course))
    return tuple(Line(what=each.what, exact=Fraction(each.amount_minor)) for each in lines)


def _cuts(course: Course, what: str) -> Lines:
    return tuple(
        Line(what=kind, on=on, exact=Fraction(minor)) for kind, on, minor in course.cuts if kind == what and minor
    )


def _credit(facts: Iterable[Fact], on: date, course: Course, shown: Standing) -> Iterator[Line]:
    """Money in is money applied and credit."""
    taken, _ = without_reversed(in_their_order(fact for fact in facts if fact.on <= on))
    for fact in taken:
        if minor := _money(fact, is_void=course.is_void):
            yield Line(what=type(fact).__name__.lower(), id=fact.id, on=fact.on, exact=Fraction(minor))
    if course.lent_again_minor:
        yield Line(what="lent_again", exact=Fraction(course.lent_again_minor))
    paid_minor = sum(row.paid_minor for row in shown.instalments)
    for what, minor in (
        ("paid", paid_minor), ("prepaid", course.prepaid_minor), ("returned", course.returned_minor),
    ):  # fmt: skip
        if minor:
            yield Line(what=what, exact=Fraction(-minor))


def _money(fact: Fact, *, is_void: bool) -> int:
    if isinstance(fact, Payment | Recovery) or (isinstance(fact, Return | Goodwill) and not is_void):
        return fact.amount_minor
    return -(fact.amount_minor or 0) if isinstance(fact, Refund | Chargeback) else 0


def _instalment(terms: Terms, course: Course, on: date, row: Instalment) -> InstalmentBreakdown:
    charged = {part: minor - row.waived[part] for part, minor in row.charged.items()}
    return InstalmentBreakdown(
        n=row.period.n,
        principal=tuple(_principal(row)),
        interest=tuple(_part("interest", interest_of(course, row))),
        fee=tuple(_part("fee", fee_of(course, row))),
        penalty=tuple(_part("penalty", penalty_of(course, row, on))),
        paid=tuple(Line(what=part, exact=Fraction(minor)) for part, minor in row.paid.items() if minor),
        remaining=(
            *(Line(what=part, exact=Fraction(minor)) for part, minor in charged.items() if minor),
            *_unless_nothing("paid", -sum(row.paid.values())),
        ),
    )


def _principal(row: Instalment) -> Iterator[Line]:
    carried_minor, moved_minor = row.carried.get("principal", 0), row.moved.get("principal", 0)
    replanned_minor = row.charged["principal"] + moved_minor - carried_minor - row.planned_minor
    yield from _unless_nothing("planned", row.planned_minor)
    yield from _unless_nothing("replanned", replanned_minor)
    yield from _unless_nothing("carried", carried_minor)
    yield from _unless_nothing("moved", -moved_minor)


def _part(what: str, shown: PartExplained) -> Iterator[Line]:
    borne_minor = shown.charged_minor + shown.moved_minor + shown.given_back_minor
    borne_minor -= shown.carried_minor + shown.late_fee_minor
    yield from _over_days(what, shown, borne_minor)
    yield from _unless_nothing("late_fee", shown.late_fee_minor)
    yield from _unless_nothing("carried", shown.carried_minor)
    yield from _unless_nothing("moved", -shown.moved_minor)
    yield from _unless_nothing("given_back", -shown.given_back_minor)
    yield from _unless_nothing("waived", -shown.waived_minor)


def _over_days(what: str, shown: PartExplained, borne_minor: int) -> Iterator[Line]:
    if not shown.stretches:
        yield from _unless_nothing("earned", borne_minor)
        return
    of_days = None if what == "penalty" else shown.of_days
    for each in shown.stretches:
        if each.rate and each.base_minor:
            yield Line(
                what=what, exact=each.rate * each.base_minor * Fraction(each.days, of_days or 1),
                base_minor=each.base_minor, rate=each.rate, since=each.since, until=each.until, of_days=of_days,
            )  # fmt: skip
    rounding = borne_minor - shown.exact
    assert abs(rounding) <= Fraction(1, 2), "lines that are not what was charged"
    if rounding:
        yield Line(what="rounding", exact=rounding)


def _unless_nothing(what: str, minor: int) -> Lines:
    return (Line(what=what, exact=Fraction(minor)),) if minor else ()
