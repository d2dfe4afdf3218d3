"""From the borrower's tap over the bank's counter and its statement to the books, and back again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from anqi import clock
from anqi.actions import bank, charges, inbox, refunds
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.ledger.models import Posting
from anqi.payments import channels
from anqi.payments.bank_files import LineMissing, LineRepeated
from anqi.payments.channels.bank import reference
from anqi.payments.models import BankLine, Charge, Payment, Refund, Unapplied
from anqi.people.models import User
from sandbox.bank.account import Account
from tests.planting import Planted, plant_loan
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = pytest.mark.django_db
OURS = Account()


@pytest.fixture(autouse=True)
def stated(settings: Any) -> Iterator[None]:
    settings.ANQI_BANK = {"account_name": OURS.name, "account_number": OURS.number, "bank_name": OURS.bank}
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def charge() -> Charge:
    who: Planted = plant_loan(starts_on=clock.today() - timedelta(days=30))
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due", amount_minor=53_309)],
        channel="bank", how="page", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    return charges.deliver(borrower_id=who.borrower_id, charge_id=charge.id, now=clock.now())


def transfer(sandbox: Sandbox, memo: str, amount: str = "533.09", direction: str = "in") -> str:
    told = {"name": "林小满", "account": "6222020200112233445", "memo": memo, "direction": direction}
    answer = sandbox.control("bank/transfer", amount=amount, **told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["serial"])


def take(sandbox: Sandbox, encoding: str = "gbk") -> None:
    file = sandbox.http.get("/bank/statement.csv", params={"encoding": encoding}).content
    bank.import_statement(file, actor=None, now=clock.now())
    for message in inbox.lease(now=clock.now(), limit=100):
        tasks._learn(message, clock.now())


def booked(account: str) -> int:
    rows = Posting.objects.values_list("debit", "credit", "amount_minor")
    return sum((debit == account) * amount - (credit == account) * amount for debit, credit, amount in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_transfer_is_paid_and_what_came_twice_goes_back(sandbox: Sandbox, charge: Charge, encoding: str) -> None:
    told = charge.action["transfer"]["reference"]
    for _ in range(2):
        transfer(sandbox, f"还款 {told.lower()}")
    take(sandbox, encoding)
    take(sandbox, encoding)
    assert Payment.objects.count() == 2
    case = Unapplied.objects.get()
    assert (case.reason, booked("bank"), booked("unapplied")) == ("second_payment", 106_618, -53_309)
    actor = User.objects.create(kind="staff", role="clerk", email="a@example.com", name="经办", created_at=clock.now())
    refund = refunds.begin(borrower_id=case.borrower_id, case_id=case.id, actor=actor, reason="两次", now=clock.now())
    serial = transfer(sandbox, f"退款 {reference(refund.key)}", direction="out")
    take(sandbox, encoding)
    assert Refund.objects.get().state == "succeeded"
    assert (booked("bank"), booked("refund_in_transit"), booked("unapplied")) == (53_309, 0, 0)
    sandbox.control("bank/return", serial=serial)
    take(sandbox, encoding)
    assert (Refund.objects.get().state, Refund.objects.get().reason) == ("failed", "returned")
    assert (booked("bank"), booked("unapplied")) == (106_618, -53_309)


def test_a_mistyped_reference_waits_for_people(sandbox: Sandbox, charge: Charge) -> None:
    memo = reference(charge.key)
    sandbox.fault("wrong_reference", channel="bank", order=memo, next=1)
    serial = transfer(sandbox, memo)
    take(sandbox)
    assert BankLine.objects.get(serial=serial).state == "waiting"
    assert not Payment.objects.exists()


def test_another_amount_is_unapplied(sandbox: Sandbox, charge: Charge) -> None:
    memo = reference(charge.key)
    sandbox.fault("amount_differs", channel="bank", order=memo, next=1)
    transfer(sandbox, memo)
    take(sandbox)
    assert (Unapplied.objects.get().reason, Unapplied.objects.get().left_minor) == ("amount_differs", 53_308)


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [("line_missing", LineMissing), ("line_repeated", LineRepeated), ("balance_gap", LineMissing)],
)
def test_a_spoiled_statement_is_not_taken_and_the_next_one_is(
    sandbox: Sandbox, charge: Charge, fault: str, refusal: type[Exception]
) -> None:
    for memo in ("", reference(charge.key), ""):
        transfer(sandbox, memo)
    sandbox.fault(fault, channel="bank", next=1)
    with pytest.raises(refusal):
        take(sandbox)
    assert not BankLine.objects.exists()
    take(sandbox)
    assert Payment.objects.count() == 1
