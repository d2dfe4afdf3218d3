"""The words of the office: kinds, causes, states and reasons as staff read them, and the lists that stand beside."""

from django.utils.translation import gettext_lazy as lazy

from anqi.web.office import hardship_words
from anqi.web.office.act_words import ACTS, APPLICATIONS
from anqi.web.office.bank_words import BANK_DONE, BANK_LINES, BANK_TO_MAKE, BANK_USES
from anqi.web.office.call_words import CALL_OUTCOMES
from anqi.web.office.complaint_words import COMPLAINT_STATES, COMPLAINT_STEPS
from anqi.web.office.credit_words import (
    FAULT_STATES,
    OBJECTION_STATES,
    OBJECTION_STEPS,
    REPORT_STATES,
    REPORT_STEPS,
    VERDICT_WORDS,
    WAITS_FOR,
    WHY_WITHHELD,
)
from anqi.web.office.debit_words import (
    DEBIT_OUTCOMES,
    DEBIT_REASONS,
    DEBITS,
    MANDATES,
    NOTICES,
    PLANS,
    WHO_ENDED,
    WHOSE,
    WHY_PLAN_ENDED,
)
from anqi.web.office.hardship_words import (
    HARDSHIP_KINDS,
    HARDSHIP_OFFERS,
    HARDSHIP_REASONS,
    HARDSHIP_STATES,
    WHY_ANOTHER,
)
from anqi.web.office.limit_words import LIMIT_ACTS
from anqi.web.office.message_words import MEDIA, MESSAGES, SENT
from anqi.web.office.payout_words import PAYOUT_OUTCOMES, PAYOUTS, VERDICTS, WHY_NOT_PAID_OUT
from anqi.web.office.reconciliation_words import (
    DIFFERENCE_DONE,
    DIFFERENCE_KINDS,
    DIFFERENCE_STATES,
    MOVED,
    RECONCILED,
    STATEMENT_KINDS,
)
from anqi.web.office.refusal_words import refusal
from anqi.web.office.remittance_words import REMITTANCE_DONE, REMITTANCES
from anqi.web.office.request_words import REQUEST_STATES, REQUESTS
from anqi.web.office.reserve_words import RESERVE_OUTCOMES, RESERVE_PURPOSES, RESERVE_STATES
from anqi.web.office.statement_words import UNREAD
from anqi.web.office.words import Words, word
from anqi.web.shared.complaints import COMPLAINTS
from anqi.web.shared.credit import CODES

# Lists with a module of their own are looked up here too.
__all__ = [
    "ACTS", "APPLICATIONS", "BANK_DONE", "BANK_LINES", "BANK_TO_MAKE", "BANK_USES", "CALL_OUTCOMES", "CODES",
    "COMPLAINTS", "COMPLAINT_STATES", "COMPLAINT_STEPS", "DEBITS", "DEBIT_OUTCOMES", "DEBIT_REASONS",
    "DIFFERENCE_DONE", "DIFFERENCE_KINDS", "DIFFERENCE_STATES", "FAULT_STATES", "HARDSHIP_KINDS", "HARDSHIP_OFFERS",
    "HARDSHIP_REASONS", "HARDSHIP_STATES", "LIMIT_ACTS", "MANDATES", "MEDIA", "MESSAGES", "MOVED", "NOTICES",
    "OBJECTION_STATES", "OBJECTION_STEPS", "PAYOUTS", "PAYOUT_OUTCOMES", "PLANS", "RECONCILED", "REMITTANCES",
    "REMITTANCE_DONE", "REPORT_STATES", "REPORT_STEPS", "REQUESTS", "REQUEST_STATES", "RESERVE_OUTCOMES",
    "RESERVE_PURPOSES", "RESERVE_STATES", "SENT", "STATEMENT_KINDS", "UNREAD", "VERDICTS", "VERDICT_WORDS",
    "WAITS_FOR", "WHOSE", "WHO_ENDED", "WHY_ANOTHER", "WHY_NOT_PAID_OUT", "WHY_PLAN_ENDED", "WHY_WITHHELD", "Words",
    "refusal", "word",
]  # fmt: skip

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
    "channel_fees": lazy("渠道手续费"),
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
    "payee_changed": lazy("借款人更换收款账户"),
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
    "remittance": lazy("渠道划款到账"), "channel_fee": lazy("渠道扣手续费"),
}  # fmt: skip
CHANNELS: Words = {"alipay": lazy("支付宝"), "wechat": lazy("微信支付"), "unionpay": lazy("银行卡"), "bank": lazy("银行转账")}
PAPERS: Words = {
    "app": lazy("应用证书"), "channel": lazy("渠道证书"), "merchant": lazy("商户证书"), "root": lazy("根证书"),
}  # fmt: skip
AMENDMENTS: Words = {
    "due_day": lazy("还款日变更协议"), "deferral": lazy("延期还款协议"), "hardship": lazy("协商还款协议"),
}  # fmt: skip
CARD_KINDS: Words = {"debit": lazy("储蓄卡"), "credit": lazy("信用卡")}
CARD_STATES: Words = {"bound": lazy("已绑定"), "ended": lazy("已移除")}
WHY_UNAPPLIED: Words = {
    "second_payment": lazy("同一笔支付单付了两次。"),
    "amount_differs": lazy("到账金额与支付单不一致。"),
    "arrived_after_close": lazy("支付单已关闭，借款人已另开一笔，旧的又付了款。"),
    "more_than_owed": lazy("到账的钱比当天应还的多。"),
    "nothing_owed": lazy("到账时这笔分期已经没有欠款。"),
    "loan_not_running": lazy("到账时这笔分期不在还款中。"),
    "loan_annulled": lazy("放款被退回，借款作废，已还的款原路退回。"),
    "goods_returned": lazy("退货后多出来的钱，正在退回。"),
    "link_over": lazy("代付链接失效以后才付的。"),
}
HOLDS: Words = {
    "return": lazy("退货处理中"),
    "dispute": lazy("商品有争议"),
    "merchant_gone": lazy("商户失联"),
    "debit_failed": lazy("自动扣款失败，不是借款人的原因"),
    **hardship_words.HOLDS,
}
HOLD_ENDS: Words = {
    "goods_returned": lazy("退货已入账"),
    "withdrawn": lazy("商户撤回"),
    "refused": lazy("退货被驳回"),
    "debit plan": lazy("自动扣款有了结果"),
    **hardship_words.HOLD_ENDS,
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
    "debit": lazy("提交扣款"),
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
WEBHOOKS: Words = {"waiting": lazy("待送达"), "delivered": lazy("已送达"), "given_up": lazy("已放弃")}
