"""The office's words for what a credit bureau is told, and for objections to it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from anqi.web.office.words import Words

REPORT_STATES: Words = {"made": lazy("已生成，还没有交付"), "sent": lazy("已交付"), "answered": lazy("已回执")}
REPORT_STEPS: Words = {"downloaded": lazy("下载"), "sent": lazy("交付"), "answered": lazy("登记回执")}
WHY_WITHHELD: Words = {
    "no_notice": lazy("没有告知"),
    "not_proven": lazy("告知没有送达凭证"),
    "notice_too_fresh": lazy("告知后天数不够"),
    "held": lazy("分期冻结"),
    "waiting": lazy("付款、协商、异议或投诉在办"),
    "rejected": lazy("机构没收下，等处理"),
}
WAITS_FOR: Words = {
    "hold": lazy("分期冻结"), "payment": lazy("付款没有结果"), "help": lazy("协商还款在办"),
    "objection": lazy("异议在办"), "complaint": lazy("投诉在办"),
}  # fmt: skip
OBJECTION_STATES: Words = {"open": lazy("处理中"), "answered": lazy("已答复"), "withdrawn": lazy("借款人已撤回")}
VERDICT_WORDS: Words = {
    "right": pgettext_lazy("objection", "借款人说得对"), "wrong": pgettext_lazy("objection", "记录没有错"),
}  # fmt: skip
OBJECTION_STEPS: Words = {
    "take": lazy("接手"), "note": lazy("记录"), "answer": lazy("答复"), "fault": lazy("提出是我方过错"),
    "agree_fault": lazy("同意是我方过错"), "refuse_fault": lazy("不同意是我方过错"), "withdraw": lazy("借款人撤回"),
    "state": lazy("借款人声明"),
}  # fmt: skip
FAULT_STATES: Words = {"asked": lazy("等另一位复核"), "agreed": lazy("已认定"), "refused": lazy("没有认定")}
CREDIT_ACTS: Words = {
    "view_report": lazy("查看征信文件"),
    "make_report": lazy("生成征信文件"),
    "take_report": lazy("下载征信文件"),
    "hand_over_report": lazy("交付征信文件"),
    "note_report_answer": lazy("登记征信回执"),
    "release_report_record": lazy("放行征信记录重报"),
    "view_objection": lazy("查看征信异议"),
    "objection_take": lazy("接手征信异议"),
    "objection_note": lazy("记录征信异议"),
    "objection_answer": lazy("答复征信异议"),
    "objection_fault": lazy("提出征信过错"),
    "objection_agree_fault": lazy("同意征信过错"),
    "objection_refuse_fault": lazy("不同意征信过错"),
}


def refusals() -> dict[str, str]:
    """Why an act on a report or an objection was declined, by its code."""
    return {
        "month_not_over": _("%(month)s还没有过完，不能报送。"),
        "no_reported_loans": _("这家出借机构没有要报送的分期。"),
        "report_not_handed_over": _("文件还没有交付，机构不可能有回执。"),
        "report_receipt_missing": _("请填机构的回执号。"),
        "report_handed_over": _("这份文件已用回执号 %(receipt)s 交付。"),
        "report_answered_before": _("这份文件的回执已经登记。"),
        "report_no_such_line": _("文件里没有这些行：%(lines)s。"),
        "objection_not_open": _("这件异议已经结束，什么都没有改变。"),
        "objection_somebody_elses": _("这件异议不在你手里，先接手再处理。"),
        "objection_nothing_put_right": _("按现在已知的，记录还是对的。先更正事实，或认定我方过错，再答复说得对。"),
        "fault_unsound": _("日期不成立：从前到后，最多 31 天，不晚于今天。"),
        "no_fault_to_decide": _("没有等着复核的过错，可能已经处理了。"),
    }
