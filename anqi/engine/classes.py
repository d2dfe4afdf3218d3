"""In which class of risk a loan stands on a day, and by what code a credit bureau is told of it."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from anqi.engine.loan import Standing, StandingInstalment

Category = Literal["normal", "special_mention", "substandard", "doubtful", "loss"]

_CATEGORIES: tuple[Category, ...] = ("normal", "special_mention", "substandard", "doubtful", "loss")
_CODES = ("N", "1", "2", "3", "4", "5", "6", "7")
_CODE_BEGINS = (1, 31, 61, 91, 121, 151, 181)
_LONGEST_FAULT_DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """The days past due with which special mention, substandard, doubtful and loss begin."""

    begins: tuple[int, int, int, int]
    source: str


MEASURES_2023 = Thresholds(begins=(1, 91, 271, 361), source="《商业银行金融资产风险分类办法》 2023")
CARDS = Thresholds(begins=(1, 91, 121, 181), source="the card rule before the measures of 2023")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Days on which a borrower could not pay for a fault of ours or of a channel's; the last one included."""

    since: date
    until: date


def category_of(
    standing: Standing, *, thresholds: Thresholds = MEASURES_2023, faults: Iterable[Fault] = ()
) -> Category | None:
    """五级分类 by lateness alone: the loan is at least as bad as that. None before it begins and where it is void.

    By the measures of 2023 any day late is special mention, more than 90 substandard, more than 270 doubtful, more than
    360 loss. 91 days: substandard. What was written off and is still owed is a loss.
    """
    if standing.status in ("pending", "void"):
        return None
    if standing.status == "written_off":
        return "loss"
    return _CATEGORIES[bisect_right(thresholds.begins, days_past_due(standing, faults))]


def report_code_of(standing: Standing, *, faults: Iterable[Fault] = ()) -> str | None:
    """The state of repayment on a day as the bureau's monthly record (二代征信) writes it; None before the loan begins.

    N not late, 1 to 6 for each 30 days begun, 7 from the 181st day on, C settled, B written off and still owed, G ended
    in another way. 31 days: 2. What only a whole month knows is added by `reporting`.
    """
    ended = {"pending": None, "settled": "C", "written_off": "B", "void": "G"}
    if standing.status in ended:
        return ended[standing.status]
    return _CODES[bisect_right(_CODE_BEGINS, days_past_due(standing, faults))]


def days_past_due(standing: Standing, faults: Iterable[Fault] = ()) -> int:
    """The days past due that count against the borrower: without instalments that a fault of ours excuses.

    Missed on the day of a fault: 7 days late 0, 8 days late 8. A shorter lateness of technical cause is none (2023
    measures on special mention); one that outlasts it counts from the due date.
    """
    faults = tuple(faults)
    if not faults:
        return standing.days_past_due
    return max((row.days_late for row in missed(standing, faults)), default=0)


def missed(standing: Standing, faults: Iterable[Fault] = ()) -> tuple[StandingInstalment, ...]:
    """The overdue instalments that no fault excuses, in their order."""
    faults = tuple(faults)
    return tuple(row for row in standing.instalments if row.state == "overdue" and not _is_excused(row, faults))


def _is_excused(row: StandingInstalment, faults: tuple[Fault, ...]) -> bool:
    is_short = row.days_late <= _LONGEST_FAULT_DAYS
    return is_short and any(fault.since <= row.due_on <= fault.until for fault in faults)
