"""The lines behind an amount in the borrower's words: this is the one place that words them."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from anqi.engine.breakdown import Line
from anqi.web.borrower.wording import PARTS, instalments
from anqi.web.shared import amounts
from anqi.web.shared.amounts import Origin, Row, Scene
from anqi.web.shared.figures import write_about, write_day, write_product, write_yuan

Words = dict[str, str | Promise]

_MOST_DIGITS = 6
# Words of a line by what it is; where one amount needs others, by that amount too.
LINES: Words = PARTS | {
    "planned": gettext_lazy("原计划的本金"),
    "moved": gettext_lazy("转到其他期"),
    "earned": gettext_lazy("提前结束时应收的"),
    "late_fee": gettext_lazy("逾期费（一次性）"),
    "given_back": gettext_lazy("退货退回"),
    "waived": gettext_lazy("已减免"),
    "lent_again": gettext_lazy("已退给你、后来又要重新还的"),
    "paid": gettext_lazy("已还"),
    "prepaid": gettext_lazy("提前还的本金"),
    "returned": gettext_lazy("退货减掉的本金"),
    "due": gettext_lazy("已到期未还"),
    "early_fee": gettext_lazy("提前结清手续费"),
    "paid_ahead": gettext_lazy("已提前还的利息和手续费"),
    "credit": gettext_lazy("溢缴款"),
    "payoff.principal": gettext_lazy("还没到期的本金"),
    "payoff.given_back": gettext_lazy("多付的，退还给你"),
    "credit.paid": gettext_lazy("用来还各期的"),
    "credit.prepaid": gettext_lazy("用来提前还本金的"),
}
_ON_A_DAY: Words = {
    "payment": gettext_lazy("%(day)s还款"),
    "recovery": gettext_lazy("%(day)s核销后收回"),
    "return": gettext_lazy("%(day)s退货"),
    "goodwill": gettext_lazy("%(day)s善意补偿"),
    "refund": gettext_lazy("%(day)s退还溢缴款"),
    "chargeback": gettext_lazy("%(day)s付款渠道收回还款"),
    "prepaid": gettext_lazy("%(day)s提前还本金"),
    "returned": gettext_lazy("%(day)s退货"),
}
_EARNED: dict[str, Words] = {
    "interest": {
        "by_day": gettext_lazy("算到当天的利息"),
        "whole_period": gettext_lazy("当期一整期的利息"),
    },
    "fee": {
        "by_day": gettext_lazy("算到当天的手续费"),
        "whole_period": gettext_lazy("当期一整期的手续费"),
        "all": gettext_lazy("以后各期的全部手续费"),
    },
}
_ROUNDING: Words = {"half_up": gettext_lazy("四舍五入到分"), "half_even": gettext_lazy("四舍六入五成双，到分")}
_CARRIED: dict[Origin, str | Promise] = {
    "moved": gettext_lazy("从其他期转入"),
    "bounced": gettext_lazy("付款渠道收回后要重新还的"),
    "charged": gettext_lazy("另外的收费"),
    "drawn": gettext_lazy("追加借的本金"),
}
_REPLANNED: dict[Origin, str | Promise] = {
    "prepaid": pgettext_lazy("why spread anew", "提前还款"),
    "returned": pgettext_lazy("why spread anew", "退货"),
    "rate": pgettext_lazy("why spread anew", "改利率"),
    "arrears": pgettext_lazy("why spread anew", "欠款摊到以后各期"),
    "drawn": pgettext_lazy("why spread anew", "追加借款"),
}


def tell(scene: Scene, of: str, lines: Iterable[Line]) -> list[Row]:
    """The lines of one amount, for the part `sum`; `of` is the amount's name in the breakdown."""
    return [_tell(scene, of, line) for line in lines]


def tell_use(
    parts: Iterable[tuple[str, int]], *, prepaid_minor: int, excess_minor: int, credit_used_minor: int
) -> list[Row]:
    """Where a payment went, and what it left or took of the credit: it adds up to the payment."""
    amounts_of = dict.fromkeys(PARTS, 0)
    for part, minor in parts:
        amounts_of[part] += minor
    told = [
        *((LINES[part], minor) for part, minor in amounts_of.items()),
        (LINES["prepaid"], prepaid_minor),
        (_("成为溢缴款"), excess_minor),
        (_("用溢缴款抵的"), -credit_used_minor),
    ]
    return [{"label": label, "amount_minor": minor} for label, minor in told if minor]


def _tell(scene: Scene, of: str, line: Line) -> Row:
    row: Row = {"label": label(scene, of, line), "exact": line.exact}
    if line.what == "rounding":
        return row | {"text": ""}
    if line.base_minor is not None and _is_part_of_period(line):
        row["note"] = _days_of(scene, line)
    if line.exact.denominator != 1:
        return row | {"text": write_about(line.exact)}
    return row | {"amount_minor": int(line.exact), "minus": line.exact < 0 and of != "credit"}


def label(scene: Scene, of: str, line: Line) -> str:
    """What a line of that amount is, in words."""
    if line.base_minor is not None:
        return write_product(_formula(scene, line))
    if line.what == "instalment":
        assert line.n
        return str(capfirst(instalments([line.n])))
    if line.on and line.what in _ON_A_DAY:
        return str(_ON_A_DAY[line.what]) % {"day": write_day(line.on, this_year=scene.on.year)}
    if line.what == "carried":
        return _carried(scene, of)
    if line.what == "replanned":
        return _replanned(scene)
    if line.what == "rounding":
        return str(_ROUNDING[scene.terms.rounding])
    if of == "payoff" and line.what in _EARNED:
        return str(_EARNED[line.what][getattr(scene.terms.early, line.what)])
    return str(LINES.get(f"{of}.{line.what}") or LINES[line.what])


def _carried(scene: Scene, of: str) -> str:
    found = amounts.carried_by(scene, of)
    return pgettext("between origins", "；").join(str(_CARRIED[origin]) for origin in found)


def _replanned(scene: Scene) -> str:
    found = amounts.replanned_by(scene)
    why = pgettext("between reasons", "、").join(str(_REPLANNED[origin]) for origin in found)
    return _("%(why)s后重新分配") % {"why": why or pgettext("why spread anew", "改计划")}


def _formula(scene: Scene, line: Line) -> str:
    assert line.base_minor is not None and line.rate is not None and line.days is not None
    base, rate = write_yuan(line.base_minor), rate_text(line.rate)
    if line.what == "penalty":
        return _penalty(scene, base, rate, line.days)
    if not _is_part_of_period(line):
        if line.what == "fee":
            return _("本金 %(base)s × 每期 %(rate)s") % {"base": base, "rate": rate}
        return _("期初剩余本金 %(base)s × 本期利率 %(rate)s") % {"base": base, "rate": rate}
    principal = _("本金 %(base)s") if line.what == "fee" else _("剩余本金 %(base)s")
    rated = _("每期 %(rate)s") if line.what == "fee" else _("本期利率 %(rate)s")
    days = ngettext("%(days)d 天", "%(days)d 天", line.days) % {"days": line.days}
    whole = ngettext("本期 %(days)d 天", "本期 %(days)d 天", line.of_days or 0) % {"days": line.of_days}
    return f"{principal % {'base': base}} × {rated % {'rate': rate}} × {days} ÷ {whole}"


def _penalty(scene: Scene, base: str, rate: str, days: int) -> str:
    penalty = scene.terms.penalty
    if penalty and penalty.on == "instalment":
        told = ngettext(
            "逾期未还 %(base)s × 每天 %(rate)s × %(days)d 天", "逾期未还 %(base)s × 每天 %(rate)s × %(days)d 天", days
        )
    else:
        told = ngettext(
            "逾期本金 %(base)s × 每天 %(rate)s × %(days)d 天", "逾期本金 %(base)s × 每天 %(rate)s × %(days)d 天", days
        )
    return told % {"base": base, "rate": rate, "days": days}


def _is_part_of_period(line: Line) -> bool:
    return line.of_days is not None and line.days != line.of_days


def _days_of(scene: Scene, line: Line) -> str:
    assert line.since and line.until
    year = scene.on.year
    return f"{write_day(line.since, this_year=year)} – {write_day(line.until, this_year=year)}"


def rate_text(rate: Fraction) -> str:
    """A rate in per cent: exact where six digits are enough, else marked as about so much. 1/2000: 0.05%."""
    percent = rate * 100
    scaled = round(percent * 10**_MOST_DIGITS)
    digits = Decimal(scaled).scaleb(-_MOST_DIGITS).normalize()
    mark = "" if Fraction(scaled, 10**_MOST_DIGITS) == percent else "≈ "
    return f"{mark}{digits:f}%"
