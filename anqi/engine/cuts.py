"""Cuts: principal taken off the instalments to come, and the plan priced again."""

from anqi.engine.course import Course, Instalment
from anqi.engine.pricing import close_stretches, price
from anqi.engine.products import Part
from anqi.engine.schedule import shares


def prepay(course: Course, amount_minor: int) -> int:
    """Take principal off the instalments to come, as `excess` says; what is left over comes back."""
    cut_minor = min(amount_minor, unpaid_principal(course))
    if cut_minor:
        course.prepaid_minor += cut(course, cut_minor, lower=course.terms.excess == "lower")
        reprice(course)
        course.cuts.append(("prepaid", course.day, cut_minor))
    return amount_minor - cut_minor


def unpaid_principal(course: Course) -> int:
    """The principal of the instalments to come that is not paid ahead."""
    return sum(row.left("principal") for row in course.coming)


def cut(course: Course, cut_minor: int, *, lower: bool = False) -> int:
    """Take so much principal off the instalments to come, from the last one backwards or by a new plan; it comes back.

    The instalments are priced again afterwards, by `reprice`.
    """
    close_stretches(course)
    if lower:
        plan_afresh(course, unpaid_principal(course) - cut_minor)
    else:
        _shorten(course, cut_minor)
    course.opening_minor -= cut_minor
    course.fee_base_minor -= cut_minor
    course.is_fee_base_changed = True
    return cut_minor


def _shorten(course: Course, cut_minor: int) -> None:
    for row in reversed(course.coming):
        taken_minor = min(row.left("principal"), cut_minor)
        set_principal(row, row.charged["principal"] - taken_minor)
        cut_minor -= taken_minor


def plan_afresh(course: Course, unpaid_minor: int) -> None:
    """Spread so much unpaid principal over the instalments to come by the method, those paid in full left out."""
    rows = [row for row in course.coming if not row.is_paid]
    fresh = shares(course.terms, unpaid_minor, [row.period for row in rows])
    for row, share_minor in zip(rows, fresh, strict=True):
        set_principal(row, row.paid["principal"] + share_minor)


def set_principal(row: Instalment, principal_minor: int) -> None:
    """Give the instalment so much principal; one cut to nothing bears no flat fee."""
    if row.charged["principal"] and not principal_minor:
        row.is_cut_to_nothing = True
    elif principal_minor:
        row.is_cut_to_nothing = False
    row.charged["principal"] = principal_minor


def reprice(course: Course) -> None:
    """Charge what is to come afresh; what was paid beyond it becomes credit."""
    price(course)
    course.credit_minor += sum(take_surplus(row) for row in course.coming if any(row.paid.values()))


_COSTS: tuple[Part, ...] = ("interest", "fee", "penalty")


def take_surplus(row: Instalment) -> int:
    """Take back what was paid of interest, fee and penalty beyond what is now charged, and return it."""
    surplus_minor = 0
    for part in _COSTS:
        over_minor = max(-row.left(part), 0)
        row.paid[part] -= over_minor
        surplus_minor += over_minor
    return surplus_minor
