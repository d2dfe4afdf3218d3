"""Shapes of help: what is to be done to a plan, without figures, and the changes by which the arithmetic does it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from anqi.engine.loan import Standing
from anqi.lending.amendments import Change
from anqi.lending.hardship_rules import Rules
from anqi.lending.models import Hold
from anqi.lending.store import LoanInHand

Kind = Literal["catch_up", "spread", "longer", "later"]
KINDS: tuple[Kind, ...] = ("catch_up", "later", "spread", "longer")
# A new plan goes on with everything that is open; what isn't principal bears no interest there.
_CARRIES = ["interest", "fee", "penalty"]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One kind of help: days to catch up, arrears spread, a longer plan, or the next instalment later."""

    kind: Kind
    days: int = 0
    """To catch up in."""
    instalments: int = 0
    """Of the new plan."""
    on: date | None = None
    """The first due day of the new plan, or the one on which the next instalment falls due."""
    waives_minor: int = 0
    """At most so much of the penalty, which may be less by then."""


def write(shape: Shape) -> dict[str, Any]:
    """As it is kept."""
    return vars(shape) | {"on": shape.on.isoformat() if shape.on else None}


def read(kept: dict[str, Any]) -> Shape:
    """As it was kept."""
    on = date.fromisoformat(kept["on"]) if kept["on"] else None
    return Shape(**kept | {"on": on})


def why_another(shape: Shape, held: LoanInHand, rules: Rules, *, on: date) -> str:
    """Why one person may not offer it alone: it is none of the lender's own (`rules`), or `costs`; else empty."""
    if not _is_own(shape, held, rules, on):
        return "rules"
    return "costs" if shape.waives_minor > rules.alone_minor else ""


def _is_own(shape: Shape, held: LoanInHand, rules: Rules, on: date) -> bool:
    if shape.kind == "catch_up":
        return shape.days <= rules.catch_up_days
    if shape.kind == "spread":
        return True
    assert shape.on
    if shape.kind == "later":
        following = next_row(held.standing(on), after=on)
        return following is None or (shape.on - following.due_on).days <= rules.later_days
    most = open_count(held.standing(on)) + rules.more_instalments
    return shape.instalments <= most and (shape.on - on).days <= rules.begins_within_days


def open_count(shown: Standing) -> int:
    """How many instalments are not paid."""
    return sum(bool(row.remaining_minor) for row in shown.instalments)


def next_row(shown: Standing, *, after: date) -> Any:
    """The first instalment after that day of which something is open; None where none is."""
    coming = (row for row in shown.instalments if row.due_on > after and row.remaining_minor)
    return min(coming, key=lambda row: row.due_on, default=None)


def penalty_minor(shown: Standing) -> int:
    """The penalty that is open, in fen."""
    return sum(row.penalty_minor - row.paid_penalty_minor for row in shown.instalments)


def waived_minor(shape: Shape, shown: Standing) -> int:
    """How much penalty it takes off on that standing's day, in fen."""
    return min(shape.waives_minor, penalty_minor(shown))


def until(shape: Shape, *, on: date) -> date | None:
    """The last day of those to catch up in, if it begins on that day; None for what isn't a matter of days."""
    return on + timedelta(days=shape.days) if shape.kind == "catch_up" else None


def changes_of(shape: Shape, held: LoanInHand, *, on: date) -> list[Change]:
    """What it changes on that day, in its order; the engine refuses what doesn't fit the loan."""
    minor = waived_minor(shape, held.standing(on))
    waiver = [Change(kind="waiver", body={"what": "penalty", "amount_minor": minor})] if minor > 0 else []
    return [*waiver, _plan_change(shape, held, on)]


def _plan_change(shape: Shape, held: LoanInHand, on: date) -> Change:
    if last := until(shape, on=on):
        kept = {"until": last.isoformat()}
        return Change(kind="hold", body={"reason": str(Hold.Kind.HARDSHIP)}, beside=kept)
    if shape.kind == "spread":
        return Change(kind="re_amortise", body={})
    assert shape.on
    if shape.kind == "later":
        following = next_row(held.standing(on), after=on)
        return Change(kind="deferral", body={"n": following.n if following else 1, "to": shape.on.isoformat()})
    return Change(kind="reschedule", body={
        "first_due_on": shape.on.isoformat(), "instalments": shape.instalments, "carries": _CARRIES,
    })  # fmt: skip


def first_day(wanted: date | None, *, on: date, rules: Rules) -> date:
    """The first due day of a new plan as the borrower wants it, within the rules, and never a day that months lack."""
    soonest, latest = on + timedelta(days=1), on + timedelta(days=rules.begins_within_days)
    day = min(max(wanted or on + timedelta(days=30), soonest), latest)
    earlier = day.replace(day=min(day.day, 28))
    return earlier if earlier > on else (day.replace(day=1) + timedelta(days=32)).replace(day=1)
