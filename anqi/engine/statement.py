"""A statement of account: what a loan still asked for, day by day, and each change of it with its cause."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from anqi.engine.events import Chargeback, Goodwill, Recovery, Refund
from anqi.engine.facts import Fact, Payment, Return
from anqi.engine.loan import standing
from anqi.engine.products import Terms
from anqi.engine.refusals import Refused
from anqi.engine.standing_facts import in_their_order, without_reversed

What = Literal["principal", "interest", "fee", "penalty", "money"]
_CHARGED: tuple[What, ...] = ("interest", "fee", "penalty")
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One change of what is still to be paid, in the smallest unit; below zero what takes away from it."""

    on: date
    what: What
    amount_minor: int
    by: tuple[str, ...] = ()
    """The facts that did it; none where it was the loan's start, or days that went by."""
    n: int | None = None
    """The instalment that days changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """Opening + Σ lines = closing; each is all that is still to be paid less credit, below zero where credit is more.

    Opening is that of the evening before the first day, closing that of the last day's evening.
    """

    since: date
    until: date
    opening_minor: int
    lines: tuple[Line, ...]
    closing_minor: int

    def sum_minor(self, what: What) -> int:
        """What all lines of that kind come to."""
        return sum(line.amount_minor for line in self.lines if line.what == what)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """An evening: what is left to pay less credit, money in less money out, and what instalments are charged."""

    left_minor: int
    money_minor: int
    charged: dict[tuple[What, int], int]


def state(terms: Terms, facts: Iterable[Fact], *, since: date, until: date) -> Statement:
    """The statement of these days, the first and the last included, as everything is known now.

    Money counts as the facts tell it. Interest and fees of the whole plan are asked for from the start, so that paying
    early takes some of them off again. Refuses as `standing` does.
    6000.00 in 12 months at 12 %: principal 6000.00, interest 397.11; a first instalment paid: money −533.09.
    """
    assert since <= until, "days go forwards"
    known = in_their_order(fact for fact in facts if fact.on <= until)
    lines = tuple(_lines(terms, known, since, until))
    return Statement(
        since=since,
        until=until,
        opening_minor=_see(terms, [fact for fact in known if fact.on < since], since - _DAY).left_minor,
        lines=lines,
        closing_minor=_see(terms, known, until).left_minor,
    )


def _lines(terms: Terms, known: Sequence[Fact], since: date, until: date) -> Iterator[Line]:
    told = [fact for fact in known if fact.on < since]
    before = _see(terms, told, since - _DAY)
    if since <= terms.starts_on <= until:
        after = _see(terms, told, terms.starts_on)
        yield from _changes(before, after, terms.starts_on)
        before = after
    for day, happened in groupby(known[len(told) :], key=lambda fact: fact.on):
        after = _see(terms, told, day)
        yield from _passing(before, after, day)
        before = after
        for by in _steps(terms, told, list(happened), day):
            told += by
            after = _see(terms, told, day)
            yield from _changes(before, after, day, by)
            before = after
    yield from _passing(before, _see(terms, told, until), until)


def _steps(terms: Terms, told: Sequence[Fact], happened: Sequence[Fact], day: date) -> Iterator[list[Fact]]:
    """The facts of a day one by one; together where one by itself is refused, because what came later let it in."""
    waiting: list[Fact] = []
    done = list(told)
    for fact in happened:
        waiting.append(fact)
        if fact is happened[-1] or _is_accepted(terms, [*done, *waiting], day):
            yield waiting
            done += waiting
            waiting = []


def _is_accepted(terms: Terms, facts: Sequence[Fact], day: date) -> bool:
    try:
        standing(terms, facts, day)
    except Refused:
        return False
    return True


def _see(terms: Terms, facts: Sequence[Fact], on: date) -> _Seen:
    if on < terms.starts_on:
        return _Seen(left_minor=0, money_minor=0, charged={})
    shown = standing(terms, facts, on)
    return _Seen(
        left_minor=sum(row.remaining_minor for row in shown.instalments) - shown.credit_minor,
        money_minor=sum(map(_money, without_reversed(facts)[0])),
        charged={(part, row.n): getattr(row, f"{part}_minor") for row in shown.instalments for part in _CHARGED},
    )


def _money(fact: Fact) -> int:
    if isinstance(fact, Payment | Recovery | Return | Goodwill):
        return fact.amount_minor
    return -(fact.amount_minor or 0) if isinstance(fact, Refund | Chargeback) else 0


def _changes(before: _Seen, after: _Seen, on: date, by: Sequence[Fact] = ()) -> Iterator[Line]:
    money_minor = before.money_minor - after.money_minor
    charged = {part: sum(change for (what, _), change in _charges(before, after) if what == part) for part in _CHARGED}
    # What neither money nor charges explain was lent, or is no longer: the start, a further draw, a payout undone.
    lent_minor = after.left_minor - before.left_minor - money_minor - sum(charged.values())
    amounts: dict[What, int] = {"principal": lent_minor, "money": money_minor, **charged}
    ids = tuple(fact.id for fact in by)
    for what, amount_minor in amounts.items():
        if amount_minor:
            yield Line(on=on, what=what, amount_minor=amount_minor, by=ids)


def _passing(before: _Seen, after: _Seen, on: date) -> Iterator[Line]:
    """What days alone did, instalment by instalment."""
    for (what, n), amount_minor in _charges(before, after):
        if amount_minor:
            yield Line(on=on, what=what, amount_minor=amount_minor, n=n)


def _charges(before: _Seen, after: _Seen) -> list[tuple[tuple[What, int], int]]:
    keys = dict.fromkeys([*before.charged, *after.charged])
    return [(key, after.charged.get(key, 0) - before.charged.get(key, 0)) for key in keys]
