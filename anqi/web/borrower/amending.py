"""Another due day, or one instalment later, in the borrower's words: what can be chosen, and what it costs and why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anqi.lending import amendments, changing
from anqi.lending.amendments import Foreseen
from anqi.lending.changing import DueDay, Later, Wish
from anqi.lending.models import Amendment
from anqi.lending.odd_stretches import Odd
from anqi.lending.queries import LoanView
from anqi.payments.debit_doubts import Doubt
from anqi.web.borrower.lines import rate_text
from anqi.web.borrower.wording import channel_label, instalments
from anqi.web.shared.amounts import Amount, Row
from anqi.web.shared.figures import write_day, write_product, write_yuan

DUE_DAY, LATER = Amendment.Kind.DUE_DAY, Amendment.Kind.DEFERRAL
TITLES = {DUE_DAY: gettext_lazy("改还款日"), LATER: gettext_lazy("延期一期")}
PAPERS = {
    DUE_DAY: gettext_lazy("还款日变更协议"),
    LATER: gettext_lazy("延期还款协议"),
    Amendment.Kind.HARDSHIP: gettext_lazy("协商还款协议"),
}
RULES = {
    DUE_DAY: (
        gettext_lazy("可以选每月 1–28 日，29–31 日不是每个月都有，自动扣款也不能约定。"),
        gettext_lazy("没有一期会提前：下一期顺延到新的还款日，多出来的天数按天计息。"),
        gettext_lazy("每笔分期 180 天内改一次。"),
    ),
    LATER: (
        gettext_lazy("只能延下一期，要在它的还款日之前办，到了当天就不能办了。"),
        gettext_lazy("最多延 30 天，而且要在再下一期之前；以后各期的还款日不变。"),
        gettext_lazy("每笔分期 12 个月内延一次。"),
    ),
}
ALWAYS = (
    gettext_lazy("到期的都要先还清；冻结期间、有付款还没有结果、扣款已经通知出去时不能办。"),
    gettext_lazy("同一期只改一次；改了以后的年化成本不能超过规定的上限。"),
    gettext_lazy("新的还款日当天 24:00 前还清就不算晚，逾期和征信都按新的日子算。"),
)
# What is laid out side by side; any other day can be chosen too.
_DAYS = (1, 5, 10, 15, 20, 25)
_AFTER = (6, 13, 20, -1)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One choice with what it comes to, in fen, and the address that shows all of it."""

    label: str
    query: str
    due_on: date
    remaining_minor: int
    cost_minor: int


def read(stated: Mapping[str, str], kind: Amendment.Kind) -> Wish | None:
    """What the form or the address asks for; None for nothing and for nonsense."""
    try:
        return DueDay(day=int(stated["day"])) if kind == DUE_DAY else Later(to=date.fromisoformat(stated["to"]))
    except (KeyError, ValueError):
        return None


def stated(wish: Wish) -> dict[str, str]:
    """The same as the form has it."""
    return {"day": str(wish.day)} if isinstance(wish, DueDay) else {"to": wish.to.isoformat()}


def options(loan: LoanView, kind: Amendment.Kind) -> list[Option]:
    """Some choices side by side. Asked only where nothing stands in the way."""
    return [_option(loan, wish) for wish in _wishes(loan, kind)]


def _wishes(loan: LoanView, kind: Amendment.Kind) -> list[Wish]:
    if kind == DUE_DAY:
        offered = changing.due_days(loan.held, loan.today)
        return [DueDay(day=day) for day in _DAYS if day in offered]
    days = changing.deferral_days(loan.held, loan.today)
    places = sorted({place % len(days) for place in _AFTER if place < len(days)}) if days else []
    return [Later(to=days[place]) for place in places]


def _option(loan: LoanView, wish: Wish) -> Option:
    foreseen = amendments.foresee(loan.held, wish.changes(loan.held, loan.today), on=loan.today)
    first = foreseen.after[0]
    return Option(
        label=name(wish, today=loan.today), query=urlencode(stated(wish)), due_on=first.due_on,
        remaining_minor=first.remaining_minor, cost_minor=foreseen.cost_minor,
    )  # fmt: skip


def name(wish: Wish, *, today: date) -> str:
    """The choice in few words."""
    if isinstance(wish, DueDay):
        return _("每月 %(day)d 日") % {"day": wish.day}
    return str(capfirst(_("延到 %(day)s") % {"day": write_day(wish.to, this_year=today.year)}))


def cost(foreseen: Foreseen) -> Amount:
    """多付的利息: instalment by instalment, each with its days."""
    return Amount(
        name="cost", label=_("一共多付"), amount_minor=foreseen.cost_minor,
        lines=[_odd(each) for each in foreseen.odds],
    )  # fmt: skip


def _odd(odd: Odd) -> Row:
    told = {
        "label": _("%(which)s利息") % {"which": capfirst(instalments([odd.n]))},
        "note": _days(odd),
        "amount_minor": odd.more_minor,
        "minus": odd.more_minor < 0,
        "lines": [
            {"label": _("改了以后"), "amount_minor": odd.after_minor},
            {"label": _("现在"), "amount_minor": -odd.before_minor, "minus": True},
        ],
    }
    return told


def _days(odd: Odd) -> str:
    if odd.base_minor is None or odd.annual_rate is None or odd.days is None:
        return ""
    count = abs(odd.days)
    more = ngettext("多 %(days)d 天", "多 %(days)d 天", count)
    less = ngettext("少 %(days)d 天", "少 %(days)d 天", count)
    formula = _("%(days)s，本金 %(base)s × 年利率 %(rate)s × %(count)d/%(year)d，四舍五入到分") % {
        "days": (more if odd.days > 0 else less) % {"days": count}, "base": write_yuan(odd.base_minor),
        "rate": rate_text(odd.annual_rate), "count": count, "year": odd.year_days,
    }  # fmt: skip
    return write_product(formula)


def compare(before: Iterable[Any], after: Iterable[Any]) -> list[dict[str, Any]]:
    """Both plans, instalment by instalment; of one that is in one of them only the other half is empty."""
    old, new = ({row.n: row for row in rows} for rows in (before, after))
    return [{"n": n, "before": old.get(n), "after": new.get(n)} for n in sorted(old.keys() | new.keys())]


def doubts(found: Iterable[Doubt], *, today: date) -> list[str]:
    """What auto-debit won't do after the change, each with what is to be done about it."""
    return [_DOUBTS[each.why](each, today) for each in found]


def _above_limit(doubt: Doubt, today: date) -> str:
    told = _("%(day)s要还 %(amount)s，%(channel)s的扣款授权一次最多 %(most)s，那一期不会自动扣，请自己还。")
    return told % {
        "day": write_day(doubt.due_on, this_year=today.year), "amount": write_yuan(doubt.amount_minor),
        "channel": channel_label(doubt.channel), "most": write_yuan(doubt.most_minor),
    }  # fmt: skip


def _second_in_month(doubt: Doubt, today: date) -> str:
    told = _("%(channel)s一个月只能自动扣一次，%(day)s那一期请自己还，或先加一个扣款账户。")
    return told % {"channel": channel_label(doubt.channel), "day": write_day(doubt.due_on, this_year=today.year)}


_DOUBTS: Mapping[str, Callable[[Doubt, date], str]] = {
    "above_limit": _above_limit, "second_in_month": _second_in_month,
}  # fmt: skip


def percents(foreseen: Foreseen) -> str:
    """How the yearly cost changes, in one sentence; nothing where nothing is owed that costs anything."""
    before, after = foreseen.percents
    if before is None or after is None:
        return ""
    told = _("从今天起按计划还，年化成本（单利）现在是 %(before)s%%，改了以后是 %(after)s%%。")
    return told % {"before": before, "after": after}


def links(loan: LoanView) -> list[dict[str, Any]]:
    """The ways to change a plan that runs, for its page; none of one that is over."""
    if not loan.standing or loan.standing.status in ("settled", "void", "written_off"):
        return []
    coming = changing.coming(loan.held, loan.today)
    if not coming:
        return []
    day = changing.due_day(loan.held, loan.today)
    now = _("现在每月 %(day)d 日") % {"day": day}
    next_on = write_day(coming[0].due_on, this_year=loan.today.year)
    found = [] if len(coming) < 2 else [{"url": "borrower:due-day", "label": TITLES[DUE_DAY], "note": now}]
    later = capfirst(_("下一期 %(day)s，最多延 30 天") % {"day": next_on})
    return [*found, {"url": "borrower:later", "label": TITLES[LATER], "note": later}]
