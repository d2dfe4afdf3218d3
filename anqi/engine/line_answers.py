"""The lines behind each amount, as the door's JSON."""

from fractions import Fraction
from typing import Any

from anqi.engine.breakdown import Breakdown, InstalmentBreakdown, Line, Lines
from anqi.engine.money import DIGITS, write_amount

_Answer = dict[str, Any]


def write(lines: Breakdown, *, currency: str) -> _Answer:
    """The lines under the names of the amounts they add up to; `exact` is a fraction of the currency's main unit.

    {"what": "interest", "exact": "552691/10000", "base": "5526.91", "rate": "1/100", "since": …, "until": …,
    "days": 31, "of_days": 31}
    """
    return {
        **{name: _lines(getattr(lines, name), currency) for name in _AMOUNTS},
        "reduced": {name: _lines(getattr(lines, name), currency) for name in ("prepaid", "returned")},
        "paid": {part: _lines(behind, currency) for part, behind in lines.paid.items()},
        "instalments": [_instalment(row, currency) for row in lines.instalments],
    }


def _instalment(row: InstalmentBreakdown, currency: str) -> _Answer:
    return {"n": row.n} | {name: _lines(getattr(row, name), currency) for name in _PARTS}


def _lines(lines: Lines, currency: str) -> list[_Answer]:
    return [_line(line, currency) for line in lines]


def _line(line: Line, currency: str) -> _Answer:
    stated: _Answer = {
        "what": line.what,
        "exact": str(line.exact * Fraction(1, 10 ** DIGITS[currency])),
        "n": line.n,
        "id": line.id,
        "on": line.on,
        "base": None if line.base_minor is None else write_amount(line.base_minor, currency=currency),
        "rate": line.rate,
        "since": line.since,
        "until": line.until,
        "days": line.days,
        "of_days": line.of_days,
    }
    return {name: _plain(value) for name, value in stated.items() if value is not None}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


_AMOUNTS = ("due_now", "next_due", "outstanding_principal", "payoff", "credit")
_PARTS = ("principal", "interest", "fee", "penalty", "paid", "remaining")
