"""Statements of account, for any stretch of days: one loan's, or all loans'."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.lending import queries as lending
from anqi.lending.queries import OrderView
from anqi.people import queries as people
from anqi.rows.days import start_of
from anqi.web.borrower import statement_pages, statement_paper
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import DaysForm
from anqi.web.borrower.statement_pages import Account
from anqi.web.borrower.views.orders import own_order
from anqi.web.shared import papers
from anqi.web.shared.errors import Act


@borrower_required
@require_safe
def of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One loan's statement, from its start unless another day is asked for."""
    return _page(request, _one(request, order_id), _addresses(order_id))


@borrower_required
@require_safe
def of_order_pdf(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return _file(request, _one(request, order_id), _addresses(order_id))


@borrower_required
@require_safe
def of_all(request: HttpRequest) -> HttpResponse:
    """The statement of all loans that have begun."""
    return _page(request, _all(request), _addresses())


@borrower_required
@require_safe
def of_all_pdf(request: HttpRequest) -> HttpResponse:
    return _file(request, _all(request), _addresses())


def _one(request: HttpRequest, order_id: UUID) -> list[OrderView]:
    found = own_order(request, order_id)
    if not found.loan or not found.loan.standing:
        raise Http404
    return [found]


def _all(request: HttpRequest) -> list[OrderView]:
    found = lending.begun(borrower_id(request), today=clock.today())
    if not found:
        raise Http404
    return found


def _addresses(order_id: UUID | None = None) -> dict[str, str]:
    """The page, its file, and the page that leads here."""
    if order_id is None:
        names: Sequence[tuple[str, str, list[UUID]]] = (
            ("page", "statement", []), ("file", "statement-pdf", []), ("back", "papers", []),
        )  # fmt: skip
    else:
        names = (
            ("page", "order-statement", [order_id]), ("file", "order-statement-pdf", [order_id]),
            ("back", "order-papers", [order_id]),
        )  # fmt: skip
    return {key: reverse(f"borrower:{name}", args=args) for key, name, args in names}


def _page(request: HttpRequest, orders: list[OrderView], addresses: dict[str, str]) -> HttpResponse:
    form = _form(request, orders)
    days = _days(form)
    context: dict[str, Any] = {"today": clock.today(), "form": form, **addresses}
    if days:
        shown = _accounts(orders, days)
        query = urlencode({"from": days[0], "to": days[1]})
        context |= {"accounts": shown, "sums": statement_pages.sums(shown), "file": f"{addresses['file']}?{query}"}
    return render(request, "borrower/statement.html", context, status=200 if days else 422)


def _file(request: HttpRequest, orders: list[OrderView], addresses: dict[str, str]) -> HttpResponse:
    days, today = _days(_form(request, orders)), clock.today()
    if not days:
        return HttpResponseRedirect(f"{addresses['page']}?{request.GET.urlencode()}")
    since, until = days
    paper = statement_paper.paper(
        _accounts(orders, days), name=people.name_on_papers(borrower_id(request)), since=since, until=until, today=today
    )
    back = Act(label=_("看网页上的对账单"), url=addresses["page"])
    name = f"statement-{since}-{until}"
    return papers.file(request, paper, name=name, created_at=start_of(today), back=back)


def _form(request: HttpRequest, orders: list[OrderView]) -> DaysForm:
    """The days in the address; without any, from the start of the first loan until today."""
    today = clock.today()
    began_on = min(each.loan.held.starts_on or today for each in orders if each.loan)
    asked = request.GET if "from" in request.GET or "to" in request.GET else {"from": began_on, "to": today}
    return DaysForm(asked, today=today)


def _days(form: DaysForm) -> tuple[date, date] | None:
    return (form.cleaned_data["since"], form.cleaned_data["until"]) if form.is_valid() else None


def _accounts(orders: list[OrderView], days: tuple[date, date]) -> list[Account]:
    """Of several loans those of which there is something to say."""
    shown = statement_pages.accounts(orders, since=days[0], until=days[1])
    return [each for each in shown if not each.is_empty] or shown[:1]
