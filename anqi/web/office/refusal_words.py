"""Why an act was declined, with its numbers, as staff read it."""

from typing import Any

from django.utils.translation import gettext as _

from anqi.rows.refusals import Refused
from anqi.web.office import (
    bank_words,
    call_words,
    complaint_words,
    credit_words,
    debit_words,
    goods_words,
    hardship_words,
    limit_words,
    payout_words,
    reconciliation_words,
    remittance_words,
    request_words,
    reserve_words,
    settlement_words,
    statement_words,
)
from anqi.web.office.act_words import APPLICATIONS
from anqi.web.office.words import word
from anqi.web.shared.figures import write_day, write_yuan


def refusal(refused: Refused) -> str:
    """Why an act was declined, with its numbers."""
    facts = _told(refused.facts)
    return (_refusals().get(refused.code) or _("没有办成，什么都没有改变。原因：%(code)s")) % {
        "code": refused.code, **facts,
    }  # fmt: skip


def _told(facts: dict[str, object]) -> dict[str, Any]:
    told: dict[str, Any] = dict(facts)
    for name, value in facts.items():
        if name.endswith("_minor") and isinstance(value, int):
            told[name] = write_yuan(value)
    if "counts_on" in told:
        told["counts_on"] = write_day(told["counts_on"], this_year=None)
    if "state" in told:
        told["state"] = word(APPLICATIONS, told["state"])
    return told


def _refusals() -> dict[str, str]:
    return {
        "may_not_act": _("你的角色只能查看，不能动账。"),
        "needs_supervisor": _("这一步只有复核可以决定。"),
        "own_request": _("不能复核自己提交的申请。"),
        "reason_missing": _("请写明理由。"),
        "not_undelivered": _("这条消息已经送达，或还可能送达。"),
        "not_theirs": _("这位借款人没有这条记录，可能页面放得太久了。"),
        "already_asked": _("这笔款项还有一条申请等着复核，先处理它。"),
        "already_decided": _("这条申请已经有结果：%(state)s。"),
        "other_request": _("这张表单已经提交过，内容和这次不同。请看下面的记录，再重新填写。"),
        "others_money": _("这笔钱是别人替借款人付的，只能原路退回，不能还分期。"),
        "nothing_left": _("这笔款项已经没有剩余。"),
        "already_on_its_way": _("这笔款项正在退回，等它有结果。"),
        "left_too_small": _("这笔款项还剩 %(left_minor)s，请填不超过它的金额。"),
        "other_lender": _("这笔钱是替另一家出借机构收的，不能还这笔分期。"),
        "loan_not_running": _("这笔分期没有在还款中。"),
        "loan_takes_less": _("这笔分期最多用得上 %(most_minor)s，再多只会变成溢缴款。"),
        "payoff_not_reached": _("按 %(counts_on)s计，一次结清要 %(need_minor)s。"),
        "history_forbids": _("按 %(counts_on)s计入后，这笔分期后来的记录就不成立了，请交技术核对。"),
        **call_words.refusals(),
        **complaint_words.refusals(),
        **credit_words.refusals(),
        **request_words.refusals(),
        **goods_words.refusals(),
        **hardship_words.refusals(),
        **bank_words.refusals(),
        **payout_words.refusals(),
        **debit_words.refusals(),
        **settlement_words.refusals(),
        **limit_words.refusals(),
        **reserve_words.refusals(),
        **reconciliation_words.refusals(),
        **remittance_words.refusals(),
        **statement_words.refusals(),
    }
