"""How money and waivers are spread over instalments; each function returns what nothing took."""

from collections.abc import Sequence
from typing import Literal

from anqi.engine.course import Course, Instalment
from anqi.engine.lateness import charge_lateness
from anqi.engine.products import Part, Terms


def pay_due(course: Course, amount_minor: int) -> int:
    """Pay what is due, oldest due date first, in the allocation order inside one; the rest comes back."""
    for row in course.owing:
        if not amount_minor:
            break
        charge_lateness(course, row)
        amount_minor = _pay_row(row, course.terms.allocation, amount_minor)
    while course.owing and not course.owing[0].remaining_minor:
        # Once more, with nothing unpaid: inside its grace it never bears a penalty.
        charge_lateness(course, course.owing.pop(0))
    return amount_minor


def pay_ahead(course: Course, amount_minor: int) -> int:
    """Pay the instalments to come as scheduled, in their order; the rest comes back."""
    return pay_rows(course.coming, course.terms, amount_minor)


def pay_rows(rows: Sequence[Instalment], terms: Terms, amount_minor: int) -> int:
    """Pay these instalments in their order, in the allocation order inside one; the rest comes back."""
    for row in rows:
        if not amount_minor:
            break
        amount_minor = _pay_row(row, terms.allocation, amount_minor)
    return amount_minor


def waive(course: Course, what: Literal["penalty", "interest", "fee"], amount_minor: int) -> int:
    """Take so much off what is owed of one part on due instalments, oldest first; the rest comes back."""
    for row in course.owing:
        if not amount_minor:
            break
        charge_lateness(course, row)
        taken_minor = min(row.left(what), amount_minor)
        row.waived[what] += taken_minor
        amount_minor -= taken_minor
    return amount_minor


def _pay_row(row: Instalment, order: Sequence[Part], amount_minor: int) -> int:
    charged, paid, waived = row.charged, row.paid, row.waived
    for part in order:
        taken_minor = min(charged[part] - paid[part] - waived[part], amount_minor)
        paid[part] += taken_minor
        amount_minor -= taken_minor
    return amount_minor
