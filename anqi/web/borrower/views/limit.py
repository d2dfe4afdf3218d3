"""The borrower's limits: lowered, locked and unlocked by themselves, raised only with their yes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anqi import clock
from anqi.actions import credit_lines
from anqi.lending import limit_views
from anqi.lending.credit import NoLine, NothingToDecide
from anqi.lending.limit_views import LineView
from anqi.web.borrower import limit_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import OwnLimitForm
from anqi.web.borrower.quotes import NotAnAmount, fen_of
from anqi.web.borrower.tabs import tabs


@borrower_required
@require_GET
def limit(request: HttpRequest) -> HttpResponse:
    """Each limit with its numbers, what can be decided about it, and what was decided so far."""
    return _show(request)


def _show(
    request: HttpRequest, *, wrong: OwnLimitForm | None = None, note: str = "", status: int = 200
) -> HttpResponse:
    who, today = borrower_id(request), clock.today()
    uses = limit_views.uses(who, today=today)
    lines = [
        {
            "line": line,
            "numbers": limit_pages.numbers(line.limit, uses.get(line.lender.id, [])),
            "locked": limit_pages.told_lock(line),
            "form": _form(line, wrong),
            "decisions": limit_pages.decisions(limit_views.history(who, line.lender.id), today=today),
        }
        for line in limit_views.read(who, uses, today=today)
    ]
    context = {"tabs": tabs(), "today": today, "lines": lines, "note": note}
    return render(request, "borrower/limit.html", context, status=status)


def _form(line: LineView, wrong: OwnLimitForm | None) -> OwnLimitForm:
    is_this = wrong is not None and wrong.data.get("lender") == str(line.lender.id)
    return wrong if wrong and is_this else OwnLimitForm(auto_id=f"id_%s_{line.lender.code}")


@borrower_required
@require_POST
def own(request: HttpRequest) -> HttpResponse:
    """No more than so much from now on; without an amount, all that is granted."""
    form, lender_id = OwnLimitForm(request.POST, auto_id="id_%s_wrong"), _id(request, "lender")
    stated = request.POST.get("amount", "").strip()
    try:
        amount_minor = None if request.POST.get("all") else fen_of(stated)
        credit_lines.want(
            borrower_id=borrower_id(request), lender_id=lender_id, amount_minor=amount_minor, now=clock.now()
        )
    except NotAnAmount:
        form.add_error("amount", _("金额请写数字，单位元，例如 5000。"))
        return _show(request, wrong=form, status=422)
    except (NoLine, NothingToDecide):
        return _changed(request)
    messages.success(request, _("上限改好了，马上生效。已有的借款不变。"))
    return _back()


@borrower_required
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Nothing new is lent until the borrower unlocks it."""
    lender_id = _id(request, "lender")
    try:
        # A second tap finds it locked.
        if not _own_locks(request, lender_id):
            credit_lines.lock(borrower_id=borrower_id(request), lender_id=lender_id, reason="", now=clock.now())
    except NoLine:
        return _changed(request)
    messages.success(request, _("已冻结，不能再借新的。已有的借款照常还。"))
    return _back()


@borrower_required
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """The borrower's own lock ends; were there two at once, both."""
    lender_id = _id(request, "lender")
    locks = _own_locks(request, lender_id)
    try:
        for lock_id in locks:
            credit_lines.unlock(
                borrower_id=borrower_id(request), lender_id=lender_id, lock_id=lock_id, now=clock.now()
            )
    except NothingToDecide:
        return _changed(request)
    if locks:
        messages.success(request, _("已解冻。"))
    return _back()


def _own_locks(request: HttpRequest, lender_id: UUID) -> tuple[UUID, ...]:
    return limit_views.own_locks(borrower_id(request), lender_id, today=clock.today())


@borrower_required
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """The borrower agrees to a raise that waits."""
    try:
        credit_lines.accept(
            borrower_id=borrower_id(request), lender_id=_id(request, "lender"), grant_id=_id(request, "grant"),
            now=clock.now(),
        )  # fmt: skip
    except (NoLine, NothingToDecide):
        return _changed(request)
    messages.success(request, _("额度提高了。"))
    return _back()


def _id(request: HttpRequest, name: str) -> UUID:
    """An id that the form states; one of nobody's where it states nonsense."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return UUID(int=0)


def _changed(request: HttpRequest) -> HttpResponse:
    return _show(request, note=_("额度刚刚有变化，这一步没有办。下面是现在的样子。"), status=409)


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("borrower:limit"))
