"""Two devices, two buttons, two borrowers, two of staff, and a death over it: one application, one loan, one payout."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from anqi.actions import payouts as payout_actions
from anqi.actions import reserves
from anqi.actions.reserves import signing
from anqi.config.verification import verify
from anqi.lending import agreements, limits
from anqi.lending.applications import AlreadyApplied, NotOpen, To
from anqi.lending.limits import LimitExceeded
from anqi.lending.models import Agreement, Application, Fact, Lender, Loan, Order
from anqi.payments import payouts
from anqi.payments.models import Payout
from anqi.people.models import Borrower
from anqi.rows.ids import uuid7
from tests import purchasing, reserving
from tests.actions.test_payouts import Bank, Killed, bank
from tests.actions.test_purchases_at_once import at_once, kinds
from tests.reserving import NOON, READ, TODAY, ZHOU, apply, bind, sign, welcome
from tests.returning import staff

__all__ = ["bank"]


@pytest.fixture
def mine(clone_database: str, bank: Bank) -> tuple[UUID, To]:
    reserving.open_shelf()
    return welcome()


def assert_sound() -> None:
    wrong = [each.told() for each in verify(today=TODAY).wrong]
    assert not wrong, wrong


def test_two_devices_are_one_application(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    came = at_once(lambda: apply(lin, to), lambda: apply(lin, to))
    assert kinds(came) == [AlreadyApplied.__name__, Application.__name__]
    assert Application.objects.count() == 1


def test_one_attempt_sent_thrice_is_one_application(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    attempt = uuid7()
    assert {each.id for each in at_once(*[lambda: apply(lin, to, attempt=attempt)] * 3)} == {attempt}


def test_of_two_borrowers_who_name_one_account_at_once_one_is_looked_at(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    zhou, _ = welcome(ZHOU)
    theirs = bind(zhou, "6235200006021")
    came = at_once(lambda: apply(lin, to, device="d"), lambda: apply(zhou, theirs, device="d"))
    assert sorted(each.state for each in came) == ["approved", "review"]


def press(row: Application) -> Any:
    offer = reserves.present(borrower_id=row.borrower_id, application_id=row.id, now=NOON)

    def sign_once() -> UUID:
        loan = reserves.sign(
            borrower_id=row.borrower_id, application_id=row.id, sha256=offer.draft.sha256,
            reading_token=offer.reading_token, consents=agreements.CONSENTS, address="", agent="", now=NOON + READ,
        )  # fmt: skip
        return loan.id

    return sign_once


def test_signed_thrice_at_once_is_one_loan_and_one_payout(mine: tuple[UUID, To]) -> None:
    button = press(apply(*mine))
    assert len(set(at_once(*[button] * 3))) == 1
    assert (Loan.objects.count(), Payout.objects.count(), Agreement.objects.count()) == (1, 1, 1)
    assert_sound()


def test_signing_and_withdrawing_at_once_ends_in_one_of_them(mine: tuple[UUID, To]) -> None:
    row = apply(*mine)
    button = press(row)
    came = at_once(
        button, lambda: reserves.withdraw(borrower_id=row.borrower_id, application_id=row.id, now=NOON)
    )
    row.refresh_from_db()
    assert (row.state, Loan.objects.count(), [type(each) for each in came].count(NotOpen)) in (
        ("signed", 1, 1), ("withdrawn", 0, 1)
    )  # fmt: skip


def test_a_purchase_and_a_reserve_at_once_cannot_share_one_limit(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    order = purchasing.opened(purchasing.open_street(), lin, amount_minor=1_200_000)
    row = apply(lin, to, product="reserve-m12", amount_minor=1_200_000)
    came = at_once(lambda: purchasing.sign(order), lambda: sign(row))
    assert kinds(came) == [LimitExceeded.__name__, Loan.__name__]
    limit = limits.read(lin, Lender.objects.get().id, today=TODAY)
    assert (limit.frozen_minor, limit.available_minor) == (1_200_000, 800_000)
    assert Borrower.objects.get().last_seq == Fact.objects.count() == 1


def test_several_reserves_at_once_stay_within_the_limit(mine: tuple[UUID, To]) -> None:
    """Whoever comes late to what was approved finds what the others have left."""
    lin, to = mine
    for amount_minor in (900_000, 800_000, 400_000):
        row = apply(lin, to, product="reserve-m12", amount_minor=amount_minor)
        came = at_once(*[press(row)] * 2) if row.state == "approved" else [row.state]
        assert came == [Loan.objects.order_by("-id")[0].id] * 2 or came in (["review"], ["refused"])
    limit = limits.read(lin, Lender.objects.get().id, today=TODAY)
    assert (limit.frozen_minor, limit.available_minor) == (1_700_000, 300_000)
    assert Application.objects.get(amount_minor=400_000).reasons[0]["code"] == "more_than_free"
    assert_sound()


def test_of_two_who_look_at_once_one_decides(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    zhou, _ = welcome(ZHOU)
    apply(lin, to)
    row = apply(zhou, bind(zhou, "6235200006021"))

    def look(outcome: Any) -> Any:
        actor = staff()
        return lambda: reserves.review(
            borrower_id=zhou, application_id=row.id, outcome=outcome, reason="核实", actor=actor, now=NOON
        )

    came = at_once(look("approved"), look("refused"))
    assert kinds(came) == [Application.__name__, reserves.NotWaiting.__name__]


@pytest.mark.parametrize("at", ["put", "announce", "keep"])
def test_who_dies_while_signing_has_signed_nothing(
    mine: tuple[UUID, To], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    row = apply(*mine)
    button = press(row)
    where = {"put": (payouts, "put"), "announce": (signing.messages, "announce"), "keep": (signing.holds, "keep")}[at]

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(*where, die)
        with pytest.raises(Killed):
            button()
    assert not any(each.objects.exists() for each in (Loan, Order, Agreement, Payout, Fact))
    assert button() == Loan.objects.get().id
    assert Payout.objects.count() == 1
    assert_sound()


def test_who_dies_after_signing_leaves_a_payout_that_leaves_by_itself(mine: tuple[UUID, To], bank: Bank) -> None:
    button = press(apply(*mine))
    loan_id = button()
    assert button() == loan_id
    for payout in payout_actions.lease(now=NOON + READ, limit=10):
        payout_actions.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=NOON + READ)
    assert button() == loan_id
    assert (len(bank.asked), len(bank.paid), Payout.objects.get().state) == (1, 1, "processing")


def test_a_borrower_has_one_alive_whatever_wrong_code_does(mine: tuple[UUID, To]) -> None:
    row = apply(*mine)
    again = Application.objects.get(id=row.id)
    again.id = uuid7()
    with pytest.raises(Exception, match="lending_application_alive"), transaction.atomic():
        Application.objects.bulk_create([again])
    assert reserves.lapse(now=NOON + timedelta(days=2), limit=1) == 1
