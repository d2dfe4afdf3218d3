"""Two at once, on a database that commits for real: one order, one owner, one limit, one beginning."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from anqi.actions import credit_lines, purchases
from anqi.ledger.models import Posting
from anqi.lending import limits, merchant_orders
from anqi.lending.limits import LimitExceeded, LimitLocked
from anqi.lending.merchant_orders import (
    KeyReused,
    NoSuchOrder,
    OrderCancelled,
    OrderNumberTaken,
    StateConflict,
)
from anqi.lending.models import Fact, Lender, Loan, MerchantOrder, Order
from anqi.people.models import Borrower
from tests import purchasing
from tests.purchasing import NOON, READ, Shop, ask, hash_of, opened, ship, sign, welcome, wish


@pytest.fixture
def shop(clone_database: str) -> Shop:
    return purchasing.open_street()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What became of each act, a refusal included; all of them start together, each on its own connection."""
    begin, came = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        begin.wait()
        try:
            came[place] = act()
        except Exception as refused:
            came[place] = refused  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def kinds(came: list[Any]) -> list[str]:
    return sorted(type(each).__name__ for each in came)


def test_one_key_makes_one_order(shop: Shop) -> None:
    asked = wish(shop)

    def create() -> tuple[UUID, bool]:
        order, is_replay = purchases.create(
            merchant_id=shop.merchant.id, key="k1", body=asked, body_hash=hash_of(asked), now=NOON
        )
        return order.id, is_replay

    came = at_once(*[create] * 4)
    assert len({order_id for order_id, _ in came}) == 1
    assert sorted(is_replay for _, is_replay in came) == [False, True, True, True]
    assert MerchantOrder.objects.count() == 1


def test_one_key_with_two_bodies_is_refused_to_one(shop: Shop) -> None:
    first, second = wish(shop), wish(shop, number="QH-2")
    came = at_once(lambda: ask(shop, first, key="k1"), lambda: ask(shop, second, key="k1"))
    assert kinds(came) == [KeyReused.__name__, MerchantOrder.__name__]


def test_one_order_number_is_taken_once(shop: Shop) -> None:
    asked = wish(shop)
    came = at_once(lambda: ask(shop, asked), lambda: ask(shop, asked))
    assert kinds(came) == [MerchantOrder.__name__, OrderNumberTaken.__name__]


def test_one_link_opened_by_two_belongs_to_one(shop: Shop) -> None:
    token = ask(shop, wish(shop)).confirm_token
    borrowers = [welcome(), welcome("+8613900008866")]
    came = at_once(*(lambda who=who: purchases.open(token=token, borrower_id=who, now=NOON) for who in borrowers))
    assert kinds(came) == [NoSuchOrder.__name__, Order.__name__]
    assert MerchantOrder.objects.get().borrower_id == Order.objects.get().borrower_id


def test_one_link_opened_twice_is_one_order(shop: Shop) -> None:
    token, lin = ask(shop, wish(shop)).confirm_token, welcome()
    came = at_once(*[lambda: purchases.open(token=token, borrower_id=lin, now=NOON).id] * 3)
    assert len(set(came)) == 1


def test_two_orders_cannot_share_one_limit(shop: Shop) -> None:
    lin = welcome()
    orders = [opened(shop, lin, number=f"QH-{n}", amount_minor=1_200_000) for n in range(2)]
    came = at_once(*(lambda order=order: sign(order) for order in orders))
    assert kinds(came) == [LimitExceeded.__name__, Loan.__name__]
    assert Borrower.objects.get().last_seq == Fact.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_signing_and_locking_at_once_is_signed_or_refused(shop: Shop, attempt: int) -> None:
    """Whoever comes second sees what the first has done: a limit read before the lock lets nothing in after it."""
    lin, lender_id = welcome(), Lender.objects.get().id
    order = opened(shop, lin)
    came = at_once(
        lambda: sign(order), lambda: credit_lines.lock(borrower_id=lin, lender_id=lender_id, reason="", now=NOON)
    )
    assert type(came[1]) is UUID
    assert type(came[0]) in (Loan, LimitLocked)
    limit = limits.read(lin, lender_id, today=purchasing.TODAY)
    assert (limit.frozen_minor, limit.available_minor) == (600_000 if type(came[0]) is Loan else 0, 0)


def test_signed_twice_at_once_is_one_loan(shop: Shop) -> None:
    order = opened(shop, welcome())
    offer = purchases.present(borrower_id=order.borrower_id, order_id=order.id, now=NOON)

    def press() -> UUID:
        loan = purchases.sign(
            borrower_id=order.borrower_id, order_id=order.id, sha256=offer.draft.sha256,
            reading_token=offer.reading_token, consents=offer.consents, address="", agent="", now=NOON + READ,
        )  # fmt: skip
        return loan.id

    assert len(set(at_once(*[press] * 3))) == 1


def test_shipped_twice_at_once_is_booked_once(shop: Shop) -> None:
    order = opened(shop, welcome())
    sign(order)
    assert kinds(at_once(*[lambda: ship(order)] * 3)) == [MerchantOrder.__name__] * 3
    assert Posting.objects.count() == 1


def test_shipping_and_cancelling_at_once_ends_in_one_of_them(shop: Shop) -> None:
    order = opened(shop, welcome())
    sign(order)
    came = at_once(lambda: ship(order), lambda: _cancel(shop, order.merchant_order_id))
    assert kinds(came) == [MerchantOrder.__name__, StateConflict.__name__]
    loan = Loan.objects.get()
    assert (loan.starts_on is None) != (loan.cancelled_on is None)


@pytest.mark.parametrize("attempt", range(3))
def test_opening_and_cancelling_at_once_leave_both_sides_agreeing(shop: Shop, attempt: int) -> None:
    theirs, lin = ask(shop, wish(shop)), welcome()
    came = at_once(
        lambda: purchases.open(token=theirs.confirm_token, borrower_id=lin, now=NOON),
        lambda: _cancel(shop, theirs.id),
    )
    assert type(came[0]) in (Order, OrderCancelled)
    assert MerchantOrder.objects.get().state == "cancelled"
    assert {each.state for each in Order.objects.all()} <= {"cancelled"}


def test_signed_between_looking_and_locking_its_loan_is_cancelled_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, lin = ask(shop, wish(shop)), welcome()
    real = merchant_orders.of_merchant

    def look_then_others_act(*asked: UUID) -> MerchantOrder:
        seen = real(*asked)
        monkeypatch.setattr(merchant_orders, "of_merchant", real)
        at_once(lambda: sign(purchases.open(token=theirs.confirm_token, borrower_id=lin, now=NOON)))
        return seen

    monkeypatch.setattr(merchant_orders, "of_merchant", look_then_others_act)
    assert _cancel(shop, theirs.id).state == "cancelled"
    assert Loan.objects.get().cancelled_on == purchasing.TODAY
    assert Order.objects.get().state == "cancelled"


def _cancel(shop: Shop, order_id: UUID) -> MerchantOrder:
    return purchases.cancel(merchant_id=shop.merchant.id, merchant_order_id=order_id, reason="", now=NOON)
