"""Complaints: what is wrong, how far it has come, what was answered, and what can be done about the answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anqi import clock
from anqi.actions import complaints as complaint_actions
from anqi.people import complaints
from anqi.people.authority import NotTheirs
from anqi.people.complaints import NoSuchComplaint, Wish
from anqi.people.models import Complaint
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.borrower import complaint_words, paging
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import ComplaintForm
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.refusals import told
from anqi.web.shared.complaints import COMPLAINTS


@borrower_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The borrower's complaints, the latest first."""
    found = complaints.of_borrower(borrower_id(request), before=paging.before(request), limit=complaints.PAGE + 1)
    shown = found[: complaints.PAGE]
    context = {
        "today": clock.today(),
        "rows": [(row, COMPLAINTS[row.kind], complaint_words.badge_of(row)) for row in shown],
        "older": shown[-1].id if len(found) > complaints.PAGE else None,
    }
    return render(request, "borrower/complaints.html", context)


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("complain")
def complain(request: HttpRequest) -> HttpResponse:
    """The form; what it is about stands in the address, where there is something."""
    about, about_id = _about(request)
    form = ComplaintForm(request.POST or None, initial={"attempt": uuid7(), "kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        wish = Wish(kind=form.cleaned_data["kind"], text=form.cleaned_data["text"], about=about, about_id=about_id)
        row = complaint_actions.complain(
            borrower_id=borrower_id(request), attempt=form.cleaned_data["attempt"], wish=wish, now=clock.now()
        )
        return _back(row.id)
    rule = complaints.rule_of(None, on=clock.today())
    context = {"form": form, "about": complaint_words.about_of(about, about_id), "days": rule.days}
    return render(request, "borrower/complain.html", context, status=422 if form.errors else 200)


def _about(request: HttpRequest) -> tuple[str, UUID | None]:
    about, stated = request.GET.get("about", ""), request.GET.get("id", "")
    if not about:
        return "", None
    try:
        about_id = UUID(stated)
        complaint_actions.loans_of(borrower_id(request), about, about_id)
    except (ValueError, NotTheirs):
        raise Http404 from None
    return about, about_id


@borrower_required
@require_GET
def complaint(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """One complaint."""
    return _show(request, complaint_id)


@borrower_required
@require_POST
@paced("complain")
def question(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """The answer solved nothing: a supervisor answers."""
    return _act(request, complaint_id, complaint_actions.question, text=request.POST.get("text", ""))


@borrower_required
@require_POST
def withdraw(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Nothing of it is wanted any more."""
    answer = _act(request, complaint_id, complaint_actions.withdraw)
    if answer.status_code == 302:
        messages.success(request, _("已撤回。以后还有问题，可以再提。"))
    return answer


def _act(request: HttpRequest, complaint_id: UUID, act: Any, **words: str) -> HttpResponse:
    try:
        act(borrower_id=borrower_id(request), complaint_id=complaint_id, now=clock.now(), **words)
    except NoSuchComplaint:
        raise Http404 from None
    except Refused as refused:
        return _show(request, complaint_id, note=told(refused, now=clock.now()), status=409)
    return _back(complaint_id)


def _show(request: HttpRequest, complaint_id: UUID, *, note: str = "", status: int = 200) -> HttpResponse:
    row = complaints.find(borrower_id(request), complaint_id)
    if not row:
        raise Http404
    context = {
        "today": clock.today(),
        "row": row,
        "kind": COMPLAINTS[row.kind],
        "badge": complaint_words.badge_of(row),
        "about": complaint_words.about_of(row.about, row.about_id),
        "steps": complaint_words.progress(row, complaints.steps(row)),
        "may_question": row.state == Complaint.State.ANSWERED and not row.questioned_at,
        "rule": complaints.rule_of(row.lender_id, on=clock.today()),
        "note": note,
    }
    return render(request, "borrower/complaint.html", context, status=status)


def _back(complaint_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("borrower:complaint", args=[complaint_id]))
