"""Auto-debits as the pages show them: what comes, what is on its way, what failed and why, and what was agreed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.lending import dues
from anqi.lending.queries import LoanView, OrderView
from anqi.payments import channels
from anqi.payments.channels.protocol import DebitRules
from anqi.payments.debit_queries import Agreement, Debited, Planned
from anqi.payments.debiting import Timetable
from anqi.payments.queries import ChargeView
from anqi.web.borrower import debit_words
from anqi.web.borrower.wording import channel_label, sentences
from anqi.web.shared.figures import write_day, write_moment, write_yuan

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class News:
    """The one thing to know of a loan's debits now: coming, on its way, or failed."""

    kind: str
    tone: str
    title: str
    text: str
    url: str
    link: str


def can_debit() -> bool:
    """Whether there is anything here that could be debited."""
    return bool(channels.with_mandates() or channels.with_cards())


def news(order: OrderView, found: Debited, claim: ChargeView | None, *, now: datetime) -> News | None:
    """What the borrower is told of the loan's debits before anything else; None where nothing comes."""
    loan = order.loan
    assert loan
    if claim and claim.is_debit:
        return on_its_way(claim, loan.today)
    failed = _failed(loan, found)
    if failed:
        return _failure(order, failed, now)
    if found.plan and not loan.is_on_hold:
        return _coming(order, found.plan, found.sources)
    return None


def on_its_way(claim: ChargeView, today: date) -> News:
    """A debit of which nobody knows the end yet."""
    told = {"amount": write_yuan(claim.amount_minor), "channel": channel_label(claim.channel)}
    at = write_moment(claim.opened_at, this_year=today.year)
    return News(
        kind="processing", tone="warn", title=_("自动扣款处理中"), url=reverse("borrower:charge", args=[claim.id]),
        text=sentences(
            _("%(at)s 从%(channel)s扣 %(amount)s，还没有结果。") % {**told, "at": at},
            _("不用再付，有了结果会短信告诉你。"),
        ),
        link=_("看看结果"),
    )  # fmt: skip


def _failed(loan: LoanView, found: Debited) -> Planned | None:
    """The plan whose last try failed, as long as its instalment is not paid."""
    for plan in (found.plan, found.given_up):
        if plan and plan.last and plan.last.has_failed and _is_unpaid(loan, plan.due_on):
            return plan
    return None


def _is_unpaid(loan: LoanView, due_on: date) -> bool:
    rows = loan.standing.instalments if loan.standing else ()
    return any(row.due_on == due_on and row.remaining_minor for row in rows)


def _failure(order: OrderView, plan: Planned, now: datetime) -> News:
    assert plan.last
    year, last = now.year, plan.last
    told = _("%(at)s 从%(channel)s扣 %(amount)s 没有成功，钱没有扣走。") % {
        "at": write_moment(last.opened_at, this_year=year), "channel": channel_label(last.channel),
        "amount": write_yuan(last.amount_minor),
    }  # fmt: skip
    title = _("自动扣款没有成功：%(reason)s") % {"reason": debit_words.reason(last.why)}
    return News(
        kind="failed", tone="bad", title=title, text=sentences(told, _next(plan, now), _excuse(plan, year)),
        url=reverse("borrower:pay", args=[order.id]), link=_("现在手动还款"),
    )  # fmt: skip


def _next(plan: Planned, now: datetime) -> str:
    at = plan.tried_next_at
    if at is None:
        return _("不会再自动扣这一期，请手动还款。")
    if at <= now:
        return _("马上会再扣一次。")
    return _("%(at)s 会再扣一次，也可以现在手动还。") % {"at": write_moment(at, this_year=now.year)}


def _excuse(plan: Planned, year: int) -> str:
    if not plan.excused_until:
        return ""
    day = write_day(plan.excused_until, this_year=year)
    return _("原因不在你：到%(day)s为止不算逾期、不计罚息，也不报送征信；期间再扣时若余额不足等，从那天起照常计算。") % {"day": day}


def _coming(order: OrderView, plan: Planned, sources: Iterable[Agreement]) -> News | None:
    assert order.loan
    amount_minor = expected_minor(order.loan, plan)
    if not amount_minor:
        return None
    url, day = auto_pay(order), write_day(plan.due_on, this_year=order.loan.today.year)
    told = {"day": day, "amount": write_yuan(amount_minor)}
    first = first_source(sources, amount_minor, plan, order.loan.today)
    if first is None:
        return News(
            kind="nothing", tone="warn", title=_("%(day)s不会自动扣款") % told, url=url, link=_("看自动还款"),
            text=_("没有一个账户能扣 %(amount)s，请手动还款或添加账户。") % told,
        )  # fmt: skip
    title = _("%(day)s 自动扣款 %(amount)s") % told
    return News(
        kind="coming", tone="", title=f"{title} · {channel_label(first.channel)}", text=debit_words.source_name(first),
        url=url, link=_("看自动还款"),
    )  # fmt: skip


def expected_minor(loan: LoanView, plan: Planned) -> int:
    """What the plan is to take, as far as is known today, in fen."""
    return dues.expected_minor(loan.held, plan.due_on, today=loan.today)


def first_source(
    sources: Iterable[Agreement], amount_minor: int, plan: Planned, today: date
) -> Agreement | None:
    """The one that is tried first for so much."""
    return next((each for each in sources if each.may_take(amount_minor, on=max(plan.due_on, today))), None)


def auto_pay(order: OrderView) -> str:
    """The address of the page about the order's debits."""
    return reverse("borrower:auto-pay", args=[order.id])


def in_short(found: Debited) -> str:
    """Whether auto-debit is on for a loan, and from where first."""
    active = [each for each in found.sources if each.state == "active"]
    if not active:
        return _("未开通")
    return debit_words.source_name(active[0])


def coming_lines(loan: LoanView, found: Debited, history: Iterable[Planned], timetable: Timetable) -> list[Row]:
    """The next debit, for the part `sum`: how much, when, from where first, and what was told of it.

    After a failure only when and how much: which source is left depends on why the others failed.
    """
    plan = next((each for each in history if each.is_open), None)
    if plan is None or loan.is_on_hold or (plan.last and not plan.tried_next_at):
        return []
    amount_minor, year = expected_minor(loan, plan), loan.today.year
    first = first_source(found.sources, amount_minor, plan, loan.today)
    if not first or not amount_minor:
        return []
    amount: Row = {"label": _("金额"), "note": _("到时按实际应还的扣，不会多扣"), "amount_minor": amount_minor}
    if plan.tried_next_at:
        return [amount, {"label": _("再扣一次"), "text": write_moment(plan.tried_next_at, this_year=year)}]
    day = write_day(plan.due_on, this_year=year)
    return [
        amount,
        {"label": _("扣款日"), "text": day, "note": debit_words.hours(timetable.hours)},
        {"label": _("先从"), "text": debit_words.source_name(first)},
        {"label": _("提醒"), "text": _reminded(plan, timetable, year)},
        *_told_by_channels(plan, year),
    ]


def _reminded(plan: Planned, timetable: Timetable, year: int) -> str:
    if plan.reminded_at:
        return _("%(at)s 已提醒") % {"at": write_moment(plan.reminded_at, this_year=year)}
    days = timetable.remind_days
    return ngettext("扣款日前 %(days)d 天", "扣款日前 %(days)d 天", days) % {"days": days}


def _told_by_channels(plan: Planned, year: int) -> Iterator[Row]:
    for each in plan.announced:
        if each.told_at:
            label = _("%(channel)s的扣款通知") % {"channel": channel_label(each.channel)}
            yield {"label": label, "text": write_moment(each.told_at, this_year=year)}


def terms(timetable: Timetable, rules: DebitRules | None) -> list[str]:
    """What every agreement says: how often, how much, until when, and how it ends. `rules` are one channel's."""
    days = min(rules.window_days, timetable.days_after) if rules else timetable.days_after
    said = ngettext(
        "没有扣成，还款日和之后 %(days)d 天里每天 %(hours)s 再试，扣成一次就停。",
        "没有扣成，还款日和之后 %(days)d 天里每天 %(hours)s 再试，扣成一次就停。",
        days,
    )
    lines = [
        ngettext(
            "还款日自动扣当期应还的钱，扣款前 %(days)d 天提醒你金额、日期和账户。",
            "还款日自动扣当期应还的钱，扣款前 %(days)d 天提醒你金额、日期和账户。",
            timetable.remind_days,
        ) % {"days": timetable.remind_days},
        said % {"days": days, "hours": debit_words.hours(timetable.hours)},
        _("从不多扣：只扣当天到期应还的。你先手动还清了，就不再扣。"),
        _("没有扣成会马上告诉你原因和下次时间，不收手续费。"),
        _("随时可以关闭：在这里按“关闭”，再确认一次，马上生效。"),
    ]  # fmt: skip
    if rules and rules.announced_days:
        told = _("每次扣款前 %(days)d 天，渠道也会通知你，扣款不超过通知的金额。") % {"days": rules.announced_days}
        lines.insert(1, told)
    return lines


def past(history: Iterable[Planned], sources: Iterable[Agreement], *, now: datetime) -> list[Row]:
    """What was done about each instalment, the latest first, each step with its time."""
    names = {each.id: debit_words.source_name(each) for each in sources}
    return [
        {
            "due_on": plan.due_on, "amount_minor": plan.expected_minor, "state": debit_words.plan_state(plan),
            "is_open": plan.is_open, "steps": sorted(_steps(plan, names, now), key=lambda step: step["at"]),
        }
        for plan in history
    ]  # fmt: skip


def _steps(plan: Planned, names: Mapping[UUID, str], now: datetime) -> Iterator[Row]:
    if plan.reminded_at:
        yield {"at": plan.reminded_at, "title": _("提醒你准备还款")}
    if plan.tested_at:
        yield {"at": plan.tested_at, "title": _("检查扣款账户")}
    for said in plan.announced:
        yield _announcement(said)
    for each in plan.tries:
        name = names.get(each.mandate_id) or channel_label(each.channel)
        yield {
            "at": each.opened_at, "title": _("从%(source)s扣款") % {"source": name},
            "text": debit_words.try_state(each), "amount_minor": each.amount_minor,
            "url": reverse("borrower:charge", args=[each.id]), "ended_at": each.ended_at,
        }  # fmt: skip
    if plan.ended_at:
        yield {"at": plan.ended_at, "title": debit_words.plan_ended(plan)}
    elif plan.tried_next_at:
        yield {"at": max(plan.tried_next_at, now), "title": _("再扣一次"), "is_coming": True}


def _announcement(said: Any) -> Row:
    told = {"channel": channel_label(said.channel)}
    words = {
        "told": _("%(channel)s通知你扣款") % told,
        "waiting": _("请%(channel)s通知你扣款") % told,
        "refused": _("%(channel)s没有发出扣款通知，这一期不从这里扣") % told,
    }
    text = debit_words.reason(said.reason) if said.state == "refused" else ""
    at = said.told_at or said.created_at
    return {"at": at, "title": words[said.state], "text": text, "amount_minor": said.amount_minor}
