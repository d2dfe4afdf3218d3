"""What a payment would do, before it is made, and which amounts make sense to pay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from anqi.engine.facts import Fact, Goal, Payment
from anqi.engine.loan import Standing, StandingInstalment, standing
from anqi.engine.products import ALLOCATION, Part, Terms
from anqi.engine.refusals import LessThanPayoff


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What goes to one part of one instalment; below zero where a settlement gives back what was paid ahead."""

    n: int
    part: Part
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a payment would do; Σ lines + prepaid + excess = the amount + the credit used."""

    clears: tuple[int, ...]
    """The instalments that become paid, by number; one that is only taken off the plan is none of them."""
    lines: tuple[Line, ...]
    prepaid_minor: int
    """Principal taken off the plan, where excess is `shorten` or `lower`."""
    credit_used_minor: int
    """Credit that a settlement uses up."""
    excess_minor: int
    """What no instalment takes: it becomes credit."""
    saved_minor: int
    """Interest and fees that need no longer be paid, less an early fee: below zero where that is more."""
    remaining_after_minor: int
    next_due_on_after: date | None
    next_due_minor_after: int | None
    settles: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """The amounts that make sense to pay on a day, each one exact for its goal."""

    due_minor: int
    """All that is due, for the goal `due`; credit comes in on due dates only, so it takes nothing off."""
    next_minor: int | None
    """All that is due and the first instalment to come, for `next`; `None` where `all` costs no more."""
    all_minor: int
    """The payoff, for `all`."""
    least_minor: int
    most_minor: int
    settled: bool


def preview(terms: Terms, facts: Iterable[Fact], on: date, *, amount_minor: int, goal: Goal) -> Preview:
    """What a payment of so much would do, made on that day after all that is known of it.

    Refuses as `standing` does: `NotPositive`, `BeforeStart`, and `LessThanPayoff` for the goal `all`.
    346.15 on the first due date of 1999.00 in six: clears instalment 1, 12.99 of fee and 333.16 of principal.
    """
    known = tuple(fact for fact in facts if fact.on <= on)
    before = standing(terms, known, on)
    # After a reversal the replay takes too small an `all` as `due`, for the sake of facts accepted before it.
    if goal == "all" and amount_minor < (before.payoff_minor or 0):
        raise LessThanPayoff(need_minor=before.payoff_minor)
    last_id = max((fact.id for fact in known), default="")
    payment = Payment(id=f"{last_id}+", on=on, amount_minor=amount_minor, goal=goal)
    return _compare(before, standing(terms, (*known, payment), on))


def _compare(before: Standing, after: Standing) -> Preview:
    rows = list(zip(before.instalments, after.instalments, strict=True))
    credit_minor = after.credit_minor - before.credit_minor
    return Preview(
        clears=tuple(new.n for old, new in rows if _is_cleared(old, new)),
        lines=tuple(line for old, new in rows for line in _lines(old, new)),
        prepaid_minor=after.reduced.prepaid_minor - before.reduced.prepaid_minor,
        credit_used_minor=max(-credit_minor, 0),
        excess_minor=max(credit_minor, 0),
        saved_minor=_to_bear(before) - _to_bear(after),
        remaining_after_minor=after.remaining_minor,
        next_due_on_after=after.next_due_on,
        next_due_minor_after=after.next_due_minor,
        settles=after.status == "settled" != before.status,
    )


def _is_cleared(old: StandingInstalment, new: StandingInstalment) -> bool:
    return new.remaining_minor == 0 != old.remaining_minor and new.paid_minor > 0


def _lines(old: StandingInstalment, new: StandingInstalment) -> Iterator[Line]:
    for part in ALLOCATION:
        amount_minor = new.paid_of(part) - old.paid_of(part)
        if amount_minor:
            yield Line(n=new.n, part=part, amount_minor=amount_minor)


def _to_bear(shown: Standing) -> int:
    return sum(row.interest_minor + row.fee_minor for row in shown.instalments)


def choices(terms: Terms, facts: Iterable[Fact], on: date) -> Choices:
    """The amounts that make sense to pay on the day, in the smallest unit; all zero where there is nothing to pay.

    Refuses as `standing` does. 1999.00 in six flat instalments, on the first due date: 346.15 due, 692.30 with
    the next one, 2011.99 for all.
    """
    shown = standing(terms, facts, on)
    all_minor = shown.payoff_minor or 0
    if shown.payoff_minor is None or shown.status == "settled":
        return _nothing_to_pay(settled=shown.status == "settled")
    next_minor = shown.due_now_minor + (shown.next_due_minor or 0)
    return Choices(
        due_minor=shown.due_now_minor,
        next_minor=next_minor if shown.next_due_minor and next_minor < all_minor else None,
        all_minor=all_minor,
        least_minor=1,
        # Credit that waits for its due date can make the payoff less than what is due.
        most_minor=max(all_minor, shown.due_now_minor),
        settled=False,
    )


def _nothing_to_pay(*, settled: bool) -> Choices:
    return Choices(due_minor=0, next_minor=None, all_minor=0, least_minor=0, most_minor=0, settled=settled)
