"""The lines behind an amount as staff read them, exact, with rates and days: the one place that words them here."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from anqi.engine.breakdown import Line
from anqi.web.office.wording import PARTS, Words
from anqi.web.shared import amounts
from anqi.web.shared.amounts import Origin, Row, Scene
from anqi.web.shared.figures import write_day, write_exact, write_product, write_yuan

_MOST_DIGITS = 8
# Words of a line by what it is; where one amount needs others, by that amount too.
LINES: Words = PARTS | {
    "planned": lazy("计划本金"),
    "moved": lazy("转到其他期"),
    "earned": lazy("提前结束时应收"),
    "late_fee": lazy("逾期费（一次性）"),
    "given_back": lazy("退货退回"),
    "waived": lazy("减免"),
    "payment": lazy("还款"),
    "return": lazy("退货"),
    "goodwill": lazy("善意补偿"),
    "recovery": lazy("核销后收回"),
    "refund": lazy("退还溢缴款"),
    "chargeback": lazy("付款渠道收回还款"),
    "lent_again": lazy("渠道收回时钱已退还，重新计为本金"),
    "paid": lazy("已还"),
    "prepaid": lazy("提前还的本金"),
    "returned": lazy("退货冲减的本金"),
    "due": lazy("已到期未还"),
    "early_fee": lazy("提前结清手续费"),
    "paid_ahead": lazy("未到期各期已还的利息、费用"),
    "credit": lazy("溢缴款"),
    "payoff.principal": lazy("未到期本金"),
    "payoff.given_back": lazy("超过应还，退还借款人"),
    "credit.paid": lazy("用于各期"),
    "credit.prepaid": lazy("用于提前还本金"),
}
_EARNED: dict[str, Words] = {
    "interest": {"by_day": lazy("按日算到当天的利息"), "whole_period": lazy("当期整期利息")},
    "fee": {
        "by_day": lazy("按日算到当天的手续费"),
        "whole_period": lazy("当期整期手续费"),
        "all": lazy("以后各期全部手续费"),
    },
}
_ROUNDING: Words = {"half_up": lazy("四舍五入到分"), "half_even": lazy("四舍六入五成双到分")}
_CARRIED: dict[Origin, str | Promise] = {
    "moved": lazy("从其他期转入"),
    "bounced": lazy("渠道收回还款后重新计入"),
    "charged": lazy("收费"),
    "drawn": lazy("追加借款"),
}
_REPLANNED: dict[Origin, str | Promise] = {
    "prepaid": pgettext_lazy("why spread anew", "提前还款"),
    "returned": pgettext_lazy("why spread anew", "退货"),
    "rate": pgettext_lazy("why spread anew", "改利率"),
    "arrears": pgettext_lazy("why spread anew", "欠款摊入"),
    "drawn": pgettext_lazy("why spread anew", "追加借款"),
}
_BASES: Words = {
    "interest": lazy("剩余本金"),
    "fee": lazy("计费本金"),
    "penalty.principal": lazy("逾期本金"),
    "penalty.instalment": lazy("逾期未还"),
}


def tell(scene: Scene, amount: str, lines: Iterable[Line]) -> list[Row]:
    """The lines of one amount, for the part `sum`; `amount` is its name in the breakdown."""
    return [_tell(scene, amount, line) for line in lines]


def _tell(scene: Scene, amount: str, line: Line) -> Row:
    row: Row = {"label": label(scene, amount, line), "exact": line.exact, "note": _note(line)}
    if line.exact.denominator != 1:
        return row | {"text": write_exact(line.exact, signed=line.what == "rounding")}
    return row | {"amount_minor": int(line.exact)}


def label(scene: Scene, amount: str, line: Line) -> str:
    """What a line of that amount is, in words."""
    if line.base_minor is not None:
        return write_product(_formula(scene, line))
    if line.what == "instalment":
        return _("第 %(n)d 期") % {"n": line.n}
    if line.what == "carried":
        found = amounts.carried_by(scene, amount)
        return pgettext("between origins", "；").join(str(_CARRIED[origin]) for origin in found)
    if line.what == "replanned":
        return _replanned(scene)
    if line.what == "rounding":
        return str(_ROUNDING[scene.terms.rounding])
    if amount == "payoff" and line.what in _EARNED:
        return str(_EARNED[line.what][getattr(scene.terms.early, line.what)])
    return str(LINES.get(f"{amount}.{line.what}") or LINES[line.what])


def _replanned(scene: Scene) -> str:
    found = amounts.replanned_by(scene)
    why = pgettext("between reasons", "、").join(str(_REPLANNED[origin]) for origin in found)
    return _("%(why)s后重新分配") % {"why": why or pgettext("why spread anew", "改计划")}


def _formula(scene: Scene, line: Line) -> str:
    assert line.base_minor is not None and line.rate is not None and line.days is not None
    base = f"{_base(scene, line)} {write_yuan(line.base_minor)}"
    if line.of_days is None:
        counted = ngettext("日利率 %(rate)s × %(days)d 天", "日利率 %(rate)s × %(days)d 天", line.days)
        return f"{base} × {counted % {'rate': rate(line.rate), 'days': line.days}}"
    counted = ngettext(
        "期利率 %(rate)s × %(days)d/%(whole)d 天", "期利率 %(rate)s × %(days)d/%(whole)d 天", line.of_days
    )
    return f"{base} × {counted % {'rate': rate(line.rate), 'days': line.days, 'whole': line.of_days}}"


def _base(scene: Scene, line: Line) -> str:
    on = scene.terms.penalty.on if scene.terms.penalty else "principal"
    return str(_BASES[f"penalty.{on}" if line.what == "penalty" else line.what])


def _note(line: Line) -> str:
    """The days of a line over days, the first counted and the last not; the day of one that has a day."""
    if line.since and line.until:
        return f"{write_day(line.since, this_year=None)} – {write_day(line.until, this_year=None)}"
    return write_day(line.on, this_year=None) if line.on else ""


def rate(exact: Fraction) -> str:
    """A rate as people read it. 1/1000: 0.1%. One third of a percent: ≈0.33333333%."""
    percent = exact * 100
    digits = next((n for n in range(_MOST_DIGITS + 1) if (percent * 10**n).denominator == 1), None)
    if digits is not None:
        return f"{Decimal(int(percent * 10**digits)).scaleb(-digits):f}%"
    return f"≈{Decimal(round(percent * 10**_MOST_DIGITS)).scaleb(-_MOST_DIGITS):f}%"
