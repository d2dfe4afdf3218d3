"""What loans have earned and their books do not show: some whole numbers a line beside each loan, and their sum."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.engine.accruals import Line
from anqi.engine.products import Part
from anqi.rows import sql

_PARTS: tuple[Part, ...] = ("interest", "fee", "penalty")
_NUMBERS = 7
# Of a line that nothing bounds.
_NO_MOST = 2**62


@dataclass(frozen=True, kw_only=True)
class Accrued:
    """What all loans of a product have earned of one part, and is not booked, in fen."""

    lender_id: UUID
    product_id: UUID
    currency: str
    part: Part
    amount_minor: int


def as_numbers(lines: Iterable[Line]) -> list[int] | None:
    """The lines as they are kept beside a loan; None for none. The day since which they hold is the loan's."""
    numbers = [number for line in lines for number in _numbers(line)]
    return numbers or None


def _numbers(line: Line) -> tuple[int, ...]:
    most_minor = _NO_MOST if line.most_minor is None else line.most_minor
    return (
        _PARTS.index(line.part), line.start, line.per_day, line.denominator, most_minor, line.booked_minor,
        int(line.is_half_even),
    )  # fmt: skip


def from_numbers(numbers: Sequence[int] | None, *, since: date | None) -> tuple[Line, ...]:
    """The lines that were kept so."""
    return tuple(_lines(numbers, since)) if numbers and since else ()


def _lines(numbers: Sequence[int], since: date) -> Iterator[Line]:
    for first in range(0, len(numbers), _NUMBERS):
        part, start, per_day, denominator, most_minor, booked_minor, is_half_even = numbers[first : first + _NUMBERS]
        yield Line(
            part=_PARTS[part], since=since, start=start, per_day=per_day, denominator=denominator,
            most_minor=None if most_minor == _NO_MOST else most_minor, booked_minor=booked_minor,
            is_half_even=bool(is_half_even),
        )  # fmt: skip


def total_on(day: date) -> list[Accrued]:
    """What stands accrued on the evening of that day, of the loans that nobody has touched since. One statement."""
    return [
        Accrued(
            lender_id=lender_id, product_id=product_id, currency=currency, part=_PARTS[part], amount_minor=int(total)
        )
        for lender_id, product_id, currency, part, total in sql.fetch(_TOTAL, [day])
    ]  # fmt: skip


def touched_since(day: date) -> dict[tuple[UUID, UUID], UUID]:
    """The products of loans that had begun by that day and whose books show a later one, by (borrower id, loan id)."""
    return {(borrower_id, loan_id): product_id for borrower_id, loan_id, product_id in sql.fetch(_TOUCHED, [day])}


# A line holds until the day before the loan's next wake: one whose day has come and that failed goes no further.
_TOTAL = f"""
    select lender_id, product_id, currency, part, sum(greatest(least(
        case when is_half_even = 1 and doubled % (2 * denominator) = 0 and doubled / (2 * denominator) % 2 = 1
            then doubled / (2 * denominator) - 1 else doubled / (2 * denominator) end,
        most) - booked, 0))
    from (
        select l.lender_id, l.product_id, l.currency, l.accruals[i] as part, l.accruals[i + 3] as denominator,
            2 * (l.accruals[i + 1] + l.accruals[i + 2] * (least($1, l.next_wake_on - 1) - l.stands_on))
                + l.accruals[i + 3] as doubled,
            l.accruals[i + 4] as most, l.accruals[i + 5] as booked, l.accruals[i + 6] as is_half_even
        from lending_loan l, generate_series(1, cardinality(l.accruals), {_NUMBERS}) as i
        where l.stands_on <= $1 and l.accruals is not null
    ) line
    group by lender_id, product_id, currency, part
"""
_TOUCHED = """
    select borrower_id, id, product_id from lending_loan where stands_on > $1 and starts_on <= $1
    order by borrower_id, id
"""
