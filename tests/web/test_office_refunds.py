"""Money on its way back, and charges that hang, at the desk."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from anqi import clock
from anqi.actions import charges, refunds, repayments
from anqi.actions.charges import Wish
from anqi.payments import channels
from anqi.payments.channels.protocol import Failed, Succeeded, Unknown
from anqi.payments.models import Charge, Refund, Unapplied
from anqi.people.models import StaffAct
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.borrower_stand import Cashier
from tests.web.test_office_doors import desk, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch) -> Cashier:
    cashier = Cashier()
    monkeypatch.setattr(channels, "find", lambda code: cashier)
    return cashier


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 9, 15))


@pytest.fixture
def charge(lin: Planted, cashier: Cashier) -> Charge:
    return charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="next")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip


def paid(charge: Charge, ref: str = "T1") -> Succeeded:
    return Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=clock.now())


@pytest.fixture
def case(charge: Charge) -> Unapplied:
    for ref in ("T1", "T2"):
        repayments.learn(
            channel="alipay", key=charge.key, result=paid(charge, ref), learned_by="notice", now=clock.now()
        )
    return Unapplied.objects.get()


def url(case: Unapplied) -> str:
    return f"/borrowers/{case.borrower_id}/unapplied/{case.id}"


def test_the_page_says_when_the_money_goes_back_and_sends_it_now(case: Unapplied) -> None:
    client = desk()
    assert "剩下的钱会自动退回付款时用的账户" in client.get(url(case)).content.decode()
    assert client.post(f"{url(case)}/refund", {"reason": "本人要求"}).status_code == 302
    page = client.get(url(case)).content.decode()
    assert "等待提交" in page
    assert "现在退回" not in page
    assert Refund.objects.get().amount_minor == case.amount_minor


def test_it_can_be_kept_from_going_back_by_itself(case: Unapplied) -> None:
    client = desk()
    assert client.post(f"{url(case)}/keep", {"reason": "在核实"}).status_code == 302
    page = client.get(url(case)).content.decode()
    assert "不会自动退回" in page
    assert "先不要自动退回" not in page


@pytest.mark.parametrize("act", ["refund", "keep"])
def test_without_a_reason_as_an_auditor_or_for_a_stranger_nothing_happens(case: Unapplied, act: str) -> None:
    assert desk().post(f"{url(case)}/{act}", {"reason": ""}).status_code == 409
    assert desk("auditor").post(f"{url(case)}/{act}", {"reason": "x"}).status_code == 403
    other = plant_borrower("+8613900000001", now=clock.now())
    assert desk().post(f"/borrowers/{other}/unapplied/{case.id}/{act}", {"reason": "x"}).status_code == 404
    assert not Refund.objects.exists()


def test_what_failed_says_why_and_can_be_sent_again(case: Unapplied) -> None:
    client = desk()
    client.post(f"{url(case)}/refund", {"reason": "本人要求"})
    refunds.learn(
        channel="alipay", key=Refund.objects.get().key, result=Failed(reason="too_late", code="X"),
        learned_by="query", now=clock.now(),
    )  # fmt: skip
    page = client.get(url(case)).content.decode()
    for told in ("没有退成", "超过渠道的退款期限", "现在退回", "不会自动退回"):
        assert told in page


def test_a_refund_without_an_end_is_in_the_queue_after_a_day(case: Unapplied) -> None:
    client = desk()
    client.post(f"{url(case)}/refund", {"reason": "本人要求"})
    assert url(case) not in client.get("/queue/refunds").content.decode()
    Refund.objects.update(requested_at=clock.now() - timedelta(days=1))
    assert url(case) in client.get("/queue/refunds").content.decode()


def test_the_loans_page_tells_of_the_refund(case: Unapplied, lin: Planted) -> None:
    client = desk()
    client.post(f"{url(case)}/refund", {"reason": "本人要求"})
    page = client.get(f"/borrowers/{lin.borrower_id}/loans/{lin.loan_id}").content.decode()
    assert "开始原路退回" in page
    assert "凭证：原路退回" in page


def test_a_charge_that_hangs_is_asked_about_by_a_button(charge: Charge, cashier: Cashier, lin: Planted) -> None:
    client = desk()
    loan = f"/borrowers/{lin.borrower_id}/loans/{lin.loan_id}"
    assert "问渠道" in client.get(loan).content.decode()
    cashier.answers[charge.key] = paid(charge)
    answer = client.post(f"/borrowers/{lin.borrower_id}/charges/{charge.id}/query")
    assert answer["Location"] == f"{loan}#charge-{charge.id}"
    charge.refresh_from_db()
    assert charge.state == "succeeded"
    assert StaffAct.objects.filter(verb="query_charge", object_id=charge.id).count() == 1


def test_a_charge_is_closed_by_a_button_unless_it_was_paid(charge: Charge, cashier: Cashier, lin: Planted) -> None:
    cashier.answers[charge.key] = Unknown(cause="timeout")
    client = desk()
    assert client.post(f"/borrowers/{lin.borrower_id}/charges/{charge.id}/close").status_code == 302
    charge.refresh_from_db()
    assert charge.state == "created"
    assert charge.closing_at
    cashier.answers[charge.key] = paid(charge)
    client.post(f"/borrowers/{lin.borrower_id}/charges/{charge.id}/close")
    charge.refresh_from_db()
    assert charge.state == "succeeded"


def test_auditors_and_strangers_charges(charge: Charge, lin: Planted) -> None:
    other = plant_borrower("+8613900000001", now=clock.now())
    for act in ("query", "close"):
        assert desk("auditor").post(f"/borrowers/{lin.borrower_id}/charges/{charge.id}/{act}").status_code == 403
        assert desk().post(f"/borrowers/{other}/charges/{charge.id}/{act}").status_code == 404
    charge.refresh_from_db()
    assert charge.closing_at is None
