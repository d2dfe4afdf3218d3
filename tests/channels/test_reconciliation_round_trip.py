"""The morning after, over the real wire: what nobody told is learned from both of Alipay's files, and agrees with them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from anqi import clock
from anqi.actions import charges
from anqi.actions.charges import Wish
from anqi.jobs import reconciling, tasks
from anqi.payments import channels
from anqi.payments.channels.alipay import Alipay
from anqi.payments.models import Charge, Payment, ReconciliationDay, ReconciliationDifference
from tests.channels.bill_desk import BillDesk
from tests.planting import plant_loan
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offered")]


@pytest.fixture
def charge() -> Charge:
    """Paid at the cashier, and no notice came."""
    lin = plant_loan(starts_on=clock.today() - timedelta(days=40))
    opened = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    return charges.deliver(borrower_id=lin.borrower_id, charge_id=opened.id, now=clock.now())


def bring(desk: BillDesk) -> list[ReconciliationDay]:
    return reconciling.bring("alipay", desk.day, read_inbox=tasks.read_whole_inbox)


def test_a_payment_that_nobody_told_is_learned_in_the_morning(
    sandbox: Sandbox, ali: Alipay, charge: Charge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "fees", lambda code: (Decimal("0.006"), 0))
    assert sandbox.control("alipay/pay", url=charge.action["url"]).status_code == 200
    desk = BillDesk(sandbox=sandbox, channel=ali, code="alipay")
    assert bring(desk) == []
    desk.be_at(9)
    found = {each.kind: each for each in bring(desk)}
    payment = Payment.objects.get()
    assert (payment.ref, payment.learned_by) == (sandbox.trade(charge.key)["trade_no"], "statement")
    ours: dict[str, Any] = {"key": charge.key}
    assert {each.state for each in ReconciliationDifference.objects.filter(**ours)} == {"settled"}
    fee_minor = (charge.amount_minor * 6 + 500) // 1000
    # The list of the account has the fee as a row of its own.
    assert (found["trade"].ours_minor, found["funds"].ours_minor) == (charge.amount_minor, charge.amount_minor - fee_minor)
    assert [each.booked_minor for each in found.values()] == [each.ours_minor for each in found.values()]
