"""The reserves (备用金) that anqi comes with, each as `actions.merchants.sell` takes it.

A lender that sells them at other prices, or others, says so by the same action.
"""

from collections.abc import Mapping
from typing import Any

_LATE: Mapping[str, Any] = {"grace_days": 3, "penalty": {"daily_rate": "0.0006", "on": "principal"}}
# 0.04 % a day, and half as much again when late: 14.60 % and 21.90 % a year.
_BY_DAY: Mapping[str, Any] = {"annual_rate": "0.146", "day_count": "actual/365", **_LATE}
_AT_ONCE: Mapping[str, Any] = {**_BY_DAY, "method": "bullet"}
_MONTHLY: Mapping[str, Any] = {**_BY_DAY, "method": "equal_instalment", "every": {"months": 1}, "excess": "next"}
_WEEK: Mapping[str, Any] = {**_AT_ONCE, "every": {"days": 7}, "annual_rate": "0"}


def _by_month(instalments: int) -> Mapping[str, Any]:
    return {
        "code": f"reserve-m{instalments}", "title": f"备用金 {instalments} 期", "instalments": instalments,
        "least_minor": 50_000, "most_minor": 2_000_000, "terms": _MONTHLY,
    }  # fmt: skip


RESERVES: tuple[Mapping[str, Any], ...] = (
    {
        "code": "reserve-d7", "title": "备用金 7 天免息", "instalments": 1, "least_minor": 50_000, "most_minor": 50_000,
        "terms": _WEEK,
    },
    {
        "code": "reserve-d30", "title": "备用金 30 天", "instalments": 1, "least_minor": 10_000,
        "most_minor": 500_000, "terms": {**_AT_ONCE, "every": {"days": 30}},
    },
    *(_by_month(instalments) for instalments in (3, 6, 12)),
)  # fmt: skip
