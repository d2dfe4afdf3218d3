"""The faults Alipay's stand-in can produce, and the operations they may be tied to."""

from sandbox import bills
from sandbox.alipay.agreement_catalogue import OF_AGREEMENTS
from sandbox.faults import RESPONSE_FAULTS, Fault

SIGN_METHOD = "alipay.user.agreement.page.sign"
PAGE_METHODS = ("alipay.trade.wap.pay", "alipay.trade.page.pay", SIGN_METHOD)
AGREEMENT_METHODS = (
    "alipay.user.agreement.query",
    "alipay.user.agreement.unsign",
    "alipay.user.agreement.executionplan.modify",
)
FUND_METHODS = (
    "alipay.fund.trans.uni.transfer",
    "alipay.fund.trans.common.query",
    "alipay.fund.account.query",
)
BILL_METHOD = "alipay.data.dataservice.bill.downloadurl.query"
SERVER_METHODS = (
    "alipay.trade.pay",
    "alipay.trade.query",
    "alipay.trade.close",
    "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query",
    *AGREEMENT_METHODS,
    *FUND_METHODS,
    BILL_METHOD,
)
EVENTS = ("paid", "closed", "refunded", "signed", "unsigned")
OPERATIONS = (*PAGE_METHODS, *SERVER_METHODS, *EVENTS, bills.TRADE, bills.FUNDS)

NOTIFY_FAULTS = (
    Fault(
        name="duplicate", kind="notify", title="通知重复两次", english="notified twice, one after the other"
    ),
    Fault(
        name="duplicate_at_once", kind="notify", title="同一通知同时到达两份", english="two copies at once"
    ),
    Fault(name="late", kind="notify", title="通知迟到", english="notified late", seconds=60),
    Fault(
        name="before_response", kind="notify", title="通知先于应答到达", english="notified before the answer"
    ),
    Fault(name="never", kind="notify", title="通知永远不来", english="never notified"),
    Fault(name="wrong_signature", kind="notify", title="通知签名错误", english="wrong signature"),
    Fault(
        name="altered_amount",
        kind="notify",
        title="通知金额被改（签名正确）",
        english="other amount, signed correctly",
    ),
    Fault(
        name="altered_order",
        kind="notify",
        title="通知订单号被改（签名正确）",
        english="other order, signed correctly",
    ),
    Fault(
        name="altered_seller",
        kind="notify",
        title="通知商户号被改（签名正确）",
        english="other seller, signed correctly",
    ),
    Fault(
        name="altered_app",
        kind="notify",
        title="通知应用号被改（签名正确）",
        english="other app, signed correctly",
    ),
    Fault(name="replay", kind="notify", title="重放一条旧的有效通知", english="an old valid one again"),
    Fault(
        name="replay_old",
        kind="notify",
        title="又来一条一年前写的通知（签名正确）",
        english="and one written a year ago, signed correctly",
    ),
    Fault(name="then_closed", kind="notify", title="成功之后又通知关闭", english="closed after success"),
    Fault(
        name="paid_twice",
        kind="notify",
        title="同一订单号付了两次（第二笔另有交易号）",
        english="paid twice under one number: a second notice with a trade_no of its own",
    ),
    Fault(
        name="notice_other_key",
        kind="notify",
        title="通知用新密钥签名（密钥已轮换）",
        english="signed with the next key",
    ),
    Fault(name="notice_unsigned", kind="notify", title="通知没有签名", english="not signed at all"),
    Fault(
        name="clock_ahead",
        kind="notify",
        title="通知里的时间快了",
        english="all times in the message are ahead",
        seconds=600,
    ),
    Fault(
        name="clock_behind",
        kind="notify",
        title="通知里的时间慢了",
        english="all times in the message are behind",
        seconds=600,
    ),
)
ANSWER_FAULTS = (
    *RESPONSE_FAULTS,
    Fault(
        name="bad_signature",
        kind="response",
        title="应答签名错误（已执行）",
        english="done, answer wrongly signed",
    ),
    Fault(
        name="no_signature", kind="response", title="应答没有签名（已执行）", english="done, answer unsigned"
    ),
    Fault(
        name="answer_other_key",
        kind="response",
        title="应答用新密钥签名（已执行，密钥已轮换）",
        english="done, answer signed with the next key",
    ),
    Fault(
        name="system_error",
        kind="response",
        applies=False,
        title="系统错误（未执行）",
        english="answered ACQ.SYSTEM_ERROR, nothing done",
    ),
    Fault(
        name="system_error_after",
        kind="response",
        title="系统错误（其实已执行）",
        english="done, answered ACQ.SYSTEM_ERROR",
    ),
    Fault(
        name="unlisted_code",
        kind="response",
        title="未列出的错误码（已执行）",
        english="done, answered an unlisted code",
    ),
    Fault(
        name="unavailable_after",
        kind="response",
        title="服务不可用 20000（其实已执行）",
        english="done, answered 20000 isp.unknow-error",
    ),
    Fault(
        name="call_limited",
        kind="response",
        applies=False,
        title="调用受限 40005（未执行）",
        english="answered 40005, asked too often, nothing done",
    ),
    Fault(
        name="clock_refused",
        kind="response",
        applies=False,
        title="时间戳被拒：两边时钟相差太多（未执行）",
        english="answered isv.invalid-timestamp: the clocks differ, nothing done",
    ),
)
# Struck when a trade closes.
CLOSING_FAULTS = (
    Fault(
        name="paid_after_close",
        kind="state",
        title="关闭之后仍然付款成功（有通知）",
        english="paid after it was closed, notified",
    ),
    Fault(
        name="closed_yet_paid",
        kind="state",
        title="关闭成功，查询却已付款（无通知）",
        english="closed, yet paid by query, not notified",
    ),
)
# Struck when a refund that could be done is asked for.
REFUND_FAULTS = (
    Fault(
        name="accepted_then_failed",
        kind="state",
        title="退款受理成功，其实没有退（查询不到）",
        english="refund answered with Y, nothing given back, query shows none",
    ),
    Fault(
        name="seller_balance",
        kind="state",
        title="商户余额不足，没有退款",
        english="the merchant's account is too empty to refund",
    ),
)
# Struck when a trade or refund is asked about.
QUERY_FAULTS = (
    Fault(
        name="query_not_exist",
        kind="state",
        title="查询说交易不存在（查交易、查退款）",
        english="query of a trade or refund says: no such trade",
    ),
    Fault(
        name="query_waiting",
        kind="state",
        title="查询说仍在等待付款（其实已付）",
        english="query says: waiting, though paid",
    ),
    Fault(
        name="refund_lag",
        kind="state",
        title="退款查询还看不到结果",
        english="refund query doesn't see it yet",
    ),
)
# Struck when a transfer that could be made is asked for under a new number.
TRANSFER_FAULTS = (
    Fault(
        name="transfer_dealing",
        kind="state",
        title="转账处理中，过后到账",
        english="transfer answered DEALING, SUCCESS after a while",
        seconds=60,
    ),
    Fault(
        name="transfer_forever",
        kind="state",
        title="转账一直处理中",
        english="transfer answered DEALING for ever",
    ),
    Fault(
        name="transfer_then_failed",
        kind="state",
        title="转账处理中，过后失败",
        english="transfer answered DEALING, FAIL after a while",
        seconds=60,
    ),
    Fault(
        name="transfer_failed",
        kind="state",
        title="转账失败（应答 FAIL）",
        english="transfer answered FAIL, with its error_code",
    ),
    Fault(
        name="transfer_returned",
        kind="state",
        title="转账成功，几天后被退回",
        english="transfer SUCCESS, and days later REFUND",
        seconds=2 * 86400,
    ),
    Fault(
        name="transfer_mismatch",
        kind="state",
        title="收款人姓名不符，没有转账",
        english="declined: the payee's name is another",
    ),
    Fault(
        name="transfer_no_payee",
        kind="state",
        title="收款账号不存在，没有转账",
        english="declined: no such payee",
    ),
    Fault(
        name="transfer_limit",
        kind="state",
        title="超出单笔限额，没有转账",
        english="declined: over the limit of one transfer",
    ),
    Fault(
        name="transfer_day_limit",
        kind="state",
        title="超出商户当日限额，没有转账",
        english="declined: over the merchant's limit of the day",
    ),
    Fault(
        name="transfer_balance",
        kind="state",
        title="付款账户余额不足，没有转账",
        english="declined: the merchant's account is too empty",
    ),
)
# Struck when a transfer is asked about.
TRANSFER_QUERY_FAULTS = (
    Fault(
        name="transfer_lag",
        kind="state",
        title="转账查询还看不到这笔单",
        english="transfer query says: no such order",
    ),
)
# A notice of an agreement has neither amount nor seller, and no trade that could be paid or closed.
AGREEMENT_NOTIFY_FAULTS = tuple(
    fault
    for fault in NOTIFY_FAULTS
    if fault.name not in ("altered_amount", "altered_seller", "then_closed", "paid_twice")
)
FAULTS = (
    *NOTIFY_FAULTS, *ANSWER_FAULTS, *CLOSING_FAULTS, *REFUND_FAULTS, *QUERY_FAULTS, *TRANSFER_FAULTS,
    *TRANSFER_QUERY_FAULTS, *OF_AGREEMENTS, *bills.FAULTS,
)  # fmt: skip
