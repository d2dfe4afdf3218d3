"""One charge for several loans: a fact each, and what one of them cannot use goes back without the others."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from anqi.actions import charges, repayments
from anqi.actions.charges import OtherChargeOpen, SeveralLenders, Wish
from anqi.documents import queries as documents
from anqi.lending.models import Fact, Lender, Loan
from anqi.payments.channels.protocol import Closed, Succeeded
from anqi.payments.models import Charge, ChargePart, Payment, Unapplied
from anqi.rows.ids import uuid7
from tests.actions.test_repayments import assert_books_equal_engine
from tests.planting import Planted, at, plant_loan

pytestmark = pytest.mark.django_db

DUE = date(2026, 9, 30)


@pytest.fixture
def plans() -> list[Planted]:
    """Two plans of one borrower, 533.09 and 403.81 due on the same day."""
    first = plant_loan(starts_on=date(2026, 8, 31))
    return [
        first,
        plant_loan(borrower_id=first.borrower_id, starts_on=date(2026, 8, 30), principal="1200.00", instalments=3),
    ]


def open_for(*plans: Planted, channel: str = "alipay", minute: int = 0, **purposes: str) -> Charge:
    wishes = [Wish(loan_id=each.loan_id, purpose=purposes.get(f"p{n}", "due")) for n, each in enumerate(plans)]
    return charges.open(
        borrower_id=plans[0].borrower_id, wishes=wishes, channel=channel, how="wap", attempt=uuid4().hex,
        now=at(DUE, 12, minute),
    )  # fmt: skip


def arrive(charge: Charge, *, ref: str = "T1", minute: int = 30, amount_minor: int = 0, told: str = "notice") -> None:
    paid = Succeeded(ref=ref, amount_minor=amount_minor or charge.amount_minor, paid_at=at(DUE, 12, minute))
    repayments.learn(channel="alipay", key=charge.key, result=paid, learned_by=told, now=at(DUE, 12, minute + 1))


def left() -> dict[UUID, tuple[str, int]]:
    return {row.loan_id: (row.reason, row.left_minor) for row in Unapplied.objects.all() if row.loan_id}


def test_each_loan_gets_its_part_and_the_receipt_says_so(plans: list[Planted]) -> None:
    charge = open_for(*plans, p1="all")
    parts = {part.loan_id: part.amount_minor for part in ChargePart.objects.all()}
    assert charge.amount_minor == sum(parts.values())
    arrive(charge)
    arrive(charge, told="query")
    facts = {fact.loan_id: fact.body for fact in Fact.objects.filter(kind="payment")}
    assert {key: (body["amount_minor"], body["for"]) for key, body in facts.items()} == {
        plans[0].loan_id: (53309, "due"), plans[1].loan_id: (parts[plans[1].loan_id], "all"),
    }  # fmt: skip
    assert len({body["payment_id"] for body in facts.values()}) == 1
    assert not ChargePart.objects.filter(claims=True).exists()
    assert Loan.objects.get(id=plans[1].loan_id).settled_on == DUE
    [receipt] = documents.receipts(charge.borrower_id)
    assert [line.applied_minor for line in receipt.lines] == [part.amount_minor for part in charge.parts.order_by("id")]
    for each in plans:
        assert_books_equal_engine(each, DUE)


def test_the_same_choice_goes_on_and_another_is_told(plans: list[Planted]) -> None:
    first = open_for(*plans)
    assert open_for(*reversed(plans)).id == first.id
    for others in (plans[:1], plans[1:]):
        with pytest.raises(OtherChargeOpen) as told:
            open_for(*others)
        assert told.value.facts["charge_id"] == first.id
    with pytest.raises(OtherChargeOpen):
        open_for(*plans, p1="all")
    assert Charge.objects.count() == 1


def test_a_claim_on_one_of_them_is_not_doubled(plans: list[Planted]) -> None:
    first = open_for(plans[1])
    with pytest.raises(OtherChargeOpen) as told:
        open_for(*plans)
    assert told.value.facts["charge_id"] == first.id
    assert ChargePart.objects.filter(claims=True).count() == 1


def test_paid_twice_goes_back_loan_by_loan(plans: list[Planted]) -> None:
    charge = open_for(*plans)
    arrive(charge)
    arrive(charge, ref="T2")
    amounts = {part.loan_id: part.amount_minor for part in charge.parts.all()}
    assert left() == {key: ("second_payment", minor) for key, minor in amounts.items()}
    assert sum(minor for _, minor in left().values()) == Payment.objects.get(ref="T2").amount_minor
    for each in plans:
        assert_books_equal_engine(each, DUE)


def test_another_amount_than_asked_for_is_one_case(plans: list[Planted]) -> None:
    arrive(open_for(*plans), amount_minor=1, told="query")
    assert left() == {plans[0].loan_id: ("amount_differs", 1)}


def test_late_money_goes_by_what_was_paid_meanwhile(plans: list[Planted]) -> None:
    """Given up for both, paid for the first alone, and then the money for both comes after all."""
    charge = open_for(*plans)
    charges.give_up(borrower_id=charge.borrower_id, charge_id=charge.id, now=at(DUE, 12, 1))
    repayments.learn(channel="alipay", key=charge.key, result=Closed(), learned_by="query", now=at(DUE, 12, 2))
    alone = open_for(plans[0], minute=3)
    arrive(alone, ref="T2", minute=4)
    arrive(charge, minute=6)
    assert left() == {plans[0].loan_id: ("arrived_after_close", 53309)}
    assert Fact.objects.filter(kind="payment", loan_id=plans[1].loan_id).count() == 1
    for each in plans:
        assert_books_equal_engine(each, DUE)


def test_plans_of_two_lenders_are_two_payments(plans: list[Planted]) -> None:
    other = Lender.objects.create(
        id=uuid7(), code="other", name="另一家", kind="consumer_finance", limit_minor=2_000_000
    )
    Loan.objects.filter(id=plans[1].loan_id).update(lender_id=other.id)
    with pytest.raises(SeveralLenders):
        open_for(*plans)
    assert open_for(plans[1]).amount_minor
