"""The words of the office: kinds, causes, states and reasons as staff read them, and refusals with their numbers."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.rows.refusals import Refused
from anqi.web.office import settlement_words
from anqi.web.office.payout_words import PAYOUT_OUTCOMES, PAYOUTS, VERDICTS, WHY_NOT_PAID_OUT, Words
from anqi.web.shared.figures import write_day, write_yuan

# Lists with a module of their own are looked up here too.
__all__ = ["PAYOUTS", "PAYOUT_OUTCOMES", "VERDICTS", "WHY_NOT_PAID_OUT", "Words"]

ROLES: Words = {"clerk": lazy("经办"), "supervisor": lazy("复核"), "auditor": lazy("审计")}
PARTS: Words = {
    "principal": lazy("本金"), "interest": lazy("利息"), "fee": lazy("手续费"), "penalty": lazy("罚息"),
}  # fmt: skip
CATEGORIES: Words = {
    "normal": lazy("正常类"),
    "special_mention": lazy("关注类"),
    "substandard": lazy("次级类"),
    "doubtful": lazy("可疑类"),
    "loss": lazy("损失类"),
}
PURPOSES: Words = {"due": lazy("还到期的"), "next": lazy("还到期的，再提前还下期"), "all": lazy("一次结清")}
ACCOUNTS: Words = {
    "receivable_principal": lazy("应收本金"),
    "receivable_interest": lazy("应收利息"),
    "receivable_fee": lazy("应收手续费"),
    "receivable_penalty": lazy("应收罚息"),
    "receivable_principal_m1": lazy("应收本金 逾期1–30天"),
    "receivable_interest_m1": lazy("应收利息 逾期1–30天"),
    "receivable_fee_m1": lazy("应收手续费 逾期1–30天"),
    "receivable_penalty_m1": lazy("应收罚息 逾期1–30天"),
    "receivable_principal_m2": lazy("应收本金 逾期31–60天"),
    "receivable_interest_m2": lazy("应收利息 逾期31–60天"),
    "receivable_fee_m2": lazy("应收手续费 逾期31–60天"),
    "receivable_penalty_m2": lazy("应收罚息 逾期31–60天"),
    "receivable_principal_m3": lazy("应收本金 逾期61–90天"),
    "receivable_interest_m3": lazy("应收利息 逾期61–90天"),
    "receivable_fee_m3": lazy("应收手续费 逾期61–90天"),
    "receivable_penalty_m3": lazy("应收罚息 逾期61–90天"),
    "receivable_principal_m4": lazy("应收本金 逾期90天以上"),
    "receivable_interest_m4": lazy("应收利息 逾期90天以上"),
    "receivable_fee_m4": lazy("应收手续费 逾期90天以上"),
    "receivable_penalty_m4": lazy("应收罚息 逾期90天以上"),
    "subsidy_receivable": lazy("应收贴息"),
    "accrued_interest": lazy("应计利息"),
    "accrued_fee": lazy("应计手续费"),
    "accrued_penalty": lazy("应计罚息"),
    "in_transit_alipay": lazy("在途资金 支付宝"),
    "in_transit_wechat": lazy("在途资金 微信支付"),
    "in_transit_unionpay": lazy("在途资金 银行卡"),
    "bank": lazy("银行存款"),
    "merchant_payable": lazy("应付商户款"),
    "payout_payable": lazy("应付放款"),
    "partners_payable": lazy("应付合作机构款"),
    "refund_in_transit": lazy("退款在途"),
    "unapplied": lazy("待核销款"),
    "credit_balance": lazy("溢缴款"),
    "interest_income": lazy("利息收入"),
    "fee_income": lazy("手续费收入"),
    "penalty_income": lazy("罚息收入"),
    "merchant_fee_income": lazy("商户手续费收入"),
    "accrued_income": lazy("应计收入"),
    "recovered": lazy("核销后收回"),
    "waived": lazy("减免"),
    "goodwill": lazy("善意补偿支出"),
    "written_off": lazy("已核销"),
}
SIDES: Words = {
    "asset": lazy("资产"), "liability": lazy("负债"), "income": lazy("收入"), "expense": lazy("支出"),
}  # fmt: skip
KNOWN: Words = {"now": lazy("按现在所知"), "then": lazy("按当时所知")}
SPLITS: Words = {"account": lazy("按科目"), "product": lazy("按科目、产品和出借机构")}
FACTS: Words = {
    "signed": lazy("签约"),
    "shipped": lazy("发货，分期开始"),
    "paid_out": lazy("放款到账，借款开始"),
    "cancelled": lazy("取消"),
    "lapsed": lazy("失效"),
    "payment": lazy("还款入账"),
    "reversal": lazy("冲回"),
    "waiver": lazy("减免"),
    "return": lazy("退货"),
    "deferral": lazy("延期"),
    "due_day_change": lazy("改还款日"),
    "re_amortise": lazy("欠款摊入后面各期"),
    "re_age": lazy("重新排期"),
    "reschedule": lazy("展期/重组"),
    "pause": lazy("停息"),
    "hold": lazy("分期冻结"),
    "release": lazy("解除冻结"),
    "rate_change": lazy("调整利率"),
    "subsidy": lazy("贴息"),
    "charge": lazy("收费"),
    "goodwill": lazy("善意补偿"),
    "draw": lazy("追加借款"),
    "refund": lazy("退还溢缴款"),
    "chargeback": lazy("付款渠道收回还款"),
    "write_off": lazy("核销"),
    "recovery": lazy("核销后收回"),
    "void": lazy("作废"),
}
CAUSES: Words = FACTS | {"day": lazy("按日入账")}
# What moves money that is on no loan.
MOVES: Words = {
    "arrival": lazy("款项到账"), "refund": lazy("原路退回"), "payout": lazy("放款"), "settlement": lazy("付给商户"),
}  # fmt: skip
CHANNELS: Words = {"alipay": lazy("支付宝"), "wechat": lazy("微信支付"), "unionpay": lazy("银行卡"), "bank": lazy("银行转账")}
CARD_KINDS: Words = {"debit": lazy("储蓄卡"), "credit": lazy("信用卡")}
CARD_STATES: Words = {"bound": lazy("已绑定"), "ended": lazy("已移除")}
WHY_UNAPPLIED: Words = {
    "second_payment": lazy("同一笔支付单付了两次。"),
    "amount_differs": lazy("到账金额与支付单不一致。"),
    "arrived_after_close": lazy("支付单已关闭，借款人已另开一笔，旧的又付了款。"),
    "more_than_owed": lazy("到账的钱比当天应还的多。"),
    "nothing_owed": lazy("到账时这笔分期已经没有欠款。"),
    "loan_not_running": lazy("到账时这笔分期不在还款中。"),
    "goods_returned": lazy("退货后多出来的钱，正在退回。"),
}
HOLDS: Words = {
    "return": lazy("退货处理中"),
    "dispute": lazy("商品有争议"),
    "merchant_gone": lazy("商户失联"),
}
HOLD_ENDS: Words = {
    "goods_returned": lazy("退货已入账"),
    "withdrawn": lazy("商户撤回"),
    "refused": lazy("退货被驳回"),
}
RETURNS: Words = {
    "requested": lazy("等商户收货"),
    "completed": lazy("退货已入账"),
    "withdrawn": lazy("商户撤回"),
    "refused": lazy("退货被驳回"),
}
WHY_ENDED: Words = {
    "given_up": lazy("借款人放弃"),
    "expired": lazy("超时未付"),
    "given_back": lazy("钱在渠道退回了，没有入过账"),
}
DIFFERENCES: Words = {
    "amount_differs": lazy("渠道通知的金额与支付单不同，没有入账，已再问渠道"),
    "amount_changed": lazy("渠道改口：同一流水号，金额不同"),
    "undone": lazy("已入账，渠道又说没有付成"),
    "given_back": lazy("还没入账，钱已在渠道退回"),
    "refund_differs": lazy("渠道对退款改口"),
}
REFUNDS: Words = {
    "created": lazy("等待提交"),
    "processing": lazy("退回中"),
    "unknown": lazy("结果不明，继续询问"),
    "succeeded": lazy("已退回"),
    "failed": lazy("没有退成"),
}
BANK_LINES: Words = {
    "waiting": lazy("等人认领"),
    "asked": lazy("等待复核"),
    "taken": lazy("已匹配"),
    "not_ours": lazy("与借款人无关"),
    "returning": lazy("等着转回"),
    "returned": lazy("已转回"),
    "other": lazy("其他支出"),
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
WHY_NOT_RETURNED: Words = {
    "returned": lazy("收款行把钱退回来了"),
    "closed": lazy("渠道说这笔交易已关闭，退不了"),
    "abnormal": lazy("渠道退不进原账户，要在渠道后台改退"),
    "too_late": lazy("超过渠道的退款期限"),
    "too_much": lazy("超过渠道还能退的金额"),
}
DECISIONS: Words = {"confirmed_by_channel": lazy("再问渠道，与账上一致")}
OUTCOMES: Words = {
    "accepted": lazy("渠道已受理"),
    "succeeded": lazy("渠道称已付款"),
    "failed": lazy("渠道称失败"),
    "closed": lazy("渠道称已关闭"),
    "notfound": lazy("渠道查无此单"),
    "unknown": lazy("渠道答复不明"),
}
QUESTIONS: Words = {
    "charge": lazy("提交支付单"),
    "query": lazy("查询"),
    "close": lazy("关闭"),
    "refund": lazy("退款"),
    "query_refund": lazy("查询退款"),
    "payout": lazy("提交放款"),
    "query_payout": lazy("查询放款"),
}
LEARNED: Words = {"notice": lazy("渠道通知"), "query": lazy("向渠道查询"), "statement": lazy("渠道对账单")}
# What stands in a fact's body and in a channel's answer, beside amounts.
DETAILS: Words = {
    "agreement_sha256": lazy("合同 SHA-256"),
    "application_id": lazy("核销申请"),
    "case_id": lazy("待核销款"),
    "cause": lazy("原因"),
    "code": lazy("代码"),
    "evidence": lazy("凭据"),
    "paid_at": lazy("付款时间"),
    "payment_id": lazy("款项"),
    "reason": lazy("原因"),
    "ref": lazy("渠道流水号"),
    "kind": lazy("答复"),
}
INBOX: Words = {"waiting": lazy("等待处理"), "done": lazy("已处理"), "refused": lazy("已拒收")}
WHY_REFUSED: Words = {"stranger": lazy("订单号不是我们的")}
MESSAGES: Words = {
    "login_code": lazy("登录验证码"),
    "order_confirmed": lazy("签约通知"),
    "order_shipped": lazy("发货通知"),
    "order_cancelled": lazy("取消通知"),
    "order_lapsed": lazy("失效通知"),
    "payment_received": lazy("还款到账通知"),
    "money_unapplied": lazy("待核销通知"),
    "refund_begun": lazy("退款开始通知"),
    "refund_begun_goods": lazy("退货退款开始通知"),
    "return_requested": lazy("退货登记通知"),
    "return_completed": lazy("退货入账通知"),
    "return_completed_back": lazy("退货入账通知"),
    "return_withdrawn": lazy("退货撤回通知"),
    "hold_opened": lazy("冻结通知"),
    "hold_ended": lazy("解除冻结通知"),
    "refund_done": lazy("退款到账通知"),
    "refund_failed": lazy("退款失败通知"),
    "payout_arrived": lazy("放款到账通知"),
    "payout_failed": lazy("放款失败通知"),
    "payout_came_back": lazy("放款退回通知"),
    "payout_stopped": lazy("放款停止通知"),
    "payout_lapsed": lazy("借款失效通知"),
}
SENT: Words = {"waiting": lazy("待发送"), "sent": lazy("已发送"), "failed": lazy("发送失败")}
WEBHOOKS: Words = {"waiting": lazy("待送达"), "delivered": lazy("已送达"), "given_up": lazy("已放弃")}
APPLICATIONS: Words = {"requested": lazy("等待复核"), "done": lazy("已入账"), "refused": lazy("已驳回")}
ACTS: Words = {
    "view_borrower": lazy("查看借款人"),
    "view_loan": lazy("查看分期"),
    "view_case": lazy("查看待核销款"),
    "search": lazy("搜索"),
    "unmask": lazy("查看完整身份"),
    "send_webhook_again": lazy("重发商户通知"),
    "bring_again": lazy("再跑一次日终"),
    "deal_with_exception": lazy("处理例外"),
    "apply_unapplied": lazy("核销入账"),
    "request_application": lazy("申请核销"),
    "approve_application": lazy("同意核销"),
    "refuse_application": lazy("驳回核销"),
    "begin_refund": lazy("原路退回"),
    "keep_unapplied": lazy("不自动退回"),
    "query_charge": lazy("向渠道查询支付单"),
    "close_charge": lazy("关闭支付单"),
    "view_holds": lazy("查看退货与冻结"),
    "open_hold": lazy("冻结分期"),
    "prolong_hold": lazy("延长冻结"),
    "request_prolonging": lazy("申请延长冻结"),
    "approve_prolonging": lazy("同意延长冻结"),
    "refuse_prolonging": lazy("驳回延长冻结"),
    "end_hold": lazy("解除冻结"),
    "accept_return": lazy("代商户收退货"),
    "request_return": lazy("申请代商户收退货"),
    "approve_return": lazy("同意代商户收退货"),
    "refuse_return": lazy("驳回代商户收退货"),
    "view_difference": lazy("查看与渠道不一致"),
    "close_difference": lazy("处理与渠道不一致"),
    "view_payout": lazy("查看放款"),
    "release_payout": lazy("放行"),
    "stop_payout": lazy("停止放款"),
    "judge_payout": lazy("认定放款结果"),
    "agree_payout": lazy("同意认定"),
    "drop_verdict": lazy("撤回认定"),
    "import_statement": lazy("导入银行流水"),
    "download_transfers": lazy("下载转账清单"),
    "view_bank_line": lazy("查看银行来款"),
    "unmask_bank_line": lazy("查看完整付款人"),
    "decide_bank_line": lazy("处理银行来款"),
    "ask_bank_line": lazy("申请处理银行来款"),
    "approve_bank_line": lazy("同意处理银行来款"),
    "refuse_bank_line": lazy("驳回处理银行来款"),
}


def word(words: Words, key: str) -> str:
    """The word for a key; the key itself where the office has none yet."""
    return str(words.get(key, key))


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
        "not_theirs": _("这位借款人没有这条记录，可能页面放得太久了。"),
        "already_asked": _("这笔款项还有一条申请等着复核，先处理它。"),
        "already_decided": _("这条申请已经有结果：%(state)s。"),
        "other_request": _("这张表单已经提交过，内容和这次不同。请看下面的记录，再重新填写。"),
        "no_such_hold": _("这位借款人没有这条记录，可能页面放得太久了。"),
        "no_such_return": _("这位借款人没有这条记录，可能页面放得太久了。"),
        "hold_over": _("这次冻结已经结束，可能页面放得太久了。"),
        "day_too_soon": _("期限至少到明天。"),
        "prolonging_waits": _("已经有人申请延长，先复核那一条。"),
        "acceptance_waits": _("已经有人申请代商户收退货，先复核那一条。"),
        "nothing_asked": _("没有等着复核的申请，可能已经处理了。"),
        "more_than_shipped": _("还没退回的商品只剩 %(left_minor)s。"),
        "nothing_shipped_left": _("商品已经全部退回，或正在退回。"),
        "cannot_count": _("这笔分期已经作废，不能再计入退货。"),
        "no_account": _("这里没有设置银行账户。"),
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
        "nothing_left": _("这笔款项已经没有剩余。"),
        "already_on_its_way": _("这笔款项正在退回，等它有结果。"),
        "not_waiting": _("这笔放款现在不能这样处理，页面可能放得太久了。"),
        "own_verdict": _("不能复核自己提交的认定。"),
        "bad_verdict": _("认定不完整：已到账要有流水号和时间，退回要有时间，时间不能晚于现在。"),
        "left_too_small": _("这笔款项还剩 %(left_minor)s，请填不超过它的金额。"),
        "other_lender": _("这笔钱是替另一家出借机构收的，不能还这笔分期。"),
        "loan_not_running": _("这笔分期没有在还款中。"),
        "loan_takes_less": _("这笔分期最多用得上 %(most_minor)s，再多只会变成溢缴款。"),
        "payoff_not_reached": _("按 %(counts_on)s计，一次结清要 %(need_minor)s。"),
        "history_forbids": _("按 %(counts_on)s计入后，这笔分期后来的记录就不成立了，请交技术核对。"),
        **settlement_words.refusals(),
    }
