"""From the code on the screen to the books, over WeChat's wire: told by a notice, found by a query, given up too late."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from anqi import clock
from anqi.actions import charges, repayments
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.ledger.models import Posting
from anqi.payments.models import Charge, Exchange, Payment
from tests.channels.till import Till
from tests.planting import Planted, plant_loan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wechat_offered")]


@pytest.fixture
def lin() -> Planted:
    """Somebody whose first instalment is due."""
    return plant_loan(starts_on=clock.today() - timedelta(days=40))


@pytest.fixture
def charge(lin: Planted) -> Charge:
    """Opened and delivered, so that a code can be shown."""
    opened = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="wechat",
        how="page", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    return charges.deliver(borrower_id=lin.borrower_id, charge_id=opened.id, now=clock.now())


def scan(at_the_till: Till, charge: Charge) -> None:
    answer = at_the_till.sandbox.control("wechat/pay", url=charge.action["qr"])
    assert answer.status_code == 200, answer.text


def state_of(charge: Charge) -> str:
    state: str = Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id).state
    return state


def test_a_notice_brings_the_payment_to_the_books(at_the_till: Till, charge: Charge) -> None:
    scan(at_the_till, charge)
    [notice] = at_the_till.notices(charge.key)
    headers = {name: value for name, value in notice.headers.items() if name != "Content-Type"}
    for _ in range(2):
        answer = Client().post("/hooks/wechat", notice.body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    tasks.read_inbox()
    assert state_of(charge) == "succeeded"
    payment = Payment.objects.get(borrower_id=charge.borrower_id)
    assert (payment.channel, payment.amount_minor, payment.learned_by) == (
        "wechat",
        charge.amount_minor,
        "notice",
    )
    assert payment.ref == at_the_till.order(charge.key)["transaction_id"]
    arrived = Posting.objects.filter(borrower_id=charge.borrower_id, debit="in_transit_wechat")
    assert [posting.amount_minor for posting in arrived] == [charge.amount_minor]


def test_a_payment_without_a_notice_is_found_by_asking(at_the_till: Till, charge: Charge) -> None:
    at_the_till.fault("never", charge.key)
    at_the_till.fault("bad_signature", charge.key, next=1)
    scan(at_the_till, charge)
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    for expected in (0, 1):
        repayments.inquire(**whose, now=clock.now())
        assert Payment.objects.filter(borrower_id=charge.borrower_id).count() == expected
    asked = Exchange.objects.filter(borrower_id=charge.borrower_id, kind="query").order_by("at", "id")
    assert list(asked.values_list("outcome", flat=True)) == ["unknown", "succeeded"]
    assert asked[0].detail == {"cause": "bad_signature"}


@pytest.mark.parametrize("fault", ["paid_after_close", "closed_yet_paid"])
def test_a_payment_that_wins_against_giving_up_is_not_lost(
    at_the_till: Till, charge: Charge, fault: str
) -> None:
    at_the_till.fault(fault, charge.key)
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    charges.give_up(**whose, now=clock.now())
    repayments.inquire(**whose, now=clock.now())
    assert state_of(charge) == "succeeded"
    assert Payment.objects.get(borrower_id=charge.borrower_id).amount_minor == charge.amount_minor


def test_a_charge_given_up_is_closed_at_wechat(at_the_till: Till, charge: Charge) -> None:
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    charges.give_up(**whose, now=clock.now())
    repayments.inquire(**whose, now=clock.now())
    assert state_of(charge) == "closed"
    assert at_the_till.order(charge.key)["trade_state"] == "CLOSED"


def test_what_people_read_of_it_pays_nothing(charge: Charge) -> None:
    noted = Exchange.objects.get(borrower_id=charge.borrower_id, kind="charge")
    assert (noted.outcome, noted.detail) == ("accepted", {"ref": ""})
