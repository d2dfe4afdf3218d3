"""The faults UnionPay's stand-in can produce, and the operations they may be tied to."""

from sandbox.faults import RESPONSE_FAULTS, Fault, Kind

PAGES = ("pay", "open")
CALLS = (
    "query", "open_query", "remove", "debit", "refund", "payout", "balance", "certificate", "statement",
)  # fmt: skip
# What is told by notices, by the kind of order.
EVENTS = {"pay": "paid", "open": "opened", "debit": "debited", "refund": "refunded", "payout": "paid_out"}
OPERATIONS = (*PAGES, *CALLS, *EVENTS.values(), "expired")


def _fault(
    name: str, kind: Kind, title: str, english: str, *, seconds: int = 0, applies: bool = True
) -> Fault:
    return Fault(name=name, kind=kind, title=title, english=english, seconds=seconds, applies=applies)


NOTIFY_FAULTS = (
    _fault("duplicate", "notify", "通知重复两次", "notified twice, one after the other"),
    _fault("duplicate_at_once", "notify", "同一通知同时到达两份", "two copies at once"),
    _fault("late", "notify", "通知迟到", "notified late", seconds=60),
    _fault("never", "notify", "通知永远不来", "never notified"),
    _fault("wrong_signature", "notify", "通知签名错误", "wrong signature"),
    _fault("notice_unsigned", "notify", "通知没有签名", "not signed at all"),
    _fault("unknown_certificate", "notify", "通知的证书不认识（自签）", "a certificate that no root vouches for"),
    _fault("expired_certificate", "notify", "通知的证书已过期", "an expired certificate of UnionPay's"),
    _fault(
        "other_holder", "notify", "通知的证书是别家的（根证书相同）", "the root's certificate for somebody else"
    ),
    _fault("altered_amount", "notify", "通知金额被改（签名正确）", "other amount, signed correctly"),
    _fault("altered_order", "notify", "通知订单号被改（签名正确）", "other order, signed correctly"),
    _fault("altered_merchant", "notify", "通知商户号被改（签名正确）", "other merchant, signed correctly"),
    _fault("altered_currency", "notify", "通知币种被改（签名正确）", "other currency, signed correctly"),
    _fault("replay", "notify", "重放一条旧的有效通知", "an old valid one again"),
    _fault("then_failed", "notify", "成功之后又通知失败", "failed after success"),
    _fault("paid_twice", "notify", "同一订单号付了两次（第二笔另有查询号）", "a second notice with a queryId of its own"),
)
# A page's notice may overtake the page; that of a call is settled before the call is answered.
BEFORE_RESPONSE = _fault("before_response", "notify", "通知先于应答到达", "notified before the answer")
# Struck when an answer or a notice is signed.
KEY_FAULTS = (
    _fault("rotated_key", "state", "换用第二张银联证书签名", "signed with UnionPay's second certificate"),
)
ANSWER_FAULTS = (
    *RESPONSE_FAULTS,
    _fault("bad_signature", "response", "应答签名错误（已执行）", "done, answer wrongly signed"),
    _fault("no_signature", "response", "应答没有签名（已执行）", "done, answer unsigned"),
    _fault("answer_unknown_certificate", "response", "应答的证书不认识（已执行）", "done, an unknown certificate"),
    _fault("answered_01", "response", "应答 01 交易失败（其实已执行）", "done, answered 01: failed"),
    _fault("answered_03", "response", "应答 03 通讯超时（其实已执行）", "done, answered 03: timed out"),
    _fault("answered_12", "response", "应答 12 重复交易（其实已执行）", "done, answered 12: duplicate"),
    _fault("answered_34", "response", "应答 34 查无此交易（其实已执行）", "done, answered 34: not found"),
    _fault("answered_60", "response", "应答 60 发卡行失败（其实已执行）", "done, answered 60: issuer's trouble"),
    _fault("system_error_after", "response", "系统繁忙 06（其实已执行）", "done, answered 06: system error"),
    _fault("system_error", "response", "系统繁忙 06（未执行）", "answered 06, nothing done", applies=False),
    _fault("unlisted_code", "response", "未列出的应答码（已执行）", "done, answered an unlisted code"),
)
# Struck when a debit, a refund or a payout is taken: what becomes of it.
TAKING_FAULTS = (
    _fault("accepted_then_failed", "state", "受理之后又失败", "accepted, then it fails by itself"),
    _fault("forever", "state", "一直处理中", "in progress for ever"),
)
PAYOUT_FAULTS = (
    _fault(
        "returned",
        "state",
        "代付成功，几天后被退票",
        "payout succeeds and comes back days later",
        seconds=2 * 86400,
    ),
)
# Struck when money is to leave a card or to reach one.
DECLINES = tuple(
    _fault(f"declined_{code}", "state", f"拒绝：{word}（{code}）", f"declined with {code}: {english}")
    for code, word, english in (
        ("30", "交易未通过，风险拒绝", "not passed, risk"),
        ("33", "商户限额", "merchant's limit"),
        ("36", "单笔限额", "limit of one payment"),
        ("61", "卡号无效，绑定已失效", "no such card, token revoked"),
        ("62", "不支持这张卡", "card not supported"),
        ("63", "卡已挂失或冻结", "card lost or frozen"),
        ("64", "余额不足", "balance"),
        ("66", "验证次数超限", "too many tries"),
        ("67", "户名不符", "name mismatch"),
        ("68", "超出当日限额", "limit of the day"),
        ("73", "卡已过期", "card expired"),
        ("77", "银行维护中", "bank in maintenance"),
    )
)
# Struck when a payment's time runs out.
EXPIRY_FAULTS = (
    _fault("paid_after_timeout", "state", "超时之后仍付款成功（有通知）", "paid after its time, notified"),
    _fault("expired_yet_paid", "state", "超时之后仍付款成功（无通知）", "paid after its time, not notified"),
)
# Struck when an order or an opening is asked about.
QUERY_FAULTS = (
    _fault("query_not_found", "state", "查询说查无此交易", "query says: no such order"),
    _fault("query_processing", "state", "查询说仍在处理", "query says: in progress, though it is done"),
)
# Struck for each line of a statement, or for the file.
LINE_FAULTS = (
    _fault("line_missing", "state", "对账单少一行", "statement without this line"),
    _fault("line_twice", "state", "对账单同一行两次", "this line twice"),
    _fault("line_amount", "state", "对账单金额不同", "this line with another amount"),
    _fault("line_fee", "state", "对账单手续费不同", "this line with another fee"),
    _fault("line_stranger", "state", "对账单多一行（不认识的订单）", "a line more, of an order nobody knows"),
    _fault("line_next_day", "state", "对账单把这一行记到下一清算日", "this line in the next clearing day's file"),
)
FILE_FAULTS = (
    _fault("statement_not_ready", "state", "对账单还没有生成（98）", "no statement yet: 98"),
    _fault("statement_broken", "state", "对账单内容损坏（校验不符）", "contents damaged, checksum wrong"),
    _fault("statement_encoding", "state", "对账单编码不对", "lines in another encoding"),
    _fault("statement_cut", "state", "对账单缺最后一行的后半", "the last line's second half is missing"),
)
FAULTS = (
    *NOTIFY_FAULTS,
    BEFORE_RESPONSE,
    *ANSWER_FAULTS,
    *TAKING_FAULTS,
    *PAYOUT_FAULTS,
    *DECLINES,
    *EXPIRY_FAULTS,
    *QUERY_FAULTS,
    *LINE_FAULTS,
    *FILE_FAULTS,
    *KEY_FAULTS,
)
