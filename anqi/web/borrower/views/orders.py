"""Orders and the instalments that pay for them."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from anqi import clock
from anqi.documents import queries as documents
from anqi.lending import agreements, amendments, holding
from anqi.lending import queries as lending
from anqi.lending.queries import LoanView, OrderView
from anqi.payments import debit_queries
from anqi.payments import queries as payments
from anqi.payments.debit_queries import Debited
from anqi.web.borrower import (
    amending,
    any_day,
    course,
    credit_pages,
    debit_pages,
    explaining,
    hardship_pages,
    loan_pages,
    order_lists,
    paging,
    returns,
)
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.payout_notice import PayoutNotice, payout_notice
from anqi.web.borrower.tabs import tabs
from anqi.web.borrower.usage import usage_card
from anqi.web.borrower.wording import badge_of


@borrower_required
def orders(request: HttpRequest) -> HttpResponse:
    state, who = request.GET.get("state", ""), borrower_id(request)
    # Whether a plan is late, or its goods on their way back, no row knows: the engine says it of those that run.
    pressing = order_lists.pressing(lending.running(who, today=clock.today()))
    filters = order_lists.filters(lending.counts(who), pressing)
    if state not in [each["state"] for each in filters]:
        raise Http404
    shown = pressing[state] if state in pressing else _page(request, who, state)
    most = len(shown) if state in pressing else lending.PAGE
    flying, failed = _on_its_way(who, shown)
    context = {
        "tabs": tabs(),
        "today": clock.today(),
        # A phone has no room for lists in which nothing stands.
        "filters": [each for each in filters if each["count"] or each["state"] in ("", state)],
        "state": state,
        "orders": [
            (order, badge_of(order, is_not_paid_out=order.id in failed), order.id in flying) for order in shown[:most]
        ],
        "older": shown[most - 1].id if len(shown) > most else None,
    }
    return render(request, "borrower/orders.html", context)


def _page(request: HttpRequest, who: UUID, state: str) -> list[OrderView]:
    """The orders of a list, and one more where an older page follows."""
    return lending.orders(who, today=clock.today(), state=state, before=paging.before(request), limit=lending.PAGE + 1)


def _on_its_way(who: UUID, shown: list[OrderView]) -> tuple[set[UUID], set[UUID]]:
    """The orders on which a debit has no result yet, and those whose money did not arrive; two statements."""
    loans = {order.loan.id: order for order in shown if order.loan}
    if not loans:
        return set(), set()
    waiting = [key for key, order in loans.items() if order.is_cash and order.condition == "confirmed"]
    claims = payments.claims(who, loans)
    paid_out = payments.latest_payouts(who, waiting) if waiting else {}
    return (
        {loans[key].id for key, claim in claims.items() if claim.is_debit},
        {loans[key].id for key, payout in paid_out.items() if payout.state == "failed"},
    )


@borrower_required
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    payout = _payout(found)
    context = {
        "today": clock.today(), "now": clock.now(), "order": found, "loan": found.loan, "payout": payout,
        "badge": badge_of(found, is_not_paid_out=payout is not None and payout.state == "failed"),
    }  # fmt: skip
    if found.loan and found.loan.standing:
        return render(request, "borrower/order.html", context | _running(request, found) | _debits(found))
    if found.loan and found.condition == "confirmed":
        more = _waiting(found.loan) | {"can_debit": debit_pages.can_debit()}
        return render(request, "borrower/order_waiting.html", context | more)
    back_url = lending.way_back(borrower_id(request), order_id)
    return render(request, "borrower/order_unsigned.html", context | {"back_url": back_url})


def _payout(order: OrderView) -> PayoutNotice | None:
    """How the money of a reserve stands; nothing of goods."""
    if not order.is_cash or not order.loan:
        return None
    found = payments.latest_payout(order.loan.held.borrower_id, order.loan.id)
    return payout_notice(found, now=clock.now())


def own_order(request: HttpRequest, order_id: UUID) -> OrderView:
    """The order, which is the borrower's own: anybody else's is not found."""
    found = lending.order(borrower_id(request), order_id, today=clock.today())
    if not found:
        raise Http404
    return found


def _running(request: HttpRequest, order: OrderView) -> dict[str, object]:
    loan = order.loan
    assert loan and loan.standing
    who = borrower_id(request)
    made, money = loan_pages.payments_of(loan, who)
    receipts = documents.receipts_of(who, money) if money else {}
    explained = Explanation(loan)
    still = holding.standstills(who, [loan.held], today=loan.today).get(loan.id)
    rows = loan_pages.timeline(loan, explained, made, money)
    usage = usage_card(loan, explained) if order.is_cash and not still else None
    others = explained.others()
    return {
        "usage": usage,
        "help": hardship_pages.way_to(loan),
        "lines": explained.remaining().summed if rows else [],
        "due": loan_pages.due_card(loan, still),
        "due_lines": explained.due().summed if loan.standing.due_now_minor else [],
        "amounts": [
            *(each for each in others if not (usage and each.name == usage.payoff.name)),
            *(each for each in ([explained.charged(), explained.paid()] if rows else []) if each.amount_minor),
        ],
        "instalments": rows,
        "next": None if still else next((row["n"] for row in rows if _is_next(row, loan.standing.next_due_on)), None),
        "paid_minor": sum(row["paid_minor"] for row in rows),
        "total_minor": sum(row["total_minor"] for row in rows) if rows else None,
        "day_form": any_day.form(loan),
        "course": course.entries(
            loan, rows, made, money, receipts, debit_queries.history(who, loan.id), amendments.of_loan(who, loan.id)
        ),
        "changes": amending.links(loan),
        "returns": returns.cards(loan, who),
        "freed": returns.money(loan, who),
        "credit": credit_pages.in_short(loan.bureau),
    }


def _debits(order: OrderView) -> dict[str, object]:
    """How the loan is debited, and who is paying it right now."""
    assert order.loan
    who, key = order.loan.held.borrower_id, order.loan.id
    found, claim = debit_queries.debited(who, [key])[key], payments.claims(who, [key]).get(key)
    return {
        "claim": None if claim and claim.is_debit else claim,
        "is_flying": claim is not None and claim.is_debit,
        "news": debit_pages.news(order, found, claim, now=clock.now()),
        "auto_pay": _auto_pay(order, found),
    }


def _auto_pay(order: OrderView, found: Debited) -> str:
    """How auto-debit stands, in few words; none where there is nothing to open and nothing to look back at."""
    assert order.loan
    if order.condition in ("settled", "void"):
        had = debit_queries.agreements(order.loan.held.borrower_id, loan_id=order.loan.id)
        return _("不再扣款") if had else ""
    return debit_pages.in_short(found) if found.sources or debit_pages.can_debit() else ""


def _is_next(row: dict[str, Any], next_due_on: date | None) -> bool:
    return bool(row["state"] == "upcoming" and row["due_on"] == next_due_on)


def _waiting(loan: LoanView) -> dict[str, object]:
    plan, total = loan_pages.example_plan(loan)
    return {
        "plan": plan,
        "total_minor": sum(row["total_minor"] for row in plan),
        "total": total,
        "rule": explaining.dates_rule(loan.held.signed_terms, is_cash=loan.held.is_cash),
    }


@borrower_required
def agreement(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    signed = lending.agreement(borrower_id(request), order_id)
    if not signed:
        raise Http404
    context = {
        "today": clock.today(),
        "order": found,
        "signed": signed,
        "sections": agreements.sections(json.loads(signed.body)),
    }
    return render(request, "borrower/agreement.html", context)
