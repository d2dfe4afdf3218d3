"""What is open on a new footing: arrears spread over what is left, or all of it on a new plan."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from anqi.engine.calendar import steps_after
from anqi.engine.claims import add_row, carry, move
from anqi.engine.course import Course, Instalment
from anqi.engine.cuts import plan_afresh, reprice, take_surplus, unpaid_principal
from anqi.engine.events import ReAge, Reschedule
from anqi.engine.lateness import open_rows, owing
from anqi.engine.money import even_split
from anqi.engine.payoff import earned_fee, stop
from anqi.engine.periods import due_dates_of
from anqi.engine.pricing import close_stretches, price
from anqi.engine.products import ALLOCATION, Method, Part, Terms
from anqi.engine.refusals import BadFact, BadTerms, NotToCome, OutOfOrder
from anqi.engine.schedule import plan

_Pot = dict[Part, int]


def re_amortise(course: Course) -> None:
    """Spread what is due and unpaid over the instalments to come: principal by the method, the rest evenly.

    The principal bears interest again from this day on, what else is carried bears none. 300.00 of arrears over
    two instalments of 300.00 in equal parts: two of 450.00.
    """
    rows = [row for row in course.coming if not row.is_paid]
    arrears = owing(course)
    if not rows and arrears:
        raise NotToCome()
    if rows and arrears:
        pot = _collect(arrears, ALLOCATION)
        close_stretches(course)
        plan_afresh(course, unpaid_principal(course) + pot["principal"])
        course.opening_minor += pot.pop("principal")
        _spread(rows, pot)
        reprice(course)


def re_age(course: Course, fact: ReAge) -> None:
    """Put all that is open, of every part, on a new calendar, at the same rate and by the same method.

    As many instalments as are open, unless it says how many. Two of 300.00 in arrears and one to come: three of
    300.00 from the new first due date on.
    """
    open_count = 1 if course.terms.method == "bullet" else len(open_rows(course))
    terms = _new_terms(course, fact, instalments=fact.instalments or max(open_count, 1))
    _replan(course, terms, carries=ALLOCATION)


def reschedule(course: Course, fact: Reschedule) -> None:
    """展期/重组: put what principal is left on a new plan; of other arrears only what it carries, evenly spread.

    Interest and fee of the running period are earned by day and go along. What is carried bears no interest: no
    interest on interest. The fees to come of a fee plan are spread over the new one, rounded down, so that it
    never costs more of them than was signed. 600.00 left and 10.00 of interest carried, two equal parts: 305.00
    each and the interest of their periods.
    """
    terms = _new_terms(
        course, fact, instalments=fact.instalments, method=fact.method, annual_rate=fact.annual_rate
    )
    _replan(course, terms, carries=("principal", *fact.carries))


def _new_terms(
    course: Course, fact: ReAge | Reschedule, *, instalments: int, method: Method | None = None,
    annual_rate: Fraction | None = None,
) -> Terms:  # fmt: skip
    old, every = course.terms, fact.every or course.terms.every
    by_month = every.unit == "months"
    try:
        is_regular = by_month and steps_after(fact.on, every, times=1) == fact.first_due_on
    except (ValueError, OverflowError):
        raise BadFact(field="every") from None
    terms = replace(
        old, starts_on=fact.on, first_due_on=fact.first_due_on, instalments=instalments, every=every,
        method=method or old.method, annual_rate=old.annual_rate if annual_rate is None else annual_rate,
        anchor_day=fact.first_due_on.day if by_month else None,
        first_is_regular=is_regular,
        shape=old.shape.kept(),
    )  # fmt: skip
    _refuse_contradictions(terms)
    _refuse_dates(terms)
    return terms


def _refuse_dates(terms: Terms) -> None:
    try:
        tuple(due_dates_of(terms))
    except (BadTerms, ValueError, OverflowError):
        raise BadFact(field="first_due_on") from None


def _refuse_contradictions(terms: Terms) -> None:
    if terms.first_due_on <= terms.starts_on:
        raise OutOfOrder(field="first_due_on")
    contradicted = {
        "annual_rate": terms.method == "flat_fee" and terms.annual_rate > 0,
        "instalments": terms.method == "bullet" and terms.instalments != 1,
        "every": terms.day_count == "period" and terms.every.unit != "months",
    }
    for key, is_contradicted in contradicted.items():
        if is_contradicted:
            raise BadFact(field=key)


def _replan(course: Course, terms: Terms, *, carries: tuple[Part, ...]) -> None:
    if not open_rows(course):
        return
    fees_to_come_minor = earned_fee(course, "all") - earned_fee(course, "by_day")
    stopped = stop(course)
    course.credit_minor += sum(take_surplus(row) for row in stopped)
    pot = _collect(owing(course), carries)
    for part, minor in _collect(stopped, ALLOCATION).items():
        pot[part] = pot.get(part, 0) + minor
    if any(pot.values()):
        _begin_plan(course, replace(terms, principal_minor=pot.pop("principal")), pot, fees_to_come_minor)


def _collect(rows: Iterable[Instalment], parts: Iterable[Part]) -> _Pot:
    pot: _Pot = dict.fromkeys(parts, 0)
    for row in rows:
        for part in pot:
            pot[part] += move(row, part, row.left(part))
    return pot


def _begin_plan(course: Course, terms: Terms, carried: _Pot, fees_minor: int) -> None:
    planned = plan(terms)
    places = len(planned.periods)
    shares = {part: even_split(minor, parts=places, tail="last") for part, minor in carried.items()}
    before = len(course.rows)
    for place, (period, each) in enumerate(zip(planned.periods, planned.instalments, strict=True)):
        own = {part: split[place] for part, split in shares.items()}
        row = add_row(course, replace(period, n=before + place + 1), own)
        row.charged["principal"] = row.planned_minor = each.principal_minor
        if terms.principal_minor:
            row.fee_rate = Fraction(fees_minor // places, terms.principal_minor)
        course.coming.append(row)
    if terms.annual_rate != course.terms.annual_rate:
        course.changeable_rates().changes.append((terms.starts_on, terms.annual_rate))
    course.terms, course.opening_minor = terms, terms.principal_minor
    course.fee_base_minor, course.is_fee_base_changed = terms.principal_minor, False
    price(course)


def _spread(rows: Sequence[Instalment], pot: _Pot) -> None:
    for part, minor in pot.items():
        for row, share_minor in zip(rows, even_split(minor, parts=len(rows), tail="last"), strict=True):
            carry(row, part, share_minor)
