"""From the pay button to the books, over the real wire: told by a notice, found by a query, given up too late."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from anqi import clock
from anqi.actions import charges, repayments
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.payments.models import Charge, Exchange, Inbox, Payment
from tests.channels.cashier import Cashier
from tests.planting import Planted, plant_loan
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offered")]


@pytest.fixture
def lin() -> Planted:
    """Somebody whose first instalment is due."""
    return plant_loan(starts_on=clock.today() - timedelta(days=40))


@pytest.fixture
def charge(lin: Planted) -> Charge:
    """Opened and delivered, so that the borrower can be sent to the cashier."""
    opened = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    return charges.deliver(borrower_id=lin.borrower_id, charge_id=opened.id, now=clock.now())


def pay(sandbox: Sandbox, charge: Charge) -> None:
    assert sandbox.control("alipay/pay", url=charge.action["url"]).status_code == 200


def knock(body: bytes) -> None:
    answer = Client().post("/hooks/alipay", body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (200, b"success")


def jobs_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = 'inbox' and status = 'todo'"
        )
        count: int = cursor.fetchone()[0]
        return count


def state_of(charge: Charge) -> str:
    state: str = Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id).state
    return state


def test_a_notice_brings_the_payment_to_the_books(sandbox: Sandbox, cashier: Cashier, charge: Charge) -> None:
    pay(sandbox, charge)
    [body] = cashier.bodies(charge.key)
    knock(body)
    knock(body)
    assert jobs_waiting() == 1
    tasks.read_inbox()
    assert state_of(charge) == "succeeded"
    payment = Payment.objects.get(borrower_id=charge.borrower_id)
    assert (payment.amount_minor, payment.learned_by) == (charge.amount_minor, "notice")
    assert payment.ref == sandbox.trade(charge.key)["trade_no"]
    assert Inbox.objects.get().state == "done"


def test_a_payment_without_a_notice_is_found_by_asking(sandbox: Sandbox, charge: Charge) -> None:
    sandbox.fault("never", out_trade_no=charge.key)
    sandbox.fault("http_502", out_trade_no=charge.key, next=1)
    pay(sandbox, charge)
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    repayments.inquire(**whose, now=clock.now())
    assert Payment.objects.count() == 0
    repayments.inquire(**whose, now=clock.now())
    assert state_of(charge) == "succeeded"
    assert Payment.objects.get(borrower_id=charge.borrower_id).learned_by == "query"
    asked = Exchange.objects.filter(borrower_id=charge.borrower_id, kind="query").order_by("at", "id")
    assert list(asked.values_list("outcome", flat=True)) == ["unknown", "succeeded"]
    assert asked[0].detail == {"cause": "http_502"}


@pytest.mark.parametrize("fault", ["paid_after_close", "closed_yet_paid"])
def test_a_payment_that_wins_against_giving_up_is_not_lost(
    sandbox: Sandbox, charge: Charge, fault: str
) -> None:
    assert sandbox.control("alipay/open", url=charge.action["url"]).status_code == 200
    sandbox.fault(fault, out_trade_no=charge.key)
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    charges.give_up(**whose, now=clock.now())
    repayments.inquire(**whose, now=clock.now())
    assert state_of(charge) == "succeeded"
    assert Payment.objects.get(borrower_id=charge.borrower_id).amount_minor == charge.amount_minor


def test_what_people_read_of_it_pays_nothing(charge: Charge) -> None:
    noted = Exchange.objects.get(borrower_id=charge.borrower_id, kind="charge")
    assert (noted.outcome, noted.detail) == ("accepted", {"ref": ""})
