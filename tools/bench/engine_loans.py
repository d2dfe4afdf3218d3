"""The loans on which the engine is measured: terms and ways to pay them, each with a name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from anqi.engine.facts import Fact, read_facts
from anqi.engine.money import write_amount
from anqi.engine.products import Terms, read_terms
from anqi.engine.schedule import Plan, plan
from tools.bench import paying
from tools.bench.paying import Stated

_STARTS_ON = date(2026, 1, 31)


@dataclass(frozen=True, kw_only=True)
class Loan:
    """Terms and facts, as they are stated in a request and as the engine reads them."""

    name: str
    is_prompt: bool
    stated_terms: Stated
    stated_facts: list[Stated]
    terms: Terms
    facts: tuple[Fact, ...]

    def days(self, count: int) -> tuple[date, ...]:
        """So many days on which every fact is known, from the last one's day on."""
        last_on = max(fact.on for fact in self.facts)
        return tuple(last_on + timedelta(days=number) for number in range(count))

    @property
    def size(self) -> int:
        """Instalments and facts."""
        return self.terms.instalments + len(self.facts)


def loans(*, payments: int, more_minor: int = 0, days_later: int = 0) -> list[Loan]:
    """One loan of each kind, with so many payments and as many instalments, bullets with one.

    Others start so many days later and have more principal: the first so many fen, the second twice as many, and
    so on, so that no two have the same terms.
    """
    return [_loan(kind, payments, more_minor * place, days_later) for place, kind in enumerate(_KINDS, 1)]


@dataclass(frozen=True, kw_only=True)
class _Kind:
    name: str
    terms: Stated
    pay: Callable[[Plan], Iterator[Stated]]


def _loan(kind: _Kind, payments: int, more_minor: int, days_later: int) -> Loan:
    is_bullet = kind.terms["method"] == "bullet"
    stated = {
        "principal": write_amount(paying.SHARE_MINOR * payments + more_minor, currency="CNY"),
        "instalments": 1 if is_bullet else payments,
        "starts_on": (_STARTS_ON + timedelta(days=days_later)).isoformat(),
        "every": {"months": payments if is_bullet else 1},
        "grace_days": 3,
        "penalty": {"daily_rate": "0.0005", "on": "principal"},
        **kind.terms,
    }
    terms = read_terms(stated)
    stated_facts = list(kind.pay(plan(terms)))
    return Loan(
        name=kind.name,
        is_prompt=kind.pay is paying.promptly,
        stated_terms=stated,
        stated_facts=stated_facts,
        terms=terms,
        facts=read_facts(stated_facts, currency=terms.currency),
    )


_LEVEL = {"method": "equal_instalment", "annual_rate": "0.12"}
_LEVEL_BY_DAYS = _LEVEL | {"day_count": "actual/365"}
_EVEN = {"method": "equal_principal", "annual_rate": "0.12"}
_INTEREST_ONLY = {"method": "interest_only", "annual_rate": "0.12"}
_FLAT = {"method": "flat_fee", "fee_rate_per_instalment": "0.0065"}
_BULLET = {"method": "bullet", "annual_rate": "0.12"}
_ON_INSTALMENT = {"penalty": {"daily_rate": "0.0005", "on": "instalment"}}
_SHORTEN, _LOWER = {"excess": "shorten"}, {"excess": "lower"}

_KINDS = (
    _Kind(name="level, prompt", terms=_LEVEL, pay=paying.promptly),
    _Kind(name="level by days, prompt", terms=_LEVEL_BY_DAYS, pay=paying.promptly),
    _Kind(name="equal principal, prompt", terms=_EVEN, pay=paying.promptly),
    _Kind(name="interest only, prompt", terms=_INTEREST_ONLY, pay=paying.promptly),
    _Kind(name="flat fee, prompt", terms=_FLAT, pay=paying.promptly),
    _Kind(name="bullet, late in parts", terms=_BULLET, pay=paying.in_late_parts),
    _Kind(name="level, ahead", terms=_LEVEL, pay=paying.ahead),
    _Kind(name="level, settled early", terms=_LEVEL, pay=paying.all_at_last),
    _Kind(name="level, late", terms=_LEVEL, pay=paying.late),
    _Kind(name="flat fee, late", terms=_FLAT | _ON_INSTALMENT, pay=paying.late),
    _Kind(name="equal principal, in part", terms=_EVEN, pay=paying.in_part),
    _Kind(name="level, half", terms=_LEVEL | _ON_INSTALMENT, pay=paying.half),
    _Kind(name="interest only, late", terms=_INTEREST_ONLY, pay=paying.late),
    _Kind(name="level, shortened", terms=_LEVEL | _SHORTEN, pay=paying.more),
    _Kind(name="level, lowered", terms=_LEVEL | _LOWER, pay=paying.more),
    _Kind(name="level by days, lowered", terms=_LEVEL_BY_DAYS | _LOWER, pay=paying.more),
    _Kind(name="flat fee, lowered", terms=_FLAT | _LOWER, pay=paying.more),
    _Kind(name="flat fee, returns", terms=_FLAT, pay=paying.with_returns),
    _Kind(name="level, bouncing", terms=_LEVEL, pay=paying.bouncing),
    _Kind(name="level, waived", terms=_LEVEL, pay=paying.waived),
    _Kind(name="level by days, anyhow", terms=_LEVEL_BY_DAYS | _LOWER | _ON_INSTALMENT, pay=paying.anyhow),
)
