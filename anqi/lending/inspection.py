"""What staff ask about loans, orders and merchants. Nothing here locks or writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.engine import loan as engine_loan
from anqi.engine import refusals as engine_refusals
from anqi.engine.loan import Standing
from anqi.lending import courses, limits, store
from anqi.lending.limits import Limit
from anqi.lending.models import (
    Agreement,
    CreditLine,
    Fact,
    Lender,
    Loan,
    Merchant,
    MerchantOrder,
    Order,
    Product,
    SetAside,
)
from anqi.lending.store import LoanInHand, NewFact
from anqi.rows.refusals import Refused

# A purchase lapses after fifteen days without shipping; five days before it somebody should ask the shop.
SHIPS_WITHIN = timedelta(days=10)
PAGE = 100
# For queries of other rooms, which know loans and products by ids only. A product is one in all its versions.
PRODUCTS = "select id as product_id, code as product from lending_product"
PRODUCTS_OF_LOANS = """
    select loan.borrower_id, loan.id as loan_id, product.code as product, product.id as product_id
    from lending_loan loan join lending_product product on product.id = loan.product_id
"""


class OtherLender(Refused):
    """The money was collected for another lender than this loan's."""

    code = "other_lender"


class LoanNotRunning(Refused):
    """This loan has not begun, or was cancelled."""

    code = "loan_not_running"


class LoanTakesLess(Refused):
    """The loan can use at most {most_minor} fen of this; more would only lie there as credit."""

    code = "loan_takes_less"


class PayoffNotReached(Refused):
    """To settle the loan on the day the money counts takes {need_minor} fen."""

    code = "payoff_not_reached"


class HistoryForbids(Refused):
    """Counted on that day, what happened on the loan since then would no longer hold."""

    code = "history_forbids"


@dataclass(frozen=True, kw_only=True)
class LoanShown:
    """A loan and how it stands at the end of a day; without a standing before it has begun."""

    row: Loan
    held: LoanInHand
    standing: Standing | None

    @property
    def condition(self) -> str:
        """The word of its badge."""
        if self.row.cancelled_on:
            return "cancelled"
        return self.standing.status if self.standing else "confirmed"


def loan(borrower_id: UUID, loan_id: UUID, *, on: date) -> LoanShown | None:
    """The borrower's loan as it stands on that day, as far as is known now. Two statements."""
    return next(iter(_shown(borrower_id, _loans(borrower_id).filter(id=loan_id), on)), None)


def loans(borrower_id: UUID, *, on: date) -> list[LoanShown]:
    """All loans of the borrower, newest first. Two statements."""
    return _shown(borrower_id, _loans(borrower_id).order_by("-id"), on)


def agreement(borrower_id: UUID, loan_id: UUID) -> Agreement | None:
    """What was signed for the loan."""
    signed = Loan.objects.filter(borrower_id=borrower_id, id=loan_id).values("agreement_id")
    return Agreement.objects.filter(borrower_id=borrower_id, id__in=signed).first()


def count_due(day: date) -> int:
    """How many loans have a day of their own by then on which nobody has looked at them yet."""
    return Loan.objects.filter(next_wake_on__lte=day).count()


def count_begun() -> int:
    """How many loans have begun, settled ones too."""
    return Loan.objects.exclude(starts_on=None).count()


def loans_of(borrower_id: UUID) -> list[Loan]:
    """The borrower's loans, newest first, without how they stand."""
    return list(Loan.objects.filter(borrower_id=borrower_id).order_by("-id"))


def facts(borrower_id: UUID, loan_id: UUID) -> list[Fact]:
    """Everything that was decided or told about the loan, in the order in which it was recorded."""
    return list(Fact.objects.filter(borrower_id=borrower_id, loan_id=loan_id).order_by("seq"))


def orders(borrower_id: UUID) -> list[Order]:
    """The borrower's purchases, newest first."""
    return list(Order.objects.filter(borrower_id=borrower_id).select_related("merchant").order_by("-id"))


def credit_lines(borrower_id: UUID, *, today: date) -> list[tuple[CreditLine, Limit]]:
    """What each lender grants the borrower, and what of it is taken."""
    lines = CreditLine.objects.filter(borrower_id=borrower_id).select_related("lender").order_by("lender__code")
    return [(line, limits.read(borrower_id, line.lender_id, today=today)) for line in lines]


def check_running(held: LoanInHand, *, lender_id: UUID, currency: str, today: date) -> None:
    """Refuses money of another lender, and a loan that has not begun or was cancelled."""
    if held.lender_id != lender_id or held.currency != currency:
        raise OtherLender
    if not held.has_begun or held.starts_on is None or held.starts_on > today:
        raise LoanNotRunning


def taking(held: LoanInHand, payment: NewFact, *, today: date) -> LoanInHand:
    """The loan with this payment, which may count on a day long past.

    Refuses what it can't use, because money becomes credit only where the borrower chose so: LoanTakesLess,
    PayoffNotReached, HistoryForbids.
    """
    after, on = courses.advance(held, [payment]), max(today, payment.counts_on)
    before_minor = engine_loan.standing(held.terms, held.facts, on).credit_minor
    try:
        after_minor = engine_loan.standing(after.terms, after.facts, on).credit_minor
    except engine_refusals.LessThanPayoff as short:
        raise PayoffNotReached(need_minor=short.need_minor, counts_on=payment.counts_on) from None
    except engine_refusals.Refused:
        raise HistoryForbids(counts_on=payment.counts_on) from None
    excess_minor = after_minor - before_minor
    if excess_minor > 0:
        raise LoanTakesLess(most_minor=max(payment.body["amount_minor"] - excess_minor, 0))
    return after


def find_loans(number: str) -> list[Loan]:
    """Loans of that number, whoever's; a look-up over all borrowers."""
    return list(Loan.objects.filter(number=number.upper())[:PAGE])


def find_orders(order_number: str) -> list[MerchantOrder]:
    """Orders that merchants know by that number, also those that no borrower has opened."""
    return list(MerchantOrder.objects.filter(order_number=order_number).select_related("merchant")[:PAGE])


def find_loan(loan_id: UUID) -> Loan | None:
    """The loan of that id, whoever's."""
    return Loan.objects.filter(id=loan_id).first()


def loan_ids_of_orders(found: Iterable[MerchantOrder]) -> dict[UUID, UUID]:
    """The loans that pay for these merchants' orders, by the merchant's order."""
    pairs = [(each.borrower_id, each.order_id) for each in found if each.order_id]
    rows = Loan.objects.filter(
        borrower_id__in=[borrower_id for borrower_id, _ in pairs], order_id__in=[order_id for _, order_id in pairs]
    )
    by_order = dict(rows.values_list("order_id", "id"))
    return {each.id: by_order[each.order_id] for each in found if each.order_id in by_order}


def numbers(loan_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of these loans, whoever's."""
    return dict(Loan.objects.filter(id__in=list(loan_ids)).values_list("id", "number"))


def unwoken(today: date) -> QuerySet[Loan]:
    """Loans whose own day has passed without anybody's bringing them to it, the oldest first."""
    return Loan.objects.filter(next_wake_on__lt=today).order_by("next_wake_on")


def waiting_set_aside() -> QuerySet[SetAside]:
    """The loans that the end of day set aside and that still wait, the oldest first."""
    return SetAside.objects.filter(resolved_at=None).select_related("loan").order_by("opened_at")


def set_aside(borrower_id: UUID, set_aside_id: UUID) -> SetAside | None:
    """One loan that was set aside, or None."""
    return SetAside.objects.filter(borrower_id=borrower_id, id=set_aside_id).first()


def unshipped(now: datetime) -> QuerySet[MerchantOrder]:
    """Signed orders that the merchant has not shipped for long, the oldest first."""
    late = MerchantOrder.objects.filter(
        state=MerchantOrder.State.CONFIRMED, changed_at__lte=now - SHIPS_WITHIN
    )
    return late.select_related("merchant").order_by("changed_at")


def lender_codes() -> dict[UUID, str]:
    """All lenders' codes."""
    return dict(Lender.objects.order_by("code").values_list("id", "code"))


def product_codes() -> dict[UUID, str]:
    """All products' codes; a product is one in all its versions."""
    return dict(Product.objects.values_list("id", "code"))


def lenders() -> list[Lender]:
    """All lenders, by name."""
    return list(Lender.objects.order_by("name"))


def merchants() -> list[Merchant]:
    """All merchants, by name."""
    return list(Merchant.objects.order_by("name"))


def merchant(merchant_id: UUID) -> Merchant | None:
    """The merchant of that id."""
    return Merchant.objects.filter(id=merchant_id).first()


def _loans(borrower_id: UUID) -> QuerySet[Loan]:
    found = Loan.objects.filter(borrower_id=borrower_id)
    return found.select_related("product", "lender", "order__merchant")


def _shown(borrower_id: UUID, found: QuerySet[Loan], on: date) -> list[LoanShown]:
    rows = list(found)
    held = store.read(borrower_id, [row.id for row in rows]) if rows else {}
    return [
        LoanShown(row=row, held=held[row.id], standing=_standing(held[row.id], on)) for row in rows
    ]


def _standing(held: LoanInHand, on: date) -> Standing | None:
    return engine_loan.standing(held.terms, held.facts, on) if held.has_begun else None
