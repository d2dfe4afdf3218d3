"""The test cards: of two banks, debit and credit, and what each of them is good for."""

# Rows of unionpay_cards: number, nickname, bank, kind (01 debit, 02 credit), balance in fen (none: no limit).
ROWS = """
    ('6222020000000010017', 'icbc', '中国工商银行', '01', NULL),
    ('6214830000010016', 'cmb', '招商银行', '01', 300000),
    ('6225750000010013', 'credit', '招商银行', '02', NULL),
    ('6222020000000020024', 'salary', '中国工商银行', '01', 5000000),
    ('6222020000000030031', 'empty', '中国工商银行', '01', 1),
    ('6214830000020023', 'limit', '招商银行', '01', NULL),
    ('6214830000030030', 'daily', '招商银行', '01', NULL),
    ('6222020000000040048', 'lost', '中国工商银行', '01', NULL),
    ('6225750000020020', 'expired', '招商银行', '02', NULL),
    ('6214830000040047', 'other', '招商银行', '01', NULL),
    ('6222020000000050054', 'closed', '中国工商银行', '01', NULL),
    ('6214830000050053', 'risky', '招商银行', '01', NULL)
"""
CREDIT = "02"
KINDS = {"01": "储蓄卡", "02": "信用卡"}
# By nickname: with which code its bank refuses, and the word for it.
FATES = {
    "limit": ("36", "超出单笔限额"),
    "daily": ("68", "超出当日限额"),
    "lost": ("63", "已挂失"),
    "expired": ("73", "已过期"),
    "other": ("67", "户名总不相符"),
    "closed": ("77", "银行维护中"),
    "risky": ("30", "风险拒绝"),
}
# Of money that comes to a card, and of a card that is opened, its bank asks less.
_REFUSED_TO_RECEIVE = ("63", "67", "73", "77")
_REFUSED_TO_OPEN = ("67", "77")


def refuses_to_pay(nickname: str) -> str | None:
    """The code with which the bank takes nothing from this card, if it doesn't."""
    return FATES[nickname][0] if nickname in FATES else None


def refuses_to_receive(nickname: str, kind: str) -> str | None:
    code = refuses_to_pay(nickname)
    if code in _REFUSED_TO_RECEIVE:
        return code
    return "62" if kind == CREDIT else None


def refuses_to_open(nickname: str) -> str | None:
    code = refuses_to_pay(nickname)
    return code if code in _REFUSED_TO_OPEN else None


def passes_luhn(number: str) -> bool:
    """Whether the last digit checks the others."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def masked(number: str) -> str:
    """6222****0017."""
    return f"{number[:4]}****{number[-4:]}"
