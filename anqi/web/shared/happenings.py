"""What happened to a loan, in words: every kind of fact that the engine counts, with its main figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from anqi.engine.calendar import Step
from anqi.engine.events import (
    Charge,
    Chargeback,
    Deferral,
    Draw,
    DueDayChange,
    Goodwill,
    Hold,
    Pause,
    RateChange,
    ReAge,
    ReAmortise,
    Recovery,
    Refund,
    Release,
    Reschedule,
    Subsidy,
    Void,
    WriteOff,
)
from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver
from anqi.web.shared.figures import write_day

_PARTS: dict[str, str | Promise] = {
    "principal": gettext_lazy("本金"),
    "interest": gettext_lazy("利息"),
    "fee": gettext_lazy("手续费"),
    "penalty": gettext_lazy("罚息"),
}
_METHODS: dict[str, str | Promise] = {
    "equal_instalment": gettext_lazy("等额本息"),
    "equal_principal": gettext_lazy("等额本金"),
    "interest_only": gettext_lazy("先息后本"),
    "bullet": gettext_lazy("到期一次还本付息"),
    "flat_fee": gettext_lazy("等额本金加手续费"),
}


_HOLDS: dict[str, str | Promise] = {
    "return": gettext_lazy("退货处理中"),
    "dispute": gettext_lazy("商品有争议"),
    "merchant_gone": gettext_lazy("商户失联"),
    "hardship": gettext_lazy("协商还款，缓几天"),
    "late_answer": gettext_lazy("协商申请没有按时答复"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A fact in words: what happened, how much it was about in fen, and what more there is to say of it."""

    title: str
    amount_minor: int | None
    more: tuple[tuple[str, str], ...]


def tell(fact: Fact, *, among: Mapping[str, Fact], this_year: int | None) -> Told:
    """The fact in the reader's language; `among` holds, by id, what it may speak of: the loan's other facts."""
    return Told(
        title=_title(fact, among, this_year),
        amount_minor=_amount_minor(fact, among),
        more=tuple(_more(fact)),
    )


def _amount_minor(fact: Fact, among: Mapping[str, Fact]) -> int | None:
    if isinstance(fact, Chargeback) and fact.amount_minor is None:
        return getattr(among.get(fact.of), "amount_minor", None)
    return getattr(fact, "amount_minor", None)


def _title(fact: Fact, among: Mapping[str, Fact], this_year: int | None) -> str:
    match fact:
        case Reversal():
            return _reversal(among.get(fact.of), among, this_year)
        case Chargeback():
            return _chargeback(among.get(fact.of), this_year)
        case Waiver():
            return _("减免%(part)s") % {"part": _PARTS[fact.what]}
        case Deferral():
            return _("第 %(n)d 期延期到 %(day)s") % {"n": fact.n, "day": write_day(fact.to, this_year=this_year)}
        case Pause():
            return _("停息到 %(day)s（不含当天）") % {"day": write_day(fact.until, this_year=this_year)}
        case Hold():
            return _("冻结：%(why)s") % {"why": _HOLDS.get(fact.reason, fact.reason)}
        case ReAge():
            return _re_age(fact, write_day(fact.first_due_on, this_year=this_year))
        case Reschedule():
            return _reschedule(fact, write_day(fact.first_due_on, this_year=this_year))
        case DueDayChange():
            return _("还款日改为每月 %(day)d 日") % {"day": fact.day}
        case RateChange():
            return _("年利率改为 %(rate)s") % {"rate": write_rate(fact.annual_rate)}
        case Subsidy():
            return _subsidy(fact)
        case Charge():
            return _("收费：%(code)s") % {"code": fact.code}
        case _:
            return _plain(fact)


def _reversal(undone: Fact | None, among: Mapping[str, Fact], this_year: int | None) -> str:
    if isinstance(undone, Payment):
        return _("撤回 %(day)s的还款") % {"day": write_day(undone.on, this_year=this_year)}
    if undone is None or isinstance(undone, Reversal):
        return _("撤销")
    return _("撤销：%(what)s") % {"what": _title(undone, among, this_year)}


def _chargeback(payment: Fact | None, this_year: int | None) -> str:
    if payment is None:
        return _("付款渠道收回还款")
    return _("付款渠道收回 %(day)s的还款") % {"day": write_day(payment.on, this_year=this_year)}


def _re_age(fact: ReAge, first_due: str) -> str:
    if fact.instalments is None:
        return _("没有还的重新排期，%(day)s起还") % {"day": first_due}
    told = ngettext(
        "没有还的重新分 %(count)d 期，%(day)s起还", "没有还的重新分 %(count)d 期，%(day)s起还", fact.instalments
    )
    return told % {"count": fact.instalments, "day": first_due}


def _reschedule(fact: Reschedule, first_due: str) -> str:
    told = ngettext(
        "剩余本金重新分 %(count)d 期，%(day)s起还", "剩余本金重新分 %(count)d 期，%(day)s起还", fact.instalments
    )
    return told % {"count": fact.instalments, "day": first_due}


def _subsidy(fact: Subsidy) -> str:
    if not fact.annual_rate:
        return _("贴息结束")
    return _("贴息：第三方承担年利率 %(rate)s") % {"rate": write_rate(fact.annual_rate)}


def _plain(fact: Fact) -> str:
    words: dict[type, str] = {
        Payment: pgettext("fact", "还款"),
        Return: _("退货"),
        ReAmortise: _("欠款摊到还没到期的各期"),
        Goodwill: _("善意补偿"),
        Draw: _("追加借款"),
        Refund: _("退还溢缴款"),
        WriteOff: _("核销"),
        Recovery: _("核销后收回"),
        Release: _("解除冻结"),
        Void: _("作废"),
    }
    return words[type(fact)]


def _more(fact: Fact) -> Iterator[tuple[str, str]]:
    if isinstance(fact, Charge):
        yield pgettext("charge", "原因"), fact.reason
    if isinstance(fact, Return) and fact.gives_back:
        yield _("利息和手续费"), _("一并退还")
    if isinstance(fact, Reschedule) and fact.annual_rate is not None:
        yield _("年利率"), write_rate(fact.annual_rate)
    if isinstance(fact, Reschedule) and fact.method:
        yield _("还款方式"), str(_METHODS[fact.method])
    if isinstance(fact, ReAge | Reschedule) and fact.every:
        yield _("间隔"), _every(fact.every)
    if isinstance(fact, Reschedule) and fact.carries:
        yield _("一并转入"), pgettext("between parts", "、").join(str(_PARTS[part]) for part in fact.carries)


def _every(step: Step) -> str:
    told = {
        "months": ngettext("每 %(count)d 个月", "每 %(count)d 个月", step.count),
        "weeks": ngettext("每 %(count)d 周", "每 %(count)d 周", step.count),
        "days": ngettext("每 %(count)d 天", "每 %(count)d 天", step.count),
    }[step.unit]
    return told % {"count": step.count}


def write_rate(rate: Fraction) -> str:
    """A rate that was stated in decimals, exactly. 73/2000: 3.65%."""
    percent = rate * 100
    digits = next(n for n in range(41) if (percent * 10**n).denominator == 1)
    return f"{Decimal(int(percent * 10**digits)).scaleb(-digits):f}%"
