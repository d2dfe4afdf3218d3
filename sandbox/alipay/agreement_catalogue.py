"""The faults of agreements to be debited, and of the debits under them."""

from sandbox.faults import Fault

# Struck when a payer signs.
SIGNING_FAULTS = (
    Fault(
        name="agreement_low_limit",
        kind="state",
        title="签约的单笔上限只有一半",
        english="signed for half of the amount that was asked for",
    ),
    Fault(
        name="agreement_expires",
        kind="state",
        title="协议悄悄到期（没有通知）",
        english="the agreement runs out after a while, and nobody is told",
        seconds=86400,
    ),
    Fault(
        name="agreement_ended",
        kind="state",
        title="过后用户在支付宝解约",
        english="the payer ends the agreement after a while",
        seconds=86400,
    ),
    Fault(
        name="agreement_plan_moves",
        kind="state",
        title="过了扣款日没有扣成，下次扣款日自己往后推一期",
        english="a date that passes without a debit moves to the next period by itself",
    ),
)
# Struck when an agreement is asked about.
AGREEMENT_QUERY_FAULTS = (
    Fault(
        name="agreement_unseen",
        kind="state",
        title="协议查询说没有这份协议",
        english="agreement query says: no such agreement",
    ),
    Fault(
        name="agreement_temp",
        kind="state",
        title="协议查询说还没签（其实已签）",
        english="agreement query says: not signed yet, though it is",
    ),
)
# Struck when the merchant ends an agreement.
UNSIGN_FAULTS = (
    Fault(
        name="agreement_ends_late",
        kind="state",
        title="解约受理成功，过很久才生效",
        english="the end is taken, and comes after a while",
        seconds=600,
    ),
    Fault(
        name="agreement_never_ends",
        kind="state",
        title="解约受理成功，其实没有解约",
        english="the end is taken, and never comes",
    ),
)
# Struck when the merchant moves the day of an agreement's next debit.
MOVING_FAULTS = (
    Fault(
        name="agreement_day_refused",
        kind="state",
        title="修改扣款日期被拒：执行计划时间参数非法",
        english="another day for the next debit is declined",
    ),
)
# Struck when a debit that could be made is asked for under a new number.
DEBIT_FAULTS = (
    Fault(
        name="debit_processing",
        kind="state",
        title="扣款处理中（10003），过后成功",
        english="debit answered 10003, paid after a while",
        seconds=60,
    ),
    Fault(
        name="debit_forever",
        kind="state",
        title="扣款一直处理中（10003）",
        english="debit answered 10003, in progress for ever",
    ),
    Fault(
        name="debit_then_failed",
        kind="state",
        title="扣款处理中（10003），过后关闭",
        english="debit answered 10003, closed unpaid after a while",
        seconds=60,
    ),
    Fault(
        name="debit_balance",
        kind="state",
        title="付款人余额不足，没有扣款",
        english="declined: the payer's account is too empty",
    ),
    Fault(
        name="debit_limit",
        kind="state",
        title="超过签约的单笔上限，没有扣款",
        english="declined: over what the agreement lets one debit be",
    ),
    Fault(
        name="debit_day_limit",
        kind="state",
        title="付款人当日限额已满，没有扣款",
        english="declined: over the payer's limit of the day",
    ),
    Fault(
        name="debit_window",
        kind="state",
        title="不在约定的扣款日期内，没有扣款",
        english="declined: not on one of the agreed days",
    ),
    Fault(
        name="debit_unsigned",
        kind="state",
        title="用户协议不存在或已解约，没有扣款",
        english="declined: no such agreement, or it has ended",
    ),
    Fault(
        name="debit_frozen",
        kind="state",
        title="付款人账户已冻结，没有扣款",
        english="declined: the payer's account is frozen",
    ),
    Fault(
        name="debit_risk",
        kind="state",
        title="支付有风险，没有扣款",
        english="declined: too risky",
    ),
    Fault(
        name="debit_maintenance",
        kind="state",
        title="银行维护中，没有扣款",
        english="declined: payment failed, the bank is in maintenance",
    ),
    Fault(
        name="debit_merchant",
        kind="state",
        title="商户账号被冻结，没有扣款",
        english="declined: the merchant is blocked",
    ),
)
OF_AGREEMENTS = (*SIGNING_FAULTS, *AGREEMENT_QUERY_FAULTS, *UNSIGN_FAULTS, *MOVING_FAULTS, *DEBIT_FAULTS)
