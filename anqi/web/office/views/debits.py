"""Auto-debits: what was taken on a day and what was not, and one instalment's plan."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import autodebits
from anqi.lending import holding
from anqi.lending import inspection as lending
from anqi.notices import reminders
from anqi.payments import debit_inspection as inspection
from anqi.payments import reasons
from anqi.payments.models import Charge, DebitPlan
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show
from anqi.web.office.views.loans import asked_day


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """The debits of a day by channel, state and reason, and what of them somebody may want to open."""
    on, form = asked_day(request, clock.today())
    lists: dict[str, Sequence[Any]] = {
        "failed": inspection.failed(on),
        "unended": inspection.unended(on),
        "given_up": inspection.given_up_on(on),
        "excused": inspection.excused(),
        "refused": inspection.refused_on(on),
        "ended": inspection.ended_elsewhere(on),
    }
    who = people.identities(row.borrower_id for rows in lists.values() for row in rows)
    context = {
        "on": on,
        "form": form,
        "tallies": [(each, _whose(each.reason)) for each in inspection.tallies(on)],
        "most": inspection.PAGE,
        **{name: [(row, who.get(row.borrower_id)) for row in rows] for name, rows in lists.items()},
    }
    return show(request, "office/debits.html", context, place="debits")


@require_safe
@staff_required()
def plan(request: HttpRequest, borrower_id: UUID, plan_id: UUID) -> HttpResponse:
    """One instalment: from where it is taken, and every try."""
    found = _find(borrower_id, plan_id)
    note(request, "view_debits", borrower_id=borrower_id, object_id=plan_id)
    return _page(request, found)


@require_POST
@staff_required(roles=ACTORS)
def retry(request: HttpRequest, borrower_id: UUID, plan_id: UUID) -> HttpResponse:
    """What is due is tried at once."""
    return _decide(request, borrower_id, plan_id, autodebits.retry, _("马上再扣一次，结果会写在这里。"))


@require_POST
@staff_required(roles=ACTORS)
def stop(request: HttpRequest, borrower_id: UUID, plan_id: UUID) -> HttpResponse:
    """Nothing more is tried for this instalment."""
    return _decide(request, borrower_id, plan_id, autodebits.stop, _("这一期不会再自动扣款，会告诉借款人。"))


def _decide(
    request: HttpRequest, borrower_id: UUID, plan_id: UUID, act: Callable[..., object], done: str
) -> HttpResponse:
    found, form = _find(borrower_id, plan_id), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        act(borrower_id=borrower_id, plan_id=plan_id, reason=reason, actor=staff(request), now=clock.now())
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("office:debit_plan", args=[borrower_id, plan_id]))


def _find(borrower_id: UUID, plan_id: UUID) -> DebitPlan:
    found = inspection.find(borrower_id, plan_id)
    if not found:
        raise Http404
    return found


def _page(request: HttpRequest, found: DebitPlan, *, refusal: str = "", status: int = 200) -> HttpResponse:
    attempts, notices = inspection.attempts(found), inspection.notices(found)
    sources = [(each, notices.get(each.id)) for each in inspection.mandates_of(found.borrower_id, found.loan_id)]
    is_hanging = any(debit.state in Charge.OPEN for debit, _said in attempts)
    context: dict[str, Any] = {
        "plan": found,
        "who": people.identity(found.borrower_id),
        "loan": lending.loan(found.borrower_id, found.loan_id, on=clock.today()),
        "sources": sources,
        "attempts": [(debit, said, _whose(debit.reason)) for debit, said in attempts],
        "proof": reminders.proof(found.borrower_id, found.loan_id, found.due_on, reminders.DEBIT),
        "hold": holding.find(found.borrower_id, found.hold_id) if found.hold_id else None,
        "stopped_by": _staff_name(found.stopped_by),
        "is_hanging": is_hanging,
        "is_open": found.state == DebitPlan.State.OPEN and not found.stopped_by,
        "reason": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/debit_plan.html", context, place="debits", status=status)


def _whose(reason: str) -> str:
    return reasons.of(reason).whose if reason else ""


def _staff_name(by: str) -> str:
    kind, _colon, id = by.partition(":")
    return people.staff_names([UUID(id)]).get(UUID(id), "") if kind == "staff" else by
