"""The office's words for agreements and debits."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

DEBITS: Words = {
    "created": lazy("等待发出"),
    "processing": lazy("扣款中"),
    "unknown": lazy("结果不明，继续询问"),
    "succeeded": lazy("已扣到"),
    "failed": lazy("没有扣成"),
    "closed": lazy("渠道没有收到"),
}
DEBIT_REASONS: Words = {
    "balance": lazy("余额不足"),
    "declined": lazy("银行拒绝"),
    "risk": lazy("渠道风控拦截"),
    "not_passed": lazy("银行没有通过"),
    "day_limit": lazy("超过当日限额"),
    "amount_limit": lazy("超过单笔限额"),
    "too_many_tries": lazy("当天次数太多"),
    "mandate_ended": lazy("扣款授权已解除"),
    "account_state": lazy("账户状态不正常"),
    "card_number": lazy("卡已失效"),
    "card_not_supported": lazy("卡不支持扣款"),
    "card_state": lazy("卡状态不正常"),
    "card_expired": lazy("卡已过期"),
    "cardholder": lazy("持卡人信息不符"),
    "not_open": lazy("没有开通线上支付"),
    "password": lazy("密码错误次数太多"),
    "bank_closed": lazy("银行维护中"),
    "system": lazy("渠道没有处理成功"),
    "merchant_limit": lazy("我方商户号限额已满"),
    "merchant_state": lazy("我方商户号状态不正常"),
    "no_rights": lazy("我方没有开通这个接口"),
    "wrong_message": lazy("我方报文有误"),
    "wrong_signature": lazy("我方签名有误"),
    "not_announced": lazy("没有按规定先预告"),
    "outside_hours": lazy("不在渠道的扣款时间"),
    "over_announced": lazy("金额超过预告"),
    "too_often": lazy("我方请求太频繁"),
}
DEBIT_OUTCOMES: Words = {
    "accepted": lazy("渠道已受理"),
    "succeeded": lazy("渠道称已扣到"),
    "failed": lazy("渠道称失败"),
    "closed": lazy("渠道称已关闭"),
    "notfound": lazy("渠道查无此单"),
    "unknown": lazy("渠道答复不明"),
}
WHOSE: Words = {"payer": lazy("付款人的原因"), "channel": lazy("渠道的原因"), "ours": lazy("我们的原因")}
PLANS: Words = {
    "open": lazy("进行中"),
    "paid": lazy("已还"),
    "given_up": lazy("不再扣"),
    "stopped": lazy("已停止"),
}
WHY_PLAN_ENDED: Words = {
    "paid": lazy("这一期已还"),
    "no_source": lazy("没有可扣的授权"),
    "given_up": lazy("都试过了，没有扣成"),
    "stopped": lazy("有人停止"),
    "moved": lazy("还款日已变，另有一期的安排"),
}
MANDATES: Words = {
    "pending": lazy("等待签约"),
    "active": lazy("有效"),
    "ended": lazy("已结束"),
    "failed": lazy("没有签成"),
}
WHO_ENDED: Words = {
    "borrower": lazy("借款人在我们这里关闭"),
    "settled": lazy("结清后结束"),
    "card_removed": lazy("银行卡已移除"),
    "replaced": lazy("由另一份授权代替"),
    "ended_by_us": lazy("由我们在渠道解除"),
    "ended_by_payer": lazy("付款人在渠道解除"),
    "expired": lazy("到期"),
}
NOTICES: Words = {
    "waiting": lazy("等渠道受理"),
    "told": lazy("渠道已受理，会告诉付款人"),
    "refused": lazy("渠道不预告"),
}


def refusals() -> dict[str, str]:
    """Why an act on a plan was declined, by its code."""
    return {
        "no_such_plan": _("没有这条扣款安排。"),
        "plan_over": _("这一期的自动扣款已经结束，不能再处理。"),
        "in_flight": _("有一笔扣款还没有结果。等它有结果再处理，否则可能扣两次。"),
    }
