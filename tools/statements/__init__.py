"""Statements of any length in the channels' own formats, with differences planted by a seed, and what they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from anqi.payments.numbers import number_for
from tools.statements import papers
from tools.statements.movements import Movement

FORMS = tuple(papers.WRITERS)
PLANTS = ("missing", "extra", "amount", "fee", "other_day", "duplicate", "unknown_state")
# What each form tells, and how often of a hundred.
_KINDS = {
    "trade": {"pay": 80, "debit": 12, "refund": 8},
    "funds": {"pay": 50, "refund": 6, "fee": 40, "payout": 4},
    "clearing": {"pay": 85, "refund": 8, "payout": 7},
}


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One difference between what we have and what the file tells, under the number of ours that it is about."""

    plant: str
    key: str


def ours(*, kind: str, day: date, count: int, seed: int) -> Iterator[Movement]:
    """What we have of that day; the same for the same seed."""
    draw = Random(f"{kind} {seed}")  # noqa: S311
    kinds = draw.choices(list(_KINDS[kind]), list(_KINDS[kind].values()), k=count)
    begins_at = datetime.combine(day, time(0))
    for place, what in enumerate(kinds):
        amount_minor = draw.randint(100, 200_000)
        yield Movement(
            kind=what,
            key=number_for(_PREFIXES[what], UUID(int=draw.getrandbits(128))),
            ref=f"{day:%Y%m%d}{place:012d}8",
            amount_minor=amount_minor if what in ("pay", "debit") else -amount_minor,
            fee_minor=(amount_minor * 6 + 500) // 1000 if what in ("pay", "debit") and kind != "funds" else 0,
            at=begins_at + timedelta(seconds=place * 79_000 // count),
            # Elsewhere a refund stands under the one number that it is told by.
            charge_key=number_for("aq", UUID(int=draw.getrandbits(128))) if (what, kind) == ("refund", "trade") else "",
        )


_PREFIXES = {"pay": "aq", "debit": "ad", "refund": "ar", "fee": "aq", "payout": "ap"}


def write(
    path: Path, *, channel: str, kind: str, day: date, account: str, count: int, seed: int, each: int = 3
) -> list[Planted]:
    """The statement at that path; what was planted in it comes back, so many of each kind."""
    draw = Random(f"plants {seed}")  # noqa: S311
    # A fee with a row of its own is an amount.
    able = [plant for plant in PLANTS if kind != "funds" or plant != "fee"]
    spots = dict(zip(draw.sample(range(count), each * len(able)), able * each, strict=True))
    planted: list[Planted] = []
    told = _told(ours(kind=kind, day=day, count=count, seed=seed), spots, planted)
    with path.open("wb") as file:
        papers.WRITERS[channel, kind](file, told, day, account)
    return planted


def _told(
    movements: Iterator[Movement], spots: dict[int, str], planted: list[Planted]
) -> Iterator[Movement]:
    for place, each in enumerate(movements):
        plant = spots.get(place)
        told = bent(each, plant) if plant else [each]
        if plant:
            # What nobody here knows has a number of its own.
            planted.append(Planted(plant=plant, key=told[-1].key if plant == "extra" else each.key))
        yield from told


def bent(each: Movement, plant: str) -> list[Movement]:
    """What the file tells instead of that movement."""
    if plant == "missing":
        return []
    if plant == "extra":
        return [each, replace(each, key=_stranger(each.key), ref=f"{each.ref[:-1]}7")]
    if plant == "duplicate":
        return [each, each]
    if plant == "amount":
        return [replace(each, amount_minor=each.amount_minor + (1 if each.amount_minor > 0 else -1))]
    if plant == "fee":
        return [replace(each, fee_minor=each.fee_minor + 1)]
    if plant == "other_day":
        return [replace(each, at=each.at - timedelta(days=1))]
    return [replace(each, is_known=False)]


def _stranger(key: str) -> str:
    return f"zz{key[2:]}"
