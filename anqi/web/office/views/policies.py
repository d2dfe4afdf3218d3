"""By which rules a lender's applications are decided: in force, to come, and what new ones would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import reserves
from anqi.engine.applications import Policy
from anqi.lending import inspection as lending
from anqi.lending import policies, policy_trials
from anqi.lending.models import Lender
from anqi.lending.policies import PolicyUnsound
from anqi.lending.policy_trials import Trial
from anqi.rows.refusals import Refused
from anqi.web.office import decided, policy_forms, wording
from anqi.web.office.access import SUPERVISORS, staff, staff_required
from anqi.web.office.frame import show
from anqi.web.office.policy_forms import PolicyForm
from anqi.web.office.policy_words import POLICY_FIELDS, rule_value


@dataclass(frozen=True, kw_only=True)
class Change:
    """A rule that would be another one."""

    label: str
    before: str
    after: str


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """Each lender with the rules in force today."""
    rows = [(each, policies.in_force(each, on=clock.today())) for each in lending.lenders()]
    return show(request, "office/policies.html", {"rows": rows}, place="policies")


@require_safe
@staff_required()
def lender_rules(request: HttpRequest, lender_id: UUID) -> HttpResponse:
    """One lender's rules: in force, to come, and of old; and the form for new ones."""
    lender = _find(lender_id)
    form = PolicyForm(initial=policy_forms.stated(policies.in_force(lender, on=clock.today())))
    return _page(request, lender, form)


@require_POST
@staff_required(roles=SUPERVISORS)
def preview(request: HttpRequest, lender_id: UUID) -> HttpResponse:
    """What the rules in the form would change. Nothing is kept."""
    lender, form = _find(lender_id), PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, lender, form, status=422)
    since, source = form.cleaned_data["since"], form.cleaned_data["source"]
    try:
        policy = policies.drawn_up(lender, since=since, source=source, body=form.body, now=clock.now())
    except PolicyUnsound as unsound:
        return _unsound(request, lender, form, unsound)
    trial = policy_trials.try_out(lender, policy, today=clock.today())
    changes = _changes(policies.in_force(lender, on=since), policy)
    return _page(request, lender, form, changes=changes, trial=trial)


@require_POST
@staff_required(roles=SUPERVISORS)
def rule(request: HttpRequest, lender_id: UUID) -> HttpResponse:
    """They hold from their day on."""
    lender, form = _find(lender_id), PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, lender, form, status=422)
    since, source = form.cleaned_data["since"], form.cleaned_data["source"]
    try:
        reserves.rule(
            lender=lender.code, since=since, source=source, body=form.body, actor=staff(request), now=clock.now()
        )
    except PolicyUnsound as unsound:
        return _unsound(request, lender, form, unsound)
    except Refused as refused:
        return _page(request, lender, form, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已设定，从那一天起的申请按新规则。以前的决定不变。"))
    return HttpResponseRedirect(reverse("office:lender_rules", args=[lender.id]))


def _unsound(request: HttpRequest, lender: Lender, form: PolicyForm, unsound: PolicyUnsound) -> HttpResponse:
    field = str(unsound.facts["field"])
    told = {
        "since": _("要从今天或以后的某一天起，而且那一天还没有别的规则。"),
        "amount_least_minor": _("最低金额不能高于最高金额。"),
        "years_least": _("最低年龄不能低于 18，也不能高于转人工的年龄。"),
        "elsewhere_review_from_days": _("转人工的天数不能多于不通过的天数。"),
        "points_refuse_below": _("不通过的分数不能高于转人工的分数。"),
    }
    form.add_error(field if field in form.fields else None, told.get(field) or _("这样的规则不成立。"))
    return _page(request, lender, form, status=422)


def _changes(before: Policy, after: Policy) -> list[Change]:
    told = ((label, getattr(before, name), getattr(after, name), name) for name, label in POLICY_FIELDS.items())
    return [
        Change(label=str(label), before=rule_value(name, old), after=rule_value(name, new))
        for label, old, new, name in told
        if old != new
    ]


def _find(lender_id: UUID) -> Lender:
    found = next((each for each in lending.lenders() if each.id == lender_id), None)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, lender: Lender, form: PolicyForm, *, changes: Sequence[Change] = (),
    trial: Trial | None = None, refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    today = clock.today()
    now_in_force = policies.in_force(lender, on=today)
    context: dict[str, Any] = {
        "lender": lender,
        "policy": now_in_force,
        "rules": decided.rules(now_in_force),
        "history": _history(lender, now_in_force, today),
        "form": form,
        # What was looked at is what can be set, whatever is typed beside it meanwhile.
        "kept": PolicyForm(request.POST, auto_id=False) if trial else None,
        "changes": changes,
        "trial": trial,
        "share": Decimal(trial.otherwise) / max(trial.looked_at, 1) if trial else None,
        "turns": _turns(trial) if trial else (),
        "days": policy_trials.DAYS,
        "refusal": refusal,
    }
    return show(request, "office/lender_rules.html", context, place="policies", status=status)


def _history(lender: Lender, now_in_force: Policy, today: date) -> list[tuple[Policy, str]]:
    """Every policy, the latest day first, and whether it is in force."""
    known = sorted(policies.of(lender), key=lambda each: (each.since, each.lender is not None), reverse=True)
    return [
        (each, _("现行") if each == now_in_force else _("还没开始") if each.since > today else _("已被取代")) for each in known
    ]


def _turns(trial: Trial) -> list[tuple[str, str, int]]:
    words = wording.RESERVE_OUTCOMES
    return [(wording.word(words, was), wording.word(words, is_), n) for (was, is_), n in sorted(trial.changes.items())]
