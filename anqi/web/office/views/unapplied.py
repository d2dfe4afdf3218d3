"""Unapplied money: the cases, what each loan could use of one, and the acts that use it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anqi import clock
from anqi.actions import refunds, unapplied
from anqi.actions.unapplied import Wish
from anqi.lending import inspection as lending
from anqi.lending.inspection import LoanShown
from anqi.payments import inspection as payments
from anqi.payments.models import Application, Unapplied
from anqi.people import authority
from anqi.people import inspection as people
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import ApplyForm, ReasonForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def cases(request: HttpRequest) -> HttpResponse:
    """All cases, the open ones first."""
    found = payments.latest_cases()
    who = people.identities(case.borrower_id for case in found)
    rows = [(case, who.get(case.borrower_id), wording.word(wording.WHY_UNAPPLIED, case.reason)) for case in found]
    return show(request, "office/cases.html", {"rows": rows}, place="cases")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def case(request: HttpRequest, borrower_id: UUID, case_id: UUID) -> HttpResponse:
    """One case; sending its form asks for the money's use."""
    found = _find(borrower_id, case_id)
    loans = _loans(found)
    if request.method == "POST":
        return _apply(request, found, loans)
    note(request, "view_case", borrower_id=borrower_id, object_id=case_id)
    return _page(request, found, loans, form=_form(found, loans))


@require_POST
@staff_required(roles=SUPERVISORS)
def approve(request: HttpRequest, borrower_id: UUID, case_id: UUID, application_id: UUID) -> HttpResponse:
    """The second person says yes."""
    found = _find(borrower_id, case_id)
    try:
        unapplied.approve(
            borrower_id=borrower_id, application_id=application_id, actor=staff(request), now=clock.now()
        )
    except Refused as refused:
        return _refused(request, found, refused)
    messages.success(request, _("已入账。"))
    return HttpResponseRedirect(_url(found))


@require_POST
@staff_required(roles=ACTORS)
def refuse(request: HttpRequest, borrower_id: UUID, case_id: UUID, application_id: UUID) -> HttpResponse:
    """The second person says no, or the first takes it back."""
    found, form = _find(borrower_id, case_id), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        unapplied.refuse(
            borrower_id=borrower_id, application_id=application_id, reason=reason, actor=staff(request),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _refused(request, found, refused)
    messages.success(request, _("已驳回，这笔款项可以重新申请。"))
    return HttpResponseRedirect(_url(found))


@require_POST
@staff_required(roles=ACTORS)
def give_back(request: HttpRequest, borrower_id: UUID, case_id: UUID) -> HttpResponse:
    """What is left of the money goes back to its source now."""
    return _decide(request, borrower_id, case_id, refunds.begin, _("已开始原路退回，结果会写在这里，也会告诉借款人。"))


@require_POST
@staff_required(roles=ACTORS)
def keep(request: HttpRequest, borrower_id: UUID, case_id: UUID) -> HttpResponse:
    """The money waits for people, and doesn't go back by itself."""
    return _decide(request, borrower_id, case_id, refunds.keep_here, _("这笔款项不会自动退回了，请尽快处理。"))


def _decide(
    request: HttpRequest, borrower_id: UUID, case_id: UUID, act: Callable[..., object], done: str
) -> HttpResponse:
    found, form = _find(borrower_id, case_id), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        act(borrower_id=borrower_id, case_id=case_id, actor=staff(request), reason=reason, now=clock.now())
    except Refused as refused:
        return _refused(request, found, refused)
    messages.success(request, done)
    return HttpResponseRedirect(_url(found))


def _find(borrower_id: UUID, case_id: UUID) -> Unapplied:
    found = payments.case(borrower_id, case_id)
    if not found:
        raise Http404
    return found


def _loans(found: Unapplied) -> list[LoanShown]:
    """The borrower's loans of the same lender that have begun; only these can use the money."""
    shown = lending.loans(found.borrower_id, on=clock.today())
    return [each for each in shown if each.row.lender_id == found.lender_id and each.standing]


def _form(found: Unapplied, loans: list[LoanShown]) -> ApplyForm:
    initial = {"application_id": uuid7(), "loan_id": str(found.loan_id or "")}
    return ApplyForm(initial=initial, loans=_choices(loans))


def _choices(loans: list[LoanShown]) -> list[tuple[UUID, str]]:
    return [(each.row.id, each.row.number) for each in loans]


def _apply(request: HttpRequest, found: Unapplied, loans: list[LoanShown]) -> HttpResponse:
    form = ApplyForm(request.POST, loans=_choices(loans))
    if not form.is_valid():
        return _page(request, found, loans, form=form, status=422)
    wanted = {name: value for name, value in form.cleaned_data.items() if name != "application_id"}
    try:
        application = unapplied.apply(
            borrower_id=found.borrower_id,
            application_id=form.cleaned_data["application_id"],
            wish=Wish(case_id=found.id, **wanted),
            actor=staff(request),
            now=clock.now(),
        )
    except Refused as refused:
        return _page(request, found, loans, form=form, refusal=wording.refusal(refused), status=409)
    is_done = application.state == Application.State.DONE
    messages.success(request, _("已入账。") if is_done else _("已提交，等另一位复核同意。"))
    return HttpResponseRedirect(_url(found))


def _refused(request: HttpRequest, found: Unapplied, refused: Refused) -> HttpResponse:
    loans = _loans(found)
    return _page(request, found, loans, form=_form(found, loans), refusal=wording.refusal(refused), status=409)


def _url(found: Unapplied) -> str:
    return reverse("office:case", args=[found.borrower_id, found.id])


def _page(
    request: HttpRequest, found: Unapplied, loans: list[LoanShown], *, form: ApplyForm, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    applications = payments.applications(found.borrower_id, case_id=found.id)
    names = people.staff_names(
        each for row in applications for each in (row.requested_by, row.decided_by)
    )
    context: dict[str, Any] = {
        "case": found,
        "why": wording.word(wording.WHY_UNAPPLIED, found.reason),
        "channel": wording.word(wording.CHANNELS, found.payment.channel),
        "who": people.identity(found.borrower_id),
        "loans": loans,
        "form": form,
        "reason": ReasonForm(),
        "refusal": refusal,
        "alone_minor": authority.ALONE_MINOR,
        "applications": [_told(row, names, loans) for row in applications],
        "refunds": payments.refunds(found.borrower_id, found.id),
        "is_waiting": any(row.state == Application.State.REQUESTED for row in applications),
    }
    return show(request, "office/case.html", context, place="cases", status=status)


def _told(row: Application, names: dict[UUID, str], loans: list[LoanShown]) -> dict[str, Any]:
    return {
        "row": row,
        "state": wording.word(wording.APPLICATIONS, row.state),
        "purpose": wording.word(wording.PURPOSES, row.purpose),
        "loan_number": next((each.row.number for each in loans if each.row.id == row.loan_id), ""),
        "requested_by": names.get(row.requested_by, ""),
        "decided_by": names.get(row.decided_by, "") if row.decided_by else "",
    }
