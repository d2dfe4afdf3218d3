"""Odd stretches: how the interest of an instalment changes with its days, in figures that people can check."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anqi.engine.calendar import YEAR_UNITS
from anqi.engine.course import Course, Instalment
from anqi.engine.explain import interest_of


@dataclass(frozen=True, kw_only=True)
class Odd:
    """How the interest of one instalment changes, in fen.

    Where it is so simple: more or fewer days of one base at one rate, `days` over `year_days`; else they are None.
    """

    n: int
    before_minor: int
    after_minor: int
    base_minor: int | None = None
    annual_rate: Fraction | None = None
    days: int | None = None
    year_days: int | None = None

    @property
    def more_minor(self) -> int:
        """What it bears more, in fen; below zero where it is less."""
        return self.after_minor - self.before_minor


def find(before: Course, after: Course, kept: Container[int]) -> Iterator[Odd]:
    """The instalments of these numbers whose interest is not what it was."""
    for old, new in zip(before.rows, after.rows, strict=False):
        if old.period.n in kept and old.charged["interest"] != new.charged["interest"]:
            yield _odd(before, old, after, new)


def written(odd: Odd) -> dict[str, Any]:
    """The same as a document keeps it."""
    stated: dict[str, Any] = {"n": odd.n, "before_minor": odd.before_minor, "after_minor": odd.after_minor}
    if odd.base_minor is None or odd.annual_rate is None:
        return stated
    # Rates were read from decimals, so that nothing is cut off here.
    rate = Decimal(odd.annual_rate.numerator) * Decimal(odd.annual_rate.denominator) ** -1
    return stated | {
        "base_minor": odd.base_minor, "annual_rate": f"{rate:f}", "days": odd.days, "year_days": odd.year_days
    }  # fmt: skip


def _odd(before: Course, old: Instalment, after: Course, new: Instalment) -> Odd:
    plain = Odd(n=old.period.n, before_minor=old.charged["interest"], after_minor=new.charged["interest"])
    bases = {each.base_minor for each in (*interest_of(before, old).stretches, *interest_of(after, new).stretches)}
    terms, units = after.terms, YEAR_UNITS[after.terms.day_count]
    days = (new.period.fraction - old.period.fraction) * units
    is_simple = terms.day_count != "actual/actual" and days.denominator == 1
    if len(bases) != 1 or not is_simple or before.terms.annual_rate != terms.annual_rate or after.rates:
        return plain
    return replace(plain, base_minor=bases.pop(), annual_rate=terms.annual_rate, days=int(days), year_days=units)
