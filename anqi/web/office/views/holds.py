"""Plans on hold and goods that come back: each with its day, what waits for whom, and the acts that move it on."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from anqi import clock
from anqi.actions.returns import holding as hold_acts
from anqi.actions.returns import standing_in
from anqi.lending import holding, returning, unwinding
from anqi.lending import inspection as lending
from anqi.lending.inspection import LoanShown
from anqi.lending.models import Hold, Return
from anqi.people import authority
from anqi.people import inspection as people
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.forms import AcceptForm, HoldForm, ProlongForm, ReasonForm
from anqi.web.office.frame import note, show
from anqi.web.shared import returned

_DONE = {
    "prolong": lazy("已记录新的期限；超过 30 天的要另一位复核同意。"),
    "end": lazy("已解除冻结，借款人和商户会收到通知。"),
    "accept": lazy("已登记；超过一个人可以决定的金额，要另一位复核同意。"),
    "approve": lazy("已同意。"),
    "refuse": lazy("已驳回。"),
    "approve-return": lazy("已同意，退货已入账。"),
    "refuse-return": lazy("已驳回，冻结继续。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def holds(request: HttpRequest, borrower_id: UUID, loan_id: UUID) -> HttpResponse:
    """All holds and returns of a loan; sending its form opens a hold."""
    shown = lending.loan(borrower_id, loan_id, on=clock.today())
    if not shown:
        raise Http404
    if request.method == "POST":
        return _open(request, shown)
    note(request, "view_holds", borrower_id=borrower_id, object_id=loan_id)
    return _page(request, shown)


def _open(request: HttpRequest, shown: LoanShown) -> HttpResponse:
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    try:
        hold_acts.open(
            borrower_id=shown.row.borrower_id, loan_id=shown.row.id, actor=staff(request), now=clock.now(),
            **form.cleaned_data,
        )  # fmt: skip
    except Refused as refused:
        return _page(request, shown, form=form, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已冻结，借款人会收到通知。"))
    return HttpResponseRedirect(_url(shown))


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, borrower_id: UUID, hold_id: UUID, verb: str) -> HttpResponse:
    """One step of a hold, or of the return under it."""
    hold = holding.find(borrower_id, hold_id)
    shown = lending.loan(borrower_id, hold.loan_id, on=clock.today()) if hold else None
    if not hold or not shown or verb not in _DONE:
        raise Http404
    form = _FORMS.get(verb, ReasonForm)(request.POST)
    if not form.is_valid() and verb not in ("approve", "approve-return"):
        return _page(request, shown, refusal=_("请把表单填完整：%(what)s") % {"what": _errors(form)}, status=422)
    try:
        _VERBS[verb](hold, actor=staff(request), now=clock.now(), **form.cleaned_data)
    except Refused as refused:
        return _page(request, shown, refusal=wording.refusal(refused), status=409)
    messages.success(request, str(_DONE[verb]))
    return HttpResponseRedirect(_url(shown))


def _errors(form: Any) -> str:
    return " ".join(str(message) for messages in form.errors.values() for message in messages)


def _of_hold(verb: Callable[..., object], *, with_reason: bool = True) -> Callable[..., object]:
    def carry_out(hold: Hold, *, actor: Any, now: Any, **stated: Any) -> object:
        told = stated if with_reason else {}
        return verb(borrower_id=hold.borrower_id, hold_id=hold.id, actor=actor, now=now, **told)

    return carry_out


def _of_return(verb: Callable[..., object], *, with_reason: bool = True) -> Callable[..., object]:
    def carry_out(hold: Hold, *, actor: Any, now: Any, **stated: Any) -> object:
        goods = returning.of_hold(hold.borrower_id, hold.id)
        if not goods:
            raise returning.NoSuchReturn
        told = stated if with_reason else {}
        return verb(borrower_id=hold.borrower_id, return_id=goods.id, actor=actor, now=now, **told)

    return carry_out


_FORMS: dict[str, Any] = {"prolong": ProlongForm, "accept": AcceptForm}
_VERBS: dict[str, Callable[..., object]] = {
    "prolong": _of_hold(hold_acts.prolong),
    "end": _of_hold(hold_acts.end),
    "accept": _of_hold(standing_in.accept),
    "approve": _of_hold(hold_acts.approve, with_reason=False),
    "refuse": _of_hold(hold_acts.refuse),
    "approve-return": _of_return(standing_in.approve, with_reason=False),
    "refuse-return": _of_return(standing_in.refuse),
}


def _url(shown: LoanShown) -> str:
    return reverse("office:holds", args=[shown.row.borrower_id, shown.row.id])


def _page(
    request: HttpRequest, shown: LoanShown, *, form: HoldForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    borrower_id, loan_id = shown.row.borrower_id, shown.row.id
    found, goods = holding.of_loan(borrower_id, loan_id), returning.of_loan(borrower_id, loan_id)
    names = people.staff_names(_deciders(found, goods))
    by_hold: dict[UUID, list[dict[str, Any]]] = {}
    for each in goods:
        by_hold.setdefault(each.hold_id, []).append(_told_return(each, shown, names))
    context = {
        "loan": shown,
        "who": people.identity(borrower_id),
        "holds": [_told(hold, by_hold.get(hold.id, []), names) for hold in found],
        "form": form or HoldForm(initial={"hold_id": uuid7()}),
        "prolong": ProlongForm(),
        "accept": AcceptForm(),
        "reason": ReasonForm(),
        "refusal": refusal,
        "alone_minor": authority.ALONE_MINOR,
        "may_open": bool(shown.standing) and shown.condition != "void",
    }
    return show(request, "office/holds.html", context, place="queue", status=status)


def _deciders(found: list[Hold], goods: list[Return]) -> list[UUID | None]:
    said = [by for hold in found for by in (hold.opened_by, hold.ended_by)] + [each.decided_by for each in goods]
    staff_ids: list[UUID | None] = [UUID(by.removeprefix("staff:")) for by in said if by.startswith("staff:")]
    return [*staff_ids, *(hold.asked_by for hold in found), *(each.asked_by for each in goods)]


def _name(by: str, names: dict[UUID, str]) -> str:
    if by.startswith("staff:"):
        return names.get(UUID(by.removeprefix("staff:")), by)
    return {"merchant": _("商户")}.get(by, by)


def _told(hold: Hold, goods: list[dict[str, Any]], names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "row": hold,
        "kind": wording.word(wording.HOLDS, hold.kind),
        "opened_by": _name(hold.opened_by, names),
        "ended_by": _name(hold.ended_by, names),
        "ended_why": wording.word(wording.HOLD_ENDS, hold.ended_why),
        "asked_by": names.get(hold.asked_by, "") if hold.asked_by else "",
        "is_over": hold.ended_at is None and hold.until < clock.today(),
        "returns": goods,
        "waiting": next((each for each in goods if each["row"].state == "requested"), None),
    }


def _told_return(goods: Return, shown: LoanShown, names: dict[UUID, str]) -> dict[str, Any]:
    done = unwinding.of(goods)
    if goods.state == Return.State.REQUESTED:
        done = unwinding.foresee(shown.held, goods, today=clock.today())
    return {
        "row": goods,
        "state": wording.word(wording.RETURNS, goods.state),
        "decided_by": _name(goods.decided_by, names),
        "asked_by": names.get(goods.asked_by, "") if goods.asked_by else "",
        "lines": returned.lines(done) if done else [],
        "effect": done,
    }
