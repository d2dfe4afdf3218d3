"""Over the real wires: what Alipay remits is told in its file, arrives at the bank, and is booked with the fees."""

from typing import Any

import pytest

from anqi import clock
from anqi.actions import bank, remittances
from anqi.config import verified_house, verified_sides
from anqi.jobs import reconciling, tasks
from anqi.ledger import trial
from anqi.payments.channels.alipay import Alipay
from anqi.payments.models import BankLine, ReconciliationDay, Remittance
from tests.channels.bill_desk import BillDesk
from tests.planting import reference_rows
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offered")]


def test_what_alipay_remits_is_booked_and_what_goes_wrong_is_named(sandbox: Sandbox, ali: Alipay, settings: Any) -> None:
    settings.ANQI_BANK = {"account_name": "x", "account_number": "110060149012345678901", "bank_name": "x"}
    reference_rows(clock.now())
    desk = BillDesk(sandbox=sandbox, channel=ali, code="alipay")
    rows = [sandbox.control("bank/remit", channel="alipay", amount="500.00").json()]
    for fault in ("remit_missing", "remit_amount", "remit_twice"):
        sandbox.fault(fault, channel="bank", order="alipay", next=1)
        rows.append(sandbox.control("bank/remit", channel="alipay", amount="70.00").json())
    desk.be_at(9)
    reconciling.bring("alipay", desk.day, read_inbox=tasks.read_whole_inbox)
    file = sandbox.http.get("/bank/statement.csv").content
    bank.import_statement(file, actor=None, now=clock.now())
    ours = Remittance.objects.filter(ref__in=[row["ref"] for row in rows])
    assert set(ours.values_list("state", flat=True)) == {"told"}
    remittances.match(now=clock.now())
    states = [ours.get(ref=row["ref"]).state for row in rows]
    assert states == ["arrived", "told", "differing", "arrived"]
    assert BankLine.objects.filter(state="channel", memo="").count() == 0
    told = {row.code: row.balance_minor for row in trial.trial_balance(clock.today()) if row.balance_minor}
    fees = sum(day.fee_minor for day in ReconciliationDay.objects.filter(kind="funds"))
    arrived = [each.amount_minor for each in Remittance.objects.filter(state="arrived")]
    assert 57_000 <= sum(arrived) == told["bank"]
    assert told["in_transit_alipay"] == -sum(arrived) - fees
    assert not [*verified_house.wrong(), *verified_sides.wrong()]
