"""The rules on what a loan may cost a year, and the LPR that some are a multiple of: rows with dates and sources.

A new rule or a new LPR is a new row; what was judged by an older one stays judged by it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

LenderType = Literal["bank", "consumer_finance", "microloan", "facilitated", "private"]
ProductKind = Literal["purchase", "cash"]
Basis = Literal["simple", "compound"]
LENDER_TYPES: tuple[LenderType, ...] = ("bank", "consumer_finance", "microloan", "facilitated", "private")
PRODUCT_KINDS: tuple[ProductKind, ...] = ("purchase", "cash")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row: for whom, from when on and up to when, and the most per cent a year, or the most times the LPR."""

    lenders: tuple[LenderType, ...]
    products: tuple[ProductKind, ...] = PRODUCT_KINDS
    since: date
    until: date = date.max
    """The last day on which it holds."""
    is_average: bool = False
    """Whether it holds for the average of new loans, and not for each."""
    percent: Decimal | None = None
    times_lpr: int | None = None
    longer_than_months: int = 0
    """It leaves out loans that are no longer than so many months."""
    counts_together: bool = False
    """Whether rate, lateness and fees count together."""
    # 公告〔2021〕第3号 allows both, and IRR × periods a year is what lenders tell; 24 % compound would be 21.71 % of it.
    basis: Basis = "simple"
    source: str


RULES: tuple[Rule, ...] = (
    # What courts leave of a financial institution's claim; no rule names a cap for banks.
    Rule(lenders=("bank",), since=date(2017, 8, 4), percent=Decimal(24), source="法发〔2017〕22号"),
    Rule(
        lenders=("consumer_finance",), since=date(2017, 8, 4), until=date(2025, 12, 31), percent=Decimal(24),
        source="法发〔2017〕22号",
    ),
    Rule(
        lenders=("facilitated",), since=date(2017, 8, 4), until=date(2025, 9, 30), percent=Decimal(24),
        source="法发〔2017〕22号",
    ),
    # Since then small-loan companies are no private lenders.
    Rule(
        lenders=("microloan",), since=date(2021, 1, 1), until=date(2025, 12, 23), percent=Decimal(24),
        source="法释〔2020〕27号",
    ),
    Rule(lenders=("facilitated",), since=date(2025, 10, 1), percent=Decimal(24), source="金规〔2025〕9号"),
    Rule(
        lenders=("consumer_finance",), since=date(2026, 1, 1), percent=Decimal(24),
        source="消费金融公司综合融资成本窗口指导，2025年10月",
    ),
    Rule(
        lenders=("consumer_finance",), since=date(2026, 1, 1), is_average=True, percent=Decimal(20),
        source="消费金融公司综合融资成本窗口指导，2025年10月",
    ),
    Rule(
        lenders=("microloan",), since=date(2025, 12, 24), percent=Decimal(24),
        source="小额贷款公司综合融资成本管理工作指引，2025年12月",
    ),
    Rule(
        lenders=("microloan",), since=date(2027, 12, 31), times_lpr=4, longer_than_months=1,
        source="小额贷款公司综合融资成本管理工作指引，2025年12月",
    ),
    Rule(
        lenders=("private",), since=date(2020, 8, 20), times_lpr=4, counts_together=True,
        source="法释〔2020〕17号，第二十五、二十九条",
    ),
)  # fmt: skip

# 一年期贷款市场报价利率 in per cent, as published by the 全国银行间同业拆借中心; each holds until the next.
LPR_1Y: tuple[tuple[date, Decimal], ...] = (
    (date(2019, 8, 20), Decimal("4.25")),
    (date(2019, 9, 20), Decimal("4.20")),
    (date(2019, 11, 20), Decimal("4.15")),
    (date(2020, 2, 20), Decimal("4.05")),
    (date(2020, 4, 20), Decimal("3.85")),
    (date(2021, 12, 20), Decimal("3.80")),
    (date(2022, 1, 20), Decimal("3.70")),
    (date(2022, 8, 22), Decimal("3.65")),
    (date(2023, 6, 20), Decimal("3.55")),
    (date(2023, 8, 21), Decimal("3.45")),
    (date(2024, 7, 22), Decimal("3.35")),
    (date(2024, 10, 21), Decimal("3.10")),
    (date(2025, 5, 20), Decimal("3.00")),
)
