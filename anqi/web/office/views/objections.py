"""Objections: one with all that speaks about it beside it, whose it is, and the acts on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock, reporting
from anqi.actions import objections as acts
from anqi.lending import inspection as lending
from anqi.lending import objections, report_faults, reported_loans
from anqi.lending.models import Objection
from anqi.payments import inspection as payments
from anqi.people import inspection as people
from anqi.reporting import Look
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.credit_forms import FaultForm
from anqi.web.office.forms import ReasonForm, WordsForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def objection(request: HttpRequest, borrower_id: UUID, objection_id: UUID) -> HttpResponse:
    """One objection."""
    found = _find(borrower_id, objection_id)
    note(request, "view_objection", borrower_id=borrower_id, object_id=objection_id)
    return _page(request, found)


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, borrower_id: UUID, objection_id: UUID, step: str) -> HttpResponse:
    """It is taken over, noted upon, answered; or a fault is said, agreed to or not."""
    if step not in _STEPS:
        raise Http404
    found = _find(borrower_id, objection_id)
    done, form, words = _STEPS[step](request)
    if form is not None and not form.is_valid():
        return _page(request, found, **{words: form}, status=422)
    said = form.cleaned_data if form is not None else {}
    try:
        done(borrower_id=borrower_id, objection_id=objection_id, actor=staff(request), now=clock.now(), **said)
    except Refused as refused:
        kept = {words: form} if form is not None else {}
        return _page(request, found, refusal=wording.refusal(refused), status=409, **kept)
    messages.success(request, _("已记录。"))
    return HttpResponseRedirect(reverse("office:objection", args=[borrower_id, objection_id]))


Step = tuple[Callable[..., Any], Any, str]


def _answer(verdict: str) -> Callable[[HttpRequest], Step]:
    def answer(**said: Any) -> Any:
        return acts.answer(verdict=verdict, **said)

    return lambda request: (answer, WordsForm(request.POST), "words")


_STEPS: dict[str, Callable[[HttpRequest], Step]] = {
    "take": lambda request: (acts.take, None, ""),
    "note": lambda request: (acts.note, WordsForm(request.POST), "words"),
    "right": _answer("right"),
    "wrong": _answer("wrong"),
    "blame": lambda request: (acts.blame, FaultForm(request.POST, auto_id="fault_%s"), "fault_form"),
    "agree": lambda request: (acts.agree, None, ""),
    "disagree": lambda request: (acts.disagree, ReasonForm(request.POST, auto_id="no_%s"), "no_form"),
}


def _find(borrower_id: UUID, objection_id: UUID) -> Objection:
    found = objections.find(borrower_id, objection_id)
    if not found:
        raise Http404
    return found


def _page(request: HttpRequest, found: Objection, *, status: int = 200, **changed: Any) -> HttpResponse:
    steps, faults = objections.steps(found), report_faults.of_objection(found)
    deciders = [by for each in faults for by in (each.asked_by, each.decided_by)]
    names: dict[UUID | None, str] = {None: ""} | people.staff_names(
        [found.owner_id, *(step.by for step in steps), *deciders]
    )
    context: dict[str, Any] = {
        "objection": found,
        "who": people.identity(found.borrower_id),
        "owner": names.get(found.owner_id, ""),
        "is_mine": found.owner_id == staff(request).id,
        "is_open": found.state == objections.State.OPEN,
        "is_late": found.state == objections.State.OPEN and found.answer_by < clock.today(),
        "steps": [(step, names.get(step.by, "")) for step in steps],
        "faults": [(each, names.get(each.asked_by, ""), names.get(each.decided_by, "")) for each in faults],
        "asked": report_faults.asked(found),
        "words": WordsForm(),
        "fault_form": FaultForm(auto_id="fault_%s"),
        "no_form": ReasonForm(auto_id="no_%s"),
        "refusal": "",
        **_evidence(found),
    }
    return show(request, "office/objection.html", context | changed, place="reports", status=status)


def _evidence(found: Objection) -> dict[str, Any]:
    """What speaks about it: the loan as it is known, its records and notices, its payments, what is not reconciled."""
    row = reported_loans.find(found.borrower_id, found.loan_id)
    assert row, "nobody objects to what isn't reported"
    [look] = reporting.look([row], on=clock.today())
    return {
        "look": look,
        "shown": lending.loan(found.borrower_id, found.loan_id, on=clock.today()),
        "now_code": _known(look, found),
        "unknown": sorted(look.account.unknown),
        "charges": [
            (charge, parts) for charge, parts in payments.charges(found.borrower_id)
            if any(part.loan_id == found.loan_id for part in parts)
        ],
    }  # fmt: skip


def _known(look: Look, found: Objection) -> str:
    """What is known now of the month of the record: whether there is anything to correct."""
    return look.month(found.record.month).code if found.record else ""
