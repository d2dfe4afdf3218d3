"""A decision as staff read it: its reasons with their numbers, all that was looked at, the rules, the score."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anqi.engine.applications import Application, Policy
from anqi.engine.decision import Decision
from anqi.web.office.events import Line
from anqi.web.office.policy_words import POLICY_FIELDS, rule_value
from anqi.web.office.reserve_words import EARLIER, RESERVE_OUTCOMES, RESERVE_PURPOSES, RESERVE_REASONS
from anqi.web.office.words import word
from anqi.web.shared.figures import write_day, write_yuan


@dataclass(frozen=True, kw_only=True)
class ReasonShown:
    """One reason in words, what it led to, and whether no person may pass it over."""

    told: str
    verdict: str
    is_final: bool


def reasons(decision: Decision) -> list[ReasonShown]:
    """Every reason, in the order of the rules."""
    return [
        ReasonShown(
            told=word(RESERVE_REASONS, each.code) % _figures(each.numbers),
            verdict=word(RESERVE_OUTCOMES, each.verdict), is_final=each.is_final,
        )
        for each in decision.reasons
    ]  # fmt: skip


def looked_at(asked: Application) -> list[Line]:
    """All that the rules saw. Of the birthday only the age: the day itself is personal."""
    return [
        Line(label=_("申请日"), text=_day(asked.on)),
        Line(label=_("金额"), amount_minor=asked.amount_minor),
        Line(label=_("期限（月）"), text=str(asked.months)),
        Line(label=_("用途"), text=word(RESERVE_PURPOSES, asked.purpose)),
        Line(label=_("年龄"), text=_age(asked)),
        Line(label=_("实名"), text=_day(asked.verified_on) if asked.verified_on else _("没有")),
        Line(label=_("可用额度"), amount_minor=asked.free_minor),
        Line(label=_("在同一家出借机构逾期天数"), text=str(asked.days_past_due)),
        Line(label=_("没有结清的备用金（笔）"), text=str(asked.running)),
        Line(label=_("用过这个收款账户的借款人"), text=str(asked.account_borrowers)),
        Line(label=_("用这台设备申请过的借款人"), text=str(asked.device_borrowers)),
        Line(label=_("其他机构"), text=_elsewhere(asked)),
        Line(label=_("以前的申请"), text=_earlier(asked)),
    ]


def rules(policy: Policy) -> list[Line]:
    """Every rule of the policy."""
    return [
        Line(label=str(label), text=rule_value(name, getattr(policy, name))) for name, label in POLICY_FIELDS.items()
    ]


def _figures(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_minor").removesuffix("_on"): _figure(name, each) for name, each in numbers.items()}


def _figure(name: str, number: Any) -> Any:
    if name == "purpose":
        return word(RESERVE_PURPOSES, number)
    if isinstance(number, date):
        return _day(number)
    return write_yuan(number) if name.endswith("_minor") else number


def _day(on: date) -> str:
    return write_day(on, this_year=None)


def _age(asked: Application) -> str:
    born, on = asked.born_on, asked.on
    if born is None:
        return _("不知道")
    return str(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _elsewhere(asked: Application) -> str:
    if asked.elsewhere is None:
        return _("没有去查")
    told = _("%(on)s查，逾期 %(days)s 天")
    return told % {"on": _day(asked.elsewhere.asked_on), "days": asked.elsewhere.days_past_due}


def _earlier(asked: Application) -> str:
    counted = Counter(str(each.outcome) for each in asked.earlier)
    return "，".join(f"{word(EARLIER, each)} {counted[each]}" for each in EARLIER if counted[each]) or _("没有")
