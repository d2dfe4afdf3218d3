"""Applications for a reserve: the list of any days, and one with all that was looked at, which a person decides."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import reserves
from anqi.engine.decision import Decision, Review
from anqi.engine.money import write_amount
from anqi.lending import application_inspection as inspection
from anqi.lending import applications
from anqi.lending import inspection as lending
from anqi.lending.models import Application
from anqi.people import inspection as people
from anqi.people.models import User
from anqi.rows.refusals import Refused
from anqi.web.office import asked_applications, decided, wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show
from anqi.web.shared import papers, sheets
from anqi.web.shared.errors import Act
from anqi.web.shared.figures import shanghai_time


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """Applications by state and day."""
    asked = asked_applications.read(request.GET, today=clock.today())
    found = asked.rows()
    who = people.identities(row.borrower_id for row in found)
    rows = [(row, who.get(row.borrower_id)) for row in found]
    context = {"asked": asked, "form": asked.form, "rows": rows, "most": inspection.PAGE}
    return show(request, "office/applications.html", context, place="applications")


@require_safe
@staff_required()
def listed_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    asked = asked_applications.read(request.GET, today=clock.today())
    name = f"applications-{asked.since.isoformat()}-{asked.until.isoformat()}"
    return sheets.file(_lines(asked.rows()), name=name)


def _lines(rows: Iterable[Application]) -> Iterator[list[object]]:
    yield [_("申请时间"), _("编号"), _("产品"), _("金额"), _("用途"), _("状态")]
    for row in rows:
        words = (wording.word(wording.RESERVE_PURPOSES, row.purpose), wording.word(wording.RESERVE_STATES, row.state))
        at, amount = shanghai_time(row.applied_at), write_amount(row.amount_minor, currency=row.currency)
        yield [f"{at:%Y-%m-%d %H:%M:%S}", row.id, row.product.title, amount, *words]


@require_safe
@staff_required()
def application(request: HttpRequest, borrower_id: UUID, application_id: UUID) -> HttpResponse:
    """One application: what is wanted, every reason, all that was looked at."""
    found = _find(borrower_id, application_id)
    note(request, "view_application", borrower_id=borrower_id, object_id=application_id)
    return _page(request, found)


@require_POST
@staff_required(roles=ACTORS)
def approve(request: HttpRequest, borrower_id: UUID, application_id: UUID) -> HttpResponse:
    """It can be signed for a day."""
    return _review(request, borrower_id, application_id, "approved", _("已通过，借款人一天之内可以签约，已告诉借款人。"))


@require_POST
@staff_required(roles=ACTORS)
def refuse(request: HttpRequest, borrower_id: UUID, application_id: UUID) -> HttpResponse:
    """It stays, or becomes, a refusal."""
    return _review(request, borrower_id, application_id, "refused", _("没有通过，已告诉借款人。"))


def _review(
    request: HttpRequest, borrower_id: UUID, application_id: UUID, outcome: Literal["approved", "refused"], done: str
) -> HttpResponse:
    found, form = _find(borrower_id, application_id), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        reserves.review(
            borrower_id=borrower_id, application_id=application_id, outcome=outcome, reason=reason,
            actor=staff(request), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("office:application", args=[borrower_id, application_id]))


def _find(borrower_id: UUID, application_id: UUID) -> Application:
    found = applications.find(borrower_id, application_id)
    if not found:
        raise Http404
    return found


def _page(request: HttpRequest, found: Application, *, refusal: str = "", status: int = 200) -> HttpResponse:
    if not found.decision:
        back = Act(label=_("回到借款人"), url=reverse("office:borrower", args=[found.borrower_id]))
        return papers.tell_gone(request, back=back)
    decision, reviews = applications.decision_of(found), applications.reviews_of(found)
    names = people.staff_names(UUID(each.by) for each in reviews)
    context: dict[str, Any] = {
        "application": found,
        "who": people.identity(found.borrower_id),
        "decision": decision,
        "reasons": decided.reasons(decision),
        "looked_at": decided.looked_at(decision.application),
        "rules": decided.rules(decision.policy) if decision.policy else (),
        "reviews": [(each, names.get(UUID(each.by), "")) for each in reviews],
        "earlier": [each for each in inspection.of_borrower(found.borrower_id) if each.id != found.id],
        "loans": lending.loans(found.borrower_id, on=clock.today()),
        "is_waiting": found.state == Application.State.REVIEW,
        **_why_not(decision, reviews, staff(request)),
        "reason": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/application.html", context, place="applications", status=status)


def _why_not(decision: Decision, reviews: tuple[Review, ...], member: User) -> dict[str, str]:
    """Why the one who asks can't refuse it, and can't approve it; empty where they can."""
    if str(member.id) in {each.by for each in reviews}:
        looked = _("你看过这笔申请，要由另一位同事处理。")
        return {"why_not_refuse": looked, "why_not_approve": looked}
    if any(each.is_final for each in decision.reasons):
        return {"why_not_refuse": "", "why_not_approve": _("有不能由人工越过的原因，不能通过。")}
    if decision.outcome == "refused" and member.role not in SUPERVISORS:
        return {"why_not_refuse": "", "why_not_approve": _("规则没有通过的，只有复核可以改为通过。")}
    return {"why_not_refuse": "", "why_not_approve": ""}
