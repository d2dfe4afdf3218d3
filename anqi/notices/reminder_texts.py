"""What we write to people about what is due, and what we say when a message has not reached them."""

TEXTS = {
    "reminder_due": {
        "zh-hans": "合同 {loan} 将于{due_on}应还 {amount}。请在当天前打开按期，在 首页 还款；已还的话不用理会。",
        "en": "{amount} is due on {due_on} for {loan}. Please pay by then under Home in Anqi; if you have paid, ignore"
        " this.",
    },
    "reminder_today": {
        "zh-hans": "合同 {loan} 今天（{due_on}）应还 {amount}。请在今天内打开按期，在 首页 还款。",
        "en": "{amount} is due today ({due_on}) for {loan}. Please pay today under Home in Anqi.",
    },
    "reminder_debited": {
        "zh-hans": "合同 {loan} {due_on}应还 {amount}，到时从{source_word}{account}自动扣款，请保证余额充足。可在 我的 自动还款 查看。",
        "en": "{amount} for {loan} is due on {due_on} and will be debited from {source_word}{account}. Please see that"
        " the money is there; details are under Me, Auto-pay.",
    },
    "reminder_late": {
        "zh-hans": "合同 {loan} {due_on}到期的还款还没有还清，截至{as_of_on}现在应还 {amount}。可在 首页 查看怎么算的并还款；有困难请联系我们。",
        "en": "What was due on {due_on} for {loan} is not fully paid. As of {as_of_on} you owe {amount} now. See how it"
        " adds up and pay under Home; if you are in difficulty, contact us.",
    },
    "reminder_many": {
        "zh-hans": "你有 {count} 笔还款，截至{as_of_on}合计 {amount}：{dues_list}。请在 首页 查看和还款。",
        "en": "You have {count} payments, {amount} in all as of {as_of_on}: {dues_list}. See and pay them under Home.",
    },
    "payment_failed": {
        "zh-hans": "你{paid_on}的付款 {amount} 没有成功，我们没有收到这笔钱。请打开按期，在 首页 重新还款。",
        "en": "Your payment of {amount} on {paid_on} failed, and we have received nothing of it. Please pay again under"
        " Home in Anqi.",
    },
    "mail_code": {
        "zh-hans": "邮箱验证码 {code}，5 分钟内有效，填在 我的 提醒设置 里。不是你本人操作的话，不用理会。",
        "en": "The code for your mail address is {code}, valid for 5 minutes. Enter it under Me, Reminders. If this was"
        " not you, ignore it.",
    },
    "contact_check": {
        "zh-hans": "我们{sent_on}发给你的消息没有送达。请检查手机是否停机、是否拦截了短信，也可以在 我的 提醒设置 里加一个邮箱。",
        "en": "What we sent you on {sent_on} did not arrive. Please check that your phone is in service and blocks no"
        " SMS, or add a mail address under Me, Reminders.",
    },
}
_SUBJECTS = {
    "reminder": ("还款提醒", "Payment reminder"),
    "debit": ("自动扣款", "Auto-pay"),
    "mail_code": ("邮箱验证码", "Your mail code"),
}
_OTHER = ("账户通知", "Account news")
# So many stand in one message by name; the rest in its sum.
_MOST = 4


def subject(template: str, *, language: str) -> str:
    """The subject of a letter."""
    named = _SUBJECTS.get(template) or _SUBJECTS.get(template.partition("_")[0], _OTHER)
    return named[language == "en"]


def join(dues: list[tuple[str, str, str, bool]], *, language: str) -> str:
    """Several dues in one line: contract, day as written, amount, whether it is debited by itself."""
    is_english = language == "en"
    mark = " (auto-pay)" if is_english else "（自动扣款）"
    said = [f"{loan} {day} {amount}{mark if is_debited else ''}" for loan, day, amount, is_debited in dues[:_MOST]]
    more = len(dues) - _MOST
    if more > 0:
        said.append(f"and {more} more" if is_english else f"另 {more} 笔")
    return ", ".join(said) if is_english else "；".join(said)
