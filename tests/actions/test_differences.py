"""What a channel says after the money, or instead of it: never booked by itself, never forgotten."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from anqi.actions import charges, differences, repayments
from anqi.actions.charges import Wish
from anqi.payments.channels.protocol import GIVEN_BACK, Closed, NotFound, Result, Succeeded
from anqi.payments.models import Charge, ChargePart, Difference, Payment, Unapplied
from anqi.people import authority
from anqi.people.models import StaffAct, User
from tests.planting import Planted, at, plant_borrower, plant_loan

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 30)
NOW = at(DUE)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


def staff(role: str = "clerk") -> User:
    return User.objects.create(kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=NOW)


def open_charge(who: Planted) -> Charge:
    return charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=NOW,
    )  # fmt: skip


def paid(charge: Charge, **changes: Any) -> Succeeded:
    return Succeeded(**{"ref": "T1", "amount_minor": charge.amount_minor, "paid_at": NOW} | changes)


def tell(charge: Charge, *results: Result, by: str = "notice") -> None:
    for result in results:
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by=by, now=NOW)


def close(found: Difference, *, actor: User | None = None, reason: str = "商户后台已核对", borrower_id: Any = None) -> Difference:
    return differences.close(
        borrower_id=borrower_id or found.borrower_id, difference_id=found.id, reason=reason,
        actor=actor or staff(), now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("after", [Closed(), GIVEN_BACK])
def test_a_success_undone_by_a_later_word_stays_and_is_a_case(lin: Planted, after: Result) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), after, after)
    assert Difference.objects.get().kind == "undone"
    charge.refresh_from_db()
    assert charge.state == "succeeded"
    assert charge.next_try_at == NOW, "the channel contradicts itself, and nobody asks it again"
    assert Payment.objects.count() == 1


def test_asked_again_the_channel_confirms_and_the_case_is_closed(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), Closed())
    tell(charge, paid(charge), by="query")
    found = Difference.objects.get()
    assert (found.closed_at, found.decision, found.closed_by) == (NOW, "confirmed_by_channel", None)
    charge.refresh_from_db()
    assert charge.next_try_at is None


def test_an_old_notice_confirms_nothing(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), Closed(), paid(charge))
    assert Difference.objects.get().closed_at is None


def test_asked_again_the_channel_insists_and_is_left_alone(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), Closed())
    tell(charge, Closed(), by="query")
    assert Difference.objects.get().closed_at is None
    charge.refresh_from_db()
    assert charge.next_try_at is None


def test_another_amount_under_a_number_that_is_booked_is_a_case(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), paid(charge, amount_minor=charge.amount_minor + 1))
    found = Difference.objects.get()
    assert (found.kind, found.told["amount_minor"]) == ("amount_changed", charge.amount_minor + 1)
    assert Payment.objects.get().amount_minor == charge.amount_minor


def test_a_notice_of_another_amount_is_asked_about_and_not_booked(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge, amount_minor=1))
    assert Difference.objects.get().kind == "amount_differs"
    assert not Payment.objects.exists()
    charge.refresh_from_db()
    assert (charge.state, charge.next_try_at) == ("created", NOW)
    assert ChargePart.objects.get().claims
    tell(charge, paid(charge), by="query")
    assert Payment.objects.get().amount_minor == charge.amount_minor
    assert Difference.objects.get().decision == "confirmed_by_channel"


def test_another_amount_that_the_channel_insists_on_is_booked_and_decided_by_people(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge, amount_minor=1))
    tell(charge, paid(charge, amount_minor=1), by="query")
    assert Payment.objects.get().amount_minor == 1
    assert Unapplied.objects.get().reason == "amount_differs"


def test_a_repeat_and_a_lagging_query_are_no_case(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), paid(charge))
    tell(charge, NotFound(), by="query")
    assert not Difference.objects.exists()


def test_money_given_back_before_we_heard_of_it_keeps_its_loan_until_somebody_has_looked(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, GIVEN_BACK, GIVEN_BACK, by="query")
    found = Difference.objects.get()
    assert found.kind == "given_back"
    assert ChargePart.objects.get().claims
    close(found)
    charge.refresh_from_db()
    assert (charge.state, charge.reason, charge.next_try_at) == ("closed", "given_back", None)
    assert not ChargePart.objects.get().claims


def test_what_was_decided_about_is_not_asked_again_but_news_are(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), Closed())
    close(Difference.objects.get())
    tell(charge, Closed())
    assert Difference.objects.count() == 1
    tell(charge, GIVEN_BACK)
    assert Difference.objects.filter(closed_at=None).count() == 1


def test_closing_is_on_record_once(lin: Planted) -> None:
    charge, clerk = open_charge(lin), staff()
    tell(charge, paid(charge), Closed())
    found = Difference.objects.get()
    assert close(found, actor=clerk) == close(found, actor=clerk, reason="again")
    assert Difference.objects.get().decision == "商户后台已核对"
    assert [act.reason for act in StaffAct.objects.filter(verb="close_difference")] == ["商户后台已核对"]


def test_who_may_not_close_it(lin: Planted) -> None:
    charge = open_charge(lin)
    tell(charge, paid(charge), Closed())
    found = Difference.objects.get()
    with pytest.raises(authority.MayNotAct):
        close(found, actor=staff("auditor"))
    with pytest.raises(authority.ReasonMissing):
        close(found, reason=" ")
    with pytest.raises(differences.NotTheirs):
        close(found, borrower_id=plant_borrower("+8613900000001", now=NOW))
    assert Difference.objects.get().closed_at is None
