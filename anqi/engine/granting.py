"""What lender and borrower decide about a credit line: facts like those of a loan, and what they come to on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from anqi.engine.refusals import NotPositive, UnknownFact

Party = Literal["lender", "borrower"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """Decided on a day, and counting from then on."""

    id: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant(_Decision):
    """授信: the lender grants so much in all. More than before counts only once the borrower accepts it."""

    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance(_Decision):
    """The borrower agrees to a raise."""

    of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnLimit(_Decision):
    """The borrower wants no more than so much, whatever is granted; None takes that back."""

    amount_minor: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock(_Decision):
    """冻结: nothing new is lent. What was signed stays signed, and repayment is never locked."""

    by: Party
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlock(_Decision):
    """解冻: that lock ends. Whoever set it lifts it, and nobody else."""

    by: Party
    of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Expiry(_Decision):
    """有效期: nothing new is lent after that day; another day renews the line, or ends it sooner."""

    until: date


Decision = Grant | Acceptance | OwnLimit | Lock | Unlock | Expiry


@dataclass(slots=True, kw_only=True)
class Decided:
    """What the decisions come to so far."""

    granted_minor: int | None = None
    """None before the first grant."""
    own_minor: int | None = None
    until: date | None = None
    locks: dict[str, Lock] = field(default_factory=dict)
    """The locks that hold, by their ids."""
    raises: dict[str, int] = field(default_factory=dict)
    """The raise that waits for its acceptance, by its id."""


def decided(decisions: Iterable[Decision], on: date) -> Decided:
    """What they come to at the end of the day, taken by their days, on one day by their ids.

    Refuses NotPositive for an amount below zero, UnknownFact for the acceptance of a raise that doesn't wait and for an
    unlock where that party has no such lock.
    """
    so_far = Decided()
    for decision in sorted((each for each in decisions if each.on <= on), key=lambda each: (each.on, each.id)):
        _take(so_far, decision)
    return so_far


def _take(so_far: Decided, decision: Decision) -> None:
    match decision:
        case Grant():
            _grant(so_far, decision)
        case Acceptance(of=of):
            if of not in so_far.raises:
                raise UnknownFact()
            so_far.granted_minor, so_far.raises = so_far.raises[of], {}
        case OwnLimit(amount_minor=amount_minor):
            if amount_minor is not None and amount_minor < 0:
                raise NotPositive()
            so_far.own_minor = amount_minor
        case Lock(id=id):
            so_far.locks[id] = decision
        case Unlock(of=of, by=by):
            if of not in so_far.locks or so_far.locks[of].by != by:
                raise UnknownFact()
            del so_far.locks[of]
        case Expiry(until=until):
            so_far.until = until


def _grant(so_far: Decided, grant: Grant) -> None:
    if grant.amount_minor < 0:
        raise NotPositive()
    # A raise that nobody has accepted is off the table once the lender decides anew.
    so_far.raises = {}
    if so_far.granted_minor is None or grant.amount_minor <= so_far.granted_minor:
        so_far.granted_minor = grant.amount_minor
    else:
        so_far.raises = {grant.id: grant.amount_minor}
