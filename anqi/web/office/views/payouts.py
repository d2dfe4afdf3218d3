"""Payouts: what waits to be released, what has left, and what nobody knows the end of."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import payouts
from anqi.lending import inspection as lending
from anqi.payments import payout_inspection as inspection
from anqi.payments.models import Payout
from anqi.payments.payouts import sent_minor
from anqi.people import inspection as people
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import ReasonForm, VerdictForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """What has left today of each lender's money, and the latest payouts, those that wait first."""
    found = inspection.latest()
    who = people.identities(row.borrower_id for row in found)
    context = {
        "rows": [(row, who.get(row.borrower_id)) for row in found],
        "days": [(each, sent_minor(each.id, on=clock.today())) for each in lending.lenders()],
    }
    return show(request, "office/payouts.html", context, place="payouts")


@require_safe
@staff_required()
def payout(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """One payout: to whom, how it stands, and every word with its channel."""
    found = _find(borrower_id, payout_id)
    note(request, "view_payout", borrower_id=borrower_id, object_id=payout_id)
    return _page(request, found)


@require_POST
@staff_required(roles=SUPERVISORS)
def release(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """It may leave."""
    return _decide(request, borrower_id, payout_id, payouts.release, _("已放行，马上发出。"))


@require_POST
@staff_required(roles=ACTORS)
def stop(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """It will not leave, and its loan is cancelled."""
    return _decide(request, borrower_id, payout_id, payouts.stop, _("已停止，合同取消，已告诉借款人。"), why=_why(request))


@require_POST
@staff_required(roles=ACTORS)
def ask(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """The channel is asked about it at once."""
    return _decide(request, borrower_id, payout_id, payouts.ask_now, _("马上再问渠道，结果会写在这里。"))


@require_POST
@staff_required(roles=ACTORS)
def judge(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """Somebody says how it ended."""
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, _find(borrower_id, payout_id), form=form, status=422)
    stated = {"verdict": _verdict(form.cleaned_data), "reason": form.cleaned_data["reason"]}
    return _decide(request, borrower_id, payout_id, payouts.judge, _("已提交，等另一位复核同意。"), why=stated)


@require_POST
@staff_required(roles=SUPERVISORS)
def agree(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """A second person agrees how it ended."""
    return _decide(request, borrower_id, payout_id, payouts.agree, _("已按此入账。"))


@require_POST
@staff_required(roles=ACTORS)
def drop(request: HttpRequest, borrower_id: UUID, payout_id: UUID) -> HttpResponse:
    """How somebody said that it ended does not count."""
    return _decide(request, borrower_id, payout_id, payouts.drop, _("已撤回。"))


def _decide(
    request: HttpRequest, borrower_id: UUID, payout_id: UUID, act: Callable[..., object], done: str,
    why: Mapping[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    found = _find(borrower_id, payout_id)
    try:
        act(borrower_id=borrower_id, payout_id=payout_id, actor=staff(request), now=clock.now(), **(why or {}))
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("office:payout", args=[borrower_id, payout_id]))


def _why(request: HttpRequest) -> dict[str, str]:
    form = ReasonForm(request.POST)
    return {"reason": form.cleaned_data["reason"] if form.is_valid() else ""}


def _verdict(typed: Mapping[str, Any]) -> dict[str, str]:
    at = typed["at"].astimezone(SHANGHAI).isoformat() if typed["at"] else ""
    return {"outcome": typed["outcome"], "ref": typed["ref"], "at": at}


def _find(borrower_id: UUID, payout_id: UUID) -> Payout:
    found = inspection.find(borrower_id, payout_id)
    if not found:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Payout, *, form: VerdictForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    names = people.staff_names([found.released_by, found.verdict_by])
    shown = lending.loan(found.borrower_id, found.loan_id, on=clock.today())
    context: dict[str, Any] = {
        "payout": found,
        "who": people.identity(found.borrower_id),
        "loan": shown,
        "exchanges": inspection.exchanges(found.borrower_id, found.id),
        "released_by": names.get(found.released_by, "") if found.released_by else "",
        "judged_by": names.get(found.verdict_by, "") if found.verdict_by else "",
        "is_sent": found.state in Payout.SENT,
        "may_stop": found.state in (Payout.State.WAITING, Payout.State.RELEASED),
        "may_judge": found.state in (*Payout.SENT, Payout.State.SUCCEEDED),
        "may_ask": found.state in (Payout.State.RELEASED, *Payout.SENT, Payout.State.SUCCEEDED),
        "reason": ReasonForm(),
        "verdict": form or VerdictForm(),
        "refusal": refusal,
    }
    return show(request, "office/payout.html", context, place="payouts", status=status)
