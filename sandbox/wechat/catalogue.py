"""The faults WeChat's stand-in can produce, and the operations they may be tied to."""

from sandbox import bills
from sandbox.faults import RESPONSE_FAULTS, Fault, Kind

CALLS = ("h5", "native", "query", "close", "refund", "refund_query")
EVENTS = ("paid", "refunded")
# Of debits under a contract (委托代扣).
PAPAY_CALLS = ("sign", "contract_query", "contract_end", "announce", "debit", "debit_query")
PAPAY_EVENTS = ("signed", "ended", "debited")
BILL_CALLS = (bills.TRADE, bills.FUNDS, "bill_download")
OPERATIONS = (*CALLS, "closed", *EVENTS, *PAPAY_CALLS, *PAPAY_EVENTS, *BILL_CALLS)


def _fault(
    name: str, kind: Kind, title: str, english: str, *, seconds: int = 0, applies: bool = True
) -> Fault:
    return Fault(name=name, kind=kind, title=title, english=english, seconds=seconds, applies=applies)


NOTIFY_FAULTS = (
    _fault("duplicate", "notify", "通知重复两次", "notified twice, one after the other"),
    _fault("duplicate_at_once", "notify", "同一通知同时到达两份", "two copies at once"),
    _fault("late", "notify", "通知迟到", "notified late", seconds=60),
    _fault("before_response", "notify", "通知先于应答到达", "notified before the answer"),
    _fault("never", "notify", "通知永远不来", "never notified"),
    _fault("wrong_signature", "notify", "通知签名错误", "wrong signature"),
    _fault("unknown_serial", "notify", "通知的公钥 ID 不认识", "signed under the id of a key nobody knows"),
    _fault("no_headers", "notify", "通知没有签名头", "without the headers of a signature"),
    _fault("altered_amount", "notify", "通知金额被改（签名正确）", "other amount, signed correctly"),
    _fault("altered_order", "notify", "通知订单号被改（签名正确）", "other order, signed correctly"),
    _fault("altered_mchid", "notify", "通知商户号被改（签名正确）", "other merchant, signed correctly"),
    _fault("altered_appid", "notify", "通知应用号被改（签名正确）", "other application, signed correctly"),
    _fault("altered_currency", "notify", "通知币种被改（签名正确）", "other currency, signed correctly"),
    _fault("replay", "notify", "原样重放一条旧的有效通知", "an old valid one again, headers and all"),
    _fault("then_closed", "notify", "成功之后又通知关闭", "closed after success"),
)
# Tied to a refund by its nature.
REFUND_NOTIFY_FAULTS = (
    _fault("refund_before_response", "notify", "退款通知先于退款应答", "refund notified before its answer"),
)
# Tied to a payment by its nature; the refund's notice lets it go.
PAYMENT_NOTIFY_FAULTS = (
    _fault(
        "refund_before_payment",
        "notify",
        "退款通知先于付款通知",
        "refund notified before the payment",
        seconds=3600,
    ),
)
ANSWER_FAULTS = (
    *RESPONSE_FAULTS,
    _fault("bad_signature", "response", "应答签名错误（已执行）", "done, answer wrongly signed"),
    _fault("no_signature", "response", "应答没有签名（已执行）", "done, answer unsigned"),
    _fault("system_error_after", "response", "系统错误（其实已执行）", "done, answered SYSTEM_ERROR"),
    _fault("unlisted_code", "response", "未列出的错误码（已执行）", "done, answered an unlisted code"),
    _fault(
        "frequency_limited",
        "response",
        "频率超限（未执行）",
        "FREQUENCY_LIMITED, nothing done",
        applies=False,
    ),
)
# Struck when an order or a refund is taken.
TAKING_FAULTS = (
    _fault("accepted_then_failed", "response", "受理之后又失败", "accepted, then it fails by itself"),
)
# Struck when an answer or a notice is signed.
KEY_FAULTS = (
    _fault("rotated_key", "state", "换用第二把平台公钥签名", "signed with the second platform key"),
)
CLOSING_FAULTS = (
    _fault(
        "paid_after_close", "state", "关闭之后仍然付款成功（有通知）", "paid after it was closed, notified"
    ),
    _fault(
        "closed_yet_paid",
        "state",
        "关闭成功，查询却已付款（无通知）",
        "closed, yet paid by query, not notified",
    ),
)
# Struck when an order or a refund is asked about.
QUERY_FAULTS = (
    _fault("query_not_exist", "state", "查询说订单或退款不存在", "query says: no such order, or refund"),
    _fault("query_waiting", "state", "查询说仍未支付", "query says: not paid, though it is"),
)
# Struck when a refund is taken: what becomes of it.
REFUND_FAULTS = (
    _fault(
        "refund_not_enough",
        "state",
        "商户余额不足，退款不受理",
        "merchant's balance too low, refund declined",
    ),
    _fault("refund_forever", "state", "退款一直处理中", "refund in progress for ever"),
    _fault("refund_abnormal", "state", "退款受理后异常", "refund accepted, then ABNORMAL"),
    _fault("refund_closed", "state", "退款受理后关闭", "refund accepted, then CLOSED"),
)
# Of messages in XML, of contracts and debits; besides those of NOTIFY_FAULTS that fit them.
PAPAY_NOTIFY_FAULTS = (
    _fault("papay_md5_signature", "notify", "代扣通知改用 MD5 签名", "a debit's or contract's notice signed by MD5"),
    _fault("papay_unsigned", "notify", "代扣通知没有签名", "such a notice without a signature"),
    _fault("papay_entity", "notify", "代扣通知里定义了 XML 实体", "such a notice that declares an XML entity"),
    _fault("papay_altered_plan", "notify", "签约通知模板号被改（签名正确）", "other template, signed correctly"),
    _fault("papay_then_failed", "notify", "扣款成功之后又通知失败", "failed after success"),
)
# Tied to a debit by its nature.
DEBIT_NOTIFY_FAULTS = (
    _fault("papay_before_response", "notify", "扣款通知先于受理应答", "debit notified before its answer"),
)
PAPAY_ANSWER_FAULTS = (
    _fault("papay_answer_md5", "response", "应答改用 MD5 签名（已执行）", "done, answer signed by MD5"),
)
# Struck when a contract is signed.
CONTRACT_FAULTS = (
    _fault("papay_runs_out", "state", "协议到期自动解约（无通知）", "the contract runs out, in silence", seconds=86400),
)
# Struck when a debit is asked for: it is declined at once.
REFUSING_FAULTS = tuple(
    _fault(f"papay_refused_{code}", "state", f"不受理扣款：{word}（{code}）", f"debit declined with {code}: {english}")
    for code, word, english in (
        ("RULELIMIT", "超出模板限额", "the template's limit"),
        ("INVALID_REQUEST", "未下发通知或不在可扣费期", "not announced, or outside its days"),
        ("CONTRACT_NOT_EXIST", "协议已解约", "contract ended"),
        ("NOTENOUGH", "余额不足", "balance"),
        ("NOAUTH", "商户无权限", "no rights"),
    )
)
# Struck when a debit is taken: what becomes of it.
DEBIT_FAULTS = (
    _fault("papay_forever", "state", "扣款一直处理中", "debit in progress for ever"),
    *(
        _fault(f"papay_fails_{code}", "state", f"扣款失败：{word}（{code}）", f"debit fails with {code}: {english}")
        for code, word, english in (
            ("NOTENOUGH", "余额不足", "balance"),
            ("RULELIMIT", "银行卡限额", "the card's limit"),
            ("BANKERROR", "银行维护中", "bank in maintenance"),
            ("ACCOUNTERROR", "账户冻结，或银行卡过期、挂失", "frozen account, card expired or lost"),
            ("USER_ACCOUNT_ABNORMAL", "账户异常，风险拒绝", "risk"),
            ("USER_NOT_EXIST", "账户已注销", "account closed"),
            ("CODE_NOBODY_LISTED", "未列出的错误码", "an unlisted code"),
        )
    ),
)
PAPAY_FAULTS = (
    *PAPAY_NOTIFY_FAULTS,
    *DEBIT_NOTIFY_FAULTS,
    *PAPAY_ANSWER_FAULTS,
    *CONTRACT_FAULTS,
    *REFUSING_FAULTS,
    *DEBIT_FAULTS,
)
FAULTS = (
    *NOTIFY_FAULTS,
    *REFUND_NOTIFY_FAULTS,
    *PAYMENT_NOTIFY_FAULTS,
    *ANSWER_FAULTS,
    *TAKING_FAULTS,
    *KEY_FAULTS,
    *CLOSING_FAULTS,
    *QUERY_FAULTS,
    *REFUND_FAULTS,
    *PAPAY_FAULTS,
    *bills.FAULTS,
)
