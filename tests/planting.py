"""Loans planted straight into rows, for tests that begin where a purchase has ended."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.ledger import books
from anqi.lending import courses, loans, store
from anqi.lending.models import Agreement, CreditLine, Lender, Loan, Merchant, MerchantOrder, Order, Product
from anqi.lending.store import NewFact
from anqi.people import holds
from anqi.people.models import Borrower, PhoneEntry, User
from anqi.rows import keyring
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7

# Twelve instalments at 12 % a year, the engine contract's own example: 533.09 a month for 6000.00.
TERMS: dict[str, Any] = {
    "currency": "CNY",
    "method": "equal_instalment",
    "every": {"months": 1},
    "annual_rate": "0.12",
    "grace_days": 3,
    "penalty": {"daily_rate": "0.0005", "on": "principal"},
    "excess": "next",
}

_PARTIES = {
    "lender": {"code": "qhxj", "name": "青禾消费金融"},
    "borrower": {"name": "林小满", "id_number": "110***********002X"},
}


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A borrower with one running loan."""

    borrower_id: UUID
    loan_id: UUID
    order_id: UUID
    merchant_order_id: UUID


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """That day in Asia/Shanghai, at noon unless told otherwise."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def plant_borrower(phone: str = "+8613800006021", *, now: datetime) -> UUID:
    """A borrower whose identity has been verified."""
    borrower_id = uuid7()
    hashed = keyring.fingerprint(phone, purpose="phone")
    User.objects.create(id=borrower_id, kind=User.Kind.BORROWER, created_at=now, password="!")
    Borrower.objects.create(
        id=borrower_id, phone=phone, phone_hash=hashed, name="林小满", id_number="11010519491231002X",
        id_number_hash=keyring.fingerprint("11010519491231002X", purpose="id_number"),
        verified_at=now, created_at=now,
    )  # fmt: skip
    PhoneEntry.objects.create(phone_hash=hashed, borrower_id=borrower_id)
    return borrower_id


def plant_many(count: int, *, starts_on: date) -> list[Planted]:
    """So many borrowers with a loan each that began on that day."""
    return [
        plant_loan(starts_on=starts_on, borrower_id=plant_borrower(f"+86139000{n:05}", now=at(starts_on)))
        for n in range(count)
    ]


def plant_loan(
    *, borrower_id: UUID | None = None, starts_on: date, principal: str = "6000.00", instalments: int = 12,
    terms: dict[str, Any] = TERMS,
) -> Planted:  # fmt: skip
    """A loan that was signed and began on that day, its first step booked."""
    now = at(starts_on)
    with transaction.atomic():
        borrower_id = borrower_id or plant_borrower(now=now)
        principal_minor = int(principal.replace(".", ""))
        loan = _rows(borrower_id, principal_minor, terms | {"principal": principal, "instalments": instalments}, now)
        _begin(loan, starts_on, now)
    return Planted(
        borrower_id=borrower_id,
        loan_id=loan.id,
        order_id=loan.order_id,
        merchant_order_id=MerchantOrder.objects.get(order_id=loan.order_id).id,
    )


def _rows(borrower_id: UUID, principal_minor: int, terms: dict[str, Any], now: datetime) -> Loan:
    lender, product, merchant = reference_rows(now)
    order_id, agreement_id, loan_id = uuid7(), uuid7(), uuid7()
    number = f"QH{loan_id.hex[-10:]}"
    theirs = MerchantOrder.objects.create(
        merchant=merchant, order_number=number, idempotency_key=number, body_hash="", confirm_token=loan_id.hex,
        amount_minor=principal_minor, plan=product.code, product=product,
        goods=[{"title": "青禾 12", "quantity": 1, "price_minor": principal_minor}],
        return_url="http://localhost:8004/back", state=MerchantOrder.State.SHIPPED, borrower_id=borrower_id,
        order_id=order_id, created_at=now, changed_at=now,
    )  # fmt: skip
    CreditLine.objects.get_or_create(
        borrower_id=borrower_id, lender=lender, defaults={"granted_minor": 2_000_000, "granted_at": now}
    )
    Order.objects.create(
        borrower_id=borrower_id, id=order_id, merchant=merchant, merchant_order_id=theirs.id,
        order_number=number, goods=theirs.goods, amount_minor=principal_minor, opened_at=now, confirmed_at=now,
        shipped_at=now, state=MerchantOrder.State.SHIPPED,
    )  # fmt: skip
    Agreement.objects.create(
        borrower_id=borrower_id, id=agreement_id, order_id=order_id, template="test",
        body=json.dumps(terms | _PARTIES), sha256="", signed_at=now,
    )  # fmt: skip
    return Loan.objects.create(
        borrower_id=borrower_id, id=loan_id, number=f"AQ{loan_id.hex[-10:].upper()}", order_id=order_id,
        agreement_id=agreement_id, product=product, lender=lender, principal_minor=principal_minor, terms=terms,
        created_at=now,
    )  # fmt: skip


def reference_rows(now: datetime) -> tuple[Lender, Product, Merchant]:
    """The lender, a product and a shop; the same ones each time."""
    lender, _ = Lender.objects.get_or_create(
        code="qhxj", defaults={"name": "青禾消费金融", "kind": "consumer_finance", "limit_minor": 2_000_000}
    )
    product, _ = Product.objects.get_or_create(
        code="p12", version=1, lender=lender,
        defaults={
            "kind": "purchase", "title": "12 期", "instalments": 12, "least_minor": 10_000, "most_minor": 2_000_000,
            "terms": TERMS, "sold_from": date(2026, 1, 1),
        },
    )  # fmt: skip
    merchant, _ = Merchant.objects.get_or_create(
        code="qinghe",
        defaults={"name": "青禾数码", "webhook_url": "http://localhost:8004/hooks", "created_at": now},
    )
    return lender, product, merchant


def _begin(loan: Loan, starts_on: date, now: datetime) -> None:
    chain = holds.hold(loan.borrower_id)
    Loan.objects.filter(borrower_id=loan.borrower_id, id=loan.id).update(starts_on=starts_on)
    fact = NewFact(
        loan_id=loan.id, kind="shipped", counts_on=starts_on, body={}, actor="merchant", key=f"shipped:{loan.id}"
    )
    store.record(chain, [fact], now=now)
    held = store.read(loan.borrower_id, [loan.id])[loan.id]
    booked = books.read(loan.borrower_id, [loan.id])
    entries = books.bring_to(
        [courses.reached(held, by=fact, today=starts_on)],
        booked=booked.balances[loan.id], loan_id=loan.id, lender_id=loan.lender_id, currency=loan.currency,
        discloses=held.discloses,
    )  # fmt: skip
    books.post(chain, entries, first_open_on=booked.first_open_on, now=now)
    store.wake(loan.borrower_id, loan.id, courses.outlook(held, today=starts_on))
    holds.keep(chain)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def plant_cash(
    *, borrower_id: UUID | None = None, amount_minor: int = 50_000, now: datetime, terms: dict[str, Any] = TERMS
) -> Loan:
    """A loan in cash that was signed and waits to be paid out."""
    borrower_id = borrower_id or plant_borrower(now=now)
    lender, _, _ = reference_rows(now)
    product, _ = Product.objects.get_or_create(
        code="cash3", version=1, lender=lender,
        defaults={
            "kind": "reserve", "title": "备用金 3 期", "instalments": 3, "least_minor": 10_000,
            "most_minor": 2_000_000, "terms": terms, "sold_from": date(2026, 1, 1),
        },
    )  # fmt: skip
    order_id, agreement_id = uuid7(), uuid7()
    CreditLine.objects.get_or_create(
        borrower_id=borrower_id, lender=lender, defaults={"granted_minor": 2_000_000, "granted_at": now}
    )
    order = Order.objects.create(
        borrower_id=borrower_id, id=order_id, order_number=f"BY{order_id.hex[-8:]}", goods=[],
        amount_minor=amount_minor, opened_at=now, confirmed_at=now, state=Order.State.CONFIRMED,
    )  # fmt: skip
    agreement = Agreement.objects.create(
        borrower_id=borrower_id, id=agreement_id, order_id=order_id, template="test", body=json.dumps(_PARTIES), sha256="",
        signed_at=now,
    )
    signed = terms | {"principal": f"{amount_minor // 100}.{amount_minor % 100:02}", "instalments": 3}
    return loans.put(order, agreement, product=product, terms=signed, now=now)
