"""Reconciliation with the channels: days, one day in two columns, and what people say of a difference."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import reconciliation
from anqi.payments import reconciliation_inspection as inspection
from anqi.payments.models import ReconciliationDifference
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import HandedInForm, ReasonForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def days(request: HttpRequest) -> HttpResponse:
    """Days that are not reconciled, the oldest first, and the latest of all."""
    today = clock.today()
    context = {
        "open_days": [(each, (today - each.day).days) for each in inspection.days(is_open=True)],
        "latest": inspection.days(),
    }
    return show(request, "office/reconciliation.html", context, place="reconciliation")


@require_safe
@staff_required()
def day(request: HttpRequest, channel: str, on: str) -> HttpResponse:
    """One day of a channel's: its files, and what differs by kind."""
    return _day_page(request, channel, _parse(on))


@require_POST
@staff_required(roles=SUPERVISORS)
def correct(request: HttpRequest, channel: str, on: str) -> HttpResponse:
    """Another file takes the place of one of the day's."""
    stated, form = _parse(on), HandedInForm(request.POST, request.FILES, auto_id="file_%s")
    if not form.is_valid():
        return _day_page(request, channel, stated, form=form, status=422)
    file, reason = form.cleaned_data["file"].read(), form.cleaned_data["reason"]
    try:
        reconciliation.correct(
            channel=channel, day=stated, file=file, reason=reason, actor=staff(request), now=clock.now()
        )
    except Refused as refused:
        return _day_page(request, channel, stated, form=form, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已收下更正的文件，一刻钟之内按它重新对账。"))
    return HttpResponseRedirect(reverse("office:reconciliation_day", args=[channel, on]))


def _parse(on: str) -> date:
    try:
        return date.fromisoformat(on)
    except ValueError:
        raise Http404 from None


def _day_page(
    request: HttpRequest, channel: str, on: date, *, form: HandedInForm | None = None, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    files = inspection.day(channel, on)
    if not files:
        raise Http404
    context = {
        "channel": channel, "on": on, "files": files, "groups": inspection.groups(channel, on),
        "form": form or HandedInForm(auto_id="file_%s"), "refusal": refusal,
        "may_correct": any(each.statement_id for each in files),
    }  # fmt: skip
    return show(request, "office/reconciliation_day.html", context, place="reconciliation", status=status)


@require_safe
@staff_required()
def difference(request: HttpRequest, difference_id: UUID) -> HttpResponse:
    """One difference, both sides beside each other."""
    found = _find(difference_id)
    note(request, "view_reconciliation", borrower_id=found.borrower_id, object_id=difference_id)
    return _page(request, found)


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, difference_id: UUID, verb: str) -> HttpResponse:
    """It is explained, or written off by two."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    told: dict[str, Any] = {"difference_id": difference_id, "actor": staff(request), "now": clock.now()}
    acts: dict[str, Callable[[], ReconciliationDifference]] = {
        "explain": lambda: reconciliation.explain(**told, reason=reason),
        "write-off": lambda: reconciliation.ask_write_off(**told, reason=reason),
        "approve": lambda: reconciliation.approve_write_off(**told),
        "refuse": lambda: reconciliation.refuse_write_off(**told, reason=reason),
    }
    found = _find(difference_id)
    if verb not in acts:
        raise Http404
    try:
        after = acts[verb]()
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, wording.word(wording.DIFFERENCE_DONE, after.state))
    return HttpResponseRedirect(reverse("office:reconciliation_day", args=[after.channel, after.day.isoformat()]))


def _find(difference_id: UUID) -> ReconciliationDifference:
    found = inspection.find(difference_id)
    if not found:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: ReconciliationDifference, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    names = people.staff_names([each for each in (found.asked_by, found.decided_by) if each])
    context = {
        "difference": found,
        "reason": _why(found),
        "asked_by": names.get(found.asked_by, "") if found.asked_by else "",
        "decided_by": names.get(found.decided_by, "") if found.decided_by else "",
        "form": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/reconciliation_difference.html", context, place="reconciliation", status=status)


def _why(found: ReconciliationDifference) -> str:
    """What was said of it; by whom it went by itself, in words."""
    if found.reason.startswith("told_on:"):
        return _("渠道在 %(day)s 的文件里补上了") % {"day": found.reason.partition(":")[2]}
    if found.reason.startswith("told_instead_of:"):
        return _("渠道在 %(day)s 的文件里漏掉的一笔") % {"day": found.reason.partition(":")[2]}
    return found.reason
