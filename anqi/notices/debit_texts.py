"""What we write to people about auto-debit, and our words for where money is taken from and why it could not be."""

TEXTS = {
    "mandate_begun": {
        "zh-hans": "自动还款已开通，从{source_word}{account}扣款。扣款前会先告诉你金额和日期，随时可在 我的订单 关闭。",
        "en": "Auto-pay is on, from {source_word}{account}. We tell you the amount and the day before each debit, and"
        " you can switch it off any time under My orders.",
    },
    "mandate_ended": {
        "zh-hans": "从{source_word}{account}自动还款的授权已经结束，不会再从那里扣款。请按时手动还款，或换个账户。",
        "en": "The agreement to debit {source_word}{account} has ended; nothing more is taken from there. Please pay by"
        " hand in time, or add another account.",
    },
    "debit_coming": {
        "zh-hans": "合同 {loan} 将于{due_on}从{source_word}{account}自动扣款 {amount}，扣款时间 {hours}，请保证余额充足。也可提前手动还。",
        "en": "On {due_on}, at {hours}, {amount} will be debited from {source_word}{account} for {loan}. Please see"
        " that the money is there, or pay by hand before.",
    },
    "debit_coming_many": {
        "zh-hans": "{count} 笔还款将自动扣款，合计 {amount}：{debits_list}。扣款时间 {hours}，请保证余额充足。也可提前手动还。",
        "en": "{count} payments will be debited at {hours}, {amount} in all: {debits_list}. Please see that the money"
        " is there, or pay by hand before.",
    },
    "debit_doubtful": {
        "zh-hans": "{due_on}从{source_word}{account}的自动扣款可能不会成功：{reason_word}。请换一个扣款账户或手动还款。",
        "en": "The debit from {source_word}{account} on {due_on} will probably fail: {reason_word}. Add another account"
        " or pay by hand.",
    },
    "debit_failed": {
        "zh-hans": "从{source_word}{account}自动扣款 {amount} 没有成功：{reason_word}。请打开按期手动还款。",
        "en": "The debit of {amount} from {source_word}{account} failed: {reason_word}. Please pay by hand.",
    },
    "debit_failed_next": {
        "zh-hans": "从{source_word}{account}自动扣款 {amount} 没有成功：{reason_word}。接着从{next_word}扣款，结果会告诉你。",
        "en": "The debit of {amount} from {source_word}{account} failed: {reason_word}. It is taken from {next_word}"
        " next; we will tell you how it ends.",
    },
    "debit_failed_again": {
        "zh-hans": "从{source_word}{account}自动扣款 {amount} 没有成功：{reason_word}。{again_on} {hour} 会再扣一次，也可以现在手动还款。",
        "en": "The debit of {amount} from {source_word}{account} failed: {reason_word}. It is tried again on {again_on}"
        " at {hour}, or you can pay by hand now.",
    },
    "debit_given_up": {
        "zh-hans": "{due_on}应还的 {amount} 自动扣款没有成功，不会再自动扣这一期。请尽快打开按期手动还款。",
        "en": "The {amount} due on {due_on} could not be debited, and no more is tried. Please pay by hand soon.",
    },
    "debit_stopped": {
        "zh-hans": "{due_on}应还的 {amount} 不会自动扣款，请打开按期手动还款。",
        "en": "The {amount} due on {due_on} will not be debited. Please pay by hand.",
    },
    "debit_excused": {
        "zh-hans": "自动扣款没有成功，原因不在你。到{until_on}为止不算逾期、不计罚息，也不报送征信；期间再扣时若余额不足等，从那天起照常计算。可以打开按期手动还款。",
        "en": "The debit failed, and not because of you. Until {until_on} nothing counts as late, costs extra or is"
        " reported, unless a further try finds too little money: from that day on it counts as usual."
        " You can pay by hand.",
    },
}  # fmt: skip
_WORDS = {
    "alipay": ("支付宝", "Alipay"),
    "wechat": ("微信支付", "WeChat Pay"),
    "unionpay": ("银行卡", "your bank card"),
    "balance": ("余额不足", "not enough money in the account"),
    "declined": ("银行拒绝了这笔扣款", "the bank declined it"),
    "risk": ("支付渠道的风险控制没有放行", "the payment channel's risk control stopped it"),
    "not_passed": ("银行没有通过这笔扣款", "the bank did not let it pass"),
    "day_limit": ("超过当日限额", "the day's limit is used up"),
    "amount_limit": ("超过单笔限额", "the amount is above the limit"),
    "too_many_tries": ("今天的次数太多", "too many tries today"),
    "mandate_ended": ("扣款授权已经解除", "the agreement to debit has ended"),
    "account_state": ("账户状态不正常", "the account is not in order"),
    "card_number": ("卡已失效", "the card is no longer valid"),
    "card_not_supported": ("这张卡不支持扣款", "the card can't be debited"),
    "card_state": ("卡状态不正常", "the card is not in order"),
    "card_expired": ("卡已过期", "the card has expired"),
    "cardholder": ("持卡人信息不符", "the cardholder's details don't match"),
    "not_open": ("没有开通线上支付", "online payment is not switched on for it"),
    "password": ("密码错误次数太多", "wrong password too often"),
    "bank_closed": ("银行正在维护", "the bank is under maintenance"),
    "system": ("支付渠道没有处理成功", "the payment channel could not do it"),
    "ours": ("我们这边没有处理成功", "we could not do it"),
}


# So many stand in one message by name; the rest in its sum.
_MOST = 3


def join(debits: list[tuple[str, str, str, str, str]], *, language: str) -> str:
    """Several debits in one line: contract, day as written, amount, and where it is taken from."""
    is_english = language == "en"
    source = "{} from {}{}" if is_english else "{}（{}{}）"
    said = [
        f"{loan} {day} {source.format(amount, word(channel, language=language), account)}"
        for loan, day, amount, channel, account in debits[:_MOST]
    ]
    more = len(debits) - _MOST
    if more > 0:
        said.append(f"and {more} more" if is_english else f"另 {more} 笔")
    return ", ".join(said) if is_english else "；".join(said)


def word(code: str, *, language: str) -> str:
    """Our word for a channel or a reason, "zh-hans" or "en"; for one that is our own matter, that it is."""
    return _WORDS.get(code, _WORDS["ours"])[language == "en"]
