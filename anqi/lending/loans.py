"""Loans as rows: signed with an agreement, begun when the goods leave, or cancelled before that."""

import secrets
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anqi.lending.models import Agreement, Loan, MerchantOrder, Order, Product
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

# Crockford's letters: none is read as another one over the telephone.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def of_order(borrower_id: UUID, order_id: UUID) -> Loan | None:
    """The loan that was signed for the order, if one was."""
    return Loan.objects.filter(borrower_id=borrower_id, order_id=order_id).first()


def signed_for(theirs: MerchantOrder) -> Loan:
    """The loan of an order that is confirmed, which has one."""
    assert theirs.borrower_id and theirs.order_id, "signed by nobody"
    return Loan.objects.get(borrower_id=theirs.borrower_id, order_id=theirs.order_id)


def put(order: Order, agreement: Agreement, *, product: Product, terms: dict[str, Any], now: datetime) -> Loan:
    """A new loan with a number of its own. It has not begun and has no dates."""
    return Loan.objects.create(
        borrower_id=order.borrower_id,
        id=uuid7(),
        number=_number(day_of(now)),
        order_id=order.id,
        agreement_id=agreement.id,
        product=product,
        lender_id=product.lender_id,
        currency=order.currency,
        principal_minor=order.amount_minor,
        is_cash=order.merchant_id is None,
        terms=terms,
        created_at=now,
    )


def begin(borrower_id: UUID, loan_id: UUID, *, on: date) -> None:
    """The goods left, or the money arrived, on that day; the plan's dates follow from it."""
    Loan.objects.filter(borrower_id=borrower_id, id=loan_id).update(starts_on=on)


def cancel(borrower_id: UUID, loan_id: UUID, *, on: date) -> None:
    """The loan will never begin; from now on it takes nothing of the limit."""
    Loan.objects.filter(borrower_id=borrower_id, id=loan_id).update(cancelled_on=on)


def _number(today: date) -> str:
    # Fifty random bits for each month: no two alike, and nobody learns from one how many there are.
    return f"AQ{today:%y%m}-" + "".join(secrets.choice(_LETTERS) for _ in range(10))
