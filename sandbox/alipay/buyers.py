"""The buyers at the cashier: whom each payment refuses, and in which words."""

from dataclasses import dataclass

# Rows of alipay_wallets: id, nickname, name, masked login, means, fund channel, balance in fen (none: no limit).
ROWS = """
    ('2088102170000011', 'lin', '林小满', '138****6021', '储蓄卡（尾号 6021）', 'BANKCARD', NULL),
    ('2088102170000022', 'zhou', '周航', 'zho***@example.com', '账户余额', 'ALIPAYACCOUNT', 300000),
    ('2088102170000033', 'fang', '方可', '139****0007', '账户余额', 'ALIPAYACCOUNT', 1),
    ('2088102170000044', 'hao', '郝然', '136****4404', '储蓄卡（尾号 4404）', 'BANKCARD', NULL),
    ('2088102170000055', 'qin', '秦越', '135****5505', '储蓄卡（尾号 5505）', 'BANKCARD', NULL),
    ('2088102170000066', 'shen', '沈思', '137****6606', '储蓄卡（尾号 6606）', 'BANKCARD', NULL),
    ('2088102170000077', 'bai', '白露', 'bai***@example.com', '账户余额', 'ALIPAYACCOUNT', NULL),
    ('2088102170000088', 'tang', '唐宁', '133****8808', '储蓄卡（尾号 8808）', 'BANKCARD', NULL),
    ('2088102170000099', 'yan', '严青', '132****9909', '储蓄卡（尾号 9909）', 'BANKCARD', NULL),
    ('2088102170000100', 'gu', '顾言', '131****1010', '储蓄卡（尾号 1010）', 'BANKCARD', NULL)
"""

# Rows of alipay_logins: what a wallet is paid under, and its id.
LOGINS = """
    ('13800006021', '2088102170000011'), ('zhou@example.com', '2088102170000022'),
    ('13900000007', '2088102170000033'), ('13600004404', '2088102170000044'),
    ('13500005505', '2088102170000055'), ('13700006606', '2088102170000066'),
    ('bai@example.com', '2088102170000077'), ('13300008808', '2088102170000088'),
    ('13200009909', '2088102170000099'), ('13100001010', '2088102170000100')
"""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a buyer can't pay: a code, a word beside the name, and what the cashier says."""

    code: str
    word: str
    message: str


# By nickname. Nothing is taken, and the trade goes on waiting for another buyer.
TROUBLES = {
    "hao": Trouble(
        code="BUYER_BANKCARD_BALANCE_NOT_ENOUGH",
        word="卡内余额不足",
        message="银行卡余额不足，请换一个账户付款",
    ),
    "qin": Trouble(
        code="BEYOND_PER_RECEIPT_RESTRICTION",
        word="超出单笔限额",
        message="超出这张银行卡的单笔限额，请换一个账户付款",
    ),
    "shen": Trouble(
        code="BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
        word="超出当日限额",
        message="今天的付款额度已用完，请明天再试或换一个账户付款",
    ),
    "bai": Trouble(
        code="BUYER_ENABLE_STATUS_FORBID",
        word="账户已冻结",
        message="这个支付宝账户已被冻结，请联系支付宝客服或换一个账户付款",
    ),
    "tang": Trouble(
        code="PAYMENT_REQUEST_HAS_RISK",
        word="风险拒绝",
        message="为了资金安全，这笔付款没有成功，请换一个账户付款",
    ),
    "yan": Trouble(
        code="PAYMENT_FAIL",
        word="银行维护中",
        message="银行系统维护中，请稍后再试或换一个账户付款",
    ),
    "gu": Trouble(
        code="NO_PAYMENT_INSTRUMENTS_AVAILABLE",
        word="卡已过期",
        message="银行卡已过期，没有可用的付款方式，请换一个账户付款",
    ),
}
