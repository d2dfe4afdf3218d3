"""What will be debited is told once a morning: several loans in one message, which proves each of them."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from anqi.actions import autodebits
from anqi.actions.returns import holding
from anqi.lending import store
from anqi.lending.models import Hold, Product
from anqi.notices import reminders, texts
from anqi.notices.models import Message, Reminder
from anqi.notices.reminders import DEBIT
from anqi.payments.debiting import Remind, Wait
from anqi.payments.models import DebitPlan
from anqi.rows.ids import uuid7
from tests.actions.debit_days import live
from tests.actions.test_autodebits import AMOUNT, DAY, DUE, SIGNED, Street, hour, street
from tests.people.at_once import at_once
from tests.planting import plant_loan
from tests.returning import staff

__all__ = ["street"]
MORNING = hour(DUE - 7 * DAY, 9)


@pytest.fixture
def both(street: Street) -> tuple[Street, Street]:
    """Two loans of Lin's that fall due on one day, each debited from an account of its own."""
    other = plant_loan(borrower_id=street.lin.borrower_id, starts_on=date(2026, 9, 9), principal="1200.00")
    second = replace(street, lin=other)
    street.bind("alipay")
    second.bind("wechat")
    return street, second


def number(of: Street) -> str:
    return store.read(of.lin.borrower_id, [of.lin.loan_id])[of.lin.loan_id].number


def coming() -> list[Message]:
    return list(Message.objects.filter(template__startswith="debit_coming").order_by("id"))


def test_two_debits_of_a_day_are_one_message_with_each_amount_and_the_sum(db: None, both: tuple[Street, Street]) -> None:
    live(SIGNED, hour(DUE - 7 * DAY, 9, 5))
    [message] = coming()
    amounts = [each.plans[0].expected_minor for each in both]
    assert message.template == "debit_coming_many"
    assert (message.words["count"], message.words["amount"]) == (2, texts.yuan(sum(amounts)))
    listed = sorted((loan, on, amount, channel) for loan, on, amount, channel, _account in message.words["debits_list"])
    assert listed == sorted(
        (number(each), DUE.isoformat(), texts.yuan(amount), channel)
        for each, amount, channel in zip(both, amounts, ("alipay", "wechat"), strict=True)
    )
    for each, amount in zip(both, amounts, strict=True):
        proof = reminders.proof(each.lin.borrower_id, each.lin.loan_id, DUE, DEBIT)
        assert (proof.message_id, proof.amount_minor, proof.said_at) == (message.id, amount, MORNING)
        assert each.plans[0].reminded_at == MORNING
    # What WeChat Pay tells its payer is each agreement's own.
    live(hour(DUE - 7 * DAY, 9, 5), hour(DUE - DAY, 9, 5))
    assert len(coming()) == 1


def test_one_alone_is_told_as_before_and_proved(db: None, street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE - 7 * DAY, 9, 5))
    [message] = coming()
    assert (message.template, message.words["amount"]) == ("debit_coming", texts.yuan(AMOUNT))
    assert Reminder.objects.get(step=DEBIT).message_id == message.id


def test_what_is_on_hold_is_told_of_when_it_is_not(db: None, both: tuple[Street, Street]) -> None:
    second = both[1]
    holding.open(
        borrower_id=second.lin.borrower_id, loan_id=second.lin.loan_id, hold_id=uuid7(), kind=Hold.Kind.DISPUTE,
        until=DUE, reason="x", actor=staff(), now=hour(DUE - 8 * DAY, 9),
    )  # fmt: skip
    live(SIGNED, hour(DUE - 7 * DAY, 9, 5))
    assert [each.template for each in coming()] == ["debit_coming"]
    assert second.plans[0].reminded_at is None


@pytest.mark.parametrize("stop", ["stopped", "earlier"])
def test_a_plan_that_is_not_told_now_is_no_part_of_it(db: None, both: tuple[Street, Street], stop: str) -> None:
    second = both[1]
    if stop == "stopped":
        DebitPlan.objects.filter(id=second.plans[0].id).update(stopped_by="borrower")
    else:
        DebitPlan.objects.filter(id=second.plans[0].id).update(reminded_at=hour(DUE - 8 * DAY, 9))
    step(both[0], MORNING)
    assert [each.template for each in coming()] == ["debit_coming"]


def step(of: Street, now: datetime) -> Any:
    return autodebits.step(borrower_id=of.lin.borrower_id, plan_id=of.plans[0].id, now=now)


def test_the_other_plan_goes_on_from_there_and_says_nothing_again(db: None, both: tuple[Street, Street]) -> None:
    assert isinstance(step(both[0], MORNING), Remind)
    for each in both:
        assert isinstance(step(each, MORNING), Wait)
    assert len(coming()) == 1


def test_the_hours_are_those_of_the_products(db: None, both: tuple[Street, Street]) -> None:
    product = Product.objects.get(code="p12")
    product.debits = {"hours": ["10:00"], "remind_days": 7}
    product.save()
    step(both[0], MORNING)
    assert coming()[0].words["hours"] == "10:00"


def test_told_anew_the_new_message_is_the_proof(db: None, street: Street) -> None:
    street.bind("alipay")
    step(street, MORNING)
    DebitPlan.objects.update(reminded_at=None)
    step(street, hour(DUE - 6 * DAY, 9))
    assert Reminder.objects.get(step=DEBIT).message_id == coming()[1].id


def test_two_workers_at_once_tell_once(clone_database: str, both: tuple[Street, Street]) -> None:
    ends = at_once(*(lambda each=each: step(each, MORNING) for each in both))
    assert sorted(type(each).__name__ for each in ends) == ["Remind", "Wait"]
    assert len(coming()) == 1
    assert Reminder.objects.filter(step=DEBIT).count() == 2
