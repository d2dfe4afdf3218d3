"""The words of cash reserves: states of an application, purposes, how it is repaid, what was looked at."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from anqi.engine.decision import Decision
from anqi.lending.models import Application, Product
from anqi.web.borrower.wording import Label
from anqi.web.shared.figures import write_day, write_yuan
from anqi.web.shared.states import Badge

_STATES = {
    "review": Badge(word=pgettext_lazy("reserve", "审核中"), shape="clock", tone="brand"),
    "approved": Badge(word=pgettext_lazy("reserve", "待签约"), shape="ring", tone="brand"),
    "refused": Badge(word=pgettext_lazy("reserve", "没有通过"), shape="cross", tone="calm"),
    "signed": Badge(word=pgettext_lazy("reserve", "已签约"), shape="check", tone="good"),
    "withdrawn": Badge(word=pgettext_lazy("reserve", "已撤回"), shape="dash", tone="calm"),
    "lapsed": Badge(word=pgettext_lazy("reserve", "已失效"), shape="dash", tone="calm"),
}
PURPOSES: dict[str, str | Promise] = {
    "daily": gettext_lazy("日常消费"),
    "education": gettext_lazy("教育培训"),
    "medical": gettext_lazy("医疗健康"),
    "renting": gettext_lazy("租房"),
    "travel": gettext_lazy("旅行"),
    "furnishing": gettext_lazy("装修家居"),
}
_METHODS: dict[str, str | Promise] = {
    "equal_instalment": gettext_lazy("每期还一样多（等额本息）"),
    "equal_principal": gettext_lazy("每期还一样多的本金（等额本金）"),
    "interest_only": gettext_lazy("每期还利息，到期还本金（先息后本）"),
    "flat_fee": gettext_lazy("每期还一样多的本金和费用（等本等费）"),
    "bullet": gettext_lazy("到期一次还清"),
}


def badge_of(row: Application, state: str) -> Label:
    """How the application stands; `state` is that of the moment."""
    badge = _STATES[state]
    word = _("复核中") if state == "review" and row.questioned_at else badge.word
    return Label(state=state, word=word, shape=badge.shape, tone=badge.tone)


def how_long(product: Product) -> str:
    """30 天, or 3 期."""
    every, count = product.terms["every"], product.instalments
    if count == 1 and "days" in every:
        days = int(every["days"])
        return ngettext("%(days)d 天", "%(days)d 天", days) % {"days": days}
    return ngettext("%(count)d 期", "%(count)d 期", count) % {"count": count}


def how_repaid(product: Product) -> str:
    """What falls due when, in words."""
    return str(_METHODS[product.terms["method"] if product.instalments > 1 else "bullet"])


def looked_at(decision: Decision, *, today: date) -> list[dict[str, Any]]:
    """All that was looked at when it was decided, for the part `sum`."""
    asked = decision.application
    verified = write_day(asked.verified_on, this_year=today.year) if asked.verified_on else _("没有")
    elsewhere = _("没有查") if asked.elsewhere is None else _("逾期 %(days)d 天") % {"days": asked.elsewhere.days_past_due}
    told: list[tuple[str, str]] = [
        (_("申请金额"), write_yuan(asked.amount_minor)),
        (_("当时的可用额度"), write_yuan(asked.free_minor)),
        (_("借款用途"), str(PURPOSES.get(asked.purpose, asked.purpose))),
        (_("借多久"), ngettext("%(months)d 个月", "%(months)d 个月", asked.months) % {"months": asked.months}),
        (_("实名"), verified),
        (_("出生日期"), write_day(asked.born_on, this_year=None) if asked.born_on else _("没有")),
        (_("在这家机构逾期"), ngettext("%(days)d 天", "%(days)d 天", asked.days_past_due) % {"days": asked.days_past_due}),
        (_("没有结清的备用金"), ngettext("%(count)d 笔", "%(count)d 笔", asked.running) % {"count": asked.running}),
        (_("一年内的申请"), ngettext("%(count)d 次", "%(count)d 次", len(asked.earlier)) % {"count": len(asked.earlier)}),
        (_("用同一收款账户的人"), _people(asked.account_borrowers)),
        (_("用同一设备申请的人"), _people(asked.device_borrowers)),
        (_("在其他机构的征信"), elsewhere),
    ]
    points = decision.score.points
    scored = [] if points is None else [(_("评分"), str(points))]
    return [{"label": label, "text": text} for label, text in [*told, *scored]]


def _people(count: int) -> str:
    return ngettext("%(count)d 人，包括你", "%(count)d 人，包括你", count) % {"count": count}
