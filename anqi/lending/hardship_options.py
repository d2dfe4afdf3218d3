"""What help would do to a plan, computed on the day: side by side, as the lender's rules offer it or people try it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from anqi.lending import amendments, hardship_shapes
from anqi.lending.amendments import CannotChange, Change, Foreseen
from anqi.lending.hardship_rules import Rules
from anqi.lending.hardship_shapes import Shape
from anqi.lending.store import LoanInHand
from anqi.rows.refusals import Refused

# Where the borrower doesn't say what they can pay, a longer plan is as much longer.
_LONGER_BY = 3


class Means(Protocol):
    """What a borrower says they can pay a month, in fen, and from when."""

    @property
    def monthly_minor(self) -> int | None: ...
    @property
    def from_on(self) -> date | None: ...


class DoesNotFit(Refused):
    """The plan can't be changed like this on that day: {why}."""

    code = "hardship_does_not_fit"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One kind of help, and the plan before and after it as it stands on the day. Amounts in fen."""

    shape: Shape
    foreseen: Foreseen
    waived_minor: int
    until: date | None
    """The last day of those to catch up in."""

    @property
    def largest_minor(self) -> int:
        """The most that one due day asks for from now on."""
        return max((row.remaining_minor for row in self.foreseen.after), default=0)

    @property
    def ends_on(self) -> date:
        """When the last instalment is due."""
        return max(row.due_on for row in self.foreseen.after)

    @property
    def dues(self) -> tuple[tuple[date, int], ...]:
        """What is open after it, by due day."""
        return tuple(sorted((row.due_on, row.remaining_minor) for row in self.foreseen.after))


def foresee(held: LoanInHand, shape: Shape, *, on: date, first: Sequence[Change] = ()) -> Option:
    """What that would do on that day, after the changes that come first. Refuses DoesNotFit."""
    try:
        foreseen = amendments.foresee(held, [*first, *hardship_shapes.changes_of(shape, held, on=on)], on=on)
    except CannotChange as refused:
        raise DoesNotFit(why=refused.facts["field"]) from None
    return Option(
        shape=shape, foreseen=foreseen, waived_minor=hardship_shapes.waived_minor(shape, held.standing(on)),
        until=hardship_shapes.until(shape, on=on),
    )  # fmt: skip


def own(means: Means, held: LoanInHand, rules: Rules, *, on: date) -> list[Option]:
    """What the lender's rules offer by themselves for what the borrower said they can pay, side by side."""
    return [foresee(held, shape, on=on) for shape in _own_shapes(means, held, rules, on)]


def _own_shapes(means: Means, held: LoanInHand, rules: Rules, on: date) -> Iterator[Shape]:
    shown = held.standing(on)
    following = hardship_shapes.next_row(shown, after=on)
    if shown.days_past_due or shown.due_now_minor:
        yield Shape(kind="catch_up", days=rules.catch_up_days)
        if following and shown.due_now_minor:
            yield Shape(kind="spread")
    elif following:
        yield from _later(held, rules, on)
    if hardship_shapes.open_count(shown):
        yield _longer(means, held, rules, on)


def _later(held: LoanInHand, rules: Rules, on: date) -> Iterator[Shape]:
    rows = sorted(row.due_on for row in held.standing(on).instalments if row.due_on > on and row.remaining_minor)
    latest = rows[0] + timedelta(days=rules.later_days)
    if len(rows) > 1:
        latest = min(latest, rows[1] - timedelta(days=1))
    if latest > rows[0]:
        yield Shape(kind="later", on=latest)


def _longer(means: Means, held: LoanInHand, rules: Rules, on: date) -> Shape:
    """As few instalments as keep each within what the borrower can pay; the longest there is where none do."""
    open_count = hardship_shapes.open_count(held.standing(on))
    first_due_on = hardship_shapes.first_day(means.from_on, on=on, rules=rules)
    if held.terms.method == "bullet":
        return Shape(kind="longer", instalments=1, on=first_due_on)
    if not means.monthly_minor:
        return Shape(kind="longer", instalments=open_count + min(_LONGER_BY, rules.more_instalments), on=first_due_on)
    # Interest only adds to it, so that fewer can't do.
    least = max(open_count, -(-held.standing(on).outstanding_principal_minor // means.monthly_minor))
    most = open_count + rules.more_instalments
    for count in range(min(least, most), most + 1):
        shape = Shape(kind="longer", instalments=count, on=first_due_on)
        if foresee(held, shape, on=on).largest_minor <= means.monthly_minor:
            break
    return shape
