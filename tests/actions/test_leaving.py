"""Consents taken back, and accounts closed once nothing of them is open."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache

from anqi.actions import account_requests, complaints, identities, leaving, sessions
from anqi.actions.charges import Wish as Charged
from anqi.actions.charges import open as open_charge
from anqi.actions.leaving import StillOpen
from anqi.lending.offers import NotVerified
from anqi.notices.models import Message
from anqi.people import consents, sign_ins
from anqi.people.borrowers import AccountClosed
from anqi.people.complaints import Wish
from anqi.people.consents import NotWithdrawable
from anqi.people.models import Borrower, Consent, ConsentEnd, SignIn, User
from tests import purchasing, reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import at, plant_borrower, plant_loan
from tests.purchasing import NOON

__all__ = ["bank"]
pytestmark = pytest.mark.django_db
NOW = at(date(2026, 9, 21))
ID = "11010519491231002X"


@pytest.fixture
def lin() -> UUID:
    cache.clear()
    return plant_borrower(now=NOW)


def why(borrower_id: UUID, now: Any = NOW) -> list[str]:
    return [each.why for each in leaving.obstacles(borrower_id, today=now.date())]


def test_without_the_consent_to_be_identified_nothing_new_is_signed_until_it_is_given_again() -> None:
    shop, lin = purchasing.open_street(), purchasing.welcome()
    Borrower.objects.update(verified_at=None, id_number_hash=None, name=None, id_number=None)
    stated: dict[str, Any] = {"borrower_id": lin, "name": "林小满", "id_number": ID}
    identities.verify(**stated, now=NOON)
    for _ in range(2):
        leaving.withdraw_consent(borrower_id=lin, purpose="identity", now=NOON + timedelta(minutes=1))
    assert ConsentEnd.objects.count() == 1
    (purpose,) = consents.purposes(lin)
    assert (purpose.is_given, purpose.may_be_withdrawn) == (False, False)
    order = purchasing.opened(shop, lin)
    with pytest.raises(NotVerified):
        purchasing.sign(order)
    for _ in range(2):
        identities.verify(**stated, now=NOON + timedelta(minutes=2))
    assert Consent.objects.filter(purpose="identity").count() == 2
    (purpose,) = consents.purposes(lin)
    assert purpose.is_given
    purchasing.sign(order)
    for other in ("cost_statement", "nonsense"):
        with pytest.raises(NotWithdrawable):
            leaving.withdraw_consent(borrower_id=lin, purpose=other, now=NOON)
    leaving.withdraw_consent(borrower_id=lin, purpose="personal_information", now=NOON + timedelta(hours=1))
    assert Borrower.objects.get().verified_at


def test_all_that_is_open_stands_in_the_way(lin: UUID) -> None:
    assert why(lin) == []
    loan = plant_loan(borrower_id=lin, starts_on=date(2026, 8, 31))
    row = complaints.complain(borrower_id=lin, attempt=uuid4(), wish=Wish(kind="other", text="x"), now=NOW)
    account_requests.begin(borrower_id=lin, phone="+8613700001204", language="en", now=NOW)
    open_charge(
        borrower_id=lin, wishes=[Charged(loan_id=loan.loan_id, purpose="all", amount_minor=None)], channel="alipay",
        how="wap", attempt=uuid4().hex, now=NOW,
    )  # fmt: skip
    found = leaving.obstacles(lin, today=NOW.date())
    assert [each.why for each in found] == ["owed", "in_flight", "complaint", "request"]
    assert (found[0].id, found[0].amount_minor, found[1].id) == (loan.order_id, 639711, loan.order_id)
    assert (found[2].number, found[3].number) == (row.number, "phone")
    with pytest.raises(StillOpen) as refused:
        leaving.close(borrower_id=lin, now=NOW)
    assert refused.value.facts["obstacles"] == found
    assert Borrower.objects.get().closed_at is None


def test_a_bound_card_and_an_application_stand_in_the_way_too(bank: Bank) -> None:
    reserving.open_shelf()
    lin, to = reserving.welcome()
    reserving.apply(lin, to)
    assert why(lin, reserving.NOON) == ["application"]
    with pytest.raises(StillOpen) as refused:
        leaving.close(borrower_id=lin, now=reserving.NOON)
    assert [each.why for each in refused.value.facts["obstacles"]] == ["application", "card"]  # type: ignore[attr-defined]


def test_a_closed_account_is_left_by_all_and_says_so_to_whoever_proves_the_phone(lin: UUID) -> None:
    Consent.objects.create(borrower_id=lin, purpose="identity", version="v1", given_at=NOW)
    sign_ins.begin(lin, key="k", device_hash="", now=NOW)
    later = NOW + timedelta(hours=1)
    for hours in range(2):
        leaving.close(borrower_id=lin, now=later + timedelta(hours=hours))
    kept = Borrower.objects.get()
    assert (kept.closed_at, kept.verified_at, kept.phone) == (later, None, "+8613800006021")
    assert not User.objects.get(id=lin).is_active
    assert not SignIn.objects.filter(ended_at=None)
    assert not [each for each in consents.purposes(lin) if each.is_given]
    assert Message.objects.filter(template="account_closed").count() == 1
    sessions.send_code(phone=kept.phone, language="zh-hans", now=later)
    code = (Message.objects.get(template="login_code").text or "").split("验证码 ")[1][:6]
    with pytest.raises(AccountClosed) as refused:
        sessions.sign_in(phone=kept.phone, code=code, language="zh-hans", now=later + timedelta(seconds=9))
    assert refused.value.facts == {"closed_at": later}
