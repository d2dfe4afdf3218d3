"""Help for those who can't pay as agreed (协商还款): the short form, and one case with what can be done in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anqi import clock
from anqi.actions import hardship as acts
from anqi.lending import hardship, hardship_rules
from anqi.lending.hardship import AlreadyAsked, NothingToHelp, OnHold, Wish
from anqi.lending.models import HardshipCase
from anqi.lending.queries import LoanView, OrderView
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.borrower import hardship_pages, hardship_words, loan_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.hardship_forms import HardshipForm
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.refusals import told
from anqi.web.borrower.views.orders import own_order


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The form; whoever has a case of this plan is led to it."""
    order, loan = _running(request, order_id)
    alive = hardship.alive(loan.held.borrower_id, loan.id)
    if alive and not hardship.is_lapsed(alive, now=clock.now()):
        return to_case(alive.id)
    if request.method == "POST":
        return _ask(request, order, loan)
    return _show_form(request, order, loan, HardshipForm(today=loan.today, initial={"case": uuid7()}))


def _running(request: HttpRequest, order_id: UUID) -> tuple[OrderView, LoanView]:
    order = own_order(request, order_id)
    if not order.loan or not order.loan.standing:
        raise Http404
    return order, order.loan


def _show_form(
    request: HttpRequest, order: OrderView, loan: LoanView, form: HardshipForm, *, note: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "today": loan.today, "order": order, "loan": loan, "form": form, "note": note,
        "due": loan_pages.due_card(loan, None),
    }  # fmt: skip
    return render(request, "borrower/hardship_ask.html", context, status=status)


@paced("hardship")
def _ask(request: HttpRequest, order: OrderView, loan: LoanView) -> HttpResponse:
    form = HardshipForm(request.POST, today=loan.today)
    if not form.is_valid():
        return _show_form(request, order, loan, form, note=_("还有没填好的，请看下面标出的地方。"), status=422)
    stated = dict(form.cleaned_data)
    case_id = stated.pop("case")
    try:
        row = acts.ask(
            borrower_id=loan.held.borrower_id, loan_id=loan.id, case_id=case_id, wish=Wish(**stated), now=clock.now()
        )
    except AlreadyAsked as refused:
        return to_case(refused.facts["case_id"])  # type: ignore[arg-type]
    except (NothingToHelp, OnHold) as refused:
        return _show_form(request, order, loan, form, note=told(refused, now=clock.now()), status=409)
    return to_case(row.id)


def to_case(case_id: UUID) -> HttpResponseRedirect:
    """On to the case's page."""
    return HttpResponseRedirect(reverse("borrower:hardship", args=[case_id]))


@borrower_required
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """How far it is, what the rules offer side by side, what a person offers, and what can be done."""
    return show_case(request, own_case(request, case_id))


def own_case(request: HttpRequest, case_id: UUID) -> HardshipCase:
    """The case, which is the borrower's own: anybody else's is not found."""
    found = hardship.find(borrower_id(request), case_id)
    if not found:
        raise Http404
    return found


def show_case(request: HttpRequest, row: HardshipCase, *, note: str = "", status: int = 200) -> HttpResponse:
    """The case's page, with why something was not done."""
    now, lender = clock.now(), row.loan.product.lender
    is_lapsed = hardship.is_lapsed(row, now=now)
    state = str(hardship.State.LAPSED) if is_lapsed else row.state
    context: dict[str, Any] = {
        "today": clock.today(),
        "row": row,
        "state": state,
        "badge": hardship_words.badge_of(state),
        "reason": hardship_words.REASONS.get(row.reason, row.reason),
        "lender": lender,
        "steps": hardship_pages.steps(row),
        "events": hardship_pages.events(row),
        "is_alive": state in HardshipCase.ALIVE,
        "last_on": hardship_pages.last_day(row),
        "is_late": hardship_pages.is_late(row, now=now),
        "may_question": state == hardship.State.DECLINED and not row.questioned_at,
        "answers_within": hardship_rules.in_force(lender.code, on=day_of(now)).answers_within_days,
        "note": note,
    }
    if state in HardshipCase.ALIVE:
        context |= _offered(row)
    return render(request, "borrower/hardship.html", context, status=status)


def _offered(row: HardshipCase) -> dict[str, Any]:
    try:
        choices = acts.choices(row, now=clock.now())
    except (NothingToHelp, OnHold) as refused:
        return {"nothing": told(refused, now=clock.now())}
    return {
        "offer": hardship_pages.told(choices.offered, choice=acts.OFFER) if choices.offered else None,
        "offer_reason": choices.reason,
        "options": [hardship_pages.told(each, choice=each.shape.kind) for each in choices.own],
    }


@borrower_required
@require_POST
@paced("hardship-text")
def otherwise(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """None of it will do: a person is to look."""
    text = request.POST.get("text", "")
    return _do(request, case_id, acts.ask_otherwise, _("已交给工作人员，答复的日子在下面。"), text=text)


@borrower_required
@require_POST
def debits(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Whether the plan is debited meanwhile."""
    pauses = request.POST.get("pauses") == "yes"
    done = _("已暂停这笔的自动扣款。") if pauses else _("自动扣款照常进行。")
    return _do(request, case_id, acts.pause_debits, done, pauses=pauses)


@borrower_required
@require_POST
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """No help is wanted any more."""
    return _do(request, case_id, acts.withdraw, _("已撤回，分期照原来的计划还。"))


@borrower_required
@require_POST
@paced("hardship-text")
def question(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Somebody else looks at a no."""
    text = request.POST.get("text", "")
    return _do(request, case_id, acts.question, _("会由另一位工作人员再看一次。"), text=text)


def _do(
    request: HttpRequest, case_id: UUID, act: Callable[..., HardshipCase], done: str, **stated: object
) -> HttpResponse:
    row = own_case(request, case_id)
    try:
        act(borrower_id=row.borrower_id, case_id=case_id, now=clock.now(), **stated)
    except Refused as refused:
        return show_case(request, own_case(request, case_id), note=told(refused, now=clock.now()), status=409)
    messages.success(request, done)
    return to_case(case_id)
