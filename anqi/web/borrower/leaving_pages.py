"""Consents and what stands in the way of closing an account, in the borrower's words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from anqi.actions.leaving import Obstacle
from anqi.people.consents import Purpose
from anqi.web.shared.figures import write_yuan

_PURPOSES: dict[str, tuple[str | Promise, str | Promise]] = {
    "identity": (
        lazy("核对你是本人：姓名和身份证号"), lazy("撤回以后，不能再签新的分期和借款，直到重新实名。已有的分期照常还。"),
    ),
    "personal_information": (
        lazy("出借机构为签约的分期处理你的姓名、身份证号、手机号和订单信息"),
        lazy("撤回以后，出借机构只为已经签的合同和法律要求继续处理；以后每次签约会再问你。"),
    ),
    "cost_statement": (lazy("看清综合融资成本明示表"), lazy("这是签约时的确认，随合同保存，不能撤回。")),
    "credit_report": (
        lazy("把合同的还款信息报送征信机构"),
        lazy("只用于签约时写明要报送的合同。这是签约时的确认，随合同保存，合同没有结束不能撤回；报错了可以提出异议。"),
    ),
    "agreement": (lazy("按合同签约"), lazy("这是签约时的确认，随合同保存，不能撤回。")),
}  # fmt: skip
_WHY: dict[str, tuple[str | Promise, str | Promise]] = {
    "owed": (lazy("%(number)s 还欠 %(amount)s"), lazy("去还清")),
    "not_begun": (lazy("%(number)s 签了约，还没有开始"), lazy("看这笔分期")),
    "in_flight": (lazy("有一笔 %(amount)s 的付款还没有结果"), lazy("看结果")),
    "unapplied": (lazy("有 %(amount)s 还没有用上，也没有退回"), lazy("看还款记录")),
    "returning": (lazy("有 %(amount)s 正在退回给你"), lazy("看还款记录")),
    "complaint": (lazy("投诉 %(number)s 还没有答复"), lazy("看进展或撤回")),
    "objection": (lazy("征信异议 %(number)s 还没有答复"), lazy("看进展或撤回")),
    "application": (lazy("有一笔 %(amount)s 的备用金申请没有结束"), lazy("去撤回")),
    "request": (lazy("更换手机号或更正身份的申请没有结束"), lazy("去撤销")),
    "mandate": (lazy("有一个自动还款授权还没有关闭"), lazy("去关闭")),
    "card": (lazy("有一张银行卡还没有移除"), lazy("去移除")),
}


@dataclass(frozen=True, kw_only=True)
class ConsentShown:
    """One purpose in words."""

    purpose: Purpose
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ObstacleShown:
    """One thing in the way, and where it is dealt with."""

    text: str
    url: str
    link: str


def told(purpose: Purpose) -> ConsentShown:
    """What was agreed to, and what follows from taking it back."""
    title, text = _PURPOSES.get(purpose.name, (purpose.name, ""))
    return ConsentShown(purpose=purpose, title=str(title), text=str(text))


def obstacle(each: Obstacle) -> ObstacleShown:
    """What is in the way, with its number or amount."""
    text, link = _WHY[each.why]
    told = str(text) % {"number": each.number, "amount": write_yuan(each.amount_minor)}
    return ObstacleShown(text=told, url=_url(each), link=str(link))


def _url(each: Obstacle) -> str:
    if each.why == "owed":
        return reverse("borrower:pay", args=[each.id])
    if each.why in ("not_begun", "in_flight"):
        return reverse("borrower:order", args=[each.id])
    if each.why in ("unapplied", "returning"):
        return reverse("borrower:receipts")
    if each.why == "request":
        return reverse(f"borrower:{each.number}")
    return reverse({
        "complaint": "borrower:complaint", "objection": "borrower:objection", "application": "borrower:reserve",
        "mandate": "borrower:mandate-end", "card": "borrower:card-remove",
    }[each.why], args=[each.id])  # fmt: skip
