"""The office's words for the bank account."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

BANK_LINES: Words = {
    "waiting": lazy("等人认领"),
    "asked": lazy("等待复核"),
    "taken": lazy("已匹配"),
    "not_ours": lazy("与借款人无关"),
    "returning": lazy("等着转回"),
    "returned": lazy("已转回"),
    "other": lazy("其他支出"),
    "channel": lazy("渠道的，等渠道说明"),
}
BANK_USES: Words = {
    "charge": lazy("借款人的转账"), "send_back": lazy("转回付款人"), "not_ours": lazy("与借款人无关，不用转回"),
}  # fmt: skip
BANK_DONE: Words = {
    "asked": lazy("已提交，等另一位复核同意。"),
    "taken": lazy("已匹配，马上入账。"),
    "returning": lazy("已列入要转的，转账后导入流水就会记为已转回。"),
    "not_ours": lazy("已记录，这一条不再出现在待办里。"),
    "waiting": lazy("已驳回，可以重新处理。"),
}
BANK_TO_MAKE: Words = {"refund": lazy("退款"), "line": lazy("转回来款")}


def refusals() -> dict[str, str]:
    """Why an act on the bank account was declined, by its code."""
    return {
        "no_bank_account": _("这里没有设置银行账户。"),
        "empty_statement": _("文件里一行流水也没有。"),
        "not_a_statement": _("这份文件里没有找到表头，要有：%(missing)s。什么都没有导入。"),
        "other_account": _("文件上写的账号不是我们的账户。什么都没有导入。"),
        "line_unreadable": _("第 %(line)s 行的%(what)s读不懂。什么都没有导入。"),
        "line_repeated": _("第 %(line)s 行和第 %(first)s 行的流水号相同。什么都没有导入。"),
        "line_missing": _(
            "第 %(line)s 行接不上：之前余额 %(before_minor)s，这行 %(amount_minor)s，余额却是 %(balance_minor)s。"
            "之前可能少了一行或多了一行。什么都没有导入。"
        ),
        "line_changed": _("第 %(line)s 行以前导入过，这次数字不一样。什么都没有导入，请问银行。"),
        "file_missing": _("第 %(line)s 行和已有的流水接不上，中间少了一份文件，请先导入它。什么都没有导入。"),
        "no_such_charge": _("没有这个编号的转账。"),
        "not_to_decide": _("这一笔已经有人处理了，请看现在的状态。"),
    }
