"""Complaints: one with all that was said about it, whose it is, and the acts on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import complaints as complaint_actions
from anqi.documents.pdf import CharacterMissing
from anqi.lending import inspection as lending
from anqi.people import complaints
from anqi.people import inspection as people
from anqi.people.models import Complaint
from anqi.rows.refusals import Refused
from anqi.web.office import evidence, wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.forms import WordsForm
from anqi.web.office.frame import note, show
from anqi.web.shared import papers
from anqi.web.shared.errors import Act


@require_safe
@staff_required()
def complaint(request: HttpRequest, borrower_id: UUID, complaint_id: UUID) -> HttpResponse:
    """One complaint."""
    found = _find(borrower_id, complaint_id)
    note(request, "view_complaint", borrower_id=borrower_id, object_id=complaint_id)
    return _page(request, found)


@require_POST
@staff_required(roles=ACTORS)
def take(request: HttpRequest, borrower_id: UUID, complaint_id: UUID) -> HttpResponse:
    """It is the asker's from now on."""
    return _act(request, borrower_id, complaint_id, complaint_actions.take, _("这件投诉归你了。"))


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, borrower_id: UUID, complaint_id: UUID, step: str) -> HttpResponse:
    """A note, an answer, or handed up; each with its words."""
    if step not in _STEPS:
        raise Http404
    done, form = _STEPS[step], WordsForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    return _act(request, borrower_id, complaint_id, done, _("已记录。"), text=text)


_STEPS = {
    "note": complaint_actions.note, "answer": complaint_actions.answer, "escalate": complaint_actions.escalate,
}  # fmt: skip


@require_POST
@staff_required(roles=ACTORS)
def gather(request: HttpRequest, borrower_id: UUID, complaint_id: UUID) -> HttpResponse:
    """The evidence, as one file."""
    found, who, now = _find(borrower_id, complaint_id), people.identity(borrower_id), clock.now()
    assert who, f"a complaint of nobody: {complaint_id}"
    note(request, "complaint_evidence", borrower_id=borrower_id, object_id=complaint_id)
    try:
        body = evidence.gather(found, who, _loan_ids(found), now=now)
    except CharacterMissing as refusal:
        back = Act(label=_("回到投诉"), url=reverse("office:complaint", args=[borrower_id, complaint_id]))
        return papers.tell_missing(request, refusal, can_do=_("请把这个字告诉技术，补上字体。"), back=back)
    response = HttpResponse(body, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.number}.zip"'
    return response


def _loan_ids(found: Complaint) -> list[UUID]:
    if found.about:
        return complaint_actions.loans_of(found.borrower_id, found.about, found.about_id)
    return [each.id for each in lending.loans_of(found.borrower_id)]


def _act(
    request: HttpRequest, borrower_id: UUID, complaint_id: UUID, done: Any, said: str, **words: str
) -> HttpResponse:
    found = _find(borrower_id, complaint_id)
    try:
        done(borrower_id=borrower_id, complaint_id=complaint_id, actor=staff(request), now=clock.now(), **words)
    except Refused as refused:
        return _page(request, found, form=WordsForm(words or None), refusal=wording.refusal(refused), status=409)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("office:complaint", args=[borrower_id, complaint_id]))


def _find(borrower_id: UUID, complaint_id: UUID) -> Complaint:
    found = complaints.find(borrower_id, complaint_id)
    if not found:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Complaint, *, form: WordsForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    steps, loan_ids = complaints.steps(found), _loan_ids(found)
    names = people.staff_names([found.owner_id, *(step.by for step in steps)])
    numbers = lending.numbers(loan_ids)
    context = {
        "complaint": found,
        "who": people.identity(found.borrower_id),
        "owner": names.get(found.owner_id, "") if found.owner_id else "",
        "is_mine": found.owner_id == staff(request).id,
        "is_open": found.state == Complaint.State.OPEN,
        "steps": [(step, names.get(step.by, "") if step.by else "") for step in steps],
        "loans": [(loan_id, numbers[loan_id]) for loan_id in loan_ids if loan_id in numbers],
        "form": form or WordsForm(),
        "refusal": refusal,
    }
    return show(request, "office/complaint.html", context, place="queue", status=status)
