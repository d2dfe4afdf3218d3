"""Cuts: principal taken off the plan, by prepaying it or by returning goods, and the plan priced again."""

from anqi.engine.allocation import pay_due
from anqi.engine.course import Course, Instalment, base_days, counted_from
from anqi.engine.money import rounded
from anqi.engine.schedule import rounded_product, shares


def prepay(course: Course, amount_minor: int) -> int:
    """Take principal off the instalments to come, as `excess` says; what is left over comes back."""
    cut_minor = min(amount_minor, _unpaid_principal(course))
    if cut_minor:
        course.prepaid_minor += _cut(course, cut_minor, lower=course.terms.excess == "lower")
        course.cuts.append(("prepaid", course.day, cut_minor))
    return amount_minor - cut_minor


def give_back(course: Course, amount_minor: int) -> None:
    """Take a return off the instalments to come, then off due principal; then it pays, then it is credit.

    Contract, cuts. 1999.00 returned when 333.16 of it is due already: 1665.84 off the coming instalments,
    333.16 off the due one, whose fee and penalty stay.
    """
    cut_minor = min(amount_minor, _unpaid_principal(course))
    if cut_minor:
        course.returned_minor += _cut(course, cut_minor, lower=False)
    left_minor = _take_off_due(course, amount_minor - cut_minor)
    course.cuts.append(("returned", course.day, amount_minor - left_minor))
    course.credit_minor += pay_due(course, left_minor)


def _unpaid_principal(course: Course) -> int:
    return sum(row.left("principal") for row in course.coming)


def _cut(course: Course, cut_minor: int, *, lower: bool) -> int:
    _close_stretches(course)
    if lower:
        _plan_afresh(course, cut_minor)
    else:
        _shorten(course, cut_minor)
    course.opening_minor -= cut_minor
    _price(course, course.fee_base_minor - cut_minor)
    _refund_surplus(course)
    return cut_minor


def _close_stretches(course: Course) -> None:
    row = course.rows[course.due_count]
    since = counted_from(row.openings, row.period.begins_on)
    if since == course.day:
        return
    row.openings.append((course.opening_minor, since, course.day))
    row.fee_bases.append((course.fee_base_of(row), since, course.day))


def _shorten(course: Course, cut_minor: int) -> None:
    for row in reversed(course.coming):
        taken_minor = min(row.left("principal"), cut_minor)
        _set_principal(row, row.charged["principal"] - taken_minor)
        cut_minor -= taken_minor


def _plan_afresh(course: Course, cut_minor: int) -> None:
    rows = [row for row in course.coming if not row.is_paid]
    unpaid_minor = _unpaid_principal(course) - cut_minor
    fresh = shares(course.terms, unpaid_minor, [row.period for row in rows])
    for row, share_minor in zip(rows, fresh, strict=True):
        _set_principal(row, row.paid["principal"] + share_minor)


def _set_principal(row: Instalment, principal_minor: int) -> None:
    if row.charged["principal"] and not principal_minor:
        row.is_cut_to_nothing = True
    elif principal_minor:
        row.is_cut_to_nothing = False
    row.charged["principal"] = principal_minor


def _price(course: Course, fee_base_minor: int) -> None:
    opening_minor = course.opening_minor
    for row in course.coming:
        row_base_minor = 0 if row.is_cut_to_nothing else fee_base_minor
        if row is course.rows[course.due_count]:
            _price_running(course, row, opening_minor, row_base_minor)
        else:
            row.charged["interest"] = rounded_product(row.period.rate, opening_minor)
            row.charged["fee"] = rounded_product(course.terms.fee_rate_per_instalment, row_base_minor)
        opening_minor -= row.charged["principal"]


def _price_running(course: Course, row: Instalment, opening_minor: int, fee_base_minor: int) -> None:
    period, fee_rate = row.period, course.terms.fee_rate_per_instalment
    days_to_come = (period.due_on - course.day).days
    opening_days = base_days(row.openings) + opening_minor * days_to_come
    fee_days = base_days(row.fee_bases) + fee_base_minor * days_to_come
    row.charged["interest"] = rounded(
        period.rate.numerator * opening_days, period.rate.denominator * period.days
    )
    row.charged["fee"] = rounded(fee_rate.numerator * fee_days, fee_rate.denominator * period.days)


def _refund_surplus(course: Course) -> None:
    for row in course.coming:
        course.credit_minor += take_surplus(row)


def take_surplus(row: Instalment) -> int:
    """Take back what was paid of interest and fee beyond what is now charged, and return it."""
    surplus_minor = 0
    for part in ("interest", "fee"):
        over_minor = max(-row.left(part), 0)
        row.paid[part] -= over_minor
        surplus_minor += over_minor
    return surplus_minor


def _take_off_due(course: Course, amount_minor: int) -> int:
    for row in course.due:
        taken_minor = min(row.left("principal"), amount_minor)
        row.charged["principal"] -= taken_minor
        course.returned_minor += taken_minor
        amount_minor -= taken_minor
    return amount_minor
