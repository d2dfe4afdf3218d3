"""How the annual rate of a loan goes on through the days: changed, paused, borne in part by a third party."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

_NONE = Fraction(0)


class Rated(NamedTuple):
    """A base over days on which one rate held."""

    base_minor: int
    since: date
    until: date
    annual_rate: Fraction
    """What the borrower bears."""
    subsidy_rate: Fraction
    """What a third party bears; both together are what the lender earns."""


@dataclass(slots=True, kw_only=True)
class Rates:
    """The rate of the terms and all that changed it, each from its day on."""

    changes: list[tuple[date, Fraction]]
    """From when the whole rate is so much; the first is the terms' own."""
    subsidies: list[tuple[date, Fraction]]
    """From when a third party bears so much of it."""
    pauses: list[tuple[date, date]]
    """From, up to and without: days that bear nothing."""

    def over(self, base_minor: int, since: date, until: date) -> Iterator[Rated]:
        """The stretch in parts on which one rate holds, in the order of the days.

        1000 from 1 to 11 March, 12 % until it is 6 % from the 6th: five days at 12 %, five at 6 %.
        """
        while since < until:
            part_until = min((day for day in self.breaks() if since < day < until), default=until)
            yield Rated(base_minor, since, part_until, *self._on(since))
            since = part_until

    def breaks(self) -> Iterator[date]:
        """The days from which on another rate holds."""
        yield from (day for day, _ in self.changes)
        yield from (day for day, _ in self.subsidies)
        for since, until in self.pauses:
            yield since
            yield until

    def _on(self, day: date) -> tuple[Fraction, Fraction]:
        if any(since <= day < until for since, until in self.pauses):
            return _NONE, _NONE
        whole = _last_by(day, self.changes)
        subsidy = min(_last_by(day, self.subsidies), whole)
        return whole - subsidy, subsidy


def _last_by(day: date, steps: list[tuple[date, Fraction]]) -> Fraction:
    place = bisect_right(steps, day, key=lambda step: step[0])
    return steps[place - 1][1] if place else _NONE
