"""The texts of messages to people, in the language of each. They name us, and lead nowhere."""

from datetime import date
from typing import Any

from anqi.notices import by_other_texts, debit_texts, device_texts, reminder_texts, report_texts, rights_texts

CODES = ("login_code", "mail_code", "phone_code")
"""What proves who somebody is: sent at once by one medium, and shown to nobody afterwards."""
_SIGNATURE = "【按期】"
# A template about money that somebody else has paid is called so at its end.
BY_OTHER = "_by_other"
_ELSEWHERE = (debit_texts, device_texts, by_other_texts, reminder_texts, report_texts, rights_texts)
_TEXTS: dict[str, dict[str, str]] = {name: text for each in _ELSEWHERE for name, text in each.TEXTS.items()} | {
    "login_code": {
        "zh-hans": "登录验证码 {code}，5 分钟内有效。我们不会向你索要验证码，请勿告诉任何人。",
        "en": "Your login code is {code}, valid for 5 minutes. We never ask for it; tell nobody.",
    },
    "order_confirmed": {
        "zh-hans": "你已签约{merchant}的分期订单，共 {instalments} 期，合计 {total}。商家发货后开始计期，我们会告诉你还款日。",
        "en": "You signed a plan at {merchant}: {instalments} instalments, {total} in all. It starts when the shop"
        " ships; we will tell you the due dates.",
    },
    "order_shipped": {
        "zh-hans": "{merchant}已发货，分期开始。首个还款日 {first_due_on}，应还 {first_due}。可在 我的订单 查看全部还款日。",
        "en": "{merchant} has shipped and your plan starts. First due date {first_due_on}, amount {first_due}."
        " All due dates are under My orders.",
    },
    "order_cancelled": {
        "zh-hans": "{merchant}取消了你的订单，分期随之取消，你不需要还款。",
        "en": "{merchant} has cancelled your order. The plan is cancelled with it and you owe nothing.",
    },
    "order_lapsed": {
        "zh-hans": "{merchant}超过 15 天未发货，分期订单已失效，你不需要还款。",
        "en": "{merchant} has not shipped within 15 days. The plan has lapsed and you owe nothing.",
    },
    "payment_received": {
        "zh-hans": "收到你的还款 {amount}，已经入账。收据在 我的 里查看。",
        "en": "We received your payment of {amount} and it is posted. The receipt is under Me.",
    },
    "money_unapplied": {
        "zh-hans": "收到你的付款 {amount}，其中 {left} 没有可以冲抵的应还款。这笔钱已为你登记，一天之内用于你的应还款或原路退回，结果会告诉你。",
        "en": "We received {amount}, of which {left} could not be applied to anything you owe. It is on record, and"
        " within a day it is put to use or returned to where it came from. We will tell you which.",
    },
    "refund_begun": {
        "zh-hans": "你的付款中有 {amount} 没有可以冲抵的应还款，正在原路退回到你付款时用的账户，通常几分钟到 3 天到账。",
        "en": "{amount} of your payment could not be applied and is on its way back to the account you paid from."
        " It usually arrives within minutes, at most 3 days.",
    },
    "refund_begun_goods": {
        "zh-hans": "因为退货，{amount} 正在退回到你付款时用的账户，通常几分钟到 3 天到账。",
        "en": "Because of the goods returned, {amount} is on its way back to the account you paid from. It usually"
        " arrives within minutes, at most 3 days.",
    },
    "return_requested": {
        "zh-hans": "{merchant}已登记你的退货 {amount}。这笔分期从现在起冻结：办完之前不扣款、不算逾期、不计罚息，也不报送征信。",
        "en": "{merchant} has registered your return of {amount}. Your plan is on hold from now on: until it is dealt"
        " with, nothing is debited, late, penalised or reported.",
    },
    "return_completed": {
        "zh-hans": "{merchant}的退货 {amount} 已入账，冻结结束。这笔分期的剩余应还从 {before} 变为 {after}，怎么算的可在 我的订单 查看。",
        "en": "Your return of {amount} to {merchant} is posted and the hold is over. What remains to be paid went from"
        " {before} to {after}; My orders shows how.",
    },
    "return_completed_back": {
        "zh-hans": "{merchant}的退货 {amount} 已入账，冻结结束。剩余应还从 {before} 变为 {after}，另有 {back} 会退回到你付款时用的账户。",
        "en": "Your return of {amount} to {merchant} is posted and the hold is over. What remains to be paid went from"
        " {before} to {after}, and {back} goes back to the account you paid from.",
    },
    "return_withdrawn": {
        "zh-hans": "{merchant}撤回了 {amount} 的退货登记，冻结结束。冻结期间不计逾期和罚息，今天起照常还款；有疑问请先联系商家。",
        "en": "{merchant} has withdrawn the return of {amount} and the hold is over. The days on hold count for"
        " nothing; from today on your plan goes on. If you disagree, ask the shop first.",
    },
    "hold_opened": {
        "zh-hans": "你在{merchant}的这笔分期已冻结：解除之前不扣款、不算逾期、不计罚息，也不报送征信。",
        "en": "Your plan for {merchant} is on hold: until that is over, nothing is debited, late, penalised or"
        " reported.",
    },
    "hold_opened_cash": {
        "zh-hans": "你在{lender}的借款已冻结：解除之前不扣款、不算逾期、不计罚息，也不报送征信。",
        "en": "Your loan from {lender} is on hold: until that is over, nothing is debited, late, penalised or"
        " reported.",
    },
    "hold_ended_cash": {
        "zh-hans": "你在{lender}的借款已解除冻结。冻结期间不计逾期和罚息，今天起照常还款。",
        "en": "The hold on your loan from {lender} is over. Its days count for nothing; from today on it goes on.",
    },
    "hold_ended": {
        "zh-hans": "你在{merchant}的这笔分期已解除冻结。冻结期间不计逾期和罚息，今天起照常还款。",
        "en": "The hold on your plan for {merchant} is over. Its days count for nothing; from today on the plan goes"
        " on.",
    },
    "refund_done": {
        "zh-hans": "{amount} 已退回到你付款时用的账户，可在付款渠道的账单里查看。",
        "en": "{amount} has been returned to the account you paid from. You find it in your payment channel's bill.",
    },
    "refund_failed": {
        "zh-hans": "{amount} 没能退回到你付款时用的账户。这笔钱仍记在你的名下，工作人员会联系你换一种方式退还。",
        "en": "{amount} could not be returned to the account you paid from. It is still on record as yours, and our"
        " staff will contact you to return it another way.",
    },
    "payout_arrived": {
        "zh-hans": "{amount} 已到账你的{account}。首个还款日 {first_due_on}，应还 {first_due}。可在 我的订单 查看全部还款日。",
        "en": "{amount} has arrived at your {account}. First due date {first_due_on}, amount {first_due}."
        " All due dates are under My orders.",
    },
    "payout_failed": {
        "zh-hans": "{amount} 没能打到你的{account}，借款没有开始，不计息。请在 3 天内换一个收款账户，过期合同自动失效。",
        "en": "{amount} could not be paid to your {account}. The loan has not begun and costs nothing. Name another"
        " account within 3 days, or the agreement lapses.",
    },
    "payout_came_back": {
        "zh-hans": "{amount} 被你的{account}的银行退回。这笔借款视为没有发生，你不需要还款，也不收任何费用。",
        "en": "The bank of your {account} has sent {amount} back. The loan is treated as never made: you owe nothing.",
    },
    "payout_stopped": {
        "zh-hans": "你的借款没有放款，合同已取消，你不需要还款。有疑问请联系我们。",
        "en": "Your loan was not paid out. The agreement is cancelled and you owe nothing. Contact us if you have"
        " questions.",
    },
    "payout_lapsed": {
        "zh-hans": "没有可用的收款账户，借款合同已失效，你不需要还款。",
        "en": "There was no account to pay to. The agreement has lapsed and you owe nothing.",
    },
    "payout_redirected": {
        "zh-hans": "收款账户已换成你的{account}，{amount} 将打到这个账户。如果不是你本人操作，请马上联系我们。",
        "en": "{amount} is now being paid to your {account}. If you did not name this account yourself, contact us at"
        " once.",
    },
    "payout_undone": {
        "zh-hans": "你取消了还没有放款的借款，合同已失效，你不需要还款，额度已经放开。",
        "en": "You undid the loan before it was paid out. The agreement has lapsed, you owe nothing and your limit is"
        " free.",
    },
    "hardship_choosing": {
        "zh-hans": "收到你的协商还款申请。{lender}能马上给你的方案都在申请页，{last_on} 24:00 前选一个就可以办；都不合适，可以请人处理。这期间不催收。",
        "en": "We received your request for help. What {lender} can offer at once is on its page: choose by the end of"
        " {last_on}, or ask for something else. Nobody will press you meanwhile.",
    },
    "hardship_received": {
        "zh-hans": "收到你的协商还款申请。{lender}的工作人员最晚 {answer_on} 答复你，答复之前不催收；晚了的日子不算逾期、不计罚息。",
        "en": "We received your request for help. {lender} answers by {answer_on} and presses nobody until then. If we"
        " are late, those days don't count as late and bear no penalty.",
    },
    "hardship_offered": {
        "zh-hans": "{lender}给了你一个还款方案，{last_on} 24:00 前可以在申请页看清楚并签约，过时自动失效。",
        "en": "{lender} has made you an offer. You can read and sign it on your request's page until the end of"
        " {last_on}.",
    },
    "hardship_declined": {
        "zh-hans": "{lender}没有同意你的协商还款申请，原因在申请页。觉得不对，30 天内可以请另一位工作人员再看一次。",
        "en": "{lender} did not agree to your request for help; the reason is on its page. Within 30 days you can have"
        " somebody else look at it once more.",
    },
    "hardship_accepted": {
        "zh-hans": "你和{lender}的还款变更已签约，从今天起按新的约定还。还款日和金额在 我的订单 查看。",
        "en": "You have signed a change of your plan with {lender}. It holds from today; due dates and amounts are"
        " under My orders.",
    },
    "hardship_late": {
        "zh-hans": "{lender}没有在 {answer_on} 前答复你的协商还款申请，对不起。从第二天起到答复为止，不算逾期、不计罚息。",
        "en": "{lender} did not answer your request for help by {answer_on}. We are sorry: from the day after until the"
        " answer, no day counts as late and none bears a penalty.",
    },
    "hardship_lapsed": {
        "zh-hans": "你在{lender}的协商还款方案过了签约时间，已经失效，分期照原来的计划还。还有困难可以再申请。",
        "en": "The time to sign your help with {lender} is over and your plan goes on as it was. If you still can't"
        " pay, ask again.",
    },
    "hardship_broken": {
        "zh-hans": "你和{lender}商量好的还款没有按时到。工作人员会在 {answer_on} 前再看一次，和你一起想办法，这期间不催收。",
        "en": "What you agreed with {lender} has not been paid in time. Somebody looks at it again by {answer_on}, and"
        " nobody will press you until then.",
    },
    "reserve_approved": {
        "zh-hans": "你申请的{reserve} {amount} 已通过人工审核，请在 24 小时内登录查看费用和合同并签约，过期需要重新申请。",
        "en": "Your application for {amount} ({reserve}) was approved by our staff. Log in within 24 hours to read and"
        " sign; after that you need to apply again.",
    },
    "reserve_refused": {
        "zh-hans": "你申请的{reserve} {amount} 经人工审核没有通过，登录可以查看原因。如有异议，可以再次要求人工复核。",
        "en": "Your application for {amount} ({reserve}) was not approved after our staff looked at it. Log in to see"
        " why; you may ask for another look.",
    },
    "due_day_changed": {
        "zh-hans": "分期 {loan} 的还款日已按你的确认改好：下一期 {due_on} 还 {amount}，一共多付利息 {cost}。变更文件在 文件 里查看。"
        "如果不是你本人操作，请马上联系我们。",
        "en": "The due day of plan {loan} is changed as you signed: next {amount} on {due_on}, {cost} more interest in"
        " all. The document is under Papers. If this was not you, contact us at once.",
    },
    "instalment_deferred": {
        "zh-hans": "分期 {loan} 的下一期已按你的确认延期到 {due_on}，应还 {amount}，一共多付利息 {cost}。变更文件在 文件 里查看。"
        "如果不是你本人操作，请马上联系我们。",
        "en": "The next instalment of plan {loan} is deferred to {due_on} as you signed: {amount}, {cost} more interest"
        " in all. The document is under Papers. If this was not you, contact us at once.",
    },
    "reserve_signed": {
        "zh-hans": "你已签约{reserve} {amount}，款项将打到你的{account}。到账后开始计息，我们会告诉你还款日。",
        "en": "You signed for {amount} ({reserve}). It is being paid to your {account}. Interest begins when it"
        " arrives; we will tell you the due dates.",
    },
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write(template: str, *, language: str, **values: Any) -> str:
    """The message as it is sent, with our name first. Amounts come from `yuan`; days are written as `day` does.

    What has a name that ends in `_word` is a word of ours for a channel, a reason or a device, said in the language.
    """
    said = {name: _say(name, value, _known(language)) for name, value in values.items()}
    return _SIGNATURE + _TEXTS[template][_known(language)].format(**said)


def is_reminder(template: str) -> bool:
    """Whether it speaks of what is due, and leaves only while that is true."""
    return template.startswith("reminder_")


def waits_for_morning(template: str) -> bool:
    """Whether it can wait for the end of the quiet hours: nobody did anything just now that it would answer."""
    is_notice = template.startswith(("debit_", "report_notice"))
    return is_reminder(template) or is_notice or template == "contact_check"


def subject(template: str, *, language: str) -> str:
    """The subject under which it goes by mail, with our name first."""
    return _SIGNATURE + reminder_texts.subject(template, language=_known(language))


def known(language: str) -> str:
    """The language in which we write to somebody who speaks it: "zh-hans" or "en"."""
    return _known(language)


def _say(name: str, value: Any, language: str) -> Any:
    if name.endswith("_list"):
        said = [(loan, day(date.fromisoformat(on), language=language), *rest) for loan, on, *rest in value]
        return (debit_texts if name == "debits_list" else reminder_texts).join(said, language=language)
    if isinstance(value, date):
        return day(value, language=language)
    if name in ("system_word", "browser_word"):
        return device_texts.word(value, language=language)
    return debit_texts.word(value, language=language) if name.endswith("_word") else value


def yuan(minor: int) -> str:
    """An amount in a message, from fen. 153309: "¥1,533.09"."""
    assert minor >= 0, "messages know no negative amounts"
    return f"¥{minor // 100:,}.{minor % 100:02}"


def day(on: date, *, language: str) -> str:
    """A day in a message, with its year: messages are read later. "2026年12月9日", "9 Dec 2026"."""
    if _known(language) == "en":
        return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


def _known(language: str) -> str:
    return "en" if language == "en" else "zh-hans"
