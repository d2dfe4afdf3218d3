"""Several plans paid at once: which can be, why another can't, and what paying those that were chosen would do."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.lending import holding, repaying
from anqi.lending import queries as lending
from anqi.lending.holding import Standstill
from anqi.lending.queries import LoanView, OrderView
from anqi.lending.repaying import NothingToPay
from anqi.payments import queries as payments
from anqi.payments.queries import ChargeView
from anqi.web.borrower import bills, quotes, spreading
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.forms import AmountForm
from anqi.web.borrower.quotes import Quote
from anqi.web.borrower.spreading import Spread
from anqi.web.borrower.wording import hold_title

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One plan of the page: what may be paid of it, what is chosen, or why it can't be paid with the others."""

    order: OrderView
    picks: list[Row]
    what: str
    is_chosen: bool
    why_not: str
    url: str
    """Where to go on with a plan that can't be paid with the others."""
    amount: str
    """The amount of the borrower's own, as it was typed."""
    quote: Quote | None
    refusal: str
    """Why what is chosen can't be paid."""
    steps: list[Row]
    """What it gets of one amount over all plans, and why."""

    @property
    def loan(self) -> LoanView:
        assert self.order.loan
        return self.order.loan

    @property
    def field(self) -> str:
        """The name under which the form says what of it is paid."""
        return f"what-{self.order.id}"

    @property
    def amount_form(self) -> AmountForm:
        """The amount of the borrower's own; its field bears the order's name."""
        return AmountForm({f"{self.order.id}-amount": self.amount}, prefix=str(self.order.id))

    @property
    def sums(self) -> list[list[Row]]:
        """What is left before, what the money is for, and what is left after, each with its lines."""
        if not self.quote:
            return []
        return [
            Explanation(self.loan).remaining().summed, self.quote.parts,
            *(each.summed for each in self.quote.after),
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Together:
    """The running plans in the order of what presses, and those of them that were chosen."""

    lines: list[Line]
    spread: Spread | None = None

    @property
    def chosen(self) -> list[Line]:
        return [line for line in self.lines if line.is_chosen]

    @property
    def quotes(self) -> list[Quote]:
        return [line.quote for line in self.chosen if line.quote]

    @property
    def is_ready(self) -> bool:
        """Whether something is chosen, and all of it can be paid."""
        return bool(self.chosen) and all(line.quote for line in self.chosen)

    @property
    def amount_minor(self) -> int:
        """What is paid in all, in fen."""
        return sum(quote.amount_minor for quote in self.quotes)

    @property
    def mark(self) -> str:
        """By which the form says that all of it was seen; empty where nothing is chosen."""
        marks = sorted(quote.mark for quote in self.quotes)
        return hashlib.sha256("".join(marks).encode()).hexdigest() if marks else ""

    @property
    def split(self) -> list[Row]:
        """What each plan gets, and the sum, for the part `sum`."""
        rows: list[Row] = [
            {"label": line.order.title, "note": line.loan.number, "amount_minor": line.quote.amount_minor}
            for line in self.chosen
            if line.quote
        ]
        return [*rows, {"label": _("一共还"), "amount_minor": self.amount_minor, "total": True}]


def gather(borrower_id: UUID, asked: QueryDict, *, today: date, is_sent: bool = False) -> Together:
    """The page's plans as they stand; chosen are those that `asked` names, or this month's where it says so.

    One amount for all of them (`total`) chooses those that get something of it.
    A form that was sent may choose a plan that is being paid: then that charge is gone on with, or told of.
    """
    orders = [order for order in lending.running(borrower_id, today=today) if order.loan]
    loans = {order.loan.id: order.loan for order in orders if order.loan}
    still = holding.standstills(borrower_id, [loan.held for loan in loans.values()], today=today)
    claims = {} if is_sent else payments.claims(borrower_id, loans)
    offered = {order.id: _picks(order) for order in orders}
    orders = sorted((order for order in orders if offered[order.id]), key=_presses_on)
    free = [order for order in orders if order.loan and order.loan.id not in {*still, *claims}]
    # Of several lenders the one whose plan was asked for, else whose plan presses most.
    wanted = [order for order in free if str(order.id) in asked.getlist("order")]
    lender_id = next((_lender(order) for order in (*wanted, *free)), None)
    of_lender = [order for order in free if _lender(order) == lender_id]
    found = spreading.spread(of_lender, offered, asked.get("total", "")) if "total" in asked else None
    if found:
        asked = _asked_by(found)
    lines = []
    for order in orders:
        assert order.loan
        why_not, url = _why_not(order, still.get(order.loan.id), claims.get(order.loan.id), lender_id)
        steps = found.steps.get(order.id, []) if found else []
        lines.append(_line(order, offered[order.id], asked, why_not=why_not, url=url, steps=steps))
    return Together(lines=lines, spread=found)


def _asked_by(found: Spread) -> QueryDict:
    """What the form would say that chooses just this."""
    asked = QueryDict(mutable=True)
    for order_id, (what, amount) in found.choices.items():
        asked.appendlist("order", str(order_id))
        asked[f"what-{order_id}"], asked[f"{order_id}-amount"] = what, amount
    return asked


def _picks(order: OrderView) -> list[Row]:
    assert order.loan
    try:
        return quotes.picks(order.loan, repaying.choose(order.loan.held, today=order.loan.today))
    except NothingToPay:
        return []


def _presses_on(order: OrderView) -> tuple[date, UUID]:
    """The day of the earliest instalment that is not paid."""
    assert order.loan and order.loan.standing
    days = [row.due_on for row in order.loan.standing.instalments if row.remaining_minor]
    return min(days, default=date.max), order.id


def _lender(order: OrderView) -> UUID:
    assert order.loan
    return order.loan.held.lender_id


def _why_not(
    order: OrderView, still: Standstill | None, claim: ChargeView | None, lender_id: UUID | None
) -> tuple[str, str]:
    if claim:
        word = _("自动扣款处理中，等结果出来再还") if claim.is_debit else _("有一笔付款还没有完成")
        return word, reverse("borrower:charge", args=[claim.id])
    if still:
        return hold_title(still), reverse("borrower:pay", args=[order.id])
    if _lender(order) != lender_id:
        return _("出借机构不同，要另付一笔"), address([order.id])
    return "", ""


def _line(
    order: OrderView, picks: list[Row], asked: QueryDict, *, why_not: str, url: str, steps: list[Row]
) -> Line:
    assert order.loan
    is_of_month = "month" in asked and _presses_on(order)[0] <= bills.month_end(order.loan.today)
    is_chosen = not why_not and (str(order.id) in asked.getlist("order") or is_of_month)
    what = _what(order.loan, picks, asked.get(f"what-{order.id}", ""), of_month="month" in asked)
    amount = asked.get(f"{order.id}-amount", "")
    quote, refusal = quotes.attempt(order.loan, what=what, amount=amount) if is_chosen else (None, "")
    return Line(
        order=order, picks=picks, what=what, is_chosen=is_chosen, why_not=why_not, url=url, amount=amount,
        quote=quote, refusal=refusal, steps=steps,
    )  # fmt: skip


def _what(loan: LoanView, picks: list[Row], stated: str, *, of_month: bool) -> str:
    values = [str(pick["value"]) for pick in picks]
    if stated in values:
        return stated
    assert loan.standing
    next_due_on = loan.standing.next_due_on
    if of_month and next_due_on and next_due_on <= bills.month_end(loan.today):
        return next(each for each in ("next", "all", *values) if each in values)
    return quotes.first_choice(picks)


def address(order_ids: Iterable[UUID]) -> str:
    """The page on which these orders are chosen."""
    return f"{reverse('borrower:pay-together')}?{urlencode([('order', each) for each in order_ids])}"


def echo(page: Together) -> Mapping[str, list[str]]:
    """What the form said when this was computed, by the names of its fields."""
    free = [line for line in page.lines if not line.why_not]
    whats = {line.field: [line.what] for line in free}
    amounts = {f"{line.order.id}-amount": [line.amount] for line in free}
    return {"order": [str(line.order.id) for line in page.chosen], **whats, **amounts}
