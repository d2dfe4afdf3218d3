"""Two at once on one link, on a database that commits for real: one charge, one claim, and no way past a revocation."""

from datetime import date
from uuid import uuid4

import pytest

from anqi.actions import charges
from anqi.actions.charges import OtherChargeOpen, Wish, links
from anqi.payments.models import Charge, ChargePart, PayLink
from anqi.payments.pay_links import LinkOver, TooManyLinks
from tests.actions.test_pay_links import NOON, make, pay
from tests.people.at_once import at_once
from tests.planting import Planted, plant_loan


@pytest.fixture
def lin(clone_database: str) -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


def kinds(ends: list[object]) -> list[str]:
    return sorted(type(each).__name__ for each in ends)


def test_two_payers_get_one_charge(lin: Planted) -> None:
    made = make(lin)
    first, second = at_once(lambda: pay(made), lambda: pay(made))
    assert isinstance(first, Charge) and isinstance(second, Charge) and first.id == second.id
    others = at_once(lambda: pay(made, channel="wechat"), lambda: pay(made, channel="wechat"))
    assert kinds(others) == ["OtherChargeOpen"] * 2
    assert Charge.objects.count() == 1


def test_a_payer_the_borrower_and_a_revocation_leave_one_claim(lin: Planted) -> None:
    made, own = make(lin), [Wish(loan_id=lin.loan_id, purpose="due")]
    ends = at_once(
        lambda: pay(made),
        lambda: charges.open(
            borrower_id=lin.borrower_id, wishes=own, channel="alipay", how="wap", attempt="own", now=NOON
        ),
        lambda: links.revoke(borrower_id=lin.borrower_id, link_id=made.link.id, now=NOON),
    )  # fmt: skip
    refused = [each for each in ends if isinstance(each, Exception)]
    assert all(isinstance(each, LinkOver | OtherChargeOpen) for each in refused)
    assert ChargePart.objects.filter(claims=True).count() == 1
    # Whoever came first: nothing is left open under a link that is revoked.
    assert not Charge.objects.filter(link_id=made.link.id, closing_at=None).exists()
    assert PayLink.objects.get().revoked_at == NOON


def test_one_form_makes_one_link_and_three_are_the_most(lin: Planted) -> None:
    attempt = uuid4()
    first, second = at_once(lambda: make(lin, attempt=attempt), lambda: make(lin, attempt=attempt))
    assert PayLink.objects.count() == 1 and kinds([first, second]) == ["Made"] * 2
    ends = at_once(*[lambda: make(lin)] * 4)
    assert kinds(ends) == ["Made", "Made", "TooManyLinks", "TooManyLinks"]
    assert any(isinstance(each, TooManyLinks) for each in ends) and PayLink.objects.count() == 3
