"""Days of shops on a seeded book, in a process of its own: `plant DAY ORDERS` and `settle DAY`."""

import json
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import django

django.setup()

from django.db import transaction  # noqa: E402

from anqi.actions import merchants, settlements  # noqa: E402
from anqi.actions.settlements import booking, payouts  # noqa: E402
from anqi.ledger import books  # noqa: E402
from anqi.ledger.books import Entry  # noqa: E402
from anqi.ledger.models import ClosedDay  # noqa: E402
from anqi.lending.models import MerchantAccount, MerchantPayout, Settlement, SettlementLine  # noqa: E402
from anqi.payments.channels.protocol import Succeeded  # noqa: E402
from anqi.people import holds  # noqa: E402
from anqi.people.models import User  # noqa: E402
from anqi.rows import sql  # noqa: E402
from anqi.rows.ids import uuid7  # noqa: E402
from tests.planting import at  # noqa: E402

_SHOPS = 200
# One shop has a quarter of all orders, the others have as many each: what grows by the shop shows beside what doesn't.
_LARGE = 4
# Of ten orders one comes back in part on the day it left.
_BACK = 10
_TOGETHER = 100
_PAID_MINOR, _FEE_MINOR, _BACK_MINOR = 97_000, 3_000, 20_000


def plant(stated: str, orders: str) -> None:
    """So many orders leave their shops on that day, and some come back; only the books of the loans say so."""
    day, shops = date.fromisoformat(stated), _open_shops(at(date.fromisoformat(stated)))
    loans = sql.fetch(_LOANS, [int(orders)])
    assert len(loans) == int(orders), "the book holds too few loans"
    shop_ids = [shops[0] if n % _LARGE == 0 else shops[1 + n % (_SHOPS - 1)] for n in range(len(loans))]
    with transaction.atomic():
        sql.write(_HAND_ROUND, [sql.as_ids(loan[2] for loan in loans), sql.as_ids(shop_ids)])
    for first in range(0, len(loans), _TOGETHER):
        _book(loans[first : first + _TOGETHER], day)


def _open_shops(now: datetime) -> list[UUID]:
    """The shops, and the account of each, that are there from the first day on."""
    shops = [
        merchants.admit(code=f"bench-{n:03}", name=f"店{n}", webhook_url="", return_origins=[], now=now)[0]
        for n in range(_SHOPS)
    ]
    since = now - timedelta(days=2)
    for shop in shops:
        MerchantAccount.objects.get_or_create(
            merchant=shop,
            defaults={
                "name": shop.name, "bank": "工商银行", "number": "6222021001116245702", "last4": "5702",
                "state": "released", "proposed_by": shop.id, "proposed_at": since, "usable_from": since,
            },
        )  # fmt: skip
    return [shop.id for shop in shops]


def _book(loans: Sequence[tuple[UUID, UUID, UUID, UUID]], day: date) -> None:
    with transaction.atomic(durable=True):
        chains = holds.hold_all({borrower_id for borrower_id, *_ in loans})
        books.post_all(
            (
                (chains[borrower_id], _entries(loan_id, lender_id, day, comes_back=n % _BACK == 0))
                for n, (borrower_id, loan_id, _order_id, lender_id) in enumerate(loans)
            ),
            first_open_on=books.first_open_on(), now=at(day),
        )  # fmt: skip
        holds.keep_all(chains.values())


def _entries(loan_id: UUID, lender_id: UUID, day: date, *, comes_back: bool) -> list[Entry]:
    shipped = [
        ("receivable_principal", "merchant_payable", _PAID_MINOR),
        ("receivable_principal", "merchant_fee_income", _FEE_MINOR),
    ]
    told = [("shipped", shipped)]
    if comes_back:
        told.append(("return", [("merchant_payable", "receivable_principal", _BACK_MINOR)]))
    return [
        Entry(
            loan_id=loan_id, lender_id=lender_id, currency="CNY", counts_on=day, cause=cause, cause_id=None, moves=moves
        )
        for cause, moves in told
    ]


def settle(stated: str) -> None:
    """Shuts the day, makes its settlements and pays them all; prints the seconds of each step."""
    day = date.fromisoformat(stated)
    now = at(day + timedelta(days=1), 9)
    ClosedDay.objects.create(day=day, shut_at=now, finished_at=now, closed_at=now)
    began = time.perf_counter()
    settlements.make(day, now=now)
    made = time.perf_counter()
    asked = _ask(day, now)
    paid = time.perf_counter()
    by_size = [_pay(payout, now) for payout in asked]
    booked = time.perf_counter()
    assert not SettlementLine.objects.filter(settlement__day=day, booked_for=None).exists(), "every order is settled"
    (large_s, large), *small = sorted(by_size, key=lambda each: -each[1])
    told = {
        "making_s": made - began,
        "asking_s": paid - made,
        "paying_s": booked - paid,
        "us_large": large_s / large * 1_000_000,
        "us_small": sum(each[0] for each in small) / sum(each[1] for each in small) * 1_000_000,
    }
    print(json.dumps(told))


def _ask(day: date, now: datetime) -> list[MerchantPayout]:
    """A payout for each shop, released by a second person."""
    clerk, supervisor = _staff("clerk", now), _staff("supervisor", now)
    asked = []
    for settled in Settlement.objects.filter(day=day):
        payout = payouts.propose(
            payout_id=uuid7(), merchant_id=settled.merchant_id, lender_id=settled.lender_id, currency="CNY", until=day,
            actor=clerk, now=now,
        )  # fmt: skip
        asked.append(payouts.release(payout_id=payout.id, actor=supervisor, now=now))
    return asked


def _pay(payout: MerchantPayout, now: datetime) -> tuple[float, int]:
    """Seconds and lines of a payout that the bank says it has made, until the books of all its borrowers show it."""
    began = time.perf_counter()
    made = Succeeded(ref=payout.number, amount_minor=payout.amount_minor, paid_at=now)
    settlements.learn(key=payout.number, result=made, now=now)
    lines = booking.book(payout.id, now=now)
    return time.perf_counter() - began, lines


def _staff(role: str, now: datetime) -> User:
    return User.objects.create(kind="staff", role=role, email=f"{uuid7()}@example.com", name=role, created_at=now)


_LOANS = """
    select l.borrower_id, l.id, l.order_id, l.lender_id
    from lending_loan l join lending_order o on o.borrower_id = l.borrower_id and o.id = l.order_id
    where l.starts_on is not null and o.merchant_order_id is not null
    order by l.borrower_id, l.id limit $1
"""
_HAND_ROUND = """
    update lending_order o set merchant_id = given.shop
    from unnest($1::uuid[], $2::uuid[]) as given (id, shop) where o.id = given.id
"""
if __name__ == "__main__":
    if sys.argv[1] == "plant":
        plant(*sys.argv[2:])
    else:
        settle(*sys.argv[2:])
