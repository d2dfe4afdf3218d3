"""What the law and each lender allow of contacts about a debt, as rows that hold from a day on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from types import MappingProxyType
from typing import Literal

from anqi.engine.dated import in_force

Channel = Literal["call", "sms", "mail", "app"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """Hours of a day in which somebody may be contacted: from the one, up to and without the other."""

    opens: time
    closes: time

    def hold(self, clock: time) -> bool:
        """Whether the time of day lies in them."""
        return self.opens <= clock < self.closes

    def within(self, other: "Hours") -> "Hours":
        """The hours that are in both. 9 to 20 within 8 to 22: 9 to 20."""
        return Hours(opens=max(self.opens, other.opens), closes=min(self.closes, other.closes))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What holds from a day on for one lender; `None`: for every lender without a row of its own."""

    since: date
    hours: Hours
    most_a_day: Mapping[Channel, int]
    """Reminders and overdue notices together, by channel; none on a channel that isn't named."""
    reminds_before_days: int
    most_a_day_in_all: int | None = None
    """On all channels together; None: as many as each of them allows."""
    calls_a_week: int | None = None
    """On a day and the six before it."""
    lender: str | None = None
    source: str = "our own"


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """What no lender may exceed from a day on."""

    since: date
    hours: Hours
    """Without the borrower's consent to others."""
    calls_a_day: int
    source: str


LAWS = (
    Law(
        since=date(2025, 2, 28), hours=Hours(opens=time(8), closes=time(22)), calls_a_day=6,
        source="GB/T 45251-2025; the banking association's guideline of 30 January 2026",
    ),
)  # fmt: skip
OURS = (
    Rules(
        since=date(2025, 2, 28), hours=Hours(opens=time(9), closes=time(20)), reminds_before_days=7,
        most_a_day=MappingProxyType({"call": 3, "sms": 2, "mail": 1, "app": 3}), most_a_day_in_all=4, calls_a_week=7,
    ),
)  # fmt: skip
"""Narrower than the law: 9 to 20, three calls a day and seven a week, and four contacts a day by whatever channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleBook:
    """All rows, of the law and of lenders."""

    laws: tuple[Law, ...] = LAWS
    rules: tuple[Rules, ...] = OURS

    def on(self, day: date, *, lender: str) -> Rules | None:
        """What holds for the lender on the day, within the law; None where there is no row by then."""
        newest = in_force(self.rules, lender=lender, on=day)
        law = max((law for law in self.laws if law.since <= day), key=lambda law: law.since, default=None)
        return _within(newest, law) if newest and law else newest

    def begins(self) -> Iterable[date]:
        """The days from which another row holds."""
        return [*(law.since for law in self.laws), *(row.since for row in self.rules)]


def _within(rules: Rules, law: Law) -> Rules:
    most_a_day = dict(rules.most_a_day)
    if "call" in most_a_day:
        most_a_day["call"] = min(most_a_day["call"], law.calls_a_day)
    return replace(rules, hours=rules.hours.within(law.hours), most_a_day=most_a_day)
