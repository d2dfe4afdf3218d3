"""The office's words for channels' statements that can't be had or read."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

UNREAD: Words = {
    "not_ready": lazy("渠道还没有这一天的对账单"),
    "no_answer": lazy("渠道没有给出答复"),
    "unreadable": lazy("文件读不懂，或不是这一天的"),
    "nothing": lazy("这一天没有交易，渠道没有文件"),
}


def refusals() -> dict[str, str]:
    """Why an act on a statement was declined, by its code."""
    return {
        "statement_not_had": _("还是没有拿到，什么都没有改变。原因写在下面。"),
        "statement_unreadable": _("这份文件读不懂，或不是这一天的，什么都没有入账。"),
        "statement_ended": _("这份对账单已经读过，或已经放弃。"),
        "statement_same": _("这份文件和现在用的一样，什么都没有改变。"),
        "statement_of_another_day": _("文件里没有这一天的交易，什么都没有改变。请核对日期后重新下载。"),
    }
