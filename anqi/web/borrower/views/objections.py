"""Objections (异议) to what is reported: the form, one with how far it has come, and a word of the borrower's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anqi import clock, reporting
from anqi.actions import objections as acts
from anqi.actions.objections import AlreadyObjected
from anqi.lending import objections, reported_loans
from anqi.lending.models import Objection
from anqi.lending.objections import NoSuchObjection, State
from anqi.lending.queries import OrderView
from anqi.reporting import Look
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.borrower import credit_pages, credit_words
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.objection_forms import ObjectionForm, StatementForm
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.refusals import told
from anqi.web.borrower.views.orders import own_order


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("object")
def object_to(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The form; whoever has an open objection about this loan is led to it."""
    order = own_order(request, order_id)
    look = _look(request, order)
    alive = objections.open_of(*look.pair)
    if alive:
        return _to(alive.id)
    initial = {"attempt": uuid7(), "record": request.GET.get("record", "")}
    form = ObjectionForm(request.POST or None, records=credit_pages.choices(look), initial=initial)
    if request.method == "POST" and form.is_valid():
        return _object(look, form)
    context = {"today": clock.today(), "order": order, "form": form, "days": objections.DAYS}
    return render(request, "borrower/object.html", context, status=422 if form.errors else 200)


def _look(request: HttpRequest, order: OrderView) -> Look:
    row = reported_loans.find(borrower_id(request), order.loan.id) if order.loan else None
    looks = reporting.look([row], on=clock.today()) if row else []
    if not looks:
        raise Http404
    return looks[0]


def _object(look: Look, form: ObjectionForm) -> HttpResponse:
    said = form.cleaned_data
    record_id = None if said["record"] == credit_pages.NEXT else UUID(said["record"])
    try:
        row = acts.object_to(
            borrower_id=look.held.borrower_id, loan_id=look.held.id, objection_id=said["attempt"],
            record_id=record_id, text=said["text"], now=clock.now(),
        )  # fmt: skip
    except AlreadyObjected as refused:
        return _to(refused.facts["objection_id"])
    return _to(row.id)


def _to(objection_id: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("borrower:objection", args=[objection_id]))


@borrower_required
@require_safe
def objection(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """How far it has come, what was answered, and what can be done."""
    return _show(request, _own(request, objection_id))


def _own(request: HttpRequest, objection_id: UUID) -> Objection:
    found = objections.find(borrower_id(request), objection_id)
    if not found:
        raise Http404
    return found


def _show(
    request: HttpRequest, row: Objection, *, form: StatementForm | None = None, note: str = "", status: int = 200
) -> HttpResponse:
    today = clock.today()
    context = {
        "today": today,
        "row": row,
        "about": credit_pages.about(row),
        "badge": credit_words.badge_of(row),
        "steps": credit_words.progress(row, objections.steps(row)),
        "is_late": row.state == State.OPEN and row.answer_by < today,
        "may_state": row.state == State.ANSWERED and "statement" not in objections.words_sent([row])[row.id],
        "form": form or StatementForm(initial={"text": row.statement or ""}),
        "note": note,
    }
    return render(request, "borrower/objection.html", context, status=status)


@borrower_required
@require_POST
def withdraw(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Nothing of it is wanted any more."""
    row = _own(request, objection_id)
    try:
        acts.withdraw(borrower_id=row.borrower_id, objection_id=row.id, now=clock.now())
    except Refused as refused:
        return _show(request, row, note=told(refused, now=clock.now()), status=409)
    messages.success(request, _("已撤回。以后还有不对的，可以再提。"))
    return _to(row.id)


@borrower_required
@require_POST
@paced("object")
def state(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """A word of the borrower's own, to stand beside the records."""
    row, form = _own(request, objection_id), StatementForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form=form, status=422)
    try:
        acts.state(borrower_id=row.borrower_id, objection_id=row.id, text=form.cleaned_data["text"], now=clock.now())
    except NoSuchObjection:
        raise Http404 from None
    except Refused as refused:
        return _show(request, row, form=form, note=told(refused, now=clock.now()), status=409)
    messages.success(request, _("已记下，随下一次报送发出。"))
    return _to(row.id)
