"""Why an application was refused, or is looked at by a person, in the borrower's words with the numbers it carries."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from anqi.web.shared.figures import write_day, write_yuan


def told(reason: Mapping[str, Any], *, today: date) -> str:
    """One reason as a decision keeps it: its code and its numbers."""
    words = _WORDS.get(reason["code"])
    return str(words) % _figures(reason["numbers"], today) if words else _("由工作人员审核。")


def _figures(numbers: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {_word(name): _figure(name, each, today) for name, each in numbers.items()}


def _word(name: str) -> str:
    return name.removesuffix("_minor").removesuffix("_on")


def _figure(name: str, number: Any, today: date) -> Any:
    if name.endswith("_minor"):
        return write_yuan(number)
    return write_day(date.fromisoformat(number), this_year=today.year) if name.endswith("_on") else number


_WORDS = {
    "identity_not_verified": _lazy("请先完成实名认证。"),
    "age_unknown": _lazy("没有出生日期，不能办理。"),
    "too_young": _lazy("年满 %(least)s 周岁才能申请。"),
    "above_age": _lazy("超过 %(most)s 周岁，由工作人员审核。"),
    "purpose_not_allowed": _lazy("借款用途不在允许范围内。"),
    "amount_too_small": _lazy("申请金额 %(asked)s，最低 %(least)s。"),
    "amount_too_big": _lazy("申请金额 %(asked)s，最高 %(most)s。"),
    "more_than_free": _lazy("申请金额 %(asked)s，你的可用额度是 %(free)s。"),
    "term_too_long": _lazy("期限 %(months)s 个月，最长 %(most)s 个月。"),
    "overdue_here": _lazy("你在本机构有逾期 %(days)s 天未还的借款，还清后可以再申请。"),
    "overdue_elsewhere": _lazy("你在其他机构有逾期。"),
    "elsewhere_unknown": _lazy("征信信息没有查到，由工作人员审核。"),
    "elsewhere_too_old": _lazy("征信信息已过期，由工作人员审核。"),
    "another_is_open": _lazy("你还有申请正在处理。"),
    "too_soon_after_refusal": _lazy("上次申请没有通过，%(again)s起可以再申请。"),
    "too_many_applications": _lazy("最近 %(days)s 天申请了 %(count)s 次，%(again)s起可以再申请。"),
    "too_many_running": _lazy("你有 %(count)s 笔备用金没有结清，最多 %(most)s 笔。"),
    "many_today": _lazy("今天申请次数较多，由工作人员审核。"),
    "account_shared": _lazy("收款账户还有其他人使用，由工作人员审核。"),
    "device_shared": _lazy("这台设备还有其他人申请，由工作人员审核。"),
    "score_too_low": _lazy("综合评分低于要求。"),
}
