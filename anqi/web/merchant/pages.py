"""A shop's own pages: what it is owed day by day, order by order, and the files. They only show.

In comes whoever has a link that the shop's API client asked for; half an hour later it takes a new one.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anqi import clock
from anqi.actions.settlements import pages as links
from anqi.documents.pdf import CharacterMissing
from anqi.lending import merchants, settlements, shop_accounts
from anqi.lending.models import Merchant
from anqi.lending.settlements import NoSuchSettlement, Shown
from anqi.rows.refusals import Refused
from anqi.web.merchant import statement_pdf, statements
from anqi.web.shared import papers
from anqi.web.shared.errors import Act

STAY = timedelta(minutes=30)
_MERCHANT, _UNTIL = "merchant_id", "merchant_until"
_PAGE = 500

Rest = ParamSpec("Rest")
Guarded = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def _of_shop(view: Callable[Concatenate[HttpRequest, Merchant, Rest], HttpResponse]) -> Guarded[Rest]:
    """The shop comes from the session, never from the address."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        merchant = _merchant(request)
        if merchant is None:
            return render(request, "merchant/over.html", status=403)
        return view(request, merchant, *args, **kwargs)

    return guarded


def _merchant(request: HttpRequest) -> Merchant | None:
    until = request.session.get(_UNTIL)
    if until is None or datetime.fromisoformat(until) <= clock.now():
        return None
    return merchants.get(UUID(request.session[_MERCHANT]))


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The link asks for a tap: whatever reads links ahead of people must not use it up."""
    if request.method != "POST":
        return render(request, "merchant/enter.html")
    now = clock.now()
    try:
        merchant_id = links.enter(token=token, now=now)
    except Refused:
        return render(request, "merchant/over.html", status=403)
    request.session.flush()
    request.session[_MERCHANT], request.session[_UNTIL] = str(merchant_id), (now + STAY).isoformat()
    return HttpResponseRedirect(reverse("merchant_settlements"))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Out at once."""
    request.session.flush()
    return render(request, "merchant/over.html")


@require_safe
@_of_shop
def month(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """One month, day by day; this one unless told otherwise."""
    today = clock.today()
    text = request.GET.get("month", f"{today:%Y-%m}")
    first, last = _days(text)
    found = settlements.of_merchant(merchant, today=today, first=first, last=last)
    context = {
        "month": text,
        "first": first,
        "days": [(each, statements.state_of(each)) for each in found],
        "sums": statements.sums(found),
        "before": _month_of(first - timedelta(days=1)) if first > date(2000, 1, 1) else "",
        "after": _month_of(last + timedelta(days=1)) if last < today else "",
    }
    return _show(request, merchant, "merchant/month.html", context)


@require_safe
@_of_shop
def day(request: HttpRequest, merchant: Merchant, settlement_id: UUID) -> HttpResponse:
    """One day, order by order."""
    shown = _find(merchant, settlement_id)
    lines = list(settlements.lines([settlement_id])[: _PAGE + 1])
    context = {
        "shown": shown,
        "state": statements.state_of(shown),
        "lines": [(line, statements.KINDS[line.kind]) for line in lines[:_PAGE]],
        "is_cut": len(lines) > _PAGE,
        "payout": shown.payout if shown.state == "paid" else None,
        "month": _month_of(shown.row.day),
    }
    return _show(request, merchant, "merchant/day.html", context)


@require_safe
@_of_shop
def day_file(request: HttpRequest, merchant: Merchant, settlement_id: UUID) -> HttpResponse:
    """One day as a file."""
    shown = _find(merchant, settlement_id)
    return statements.file([shown], name=str(shown.row.day))


@require_safe
@_of_shop
def month_file(request: HttpRequest, merchant: Merchant, month: str) -> HttpResponse:
    """One month as a file."""
    first, last = _days(month)
    found = settlements.of_merchant(merchant, today=clock.today(), first=first, last=last)
    return statements.file(found, name=month)


@require_safe
@_of_shop
def day_document(request: HttpRequest, merchant: Merchant, settlement_id: UUID) -> HttpResponse:
    """One day as a document."""
    shown = _find(merchant, settlement_id)
    return _document(request, merchant, [shown], name=str(shown.row.day))


@require_safe
@_of_shop
def month_document(request: HttpRequest, merchant: Merchant, month: str) -> HttpResponse:
    """One month as a document."""
    first, last = _days(month)
    found = settlements.of_merchant(merchant, today=clock.today(), first=first, last=last)
    return _document(request, merchant, found, name=month)


def _document(request: HttpRequest, merchant: Merchant, found: list[Shown], *, name: str) -> HttpResponse:
    try:
        return statement_pdf.file(found, merchant=merchant, name=name, today=clock.today())
    except CharacterMissing as refusal:
        can_do = _("请下载 CSV，内容完全相同；也请告诉我们这个字。")
        back = Act(label=_("回到结算单"), url=reverse("merchant_settlements"))
        return papers.tell_missing(request, refusal, can_do=can_do, back=back)


def _days(text: str) -> tuple[date, date]:
    days = statements.month_of(text)
    if days is None:
        raise Http404
    return days


def _month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def _find(merchant: Merchant, settlement_id: UUID) -> Shown:
    try:
        return settlements.find(merchant, settlement_id, today=clock.today())
    except NoSuchSettlement:
        raise Http404 from None


def _show(request: HttpRequest, merchant: Merchant, template: str, context: dict[str, Any]) -> HttpResponse:
    account = shop_accounts.current(merchant.id, now=clock.now())
    around = {"merchant": merchant, "account": account, "today": clock.today()}
    return render(request, template, around | context)
