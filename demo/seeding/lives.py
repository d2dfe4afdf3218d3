"""What is drawn of a book: whose lives there are, what they bought and when, and how they pay."""

import random
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from demo.seeding.street import PLANS, Plan

# So old is the oldest loan.
MONTHS = 36
_MONTH = 30.44
# How many of a thousand loans are paid in which way.
SHARES = {"prompt": 922, "late": 50, "behind": 20, "deep": 5, "early": 2, "returned": 1}
# One life is worked out and lived by many: fewer, and the book would show it; more, and working out would take over.
_LIVES, _LOANS_A_LIFE = 250, 200


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a borrower or a shop does on a day: pays for a purpose, or takes goods back."""

    on: date
    does: str


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One loan as it was lived."""

    plan: Plan
    goods: str
    starts_on: date
    way: str
    acts: tuple[Act, ...]

    @property
    def price_minor(self) -> int:
        return self.plan.goods[self.goods]


@dataclass(frozen=True, kw_only=True)
class Life:
    """One borrower's loans, lived alike by so many people from that number on."""

    seed: int
    number: int
    first: int
    copies: int
    purchases: tuple[Purchase, ...]

    @property
    def began_on(self) -> date:
        return min(each.starts_on for each in self.purchases)


def draw(*, loans: int, seed: int, today: date) -> list[Life]:
    """Lives with so many loans in all on that day, those who came first first; the same for the same arguments."""
    chance = random.Random(f"{seed}:{loans}:{today}")  # noqa: S311
    lives, left = list[Life](), loans
    copies = max(1, round(loans / (_LIVES + loans / _LOANS_A_LIFE) / 1.3))
    every = _one_of_each()
    while left:
        forced = next(every, None)
        count = 1 if forced else min(left, chance.choices((1, 2, 3), (75, 18, 7))[0])
        lived_by = 1 if forced else min(copies, left // count)
        ways = [forced or _drawn_way(chance) for _ in range(count)]
        bought = tuple(_purchase(chance, plan, way, today) for plan, way in ways)
        lives.append(Life(seed=seed, number=0, first=0, copies=lived_by, purchases=bought))
        left -= count * lived_by
    return list(_numbered(sorted(lives, key=lambda each: each.began_on)))


def _one_of_each() -> Iterator[tuple[Plan, str]]:
    """Every product and every way at least once, however small the book."""
    ways = [*SHARES, "prompt"]
    return iter(list(zip(PLANS, ways, strict=True)))


def _numbered(lives: list[Life]) -> Iterator[Life]:
    first = 0
    for number, life in enumerate(lives):
        yield replace(life, number=number, first=first)
        first += life.copies


def _drawn_way(chance: random.Random) -> tuple[Plan, str]:
    [plan] = chance.choices(PLANS, [each.share for each in PLANS])
    [way] = chance.choices(list(SHARES), list(SHARES.values()))
    return plan, way


def _purchase(chance: random.Random, plan: Plan, way: str, today: date) -> Purchase:
    starts_on = today - timedelta(days=_age(chance, plan, way))
    due = list(_due(plan, starts_on))
    acts = [act for act in _WAYS[way](chance, due, starts_on, today) if act.on < today]
    return Purchase(
        plan=plan, goods=chance.choice(sorted(plan.goods)), starts_on=starts_on, way=way, acts=tuple(acts)
    )


def _age(chance: random.Random, plan: Plan, way: str) -> int:
    """Days since the loan began. Whoever is behind is so now, not on a loan that ended years ago."""
    period, oldest = 7 if plan.is_reserve else _MONTH, MONTHS * _MONTH
    if way == "behind":
        return round(period * chance.uniform(1.1, plan.instalments + 0.9))
    if way == "deep":
        return round(min(period * plan.instalments + chance.uniform(95, 200), oldest))
    # Long enough to show its way.
    youngest = {"late": period + 22, "early": 12, "returned": 8}.get(way, 1)
    # Books grow: there are more young loans than old ones.
    return round(youngest + (oldest - youngest) * chance.betavariate(1, 1.6))


def _due(plan: Plan, starts_on: date) -> Iterator[date]:
    for n in range(1, plan.instalments + 1):
        if plan.is_reserve:
            yield starts_on + timedelta(days=7)
        else:
            year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + n, 12)
            yield date(year, month + 1, min(starts_on.day, monthrange(year, month + 1)[1]))


def _promptly(chance: random.Random, due: list[date], starts_on: date, _today: date) -> list[Act]:
    """On the day, or some days before it."""
    early = chance.choice((0, 0, 0, 1, 2, 4))
    return [_ahead(due_on, chance.choice((0, 0, early))) for due_on in due]


def _ahead(due_on: date, days: int) -> Act:
    return Act(on=due_on - timedelta(days=days), does="next" if days else "due")


def _late(chance: random.Random, due: list[date], starts_on: date, today: date) -> list[Act]:
    """Some days late now and then, at the first one surely."""
    return [
        Act(on=due_on + timedelta(days=chance.choice((1, 2, 3, 5, 8, 13, 21))), does="due")
        if not n or chance.random() < 0.4
        else Act(on=due_on, does="due")
        for n, due_on in enumerate(due)
    ]


def _behind(chance: random.Random, due: list[date], starts_on: date, today: date) -> list[Act]:
    """One to three of those that are due were not paid."""
    is_due = [due_on for due_on in due if due_on < today]
    unpaid = min(chance.choice((1, 1, 1, 2, 2, 3)), len(is_due))
    return [Act(on=due_on, does="due") for due_on in is_due[: len(is_due) - unpaid]]


def _deep(chance: random.Random, due: list[date], starts_on: date, today: date) -> list[Act]:
    """Nothing was paid for more than ninety days."""
    stopped_on = today - timedelta(days=chance.randint(95, 150))
    return [Act(on=due_on, does="due") for due_on in due[: len(due) - 1] if due_on < stopped_on]


def _settled_early(chance: random.Random, due: list[date], starts_on: date, today: date) -> list[Act]:
    """All at once after an instalment or some, in the middle of a period."""
    paid = chance.randint(0, len([each for each in due[:-1] if each < today - timedelta(days=5)]))
    after = due[paid - 1] if paid else starts_on
    return [*(Act(on=due_on, does="due") for due_on in due[:paid]), Act(on=after + timedelta(days=4), does="all")]


def _returned(chance: random.Random, due: list[date], starts_on: date, today: date) -> list[Act]:
    """The shop takes everything back within some days."""
    return [Act(on=starts_on + timedelta(days=chance.randint(1, 6)), does="return")]


_WAYS = {
    "prompt": _promptly, "late": _late, "behind": _behind, "deep": _deep, "early": _settled_early,
    "returned": _returned,
}  # fmt: skip
