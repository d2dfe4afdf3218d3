"""A plan whose goods come back: a purchase that is running, payments on it, and what the merchant and staff then do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from anqi.actions import charges, loans, refunds, repayments, returns
from anqi.actions.charges import Wish
from anqi.actions.returns import paying_back
from anqi.config.verification import verify
from anqi.engine import loan as engine_loan
from anqi.engine.loan import Standing
from anqi.jobs import tasks
from anqi.lending import store
from anqi.lending.models import Loan, MerchantOrder, Return
from anqi.lending.repaying import Purpose
from anqi.lending.returning import NewReturn
from anqi.lending.store import LoanInHand
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, RefundRequest, Result, Succeeded
from anqi.payments.models import Charge
from anqi.people.models import User
from tests import purchasing
from tests.planting import at
from tests.purchasing import Shop

BOUGHT = date(2026, 9, 1)
# Twelve instalments of 6000.00 at 12 %: 533.09 on the first of each month.
FIRST_DUE = date(2026, 10, 1)


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A purchase of 6000.00 whose goods have left, and its loan."""

    shop: Shop
    borrower_id: UUID
    loan_id: UUID
    order: MerchantOrder

    def held(self) -> LoanInHand:
        return store.read(self.borrower_id, [self.loan_id])[self.loan_id]

    def standing(self, on: date) -> Standing:
        held = self.held()
        return engine_loan.standing(held.terms, held.facts, on)

    def pay(
        self, now: datetime, *, purpose: Purpose = "due", amount_minor: int | None = None, channel: str = "alipay",
        paid_at: datetime | None = None,
    ) -> Charge:  # fmt: skip
        charge = self.open_charge(now, purpose=purpose, amount_minor=amount_minor, channel=channel)
        arrive(charge, paid_at or now, now=now)
        return charge

    def open_charge(
        self, now: datetime, *, purpose: Purpose = "due", amount_minor: int | None = None, channel: str = "alipay"
    ) -> Charge:
        wish = Wish(loan_id=self.loan_id, purpose=purpose, amount_minor=amount_minor)
        return charges.open(
            borrower_id=self.borrower_id, wishes=[wish], channel=channel, how="wap", attempt=uuid4().hex, now=now
        )

    def request(
        self, now: datetime, amount_minor: int | None = None, *, key: str = "", is_here: bool = False,
        shop: Shop | None = None, **asked: Any,
    ) -> Return:  # fmt: skip
        goods, _ = returns.request(
            merchant_id=(shop or self.shop).merchant.id, merchant_order_id=self.order.id, key=key or uuid4().hex,
            body_hash=str(amount_minor), asked=NewReturn(amount_minor=amount_minor, reason="七天无理由", **asked),
            is_here=is_here, now=now,
        )  # fmt: skip
        return goods

    def accept(self, goods: Return, now: datetime) -> Return:
        return returns.accept(
            merchant_id=self.shop.merchant.id, merchant_order_id=self.order.id, return_id=goods.id, now=now
        )

    def withdraw(self, goods: Return, now: datetime) -> Return:
        return returns.withdraw(
            merchant_id=self.shop.merchant.id, merchant_order_id=self.order.id, return_id=goods.id, reason="没有寄来",
            now=now,
        )  # fmt: skip


def arrive(charge: Charge, paid_at: datetime, *, now: datetime, amount_minor: int | None = None) -> None:
    result = Succeeded(ref=f"T{charge.key}", amount_minor=amount_minor or charge.amount_minor, paid_at=paid_at)
    repayments.learn(channel=charge.channel, key=charge.key, result=result, learned_by="query", now=now)


def buy(*, now: datetime = at(BOUGHT), phone: str = "+8613800006021", number: str = "QH-1") -> Bought:
    """The street's shop sells to a borrower, and ships at once."""
    merchant = MerchantOrder.objects.select_related("merchant").first()
    shop = Shop(merchant=merchant.merchant, key="") if merchant else purchasing.open_street(now=now)
    borrower_id = purchasing.welcome(phone, now=now)
    order = purchasing.opened(shop, borrower_id, now=now, number=number)
    loan: Loan = purchasing.sign(order, now=now)
    theirs = purchasing.ship(order, now=now + purchasing.READ)
    return Bought(shop=shop, borrower_id=borrower_id, loan_id=loan.id, order=theirs)


class Till:
    """A channel that gives back whatever it is asked to, unless told another answer."""

    def __init__(self) -> None:
        self.asked: list[RefundRequest] = []
        self.closed: list[str] = []
        self.answer: Result | None = None

    def refund(self, request: RefundRequest) -> Result:
        self.asked.append(request)
        return self.answer or Succeeded(ref=request.key, amount_minor=request.amount_minor, paid_at=request.opened_at)

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime) -> Result:
        return Accepted(ref=key)


def till(monkeypatch: Any) -> Till:
    made = Till()
    monkeypatch.setattr(channels, "find", lambda code: made)
    return made


def work(now: datetime) -> None:
    """What the worker does at that time."""
    loans.wake(now=now, limit=100)
    for goods in paying_back.due(now=now, limit=100):
        paying_back.pay_back(borrower_id=goods.borrower_id, return_id=goods.id, now=now)
    for case in tasks.due_cases(now=now, limit=100):
        refunds.begin_due(borrower_id=case.borrower_id, case_id=case.id, now=now)
    for refund in refunds.lease(now=now, limit=100):
        refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=now)


def staff(role: str = "clerk") -> User:
    return User.objects.create(
        kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=at(BOUGHT)
    )


def booked(account: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(case when debit = %s then amount_minor else -amount_minor end), 0)"
            " from ledger_posting where %s in (debit, credit)", [account, account],
        )  # fmt: skip
        return int(cursor.fetchone()[0])


def assert_sound(today: date) -> None:
    """Chains, books, cases and refunds agree with the engine and with each other."""
    wrong = [each.told() for each in verify(today=today).wrong]
    assert not wrong, wrong
