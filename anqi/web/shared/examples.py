"""Made-up figures for the gallery: one phone in twelve instalments, in time or three days late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from anqi.web.shared.errors import Act, Trouble
from anqi.web.shared.figures import SHANGHAI
from anqi.web.shared.states import BADGES

COUNT = 12
PAID = 4
LEVEL_MINOR = 44135
LAST_MINOR = 44140
INTERESTS_MINOR = (4499, 4142, 3782, 3419, 3053, 2683, 2310, 1934, 1554, 1171, 784, 394)
PENALTY_MINOR = 55

PHONE = {"inputmode": "tel", "autocomplete": "tel-national", "placeholder": "11 位手机号"}
CODE = {
    "class": "aq-code",
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "maxlength": "6",
    "pattern": "[0-9]{6}",
}


class ExampleForm(forms.Form):
    """The kinds of fields that borrowers meet."""

    phone = forms.CharField(label="手机号", widget=forms.TextInput(attrs=PHONE))
    code = forms.CharField(
        label="短信验证码",
        help_text="已发送到 138****6021，5 分钟内有效。",
        widget=forms.TextInput(attrs=CODE),
    )
    id_number = forms.CharField(label="身份证号", help_text="只用来核对是你本人，加密保存。")
    amount = forms.CharField(
        label="还款金额", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )


def gallery(*, late: bool) -> dict[str, Any]:
    today = date(2026, 12, 12) if late else date(2026, 11, 24)
    instalments = [instalment(n, late=late) for n in range(1, COUNT + 1)]
    form = ExampleForm(
        {"phone": "13800136021", "code": "482", "id_number": "11010119900307", "amount": "441.35"}
    )
    form.add_error("id_number", "身份证号应为 18 位，现在只有 14 位。")
    return {
        "today": today, "late": late, "instalments": instalments, "form": form, "states": list(BADGES),
        "at": datetime(2026, 11, 24, 14, 5, tzinfo=SHANGHAI),
        "remaining_minor": sum(line["remaining_minor"] for line in instalments),
        "paid_minor": PAID * LEVEL_MINOR, "total_minor": sum(line["total_minor"] for line in instalments),
        "why_lines": why_lines(instalments), "cost_lines": COST_LINES, "receipt_lines": RECEIPT_LINES,
        "picks": PICKS, "channels": CHANNELS, "tabs": TABS, "steps": STEPS, "trouble": TROUBLE,
    }  # fmt: skip


def instalment(n: int, *, late: bool) -> dict[str, Any]:
    year, month = divmod(8 + n - 2, 12)
    overdue = late and n == PAID + 1
    interest_minor, penalty_minor = INTERESTS_MINOR[n - 1], PENALTY_MINOR if overdue else 0
    planned_minor = LAST_MINOR if n == COUNT else LEVEL_MINOR
    total_minor = planned_minor + penalty_minor
    paid_minor = LEVEL_MINOR if n <= PAID else 0
    due_on = date(2026 + year, month + 1, 9)
    return {
        "n": n, "due_on": due_on, "state": "paid" if n <= PAID else "overdue" if overdue else "upcoming",
        "principal_minor": planned_minor - interest_minor, "interest_minor": interest_minor,
        "penalty_minor": penalty_minor, "total_minor": total_minor, "paid_minor": paid_minor,
        "remaining_minor": total_minor - paid_minor, "days_late": 3 if overdue else 0,
        "lines": lines_of(planned_minor - interest_minor, interest_minor, penalty_minor),
        "payments": [payment(due_on)] if n <= PAID else [],
    }  # fmt: skip


def lines_of(principal_minor: int, interest_minor: int, penalty_minor: int) -> list[dict[str, Any]]:
    penalty_lines = [{"label": "逾期本金 × 每天 0.05% × 3 天", "text": "¥0.5462"}, {"label": "四舍五入到分", "text": ""}]
    penalty = {"label": "罚息", "amount_minor": penalty_minor, "note": "还清以前每天增加。", "lines": penalty_lines}
    return [
        {"label": "本金", "amount_minor": principal_minor, "lines": [{"label": "原计划的本金", "text": ""}]},
        {"label": "利息", "amount_minor": interest_minor, "lines": [{"label": "期初剩余本金 × 本期利率 0.9%", "text": ""}]},
        *([penalty] if penalty_minor else []),
    ]


def payment(due_on: date) -> dict[str, Any]:
    at = datetime.combine(due_on, datetime.min.time(), tzinfo=SHANGHAI) + timedelta(hours=8)
    return {"at": at, "text": "支付宝还款", "amount_minor": LEVEL_MINOR}


def why_lines(instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    still_open = [line for line in instalments if line["remaining_minor"]]
    return [
        {"label": "待还本金", "amount_minor": sum(line["principal_minor"] for line in still_open)},
        {
            "label": "待还利息",
            "amount_minor": sum(line["interest_minor"] for line in still_open),
            "note": "按期还完的话",
        },
        {"label": "罚息", "amount_minor": sum(line["penalty_minor"] for line in still_open)},
        {
            "label": "剩余应还",
            "amount_minor": sum(line["remaining_minor"] for line in still_open),
            "total": True,
        },
    ]


COST_LINES = [
    {"label": "商品金额（本金）", "amount_minor": 499900},
    {"label": "利息合计", "amount_minor": 29725, "note": "按期 12 期全部还完"},
    {"label": "手续费 · 担保费 · 会员费", "amount_minor": 0},
    {"label": "满减优惠", "amount_minor": -5000, "minus": True},
    {"label": "合计应还", "amount_minor": 524625, "total": True},
]
RECEIPT_LINES = [
    {"label": "还的是", "text": "第 5 期（全部还清）"},
    {"label": "支付方式", "text": "支付宝"},
    {"label": "支付时间", "text": "11月24日 14:05"},
    {"label": "渠道流水号", "text": "2026112422001"},
    {"label": "下一期", "text": "2027年1月9日 ¥441.35"},
]
PICKS = [
    {"value": "due", "label": "本期", "amount_minor": 44135, "note": "12月9日到期"},
    {"value": "all", "label": "提前结清", "amount_minor": 340728, "saves_minor": 12357, "note": "省 ¥123.57"},
    {"value": "next", "label": "提前还下期", "amount_minor": 44135, "why_not": "先还本期"},
    {"value": "own", "label": "自己填", "text": "任意金额", "note": "最少 ¥0.01"},
]
CHANNELS = [
    {"code": "alipay", "label": "支付宝", "mark": "alipay", "letter": "支", "note": "跳转支付宝付款"},
    {"code": "wechat", "label": "微信支付", "mark": "wechat", "letter": "微", "note": "跳转微信付款"},
    {
        "code": "bank",
        "label": "招商银行储蓄卡 (8866)",
        "mark": "bank",
        "letter": "招",
        "why_not": "银行维护中，今天 18:00 后可用",
    },
]
TABS = [
    {"name": "home", "url": "#home", "icon": "home", "label": "首页"},
    {"name": "orders", "url": "#orders", "icon": "order", "label": "订单"},
    {"name": "me", "url": "#me", "icon": "person", "label": "我的"},
]
STEPS = [
    {"label": "实名", "done": True, "current": False},
    {"label": "看费用", "done": False, "current": True},
    {"label": "确认签约", "done": False, "current": False},
]
TROUBLE = Trouble(
    title="这笔还款没有发起",
    happened="试算是昨天的，今天应还金额变了。",
    done="我们没有扣款，也没有改动你的计划。",
    can_do="请按今天的金额重新试算。",
    acts=(Act(label="重新试算", url="#pay"), Act(label="回到首页", url="#home")),
)
