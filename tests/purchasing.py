"""A lender, its three plans and a shop, made by real actions; and a purchase brought as far as a test wants it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from anqi.actions import merchants, purchases
from anqi.lending import credit, products, quotes
from anqi.lending.merchant_orders import Good, NewOrder
from anqi.lending.models import Loan, Merchant, MerchantOrder, Order
from anqi.rows.days import day_of
from tests.planting import at, plant_borrower

TODAY = date(2026, 11, 24)
NOON = at(TODAY)
LIMIT_MINOR = 2_000_000
RETURN_URL = "http://localhost:8004/orders/QH-1"
READ = timedelta(seconds=11)

TERMS: dict[str, Any] = {
    "method": "equal_instalment",
    "every": {"months": 1},
    "day_count": "period",
    "annual_rate": "0.12",
    "grace_days": 3,
    "penalty": {"daily_rate": "0.0005", "on": "principal"},
    "excess": "next",
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A merchant that has been admitted, and the key it was shown."""

    merchant: Merchant
    key: str


def open_street(*, now: datetime = NOON, limit_minor: int = LIMIT_MINOR) -> Shop:
    """A lender with plans of 3 (free), 6 and 12 instalments, and a shop."""
    merchants.open_lender(code="qhxj", name="青禾消费金融", kind="consumer_finance", limit_minor=limit_minor)
    for code, instalments, rate in (("p3-0", 3, "0"), ("p6", 6, "0.12"), ("p12", 12, "0.12")):
        merchants.sell(
            lender="qhxj", code=code, title=f"{instalments} 期", instalments=instalments, least_minor=10_000,
            most_minor=2_000_000, terms=TERMS | {"annual_rate": rate}, now=now,
        )  # fmt: skip
    return admit("qinghe", now=now)


def admit(code: str, *, now: datetime = NOON) -> Shop:
    """One more shop."""
    merchant, key = merchants.admit(
        code=code, name="青禾数码", webhook_url="http://localhost:8004/webhooks/anqi",
        return_origins=["http://localhost:8004"], now=now,
    )  # fmt: skip
    return Shop(merchant=merchant, key=key)


def welcome(phone: str = "+8613800006021", *, now: datetime = NOON, name: str = "林小满") -> UUID:
    """A borrower who has been verified and has a credit line."""
    borrower_id = plant_borrower(phone, now=now)
    credit.grant(borrower_id, now=now)
    return borrower_id


def wish(shop: Shop, *, number: str = "QH-1", amount_minor: int = 600_000, plan: str = "p12", now: datetime = NOON,
         **changed: Any) -> NewOrder:  # fmt: skip
    """What the shop asks for, with a quote of now."""
    quote = quotes.give(
        merchant_id=shop.merchant.id, product=products.find(plan, day_of(now)), amount_minor=amount_minor, now=now
    )
    asked = NewOrder(
        order_number=number, amount_minor=amount_minor, currency="CNY",
        goods=(Good(title="青禾 12", quantity=1, price_minor=amount_minor),), plan=plan, quote=quote.token,
        return_url=RETURN_URL,
    )  # fmt: skip
    return replace(asked, **changed)


def ask(shop: Shop, asked: NewOrder, *, key: str | None = None, now: datetime = NOON) -> MerchantOrder:
    """The order, created with a key of its own unless told otherwise."""
    order, _ = purchases.create(
        merchant_id=shop.merchant.id, key=key or uuid4().hex, body=asked, body_hash=hash_of(asked), now=now
    )
    return order


def hash_of(asked: NewOrder) -> str:
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def opened(shop: Shop, borrower_id: UUID, *, now: datetime = NOON, **wished: Any) -> Order:
    """An order of the shop that this borrower has opened."""
    theirs = ask(shop, wish(shop, now=now, **wished), now=now)
    return purchases.open(token=theirs.confirm_token, borrower_id=borrower_id, now=now)


def sign(order: Order, *, now: datetime = NOON, after: timedelta = READ, **changed: Any) -> Loan:
    """The order read and signed by its borrower."""
    offer = purchases.present(borrower_id=order.borrower_id, order_id=order.id, now=now)
    stated = {
        "sha256": offer.draft.sha256, "reading_token": offer.reading_token, "consents": offer.consents,
        "address": "203.0.113.7", "agent": "Mozilla/5.0",
    } | changed  # fmt: skip
    return purchases.sign(borrower_id=order.borrower_id, order_id=order.id, now=now + after, **stated)


def ship(order: Order, *, now: datetime = NOON + timedelta(hours=1)) -> MerchantOrder:
    """The goods leave."""
    return purchases.ship(
        merchant_id=order.merchant_id, merchant_order_id=order.merchant_order_id, tracking_number="SF1234", now=now
    )


@contextmanager
def serving() -> Iterator[WSGIHandler]:
    """The site as gunicorn runs it, on this test's own connection: a request here neither opens nor closes one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield get_wsgi_application()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
