"""What lender and staff decide about a running loan, and what befalls it besides the borrower's payments."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from anqi.engine.calendar import Step
from anqi.engine.products import Method

Carried = Literal["interest", "fee", "penalty"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Event:
    """Decided, or told to us, on a day."""

    id: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Deferral(_Event):
    """延期: an instalment still to come, or due that very day, falls due later, before the next one."""

    n: int
    to: date


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDayChange(_Event):
    """改还款日: from now on instalments fall due on that day of the month."""

    day: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReAmortise(_Event):
    """What is in arrears is spread over the instalments still to come."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReAge(_Event):
    """All that is open, of every part, starts on a new calendar; as many instalments as are open, unless said."""

    first_due_on: date
    instalments: int | None = None
    every: Step | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reschedule(_Event):
    """展期/重组: what principal is left goes on a new plan, with those other parts that it carries."""

    first_due_on: date
    instalments: int
    every: Step | None = None
    method: Method | None = None
    annual_rate: Fraction | None = None
    carries: tuple[Carried, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause(_Event):
    """No interest is borne from this day, up to and without that day."""

    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold(_Event):
    """冻结: goods are on their way back, or something is in dispute; lateness stands still until it is released."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Release(_Event):
    """解除冻结: that hold ends; from this day on days count again."""

    of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RateChange(_Event):
    """From this day the annual rate is so much."""

    annual_rate: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Subsidy(_Event):
    """贴息: from this day a third party bears so much of the annual rate; 0 ends it."""

    annual_rate: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge(_Event):
    """A fee that staff charge, for a reason, under a code of the terms."""

    code: str
    amount_minor: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Goodwill(_Event):
    """The lender pays so much of it out of its own pocket."""

    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw(_Event):
    """So much more is lent on the same loan."""

    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund(_Event):
    """So much of a credit balance went back to the borrower."""

    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Chargeback(_Event):
    """The channel took back a payment, or so much of it: it counted until this day."""

    of: str
    amount_minor: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteOff(_Event):
    """核销: the lender no longer counts on it; the borrower still owes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery(_Event):
    """核销后收回: money that came in for a loan that was written off."""

    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Void(_Event):
    """The payout came back: the loan never was."""


Event = (
    Deferral | DueDayChange | ReAmortise | ReAge | Reschedule | Pause | Hold | Release | RateChange | Subsidy | Charge
    | Goodwill | Draw | Refund | Chargeback | WriteOff | Recovery | Void
)  # fmt: skip
