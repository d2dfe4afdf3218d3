"""A loan in cash on hold: it has no shop, and its borrower is told all the same."""

from datetime import timedelta

import pytest

from anqi.actions.returns import holding
from anqi.lending.models import Hold
from anqi.notices.models import Message
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from tests import reserving
from tests.actions.test_payouts import Bank, bank
from tests.reserving import NOON

__all__ = ["bank"]
pytestmark = pytest.mark.django_db


def test_a_loan_in_cash_is_held_and_goes_on_in_words_of_its_own(bank: Bank) -> None:
    reserving.open_shelf()
    loan = reserving.sign(reserving.apply(*reserving.welcome()))
    reserving.arrive(loan, paid_at=NOON)
    clerk = User.objects.create(kind=User.Kind.STAFF, email="c@anqi.example", role=User.Role.CLERK, created_at=NOON)
    whose = {"borrower_id": loan.borrower_id, "hold_id": uuid7(), "actor": clerk, "now": NOON + timedelta(hours=1)}
    holding.open(
        **whose, loan_id=loan.id, kind=Hold.Kind.DISPUTE, until=day_of(NOON) + timedelta(days=5), reason="说没有收到"
    )
    holding.end(**whose, reason="已查到账")
    told = Message.objects.filter(template__startswith="hold_").order_by("id").values_list("template", "words")
    assert list(told) == [
        ("hold_opened_cash", {"lender": "青禾消费金融"}), ("hold_ended_cash", {"lender": "青禾消费金融"}),
    ]  # fmt: skip
