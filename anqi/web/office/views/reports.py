"""Reports to credit bureaus: the files of all months, one with its lines, and what was done with it."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock, reporting
from anqi.actions import reports
from anqi.lending import inspection as lending
from anqi.lending import objections, report_files, report_records, reported_loans, reporting_rules
from anqi.lending.models import ReportFile
from anqi.people import inspection as people
from anqi.rows.days import next_month
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.credit_forms import AnswerForm, MakeForm, ReceiptForm
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show

_DAY = timedelta(days=1)
# So many lines of a file are shown, and so many loans of which nothing is told.
_LINES, _UNTOLD = 200, 50
_COUNTED_FOR = timedelta(days=365)


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """What each lender reports, its files, and of which loans nothing can be told yet, with why."""
    return _list(request)


def _list(
    request: HttpRequest, *, form: MakeForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    today, lenders = clock.today(), lending.lenders()
    month = today.replace(day=1) - _DAY
    answered, late = objections.counted(since=clock.now() - _COUNTED_FOR)
    files = list(report_files.listed())
    deliveries = report_records.deliveries(files)
    context = {
        "rules": [(each, reporting_rules.in_force(each, on=today)) for each in lenders],
        "files": [(each, deliveries[each.id]) for each in files],
        "form": form or MakeForm(lenders=lenders, initial={"month": month}),
        "month": month,
        "withheld": _withheld({each.lender_id for each in files if each.month == month}, month),
        "answered": answered,
        "late": late,
        "refusal": refusal,
    }
    return show(request, "office/reports.html", context, place="reports", status=status)


def _withheld(lender_ids: Iterable[UUID], month: Any) -> list[dict[str, Any]]:
    """Of loans of which the month's file says nothing: what is withheld, why, and from when it may be told."""
    pairs = [pair for each in lender_ids for pair in reported_loans.untold(each, month, limit=_UNTOLD)]
    looks = reporting.look(list(reported_loans.read(pairs).values()), on=clock.today()) if pairs else []
    return [
        {"look": look, "each": each, "waits": look.waits_for} for look in looks[:_UNTOLD] for each in look.withheld
    ]


@require_POST
@staff_required(roles=ACTORS)
def make(request: HttpRequest) -> HttpResponse:
    """The file of a month, made now where it isn't there yet."""
    form = MakeForm(request.POST, lenders=lending.lenders())
    if not form.is_valid():
        return _list(request, form=form, status=422)
    said = form.cleaned_data
    month = next_month(said["month"].replace(day=1)) - _DAY
    note(request, "make_report", lender=said["lender"], month=f"{month:%Y-%m}")
    try:
        made = reports.make(
            lender=said["lender"], month=month, again=said["again"], by=str(staff(request).id), now=clock.now()
        )
    except Refused as refused:
        return _list(request, form=form, refusal=wording.refusal(refused), status=409)
    if not made:
        return _list(request, form=form, refusal=_("这个月没有要报送的。"), status=409)
    return HttpResponseRedirect(reverse("office:report", args=[made[-1].id]))


@require_safe
@staff_required()
def report(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One file: what it says without names, where it is, and what was not taken of it."""
    file = _find(file_id)
    note(request, "view_report", object_id=file_id)
    return _page(request, file)


def _find(file_id: UUID) -> ReportFile:
    found = report_files.find(file_id)
    if not found:
        raise Http404
    return found


def _page(request: HttpRequest, file: ReportFile, *, status: int = 200, **changed: Any) -> HttpResponse:
    delivery, rejections = report_records.delivery(file), report_records.rejections_of(file)
    records = report_records.of_file(file)
    decided = [by for each in rejections for by in (each.noted_by, each.released_by)]
    names: dict[UUID | None, str] = {None: ""} | people.staff_names([*(each.by for each in delivery.steps), *decided])
    context: dict[str, Any] = {
        "file": file,
        "delivery": delivery,
        "steps": [(each, names.get(each.by, "")) for each in delivery.steps],
        "records": records[:_LINES],
        "more": max(records.count() - _LINES, 0),
        "annotations": report_records.annotations_of(file),
        "rejections": [(each, names.get(each.noted_by, ""), names.get(each.released_by, "")) for each in rejections],
        "reason": ReasonForm(auto_id="take_%s"),
        "receipt": ReceiptForm(),
        "answer": AnswerForm(),
        "release": ReasonForm(auto_id=False),
        "refusal": "",
    }
    return show(request, "office/report.html", context | changed, place="reports", status=status)


@require_POST
@staff_required(roles=SUPERVISORS)
def take(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The file in clear, for whoever hands it over."""
    file, form = _find(file_id), ReasonForm(request.POST, auto_id="take_%s")
    if not form.is_valid():
        return _page(request, file, reason=form, status=422)
    why = form.cleaned_data["reason"]
    _, body = reports.download(file_id=file_id, reason=why, actor=staff(request), now=clock.now())
    response = HttpResponse(body, content_type="application/jsonl; charset=utf-8")
    name = f"{file.lender.code}-{file.month:%Y-%m}-{file.version}.jsonl"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_required(roles=SUPERVISORS)
def hand_over(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The bureau has it."""
    return _do(request, file_id, "receipt", ReceiptForm(request.POST), reports.hand_over)


@require_POST
@staff_required(roles=ACTORS)
def answer(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """What the bureau says of it."""
    return _do(request, file_id, "answer", AnswerForm(request.POST), reports.answer)


def _do(
    request: HttpRequest, file_id: UUID, name: str, form: Form, act: Callable[..., ReportFile]
) -> HttpResponse:
    """The act by what its form says; what is declined leaves the form on the page as it was filled in."""
    file = _find(file_id)
    if not form.is_valid():
        return _page(request, file, **{name: form}, status=422)
    try:
        act(file_id=file_id, actor=staff(request), now=clock.now(), **form.cleaned_data)
    except Refused as refused:
        return _page(request, file, **{name: form}, refusal=wording.refusal(refused), status=409)
    return _back(request, file_id)


@require_POST
@staff_required(roles=ACTORS)
def release(request: HttpRequest, borrower_id: UUID, rejection_id: UUID) -> HttpResponse:
    """What was wrong with a record is put right."""
    row, form = report_records.find_rejection(borrower_id, rejection_id), ReasonForm(request.POST)
    if row is None:
        raise Http404
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        reports.release(
            borrower_id=borrower_id, rejection_id=rejection_id, reason=reason, actor=staff(request), now=clock.now()
        )
    except Refused as refused:
        return _page(request, _find(row.file_id), refusal=wording.refusal(refused), status=409)
    return _back(request, row.file_id)


def _back(request: HttpRequest, file_id: UUID) -> HttpResponse:
    messages.success(request, _("已记录。"))
    return HttpResponseRedirect(reverse("office:report", args=[file_id]))
