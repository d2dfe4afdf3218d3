"""Hardship cases: the list of any days, and one with what could be offered and the acts on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import hardship as acts
from anqi.lending import amendments, hardship, hardship_options, hardship_rules, hardship_shapes, store
from anqi.lending import hardship_inspection as inspection
from anqi.lending import inspection as lending
from anqi.lending.hardship_options import Option
from anqi.lending.hardship_rules import Rules
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import HardshipCase
from anqi.lending.store import LoanInHand
from anqi.payments import inspection as payments
from anqi.people import inspection as people
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.office import asked_hardship, wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show
from anqi.web.office.hardship_forms import HelpForm, OfferForm
from anqi.web.office.hardship_rows import Tried
from anqi.web.office.wording import word

_PAYMENTS = 10
_DONE = {
    "look": lazy("已记录，借款人会看到有人在处理。"),
    "approve": lazy("已同意，借款人会收到通知。"),
    "refuse": lazy("已驳回，这件申请仍等答复。"),
    "decline": lazy("没有同意，已告诉借款人。"),
}
_VERBS: dict[str, Callable[..., object]] = {
    "look": acts.look, "approve": acts.approve, "refuse": acts.refuse, "decline": acts.decline,
}  # fmt: skip


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """Cases by state and day."""
    asked = asked_hardship.read(request.GET, today=clock.today())
    found = inspection.listed(state=asked.state, since=asked.since, until=asked.until)
    who = people.identities(row.borrower_id for row in found)
    numbers = lending.numbers(row.loan_id for row in found)
    rows = [(row, who.get(row.borrower_id), numbers.get(row.loan_id, "")) for row in found]
    context = {"asked": asked, "form": asked.form, "rows": rows, "most": inspection.PAGE}
    return show(request, "office/hardships.html", context, place="hardships")


@require_safe
@staff_required()
def case(request: HttpRequest, borrower_id: UUID, case_id: UUID) -> HttpResponse:
    """One case; what stands in its address is tried out and offered to nobody."""
    row = _find(borrower_id, case_id)
    note(request, "view_hardship", borrower_id=borrower_id, object_id=case_id)
    return _page(request, row, tried=HelpForm(request.GET) if "kind" in request.GET else None)


@require_POST
@staff_required(roles=ACTORS)
def offer(request: HttpRequest, borrower_id: UUID, case_id: UUID) -> HttpResponse:
    """What was tried out is offered, at once or before a second person."""
    row, form = _find(borrower_id, case_id), OfferForm(request.POST)
    if not form.is_valid():
        return _page(request, row, tried=form, refusal=_("还有没填好的，请看下面标出的地方。"), status=422)
    told = form.cleaned_data
    try:
        made = acts.offer(
            borrower_id=borrower_id, case_id=case_id, offer_id=told["offer_id"], shape=form.shape(),
            reason=told["reason"], days=told["valid_days"], actor=staff(request), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, row, tried=form, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("方案已交给另一位复核。") if made.why_another else _("方案已告诉借款人。"))
    return _back(row)


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, borrower_id: UUID, case_id: UUID, verb: str) -> HttpResponse:
    """Somebody takes the case, says yes or no to an offer, or declines."""
    row = _find(borrower_id, case_id)
    if verb not in _VERBS:
        raise Http404
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    said = {"reason": reason} if verb in ("refuse", "decline") else {}
    try:
        _VERBS[verb](borrower_id=borrower_id, case_id=case_id, actor=staff(request), now=clock.now(), **said)
    except Refused as refused:
        return _page(request, row, refusal=wording.refusal(refused), status=409)
    messages.success(request, str(_DONE[verb]))
    return _back(row)


def _find(borrower_id: UUID, case_id: UUID) -> HardshipCase:
    found = hardship.find(borrower_id, case_id)
    if not found:
        raise Http404
    return found


def _back(row: HardshipCase) -> HttpResponse:
    return HttpResponseRedirect(reverse("office:hardship", args=[row.borrower_id, row.id]))


def _page(
    request: HttpRequest, row: HardshipCase, *, tried: HelpForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    today, loans = clock.today(), lending.loans(row.borrower_id, on=clock.today())
    rules = hardship_rules.in_force(row.loan.product.lender.code, on=today)
    offers = hardship.offers(row)
    deciders = [row.looked_by, row.decided_by, *(by for each in offers for by in (each.made_by, each.decided_by))]
    names: dict[UUID | None, str] = {None: ""} | people.staff_names(deciders)
    context: dict[str, Any] = {
        "case": row,
        "who": people.identity(row.borrower_id),
        "loans": loans,
        "charges": payments.charges(row.borrower_id)[:_PAYMENTS],
        "rules": rules,
        "offers": [
            (each, hardship_shapes.read(each.shape), names.get(each.made_by, ""), names.get(each.decided_by, ""))
            for each in offers
        ],
        "looked_by": names.get(row.looked_by, ""),
        "decided_by": names.get(row.decided_by, ""),
        "earlier": [each for each in inspection.of_loan(row.borrower_id, row.loan_id) if each.id != row.id],
        "is_open": row.state in HardshipCase.ALIVE and not hardship.is_lapsed(row, now=clock.now()),
        "reason": ReasonForm(),
        "refusal": refusal,
        **_figures(row, rules, tried, is_running=_is_running(loans, row)),
    }
    return show(request, "office/hardship.html", context, place="hardships", status=status)


def _is_running(loans: list[lending.LoanShown], row: HardshipCase) -> bool:
    shown = next(each for each in loans if each.row.id == row.loan_id)
    return shown.standing is not None and shown.standing.status not in ("settled", "void", "written_off")


def _figures(row: HardshipCase, rules: Rules, tried: HelpForm | None, *, is_running: bool) -> dict[str, Any]:
    """What the rules would offer by themselves, and what is tried out, each with its figures of today."""
    if not is_running:
        return {"own": [], "form": None, "tried": None}
    held = store.read(row.borrower_id, [row.loan_id])[row.loan_id]
    own = hardship_options.own(row, held, rules, on=clock.today())
    shape = tried.shape() if tried is not None and tried.is_valid() else None
    found, why_not = _try(held, shape, rules) if shape else (None, "")
    first = own[-1].shape if own else Shape(kind="spread")
    at_first = {
        "kind": first.kind, "instalments": first.instalments or None, "on": first.on, "days": rules.catch_up_days,
    }  # fmt: skip
    typed = dict(tried.data.items()) if tried is not None else {}
    given = {"valid_days": rules.offer_days, "offer_id": uuid7()} | typed
    return {
        "own": [_told(each, held, rules) for each in own],
        "form": tried if tried is not None else HelpForm(initial=at_first),
        "tried": found,
        "why_not": why_not,
        "offer": tried if isinstance(tried, OfferForm) else OfferForm(initial=given) if found else None,
    }


def _try(held: LoanInHand, shape: Shape, rules: Rules) -> tuple[Tried | None, str]:
    try:
        option = hardship_options.foresee(held, shape, on=clock.today())
    except Refused as refused:
        return None, wording.refusal(refused)
    return _told(option, held, rules), ""


def _told(option: Option, held: LoanInHand, rules: Rules) -> Tried:
    why_not = ""
    try:
        amendments.refuse_unlawful(option.foreseen)
    except Refused as refused:
        why_not = wording.refusal(refused)
    why_another = hardship_shapes.why_another(option.shape, held, rules, on=clock.today())
    return Tried(
        title=word(wording.HARDSHIP_KINDS, option.shape.kind), option=option, why_not=why_not,
        why_another=word(wording.WHY_ANOTHER, why_another) if why_another else "",
    )  # fmt: skip
