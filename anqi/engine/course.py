"""The working state of one loan while its facts are taken day by day; lives inside one question only."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from anqi.engine.products import Part, Terms
from anqi.engine.schedule import Period, plan

Cut = tuple[Literal["prepaid", "returned"], date, int]
Stretch = tuple[int, date, date]  # a base in the smallest unit, from this day, up to and without that day


@dataclass(slots=True, kw_only=True)
class Instalment:
    """One instalment as it stands on the course's day."""

    period: Period
    charged: dict[Part, int]
    paid: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(_PARTS, 0))
    waived: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(_PARTS, 0))
    openings: list[Stretch] = field(default_factory=list)
    """The opening principal of its own period, where a cut changed it, and when the period is over."""
    fee_bases: list[Stretch] = field(default_factory=list)
    """The fee base of its own period, where a cut changed it, and when the period is over."""
    late: list[Stretch] = field(default_factory=list)
    """The penalty base since the due date, up to the day to which it is counted."""
    is_cut_to_nothing: bool = False

    def left(self, part: Part) -> int:
        """What remains to be paid of one part."""
        return self.charged[part] - self.paid[part] - self.waived[part]

    @property
    def remaining_minor(self) -> int:
        """What remains to be paid, penalty included."""
        return sum(self.charged.values()) - sum(self.paid.values()) - sum(self.waived.values())

    @property
    def unpaid_minor(self) -> int:
        """What remains to be paid, without penalty."""
        return self.remaining_minor - self.left("penalty")

    @property
    def is_paid(self) -> bool:
        """Whether money paid all of it; an instalment cut to nothing is not paid."""
        return self.remaining_minor == 0 and any(self.paid.values())


_PARTS: tuple[Part, ...] = ("principal", "interest", "fee", "penalty")


@dataclass(slots=True, kw_only=True)
class Course:
    """One loan as it stands on a day, after some of the facts."""

    terms: Terms
    rows: list[Instalment]
    day: date
    opening_minor: int
    """The plan's principal in the instalments to come, paid ahead or not."""
    due_count: int = 0
    credit_minor: int = 0
    prepaid_minor: int = 0
    returned_minor: int = 0
    is_settled_early: bool = False
    cuts: list[Cut] = field(default_factory=list)
    """What was taken off the plan, in its order."""

    @property
    def due(self) -> list[Instalment]:
        """The instalments due by the day, oldest first."""
        return self.rows[: self.due_count]

    @property
    def coming(self) -> list[Instalment]:
        """The instalments still to come, the one whose period runs first."""
        return self.rows[self.due_count :]

    @property
    def is_cut(self) -> bool:
        """Whether principal was ever taken off the plan."""
        return bool(self.prepaid_minor or self.returned_minor)

    @property
    def fee_base_minor(self) -> int:
        """What flat fees are counted on from the day: the original principal less all cuts."""
        return self.terms.principal_minor - self.prepaid_minor - self.returned_minor

    def fee_base_of(self, row: Instalment) -> int:
        """What a flat fee of that instalment is counted on from the day."""
        return 0 if row.is_cut_to_nothing else self.fee_base_minor


def begin(terms: Terms) -> Course:
    """The loan on the day it starts, before any fact."""
    planned = plan(terms)
    rows = [
        Instalment(
            period=period,
            charged={
                "principal": each.principal_minor,
                "interest": each.interest_minor,
                "fee": each.fee_minor,
                "penalty": 0,
            },
        )
        for period, each in zip(planned.periods, planned.instalments, strict=True)
    ]
    return Course(terms=terms, rows=rows, day=terms.starts_on, opening_minor=terms.principal_minor)


def counted_from(stretches: list[Stretch], start: date) -> date:
    """The day from which stretches must go on: where the last one ended, or the start."""
    return stretches[-1][2] if stretches else start


def base_days(stretches: list[Stretch]) -> int:
    """Σ base × days over the stretches, in the smallest unit times days. 1000 over 3 days: 3000."""
    return sum(base_minor * (until - since).days for base_minor, since, until in stretches)
