"""An application for credit, what a lender wants of one, and what speaks against it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Verdict = Literal["refused", "review"]
Number = int | str | date


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """What a bureau said of the applicant's debts with others."""

    asked_on: date
    days_past_due: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """An application to the same lender before this one; open while nobody has decided or withdrawn it."""

    on: date
    outcome: Literal["open", "approved", "refused", "withdrawn"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """All that a decision may look at; what nobody knows is None."""

    on: date
    lender: str
    amount_minor: int
    months: int
    purpose: str
    born_on: date | None
    verified_on: date | None
    """When the identity was verified."""
    free_minor: int
    """What is free of the limit that the lender grants the borrower."""
    days_past_due: int
    """On loans of the same lender."""
    elsewhere: Elsewhere | None
    earlier: tuple[Earlier, ...] = ()
    running: int = 0
    """Reserves (备用金) of the same lender that were signed and are not over."""
    account_borrowers: int = 1
    """How many borrowers have named the account that it is to be paid to, this one among them."""
    device_borrowers: int = 1
    """How many have applied from this device; 1 where nobody knows devices."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What one lender wants from a day on; without a lender what all want that have no row of their own."""

    since: date
    source: str
    purposes: frozenset[str]
    amount_most_minor: int
    months_most: int
    lender: str | None = None
    amount_least_minor: int = 1
    years_least: int = 18
    years_most: int | None = None
    asks_elsewhere: bool = True
    """Whether this lender asks a bureau; who asks none looks for nothing there."""
    elsewhere_review_from_days: int = 1
    elsewhere_refuse_from_days: int = 31
    elsewhere_asked_within_days: int = 30
    days_after_refusal: int = 0
    window_days: int = 30
    most_in_window: int | None = None
    review_from_a_day: int | None = None
    """From the so-manieth application of one day on a person looks."""
    running_most: int | None = None
    sharers_most: int | None = None
    """How many borrowers may share an account or a device before a person looks."""
    points_refuse_below: int | None = None
    points_review_below: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why it is not approved at once. Amounts are in the smallest unit; the doors have the words for the code."""

    code: str
    verdict: Verdict
    numbers: dict[str, Number] = field(default_factory=dict)
    is_final: bool = False
    """Whether no person may approve it all the same: the law, or a limit that only another act changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Points:
    """One line of a score, shown with the decision."""

    code: str
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What a scorecard says: its lines are all of it. Without lines it has said nothing."""

    scorecard: str
    lines: tuple[Points, ...] = ()

    @property
    def points(self) -> int | None:
        """The sum of the lines; None where there are none."""
        return sum(line.points for line in self.lines) if self.lines else None
