"""Who lends, what is sold and where, in a seeded book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anqi.actions import merchants
from anqi.lending import products
from anqi.lending.models import Lender, Merchant, Product

PREFIX = "seed-"
LENDER, LIMIT_MINOR = PREFIX + "qhxj", 2_000_000
_LATE: Mapping[str, Any] = {"grace_days": 3, "penalty": {"daily_rate": "0.0005", "on": "principal"}}
_MONTHLY: Mapping[str, Any] = {"every": {"months": 1}, "day_count": "period", "excess": "next", **_LATE}
_FLAT: Mapping[str, Any] = {**_MONTHLY, "method": "flat_fee", "fee_rate_per_instalment": "0.006"}
_LEVEL: Mapping[str, Any] = {**_MONTHLY, "method": "equal_instalment", "annual_rate": "0.144"}
_FREE: Mapping[str, Any] = {**_LEVEL, "annual_rate": "0", "merchant_fee_rate": "0.045"}
_WEEK: Mapping[str, Any] = {
    **_LATE, "method": "bullet", "every": {"weeks": 1}, "day_count": "actual/365", "annual_rate": "0.144",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A product, how many of a hundred loans are of it, and what is bought with it: goods and prices in fen."""

    code: str
    title: str
    instalments: int
    share: int
    terms: Mapping[str, Any]
    goods: Mapping[str, int]

    @property
    def is_reserve(self) -> bool:
        return "weeks" in self.terms["every"]


_SMALL = {"耳机": 39_900, "台灯": 29_900, "头盔": 49_900, "机械键盘": 69_900, "词典笔": 79_900, "电饭煲": 89_900}
_MIDDLING = {"骑行码表": 129_900, "绘图板": 169_900, "净水器": 199_900, "学习平板": 219_900, "骑行台": 269_900}
_LARGE = {
    "扫地机器人": 259_900, "咖啡机": 349_900, "投影仪": 379_900, "冰箱": 399_900, "公路车轮组": 459_900,
    "山地车": 559_900, "洗衣机": 289_900, "洗碗机": 329_900,
}  # fmt: skip
_CASH = {"备用金 500 元": 50_000, "备用金 1000 元": 100_000, "备用金 2000 元": 200_000}

PLANS = (
    Plan(code="seed-f12", title="12 期", instalments=12, share=40, terms=_FLAT, goods=_MIDDLING | _LARGE),
    Plan(code="seed-f6", title="6 期", instalments=6, share=18, terms=_FLAT, goods=_SMALL | _MIDDLING),
    Plan(code="seed-f3", title="3 期", instalments=3, share=12, terms=_FLAT, goods=_SMALL),
    Plan(code="seed-l12", title="12 期等额", instalments=12, share=12, terms=_LEVEL, goods=_LARGE),
    Plan(code="seed-l24", title="24 期等额", instalments=24, share=6, terms=_LEVEL, goods=_LARGE),
    Plan(code="seed-z6", title="6 期免息", instalments=6, share=7, terms=_FREE, goods=_MIDDLING),
    Plan(code="seed-w1", title="备用金 7 天", instalments=1, share=5, terms=_WEEK, goods=_CASH),
)
_SHOPS = {"seed-appliance": "云杉家电", "seed-outdoor": "南山骑行", "seed-reading": "拾光书店"}
_COUNTER = {"seed-reserve": "青禾备用金"}


@dataclass(frozen=True, kw_only=True)
class Street:
    """The rows that all loans share. Nobody waits for webhooks: these shops have named no address."""

    lender: Lender
    products: Mapping[str, Product]
    shops: tuple[Merchant, ...]
    counter: Merchant


def open_street(*, now: datetime) -> Street:
    """The street as it stands from now on, or as an earlier seeding left it. All is sold by real actions."""
    lender = merchants.open_lender(
        code=LENDER, name="青禾消费金融", kind="consumer_finance", limit_minor=LIMIT_MINOR, service_phone="400-555-0199"
    )
    return Street(
        lender=lender,
        products={plan.code: _sell(plan, lender, now) for plan in PLANS},
        shops=tuple(_admit(code, name, now) for code, name in _SHOPS.items()),
        counter=next(_admit(code, name, now) for code, name in _COUNTER.items()),
    )


def _sell(plan: Plan, lender: Lender, now: datetime) -> Product:
    return merchants.sell(
        lender=lender.code, code=plan.code, title=plan.title, instalments=plan.instalments,
        least_minor=min(plan.goods.values()), most_minor=max(plan.goods.values()), terms=plan.terms,
        kind=products.RESERVE if plan.is_reserve else products.KIND, now=now,
    )  # fmt: skip


def _admit(code: str, name: str, now: datetime) -> Merchant:
    merchant, _ = merchants.admit(
        code=code, name=name, webhook_url="", return_origins=[f"https://{code}.example"], now=now
    )
    return merchant
