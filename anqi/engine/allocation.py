"""How money and waivers are spread over instalments; each function returns what nothing took."""

from collections.abc import Sequence
from typing import Literal

from anqi.engine.course import Course, Instalment
from anqi.engine.products import Part, Terms


def pay_due(course: Course, amount_minor: int) -> int:
    """Pay what is due, oldest due date first, in the allocation order inside one; the rest comes back."""
    return _pay(course.owing, course.terms.allocation, amount_minor)


def pay_ahead(course: Course, amount_minor: int) -> int:
    """Pay the instalments to come as scheduled, in their order; the rest comes back."""
    return _pay(course.coming, course.terms.allocation, amount_minor)


def pay_rows(rows: Sequence[Instalment], terms: Terms, amount_minor: int) -> int:
    """Pay these instalments in their order, in the allocation order inside one; the rest comes back."""
    return _pay(rows, terms.allocation, amount_minor)


def waive(course: Course, what: Literal["penalty", "interest", "fee"], amount_minor: int) -> int:
    """Take so much off what is owed of one part on due instalments, oldest first; the rest comes back."""
    for row in course.owing:
        taken_minor = min(row.left(what), amount_minor)
        row.waived[what] += taken_minor
        amount_minor -= taken_minor
    return amount_minor


def _pay(rows: Sequence[Instalment], order: Sequence[Part], amount_minor: int) -> int:
    for row in rows:
        if amount_minor == 0:
            break
        if row.remaining_minor:
            amount_minor = _pay_row(row, order, amount_minor)
    return amount_minor


def _pay_row(row: Instalment, order: Sequence[Part], amount_minor: int) -> int:
    for part in order:
        taken_minor = min(row.left(part), amount_minor)
        row.paid[part] += taken_minor
        amount_minor -= taken_minor
    return amount_minor
