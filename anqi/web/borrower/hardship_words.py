"""The words of help for those who can't pay as agreed: reasons, kinds of help, how far a case is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anqi.web.borrower.wording import Label

REASONS: dict[str, str | Promise] = {
    "income": _("收入减少"),
    "job": _("失业或停工"),
    "illness": _("自己或家人生病"),
    "disaster": _("遇到灾害或意外"),
    "short": _("这个月周转不开"),
    "other": _("其他原因"),
}
KINDS: dict[str, str | Promise] = {
    "catch_up": _("缓几天，还清逾期"),
    "later": _("下一期晚点还"),
    "spread": _("逾期的摊到后面各期"),
    "longer": _("分得更久，每期少还"),
}
_STATES: dict[str, tuple[str | Promise, str, str]] = {
    "choosing": (pgettext_lazy("hardship", "等你选方案"), "half", "brand"),
    "waiting": (pgettext_lazy("hardship", "等工作人员答复"), "clock", "brand"),
    "offered": (pgettext_lazy("hardship", "有方案等你签"), "half", "brand"),
    "accepted": (pgettext_lazy("hardship", "已签约"), "check", "good"),
    "kept": (pgettext_lazy("hardship", "已做到"), "check", "good"),
    "declined": (pgettext_lazy("hardship", "没有同意"), "cross", "warn"),
    "withdrawn": (pgettext_lazy("hardship", "你撤回了"), "dash", "calm"),
    "lapsed": (pgettext_lazy("hardship", "已失效"), "dash", "calm"),
}


# By their codes; none has numbers of its own.
REFUSALS: dict[str, Callable[[dict[str, Any], datetime], str]] = {
    "hardship_nothing_to_help": lambda facts, now: gettext("这笔分期现在没有要还的，不用协商。"),
    "hardship_on_hold": lambda facts, now: gettext("这笔分期已经暂停，现在不用还。办完以后还有困难，再来申请。"),
    "hardship_not_open": lambda facts, now: gettext("这件申请现在不能这样办，请看它现在的状态。"),
    "hardship_lapsed": lambda facts, now: gettext("过了签约时间，没有签约。还有困难可以重新申请。"),
    "hardship_plan_changed": lambda facts, now: gettext("金额已经变了，没有签约。请再看一遍下面的新计划。"),
    "hardship_payment_on_its_way": lambda facts, now: gettext("有一笔付款还没有结果，没有签约。等它有了结果再签。"),
    "hardship_no_such_help": lambda facts, now: gettext("这个方案现在没有了，没有签约。请看下面现在有的。"),
    "hardship_does_not_fit": lambda facts, now: gettext("按今天的情况，这个方案办不了，没有签约。"),
    "hardship_not_declined": lambda facts, now: gettext("只有没有同意的申请才能要求再看一次。"),
    "hardship_questioned_before": lambda facts, now: gettext("已经由另一位工作人员再看过一次了。有新的情况可以重新申请。"),
    "hardship_too_late_to_question": lambda facts, now: gettext("没有同意已超过 30 天，请重新申请。"),
}


def badge_of(state: str) -> Label:
    """How far it is; that a second person looks at an offer is no matter of the borrower's."""
    word, shape, tone = _STATES["waiting" if state == "proposed" else state]
    return Label(state=state, word=word, shape=shape, tone=tone)
