"""The working state of one loan while its facts are taken day by day; lives inside one question only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from anqi.engine.products import Part, Terms
from anqi.engine.rates import Rates
from anqi.engine.schedule import Period, plan

Cut = tuple[Literal["prepaid", "returned"], date, int]
_NO_RATE = Fraction(0)
_NONE: Mapping[Part, int] = MappingProxyType({})
_NOTHING: dict[Part, int] = {"principal": 0, "interest": 0, "fee": 0, "penalty": 0}
Stretch = tuple[int, date, date]  # a base in the smallest unit, from this day, up to and without that day


@dataclass(slots=True, kw_only=True, eq=False)
class Instalment:
    """One instalment as it stands on the course's day."""

    period: Period
    charged: dict[Part, int]
    planned_minor: int
    """Its principal when it first stood on a plan."""
    fee_rate: Fraction
    """What its flat fee is of the fee base."""
    paid: dict[Part, int] = field(default_factory=_NOTHING.copy)
    waived: dict[Part, int] = field(default_factory=_NOTHING.copy)
    carried: Mapping[Part, int] = field(default_factory=lambda: _NONE)
    """Of what is charged: what came from other instalments or by a charge, whatever its own period bears."""
    moved: Mapping[Part, int] = field(default_factory=lambda: _NONE)
    """What was charged once and has gone to other instalments since."""
    given_back: Mapping[Part, int] = field(default_factory=lambda: _NONE)
    """What was charged once and a return gave back."""
    openings: list[Stretch] = field(default_factory=list)
    """The opening principal of its own period, where a cut changed it, and when the period is over."""
    fee_bases: list[Stretch] = field(default_factory=list)
    """The fee base of its own period, where a cut changed it, and when the period is over."""
    late: list[Stretch] = field(default_factory=list)
    """The penalty base since the due date, up to the day to which it is counted."""
    late_days: int = 0
    """Σ base × days of those stretches."""
    late_fee_minor: int | None = None
    """What missing it cost, within its penalty; None while it was not missed."""
    subsidy_minor: int = 0
    """The interest that a third party pays in the borrower's place."""
    is_due: bool = False
    is_stopped: bool = False
    """Whether its period ended before its time: it bears only what was earned by then."""
    is_cut_to_nothing: bool = False

    def left(self, part: Part) -> int:
        """What remains to be paid of one part."""
        return self.charged[part] - self.paid[part] - self.waived[part]

    @property
    def remaining_minor(self) -> int:
        """What remains to be paid, penalty included."""
        charged, paid, waived = self.charged, self.paid, self.waived
        return (
            charged["principal"] + charged["interest"] + charged["fee"] + charged["penalty"]
            - paid["principal"] - paid["interest"] - paid["fee"] - paid["penalty"]
            - waived["principal"] - waived["interest"] - waived["fee"] - waived["penalty"]
        )  # fmt: skip

    @property
    def unpaid_minor(self) -> int:
        """What remains to be paid, without penalty."""
        return self.remaining_minor - self.left("penalty")

    @property
    def is_paid(self) -> bool:
        """Whether money paid all of it; an instalment cut to nothing is not paid."""
        return any(self.paid.values()) and self.remaining_minor == 0


@dataclass(slots=True, kw_only=True, eq=False)
class Course:
    """One loan as it stands on a day, after some of the facts."""

    terms: Terms
    rows: list[Instalment]
    """Every instalment by its number; one whose rest went to others stays."""
    coming: list[Instalment]
    """The instalments still to come, the one whose period runs first."""
    owing: list[Instalment] = field(default_factory=list)
    """The due instalments of which something is left, oldest first; `lateness.owing` brings them up to the day."""
    day: date
    opening_minor: int
    """The plan's principal in the instalments to come, paid ahead or not."""
    lent_minor: int
    """All principal that was ever lent on it."""
    lent_again_minor: int = 0
    """Of that: money that was given back to the borrower though nothing was left to give."""
    fee_base_minor: int
    """What flat fees are counted on from the day: the original principal less all cuts."""
    is_fee_base_changed: bool = False
    rates: Rates | None = None
    """How the rate changed; None where it is that of the terms throughout."""
    unapplied_minor: int = 0
    """The money that it took, less what went back."""
    taken_back_minor: int = 0
    """What merchants took back of the goods."""
    credit_minor: int = 0
    prepaid_minor: int = 0
    returned_minor: int = 0
    late_fees_minor: int = 0
    charges_minor: dict[str, int] = field(default_factory=dict)
    """What staff charged so far, by code."""
    goodwill_minor: int = 0
    written_off_minor: int | None = None
    is_void: bool = False
    held_by: set[str] = field(default_factory=set)
    """The holds that are open."""
    holds: list[tuple[date, date]] = field(default_factory=list)
    """The days on which lateness stands still: from, up to and without; no end while a hold is open."""
    cuts: list[Cut] = field(default_factory=list)
    """What was taken off the plan, in its order."""

    def changeable_rates(self) -> Rates:
        """The rates, ready to be changed from a day on."""
        if self.rates is None:
            self.rates = _rates_of(self.terms)
        return self.rates

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
            planned_minor=each.principal_minor,
            subsidy_minor=each.subsidy_minor,
            fee_rate=Fraction(0) if period.is_free else terms.fee_rate_per_instalment,
        )
        for period, each in zip(planned.periods, planned.instalments, strict=True)
    ]
    principal_minor = terms.principal_minor
    return Course(
        terms=terms, rows=rows, coming=rows.copy(), day=terms.starts_on, opening_minor=principal_minor,
        lent_minor=principal_minor, fee_base_minor=terms.financed_minor, rates=_rates(terms),
    )  # fmt: skip


def _rates(terms: Terms) -> Rates | None:
    return _rates_of(terms) if terms.subsidy_rate else None


def _rates_of(terms: Terms) -> Rates:
    return Rates(
        changes=[(date.min, terms.annual_rate)], subsidies=[(date.min, terms.subsidy_rate)], pauses=[]
    )


def counted_from(stretches: list[Stretch], start: date) -> date:
    """The day from which stretches must go on: where the last one ended, or the start."""
    return stretches[-1][2] if stretches else start


def base_days(stretches: list[Stretch]) -> int:
    """Σ base × days over the stretches, in the smallest unit times days. 1000 over 3 days: 3000."""
    return sum(base_minor * (until - since).days for base_minor, since, until in stretches)
