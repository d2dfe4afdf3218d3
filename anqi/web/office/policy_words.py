"""The office's words for the rules by which a lender's applications are decided."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.reserve_words import RESERVE_PURPOSES
from anqi.web.office.words import Words, word
from anqi.web.shared.figures import in_english, write_yuan

# In the order in which they are read; amounts end in _minor.
POLICY_FIELDS: Words = {
    "purposes": lazy("允许的用途"),
    "amount_least_minor": lazy("最低金额"),
    "amount_most_minor": lazy("最高金额"),
    "months_most": lazy("最长期限（月）"),
    "years_least": lazy("最低年龄（周岁）"),
    "years_most": lazy("超过多少周岁转人工"),
    "days_after_refusal": lazy("没有通过后隔几天可以再申请"),
    "window_days": lazy("申请次数按多少天算"),
    "most_in_window": lazy("这些天里最多申请几次"),
    "review_from_a_day": lazy("同一天第几次申请起转人工"),
    "running_most": lazy("最多几笔备用金同时没有结清"),
    "sharers_most": lazy("账户或设备最多几位借款人共用"),
    "asks_elsewhere": lazy("是否查其他机构"),
    "elsewhere_review_from_days": lazy("在其他机构逾期几天起转人工"),
    "elsewhere_refuse_from_days": lazy("在其他机构逾期几天起不通过"),
    "elsewhere_asked_within_days": lazy("其他机构的信息几天内有效"),
    "points_refuse_below": lazy("评分低于多少不通过"),
    "points_review_below": lazy("评分低于多少转人工"),
}


def rule_value(name: str, value: Any) -> str:
    """What a rule says, in words."""
    if value is None:
        return _("不限")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name.endswith("_minor"):
        return write_yuan(value)
    return _purposes(value) if name == "purposes" else str(value)


def _purposes(codes: Iterable[str]) -> str:
    between = ", " if in_english() else "、"
    return between.join(word(RESERVE_PURPOSES, each) for each in RESERVE_PURPOSES if each in codes)
