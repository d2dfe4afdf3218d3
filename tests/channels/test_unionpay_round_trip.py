"""From the form on our page to the books, over UnionPay's wire; and a card from its opening to its end."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from anqi import clock
from anqi.actions import cards, charges, repayments
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.ledger.models import Posting
from anqi.payments.models import Card, Charge, Exchange, Inbox, Payment
from tests.channels.card_desk import HOLDER, CardDesk
from tests.planting import Planted, plant_loan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unionpay_offered")]


@pytest.fixture(autouse=True)
def settled(settings: Any) -> None:
    settings.ANQI_URLS = settings.ANQI_URLS | {"borrower": "http://127.0.0.1:9"}


@pytest.fixture
def lin() -> Planted:
    """Somebody whose first instalment is due."""
    return plant_loan(starts_on=clock.today() - timedelta(days=40))


@pytest.fixture
def charge(lin: Planted) -> Charge:
    """Opened and delivered, so that a form can be sent."""
    opened = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="unionpay",
        how="wap", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    return charges.deliver(borrower_id=lin.borrower_id, charge_id=opened.id, now=clock.now())


def pay(at_the_desk: CardDesk, charge: Charge) -> None:
    assert charge.action
    answer = at_the_desk.sandbox.control("unionpay/pay", fields=charge.action["fields"])
    assert answer.status_code == 200, answer.text


def knock(at_the_desk: CardDesk, key: str) -> None:
    [notice] = at_the_desk.notices(key)
    answer = Client().post("/hooks/unionpay", notice.body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (200, b"ok")


def state_of(charge: Charge) -> str:
    return Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id).state


def test_a_notice_brings_the_payment_to_the_books(at_the_desk: CardDesk, charge: Charge) -> None:
    pay(at_the_desk, charge)
    for _ in range(2):
        knock(at_the_desk, charge.key)
    tasks.read_inbox()
    assert state_of(charge) == "succeeded"
    payment = Payment.objects.get(borrower_id=charge.borrower_id)
    assert (payment.channel, payment.amount_minor, payment.learned_by) == (
        "unionpay",
        charge.amount_minor,
        "notice",
    )
    assert payment.ref == at_the_desk.order(charge.key)["query_id"]
    arrived = Posting.objects.filter(borrower_id=charge.borrower_id, debit="in_transit_unionpay")
    assert [posting.amount_minor for posting in arrived] == [charge.amount_minor]


def test_a_payment_without_a_notice_is_found_by_asking(at_the_desk: CardDesk, charge: Charge) -> None:
    at_the_desk.fault("bad_signature", charge.key, operation="query", next=1)
    pay(at_the_desk, charge)
    for expected in (0, 1):
        repayments.inquire(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
        assert Payment.objects.filter(borrower_id=charge.borrower_id).count() == expected
    asked = Exchange.objects.filter(borrower_id=charge.borrower_id, kind="query").order_by("at", "id")
    assert list(asked.values_list("outcome", flat=True)) == ["unknown", "succeeded"]
    assert asked[0].detail == {"cause": "bad_signature"}


def test_a_charge_given_up_before_its_page_was_opened_frees_the_loan_at_once(
    at_the_desk: CardDesk, charge: Charge
) -> None:
    charges.give_up(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
    repayments.inquire(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
    assert state_of(charge) == "closed"


def test_one_whose_page_is_open_waits_for_its_end(at_the_desk: CardDesk, charge: Charge) -> None:
    assert charge.action
    at_the_desk.sandbox.control("unionpay/open", fields=charge.action["fields"])
    charges.give_up(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    repayments.inquire(**whose, now=clock.now())
    assert state_of(charge) == "processing"
    at_the_desk.sandbox.shift_clock(10 * 60 + 1)
    repayments.inquire(**whose, now=clock.now() + timedelta(minutes=10, seconds=1))
    assert state_of(charge) == "closed"


def test_a_card_is_bound_by_its_notice_and_removed_at_unionpay(at_the_desk: CardDesk, lin: Planted) -> None:
    card = cards.open(borrower_id=lin.borrower_id, channel="unionpay", now=clock.now())
    action: Any = cards.lead(borrower_id=lin.borrower_id, card_id=card.id)
    answer = at_the_desk.sandbox.control("unionpay/bind", fields=action.fields, card="cmb", holder=HOLDER)
    assert answer.status_code == 200, answer.text
    knock(at_the_desk, card.key)
    tasks.read_inbox()
    tasks.ask_about_cards()
    bound = Card.objects.get()
    assert (bound.state, bound.bank, bound.last4, bound.kind) == ("bound", "招商银行", "0016", "debit")
    assert [bytes(message.raw) for message in Inbox.objects.all()] == [b""]
    token = bound.token
    assert token
    cards.end(borrower_id=lin.borrower_id, card_id=card.id, now=clock.now())
    tasks.ask_about_cards()
    ended = Card.objects.get()
    assert (ended.state, ended.token, ended.next_try_at) == ("ended", None, None)
    removed = at_the_desk.debit("ad00000001", token)
    assert getattr(removed, "code", None) == "61"
