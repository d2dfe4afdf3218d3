"""Amounts explained, for every site: an amount with its lines, why principal moved, and whether a penalty grows.

The words are each site's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from anqi.engine.breakdown import Breakdown, Line, break_down
from anqi.engine.events import Charge, Chargeback, Draw, RateChange, ReAge, ReAmortise, Reschedule, WriteOff
from anqi.engine.facts import Fact, Return
from anqi.engine.loan import Standing, StandingInstalment
from anqi.engine.products import Part, Terms
from anqi.engine.standing_facts import without_reversed

Row = dict[str, Any]
Origin = Literal["prepaid", "returned", "rate", "arrears", "drawn", "moved", "bounced", "charged"]

ORIGINS: tuple[Origin, ...] = ("prepaid", "returned", "rate", "arrears", "drawn", "moved", "bounced", "charged")
_REPLANNED: Mapping[type, Origin] = {Return: "returned", RateChange: "rate", ReAmortise: "arrears", Draw: "drawn"}
_CARRIED: Mapping[type, Origin] = {
    ReAmortise: "moved", ReAge: "moved", Reschedule: "moved", WriteOff: "moved", Chargeback: "bounced",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What lines are told of: a loan's terms and facts, on a day."""

    terms: Terms
    facts: tuple[Fact, ...]
    on: date
    was_prepaid: bool
    """Whether a payment ever took principal off the plan."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount in fen with the lines, for the part `sum`, that add up to it."""

    name: str
    label: str
    amount_minor: int
    lines: list[Row]
    note: str = ""

    @property
    def summed(self) -> list[Row]:
        """The lines and their sum."""
        return [*self.lines, {"label": self.label, "amount_minor": self.amount_minor, "total": True}]


def credit_used_minor(standing: Standing) -> int:
    """What credit takes off all that the instalments still ask for, in fen, below zero; 0 without credit."""
    return standing.remaining_minor - sum(row.remaining_minor for row in standing.instalments)


def taken_off(behind: Iterable[Line]) -> list[Line]:
    """The lines of an amount that stands among others as what takes away from them."""
    return [replace(line, exact=-line.exact) for line in behind]


def grows(terms: Terms, standing: Standing, row: StandingInstalment) -> bool:
    """Whether the instalment's penalty is more on the next day, if nothing is paid until then."""
    penalty = terms.penalty
    if not penalty or not penalty.daily_rate or row.state != "overdue" or standing.status == "written_off":
        return False
    parts: tuple[Part, ...] = ("principal",) if penalty.on == "principal" else ("principal", "interest", "fee")
    return any(left_minor(row, part) for part in parts)


def left_minor(row: StandingInstalment, part: Part) -> int:
    """What remains to be paid of one part, in fen."""
    charged_minor: int = getattr(row, f"{part}_minor")
    return charged_minor - row.paid_of(part)


def set_scene(terms: Terms, facts: tuple[Fact, ...], on: date) -> tuple[Scene, Breakdown]:
    """The loan on that day, broken down: once for a page."""
    behind = break_down(terms, facts, on)
    return Scene(terms=terms, facts=facts, on=on, was_prepaid=bool(behind.prepaid)), behind


def replanned_by(scene: Scene) -> tuple[Origin, ...]:
    """What may have spread principal anew by the end of the day."""
    found = _among(_REPLANNED, scene)
    return ("prepaid", *found) if scene.was_prepaid else found


def carried_by(scene: Scene, amount: str) -> tuple[Origin, ...]:
    """From where something may have come to a part of an instalment, or to the payoff, by the end of the day."""
    kinds = dict(_CARRIED)
    if amount in ("fee", "payoff"):
        kinds[Charge] = "charged"
    if amount == "principal":
        kinds[Draw] = "drawn"
    return _among(kinds, scene) or ("moved",)


def _among(kinds: Mapping[type, Origin], scene: Scene) -> tuple[Origin, ...]:
    standing, _changed_on = without_reversed([fact for fact in scene.facts if fact.on <= scene.on])
    found = {kinds[type(fact)] for fact in standing if type(fact) in kinds}
    return tuple(origin for origin in ORIGINS if origin in found)
