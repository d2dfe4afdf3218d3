"""Policies: what a lender wants of an application for a reserve, from a day on.

Refused
├── PolicyUnsound     field
└── PurposeUnknown
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from anqi.engine.applications import Policy
from anqi.engine.dated import in_force as engine_in_force
from anqi.lending.models import Lender, LenderPolicy
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

# What a reserve may be for; neither homes, nor shares, nor other loans.
PURPOSES: Mapping[str, str] = {
    "daily": "日常消费",
    "education": "教育培训",
    "medical": "医疗健康",
    "renting": "租房",
    "travel": "旅行",
    "furnishing": "装修家居",
}
# What holds for a lender that has said nothing of its own.
SHIPPED = Policy(
    since=date(2024, 7, 1), source="anqi", purposes=frozenset(PURPOSES), amount_least_minor=10_000,
    amount_most_minor=2_000_000, months_most=12, years_most=60, asks_elsewhere=False, days_after_refusal=1,
    window_days=30, most_in_window=10, review_from_a_day=3, running_most=3, sharers_most=1,
)  # fmt: skip
_NEEDED = ("purposes", "amount_most_minor", "months_most")
_MAY_LACK = (
    "years_most", "most_in_window", "review_from_a_day", "running_most", "sharers_most", "points_refuse_below",
    "points_review_below",
)  # fmt: skip
# The first of each two can't be above the second: between them lies what is lent, or what a person looks at.
_IN_ORDER = (
    ("amount_least_minor", "amount_most_minor"), ("years_least", "years_most"),
    ("elsewhere_review_from_days", "elsewhere_refuse_from_days"), ("points_refuse_below", "points_review_below"),
)  # fmt: skip
# Civil Code 17 and 18: below it nobody binds themselves alone.
_OF_AGE = 18
_STATED = {each.name for each in fields(Policy)} - {"since", "source", "lender"}


class PolicyUnsound(Refused):
    """No application can be decided by this: {field}."""

    code = "policy_unsound"


class PurposeUnknown(Refused):
    """A reserve is for one of the purposes that are named."""

    code = "purpose_unknown"


def of(lender: Lender) -> list[Policy]:
    """All that was ever in force for the lender; the engine takes the one of the day."""
    rows = LenderPolicy.objects.filter(lender=lender)
    return [SHIPPED, *(_policy(lender, row) for row in rows)]


def in_force(lender: Lender, *, on: date) -> Policy:
    """The one by which the lender's applications of that day are decided."""
    found = engine_in_force(of(lender), lender=lender.code, on=on)
    assert found, f"nothing was shipped for {on}"
    return found


def drawn_up(lender: Lender, *, since: date, source: str, body: Mapping[str, Any], now: datetime) -> Policy:
    """The policy that `put` would keep; nothing is kept. Refuses PolicyUnsound."""
    _refuse_unsound(lender, since, body, now)
    return _policy(lender, LenderPolicy(lender=lender, since=since, source=source, body=dict(body)))


def refuse_unknown(purpose: str) -> None:
    """Refuses PurposeUnknown what nobody could have chosen."""
    if purpose not in PURPOSES:
        raise PurposeUnknown


def put(lender: Lender, *, since: date, source: str, body: Mapping[str, Any], now: datetime) -> LenderPolicy:
    """What the lender wants from that day on, which is not over; the members are the engine's. Refuses PolicyUnsound.

    The old rows stay, and so does what was decided by them.
    """
    _refuse_unsound(lender, since, body, now)
    return LenderPolicy.objects.create(lender=lender, since=since, source=source, body=dict(body), created_at=now)


def _refuse_unsound(lender: Lender, since: date, body: Mapping[str, Any], now: datetime) -> None:
    if since < day_of(now) or LenderPolicy.objects.filter(lender=lender, since=since).exists():
        raise PolicyUnsound(field="since")
    for name in [*_NEEDED, *body]:
        if name not in _STATED or name not in body or not _is_sound(name, body[name]):
            raise PolicyUnsound(field=name)
    stated = {each.name: body.get(each.name, each.default) for each in fields(Policy)}
    for low, high in _IN_ORDER:
        if None not in (stated[low], stated[high]) and stated[low] > stated[high]:
            raise PolicyUnsound(field=low)


def _is_sound(name: str, value: object) -> bool:
    if name == "purposes":
        return isinstance(value, list) and bool(value) and set(value) <= set(PURPOSES)
    if name == "asks_elsewhere":
        return isinstance(value, bool)
    if name == "years_least" and isinstance(value, int) and value < _OF_AGE:
        return False
    # A limit is a count from nothing up, or isn't there.
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return is_count or (value is None and name in _MAY_LACK)


def _policy(lender: Lender, row: LenderPolicy) -> Policy:
    stated = row.body | {"purposes": frozenset(row.body["purposes"])}
    return Policy(since=row.since, source=row.source, lender=lender.code, **stated)
