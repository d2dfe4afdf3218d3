"""Days of a shop: goods that leave and come back, the days shut and settled, and what is paid for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from anqi.actions import settlements
from anqi.actions.settlements import accounts, booking, payouts
from anqi.ledger import days as ledger_days
from anqi.ledger.models import ClosedDay
from anqi.lending.inspection import PRODUCTS_OF_LOANS
from anqi.lending.models import Lender, Merchant, MerchantAccount, MerchantPayout
from anqi.people.models import User
from anqi.rows.ids import uuid7
from tests.happening import happen
from tests.planting import TERMS, Planted, at, days, plant_borrower, plant_loan, reference_rows

FREE = TERMS | {"annual_rate": "0", "merchant_fee_rate": "0.03"}
"""A plan that costs the borrower nothing, and the shop 3 %."""
DAY = date(2026, 9, 1)
CARD = "6222021001116245702"


def staff(role: str = "clerk") -> User:
    return User.objects.create(
        kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=at(DAY)
    )


def buyer(n: int = 0) -> UUID:
    return plant_borrower(f"+86137000{n:05}", now=at(DAY))


def sell(on: date = DAY, *, principal: str = "1000.00", terms: dict[str, Any] = TERMS, who: UUID | None = None) -> Planted:
    """Goods that left on that day."""
    return plant_loan(borrower_id=who or buyer(), starts_on=on, principal=principal, terms=terms)


def come_back(who: Planted, on: date, amount: str, **more: Any) -> UUID:
    return happen(who, "return", on, amount=amount, gives_back=True, **more)


def shut(day: date) -> None:
    """The day is over, and settled."""
    now = at(day + days(1), 1)
    ClosedDay.objects.create(day=day, shut_at=now, finished_at=now, closed_at=now)
    ledger_days.sum_up(day, loans=PRODUCTS_OF_LOANS)
    settlements.make(day, now=now)


def shop() -> Merchant:
    return reference_rows(at(DAY))[2]


def give_account(*, since: datetime | None = None, number: str = CARD) -> MerchantAccount:
    """The shop's account, which may be used since then."""
    now = (since or at(DAY)) - days(1)
    asked = accounts.propose(
        account_id=uuid7(), merchant_id=shop().id, name="青禾数码有限公司", bank="工商银行深圳分行", number=number,
        actor=staff(), now=now,
    )  # fmt: skip
    return accounts.release(merchant_id=shop().id, account_id=asked.id, actor=staff("supervisor"), now=now)


def propose(on: date, *, until: date | None = None, actor: User | None = None, id: UUID | None = None) -> MerchantPayout:
    return payouts.propose(
        payout_id=id or uuid7(), merchant_id=shop().id, lender_id=Lender.objects.get().id, currency="CNY",
        until=until or on, actor=actor or staff(), now=at(on),
    )  # fmt: skip


def released(on: date) -> MerchantPayout:
    return payouts.release(payout_id=propose(on).id, actor=staff("supervisor"), now=at(on, 13))


def book(on: date) -> None:
    for payout in MerchantPayout.objects.filter(is_booking=True).order_by("changed_at", "id"):
        booking.book(payout.id, now=at(on, 14))
