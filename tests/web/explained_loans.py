"""Loans whose amounts need explaining: each planted, brought through its turns, and seen on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from anqi.lending.models import Fact
from tests.happening import happen
from tests.planting import TERMS, Planted, plant_loan
from tests.web.test_borrower_pages import pay

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
FLAT: dict[str, Any] = {
    "method": "flat_fee", "every": {"months": 1}, "fee_rate_per_instalment": "0.0065", "grace_days": 0,
    "penalty": {"daily_rate": "0.0006", "on": "instalment"}, "excess": "shorten",
}  # fmt: skip
BY_DAY = TERMS | {"day_count": "actual/365", "rounding": "half_even"}
Turn = tuple[str, date, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Terms, what happened, and the day on which somebody looks; `^` in a turn stands for the first payment."""

    terms: dict[str, Any]
    turns: tuple[Turn, ...]
    today: date


def _paid(on: date, amount: str = "", purpose: str = "due") -> Turn:
    return "pay", on, {"amount_minor": int(amount.replace(".", "")) if amount else None, "purpose": purpose}


_FIRST_PAID = _paid(FIRST_DUE)
SCENES: dict[str, Scene] = {
    "late": Scene(
        terms=TERMS | {"penalty": {"daily_rate": "0.0006"}},
        turns=(_paid(date(2026, 10, 5), "200.00"),),
        today=date(2026, 10, 20),
    ),
    "late_twice": Scene(terms=TERMS, turns=(), today=date(2026, 11, 24)),
    "in_grace": Scene(terms=TERMS, turns=(), today=date(2026, 10, 2)),
    "prepaid": Scene(
        terms=TERMS | {"excess": "shorten"},
        turns=(_FIRST_PAID, _paid(date(2026, 10, 12), "1500.00")),
        today=date(2026, 10, 20),
    ),
    "lowered": Scene(
        terms=FLAT | {"excess": "lower"},
        turns=(_FIRST_PAID, _paid(date(2026, 10, 12), "1500.00")),
        today=date(2026, 11, 10),
    ),
    "returned": Scene(
        terms=TERMS,
        turns=(_FIRST_PAID, ("return", date(2026, 10, 12), {"amount": "500.00", "gives_back": True})),
        today=date(2026, 10, 20),
    ),
    "returned_flat": Scene(
        terms=FLAT,
        turns=(_FIRST_PAID, ("return", date(2026, 10, 12), {"amount": "1999.00"})),
        today=date(2026, 10, 20),
    ),
    "rescheduled": Scene(
        terms=TERMS,
        turns=(
            _FIRST_PAID,
            ("reschedule", date(2026, 11, 10),
             {"first_due_on": "2026-12-10", "instalments": 6, "carries": ["interest", "penalty"]}),
        ),
        today=date(2026, 11, 24),
    ),
    "re_amortised": Scene(
        terms=TERMS, turns=(("re_amortise", date(2026, 10, 12), {}),), today=date(2026, 10, 20)
    ),
    "charged": Scene(
        terms=TERMS | {"late_fee": {"amount": "15.00"}, "charges": {"copies": "50.00"}},
        turns=(("charge", date(2026, 10, 5), {"code": "copies", "amount": "20.00", "reason": "寄送副本"}),),
        today=date(2026, 10, 15),
    ),
    "waived": Scene(
        terms=BY_DAY,
        turns=(("waiver", date(2026, 10, 12), {"what": "interest", "amount": "10.00"}),),
        today=date(2026, 10, 20),
    ),
    "repriced": Scene(
        terms=TERMS,
        turns=(
            ("rate_change", date(2026, 9, 10), {"annual_rate": "0.0365"}),
            ("pause", date(2026, 10, 5), {"until": "2026-10-15"}),
            ("subsidy", date(2026, 10, 20), {"annual_rate": "0.01"}),
        ),
        today=date(2026, 10, 21),
    ),
    "in_credit": Scene(
        terms=TERMS | {"excess": "credit"},
        turns=(_paid(FIRST_DUE, "700.00"), ("goodwill", date(2026, 10, 2), {"amount": "15.00"})),
        today=date(2026, 10, 20),
    ),
    "bounced": Scene(
        terms=TERMS | {"excess": "shorten"},
        turns=(_paid(FIRST_DUE, "900.00"), ("chargeback", date(2026, 10, 12), {"of": "^"})),
        today=date(2026, 10, 20),
    ),
    "settled": Scene(
        terms=TERMS | {"early": {"fee_rate": "0.01", "interest": "whole_period"}},
        turns=(_FIRST_PAID, _paid(date(2026, 10, 12), purpose="all")),
        today=date(2026, 10, 20),
    ),
    "ending": Scene(
        terms=FLAT | {"early": {"fee_rate": "0.01", "fee": "all"}},
        turns=(_paid(date(2026, 9, 20), purpose="next"), _paid(date(2026, 10, 2), purpose="next")),
        today=date(2026, 10, 3),
    ),
    "written_off": Scene(
        terms=TERMS,
        turns=(
            ("write_off", date(2026, 11, 20), {}),
            ("recovery", date(2026, 11, 22), {"amount": "50.00"}),
        ),
        today=date(2026, 11, 24),
    ),
    "void": Scene(terms=TERMS, turns=(_FIRST_PAID, ("void", date(2026, 10, 12), {})), today=date(2026, 10, 20)),
}  # fmt: skip


def plant(scene: Scene) -> Planted:
    """The loan as it stands on the scene's day; payments come by a channel, as in life."""
    who = plant_loan(starts_on=STARTED, terms=scene.terms)
    paid_ids: list[UUID] = []
    for kind, on, told in scene.turns:
        if kind == "pay":
            paid_ids.append(_pay(who, on, told))
        else:
            happen(who, kind, on, **{name: str(paid_ids[0]) if value == "^" else value for name, value in told.items()})
    return who


def _pay(who: Planted, on: date, told: dict[str, Any]) -> UUID:
    pay(who, on, **told)
    return Fact.objects.filter(borrower_id=who.borrower_id, kind="payment").latest("seq").id
