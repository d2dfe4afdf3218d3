"""Payments to shops are found in the statement of the bank account: made, and sent back, each once."""

from collections.abc import Iterator
from typing import Any

import pytest

from anqi.actions import bank, inbox
from anqi.jobs import tasks
from anqi.lending.models import MerchantPayout
from anqi.payments import channels
from anqi.payments.channels.bank import reference
from anqi.payments.models import BankLine
from tests.actions.bank_account import STATED, Account
from tests.planting import at, days
from tests.settling import DAY, book, give_account, released, sell, shut

pytestmark = pytest.mark.django_db
NEXT = DAY + days(1)


@pytest.fixture(autouse=True)
def stated(settings: Any) -> Iterator[None]:
    settings.ANQI_BANK = STATED
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def payout() -> MerchantPayout:
    give_account()
    sell(principal="1000.00")
    shut(DAY)
    return released(NEXT)


def tell(account: Account, day: Any) -> None:
    bank.import_statement(account.file(), actor=None, now=at(day, 18))
    for message in inbox.lease(now=at(day, 18), limit=100):
        tasks._learn(message, at(day, 18))
    book(day)


def test_made_by_hand_it_is_paid_by_what_the_statement_says(payout: MerchantPayout) -> None:
    account = Account(at=at(NEXT, 9))
    serial = account.move(-payout.amount_minor, f"货款 {reference(payout.number)}", name="青禾数码有限公司")
    tell(account, NEXT)
    payout.refresh_from_db()
    assert (payout.state, payout.ref, payout.paid_on, payout.doubt) == ("paid", serial, NEXT, "")
    assert BankLine.objects.get().state == "taken"
    tell(account, NEXT)
    payout.refresh_from_db()
    assert (payout.state, payout.doubt) == ("paid", "")


def test_sent_back_it_is_owed_again_since_the_day_it_came_back(payout: MerchantPayout) -> None:
    account = Account(at=at(NEXT, 9))
    account.move(-payout.amount_minor, reference(payout.number))
    tell(account, NEXT)
    account.move(payout.amount_minor, f"退汇 {reference(payout.number)}", at=at(NEXT + days(2), 9))
    tell(account, NEXT + days(3))
    payout.refresh_from_db()
    assert (payout.state, payout.returned_on, payout.doubt) == ("returned", NEXT + days(2), "")


def test_another_amount_waits_for_people(payout: MerchantPayout) -> None:
    account = Account(at=at(NEXT, 9))
    account.move(-payout.amount_minor + 1, reference(payout.number))
    tell(account, NEXT)
    payout.refresh_from_db()
    assert (payout.state, payout.doubt) == ("released", "other_amount")
