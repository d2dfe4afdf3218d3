"""The lender of the demonstration, what it sells, and the shops that sell by it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.actions import merchants
from demo import reserves, story

_LIMIT_MINOR = 2_000_000
TERMS: dict[str, Any] = {
    "method": "equal_instalment",
    "every": {"months": 1},
    "day_count": "period",
    "annual_rate": "0.12",
    "grace_days": 3,
    "penalty": {"daily_rate": "0.0005", "on": "principal"},
    "excess": "next",
}
_PLANS = (("p3-0", 3, "0"), ("p6", 6, "0.108"), ("p12", 12, "0.12"))


def open(*, mall_url: str, now: datetime) -> tuple[dict[str, UUID], dict[str, Any]]:
    """The ids of the shops by their codes, and what the mall must know to sell here."""
    merchants.open_lender(
        code="qhxj", name="青禾消费金融", kind="consumer_finance", limit_minor=_LIMIT_MINOR, service_phone="400-555-0199"
    )
    for code, instalments, rate in _PLANS:
        merchants.sell(
            lender="qhxj", code=code, title=f"{instalments} 期", instalments=instalments, least_minor=10_000,
            most_minor=_LIMIT_MINOR, terms=TERMS | {"annual_rate": rate}, now=now,
        )  # fmt: skip
    reserves.sell(lender="qhxj", now=now)
    mall, key = merchants.admit(
        code="qinghe", name="青禾数码", webhook_url=f"{mall_url}/webhooks/anqi",
        return_origins=[mall_url], now=now,
    )  # fmt: skip
    told = {"api_key": key, "webhook_secret": mall.webhook_secret}
    return {code: _shop(code, name, now) for code, name in story.SHOPS.items()}, told


def _shop(code: str, name: str, now: datetime) -> UUID:
    shop, _ = merchants.admit(
        code=code, name=name, webhook_url="", return_origins=[f"http://{code}.example"], now=now
    )
    return shop.id
