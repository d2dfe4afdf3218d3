"""The words of the borrower's site that several pages share: states, parts, channels, reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from anqi.lending import holding
from anqi.lending.holding import Standstill
from anqi.lending.queries import OrderView
from anqi.payments.queries import CardView
from anqi.web.shared.figures import in_english, write_day, write_yuan
from anqi.web.shared.states import Badge

CONDITIONS = {
    "created": Badge(word=pgettext_lazy("order", "待确认"), shape="ring", tone="brand"),
    "confirmed": Badge(word=pgettext_lazy("order", "待发货"), shape="half", tone="brand"),
    "active": Badge(word=pgettext_lazy("order", "分期中"), shape="half", tone="brand"),
    "overdue": Badge(word=pgettext_lazy("order", "逾期"), shape="alert", tone="bad"),
    "written_off": Badge(word=pgettext_lazy("order", "已核销"), shape="cross", tone="warn"),
    "settled": Badge(word=pgettext_lazy("order", "已结清"), shape="check", tone="good"),
    "void": Badge(word=pgettext_lazy("order", "已作废"), shape="dash", tone="calm"),
    "cancelled": Badge(word=pgettext_lazy("order", "已取消"), shape="dash", tone="calm"),
    "lapsed": Badge(word=pgettext_lazy("order", "已失效"), shape="dash", tone="calm"),
}
# What an order on hold is, by the kind of its hold.
HOLDS: dict[str, str | Promise] = {
    "return": pgettext_lazy("order", "退货处理中"),
    "hardship": pgettext_lazy("order", "协商好缓几天"),
    "late_answer": pgettext_lazy("order", "等答复"),
    "": pgettext_lazy("order", "已冻结"),
}
_OWN_TITLES: dict[str, str | Promise] = {
    "hardship": gettext_lazy("协商好 %(day)s前还清"),
    "late_answer": gettext_lazy("等工作人员答复 · 不算逾期"),
}
PARTS: dict[str, str | Promise] = {
    "principal": gettext_lazy("本金"),
    "interest": gettext_lazy("利息"),
    "fee": gettext_lazy("手续费"),
    "penalty": gettext_lazy("罚息"),
}
REASONS: dict[str, str | Promise] = {
    "given_up": gettext_lazy("你放弃了这笔付款。"),
    "expired": gettext_lazy("超过了付款时限，没有收到付款。"),
    "given_back": gettext_lazy("这笔钱已由付款渠道退回，没有入账。"),
}
# What a channel said when it was last asked about a charge that is still open.
ANSWERS: dict[str, str | Promise] = {
    "accepted": gettext_lazy("还没有付款"),
    "notfound": gettext_lazy("还没有付款"),
    "unknown": gettext_lazy("没有明确的答复"),
}
WHY_UNAPPLIED: dict[str, str | Promise] = {
    "second_payment": gettext_lazy("同一笔付款付了两次，第二次的钱没有用来还款。"),
    "amount_differs": gettext_lazy("到账金额与这笔付款的金额不一致，所以没有自动入账。"),
    "arrived_after_close": gettext_lazy("这笔付款已经关闭，你也已另行付款，所以没有自动入账。"),
    "more_than_owed": gettext_lazy("到账的钱比应还的多，多出的部分没有用来还款。"),
    "nothing_owed": gettext_lazy("到账时已经没有欠款。"),
    "loan_not_running": gettext_lazy("到账时没有在还款中。"),
    "loan_annulled": gettext_lazy("放款被退回，这笔借款作废，你还过的款原路退回。"),
    "goods_returned": gettext_lazy("退货后多出来的钱，会原路退回。"),
    "link_over": gettext_lazy("代付链接失效以后才付的，没有入账，会原路退回给付款人。"),
}

LINK_STATES = {
    "alive": Badge(word=pgettext_lazy("link", "等对方付"), shape="clock", tone="brand"),
    "paid": Badge(word=pgettext_lazy("link", "已付"), shape="check", tone="good"),
    "revoked": Badge(word=pgettext_lazy("link", "已撤回"), shape="dash", tone="calm"),
    "expired": Badge(word=pgettext_lazy("link", "已过期"), shape="dash", tone="calm"),
}
CONSENTS: dict[str, str | Promise] = {
    "cost_statement": gettext_lazy("我已看清上面的综合融资成本明示表。"),
    "agreement": gettext_lazy("我已看过分期合同，同意按它签约。"),
    "personal_information": gettext_lazy("我同意出借机构为这笔分期处理我的姓名、身份证号、手机号和订单信息。"),
    "credit_report": gettext_lazy("我同意出借机构按合同“征信”一条，把我的身份信息和这笔合同的还款信息报送征信机构。"),
}
CASH_CONSENTS: dict[str, str | Promise] = {
    "cost_statement": CONSENTS["cost_statement"],
    "agreement": gettext_lazy("我已看过借款合同，同意按它签约。"),
    "personal_information": gettext_lazy("我同意出借机构为这笔借款处理我的姓名、身份证号、手机号和收款账户。"),
    "credit_report": CONSENTS["credit_report"],
}
COST_NAMES: dict[str, str | Promise] = {
    "interest": gettext_lazy("利息"),
    "fee": gettext_lazy("分期手续费"),
    "penalty": gettext_lazy("罚息"),
    "late_fee": gettext_lazy("逾期费"),
    "early_settlement": gettext_lazy("提前结清"),
}


@dataclass(frozen=True, kw_only=True)
class Channel:
    """How a way to pay is shown."""

    code: str
    label: str | Promise
    mark: str
    letter: str
    note: str | Promise


CHANNELS = {
    "alipay": Channel(
        code="alipay",
        label=gettext_lazy("支付宝"),
        mark="alipay",
        letter="支",
        note=gettext_lazy("跳转到支付宝付款"),
    ),
    "wechat": Channel(
        code="wechat",
        label=gettext_lazy("微信支付"),
        mark="wechat",
        letter="微",
        note=gettext_lazy("用微信付款"),
    ),
    "unionpay": Channel(
        code="unionpay",
        label=gettext_lazy("银行卡"),
        mark="bank",
        letter="卡",
        note=gettext_lazy("跳转到银联付款"),
    ),
    "bank": Channel(
        code="bank",
        label=gettext_lazy("银行转账"),
        mark="bank",
        letter="银",
        note=gettext_lazy("自己转到我们的银行账户，到账后自动入账，一般下一个工作日"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Label:
    """A badge with its word filled in."""

    state: str
    word: str | Promise
    shape: str
    tone: str


def badge_of(order: OrderView, *, is_not_paid_out: bool = False) -> Label:
    """What the contract says of the order, as a badge; an overdue one says for how many days.

    `is_not_paid_out`: a channel has said that the money could not be paid out.
    """
    badge = CONDITIONS[order.condition]
    word = badge.word
    if order.is_cash and order.condition == "active":
        word = pgettext("order", "还款中")
    if order.is_cash and order.condition == "confirmed":
        if is_not_paid_out:
            return Label(state="failed", word=pgettext("order", "没有到账"), shape="alert", tone="bad")
        word = pgettext("order", "待放款")
    kind = holding.kind_on(order.loan.held, order.loan.today) if order.loan else None
    if kind and order.condition in ("active", "overdue"):
        return Label(state="processing", word=HOLDS.get(kind, HOLDS[""]), shape="clock", tone="brand")
    if order.condition == "overdue":
        assert order.loan and order.loan.standing
        days = order.loan.standing.days_past_due
        word = ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", days) % {"days": days}
    return Label(state=order.condition, word=word, shape=badge.shape, tone=badge.tone)


def hold_title(still: Standstill) -> str:
    """What a plan on hold waits for and until when, told honestly: also that the day is over and nothing has ended."""
    day = write_day(still.until, this_year=still.today.year)
    if still.kind in _OWN_TITLES:
        return str(_OWN_TITLES[still.kind]) % {"day": day}
    told = _("原定 %(day)s 办完，还没有结果") if still.days_over else _("暂停还款至 %(day)s")
    return f"{HOLDS.get(still.kind, HOLDS[''])} · {told % {'day': day}}"


def hold_text(still: Standstill, *, due_minor: int) -> str:
    """What that means for the borrower, and that paying stays possible."""
    if still.kind == "hardship":
        owed = {"amount": write_yuan(due_minor), "day": write_day(still.until, this_year=still.today.year)}
        return _("到期的 %(amount)s，%(day)s 24:00 前还清。这几天不算逾期、不加罚息，也不报送征信。") % owed
    if still.kind == "late_answer":
        return _("你的协商申请没有按时答复。到答复为止不扣款、不算逾期、不计罚息，也不报送征信；想先还也可以。")
    due = _("到期的 %(amount)s 现在不用还，想先还也可以。") % {"amount": write_yuan(due_minor)} if due_minor else ""
    goes_on = _("办完以前继续暂停，工作人员会跟进。") if still.days_over else ""
    return sentences(due, goes_on, _("冻结期间不扣款、不算逾期、不计罚息，也不报送征信。"))


def instalments(numbers: Iterable[int]) -> str:
    """Instalments by number: 第 5 期; 第 5、6 期; 第 5–8 期 where they follow each other."""
    sorted_numbers = sorted(set(numbers))
    first, last = sorted_numbers[0], sorted_numbers[-1]
    if first == last:
        return _("第 %(n)d 期") % {"n": first}
    if last - first == len(sorted_numbers) - 1 and last - first > 1:
        return _("第 %(first)d–%(last)d 期") % {"first": first, "last": last}
    listed = pgettext("between numbers", "、").join(str(n) for n in sorted_numbers)
    return pgettext("several", "第 %(listed)s 期") % {"listed": listed}


def cost_lines(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines of the cost statement with their names in the reader's language; how they are charged stays as signed."""
    return [{**item, "name": COST_NAMES.get(item["code"], item["name"])} for item in items]


def card_name(card: CardView) -> str:
    """A bound card as people know it: its bank and its last four digits."""
    return _("%(bank)s（尾号 %(last4)s）") % {"bank": card.bank, "last4": card.last4}


def channel_label(code: str) -> str:
    """The channel's name; its code where we no longer offer it."""
    return str(CHANNELS[code].label) if code in CHANNELS else code


def paid_through(code: str, *, is_by_other: bool) -> str:
    """How money came, and whether somebody else has paid it."""
    label = channel_label(code)
    return _("%(channel)s（由他人代付）") % {"channel": label} if is_by_other else label


def sentences(*told: str) -> str:
    """Sentences one after the other, with a space between them where the language has one."""
    return (" " if in_english() else "").join(each for each in told if each)
