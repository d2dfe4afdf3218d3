"""The faults Alipay's stand-in can produce, and the operations they may be tied to."""

from sandbox.faults import RESPONSE_FAULTS, Fault

PAGE_METHODS = ("alipay.trade.wap.pay", "alipay.trade.page.pay")
SERVER_METHODS = (
    "alipay.trade.query",
    "alipay.trade.close",
    "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query",
)
EVENTS = ("paid", "closed", "refunded")
OPERATIONS = (*PAGE_METHODS, *SERVER_METHODS, *EVENTS)

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
    Fault(name="then_closed", kind="notify", title="成功之后又通知关闭", english="closed after success"),
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
# Struck when a trade or refund is asked about.
QUERY_FAULTS = (
    Fault(
        name="query_not_exist", kind="state", title="查询说交易不存在", english="query says: no such trade"
    ),
    Fault(
        name="query_waiting",
        kind="state",
        title="查询说仍在等待付款",
        english="query says: waiting, though paid",
    ),
    Fault(
        name="refund_lag",
        kind="state",
        title="退款查询还看不到结果",
        english="refund query doesn't see it yet",
    ),
)
FAULTS = (*NOTIFY_FAULTS, *ANSWER_FAULTS, *CLOSING_FAULTS, *QUERY_FAULTS)
