"""A channel that contradicts us, at the desk: both words side by side, and a decision on record."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from anqi import clock
from anqi.actions import charges, repayments
from anqi.actions.charges import Wish
from anqi.payments.channels.protocol import GIVEN_BACK, Closed, Succeeded
from anqi.payments.models import Charge, Difference
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.test_office_doors import desk, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 9, 15))


def tell(who: Planted, *, is_paid: bool) -> Difference:
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="next")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    paid = Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=clock.now())
    for result in (paid, Closed()) if is_paid else (GIVEN_BACK,):
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=clock.now())
    return Difference.objects.get()


def url(found: Difference) -> str:
    return f"/borrowers/{found.borrower_id}/differences/{found.id}"


def test_the_queue_leads_to_it_and_it_shows_both_words(lin: Planted) -> None:
    found = tell(lin, is_paid=True)
    assert url(found) in desk().get("/queue/differences").content.decode()
    page = desk().get(url(found)).content.decode()
    for told in ("已入账，渠道又说没有付成", "渠道称已关闭", "T1", "渠道通知", "林**"):
        assert told in page
    assert "13800006021" not in page


def test_a_decision_closes_it_and_frees_the_loan(lin: Planted) -> None:
    found, client = tell(lin, is_paid=False), desk()
    assert client.post(url(found), {"reason": "渠道后台已退"}).status_code == 302
    assert Charge.objects.get().state == "closed"
    assert "渠道后台已退" in client.get(url(found)).content.decode()
    assert url(found) not in client.get("/queue/differences").content.decode()
    loan = client.get(f"/borrowers/{lin.borrower_id}/loans/{lin.loan_id}").content.decode()
    assert "渠道后台已退" in loan


def test_without_a_reason_or_as_an_auditor_nothing_changes(lin: Planted) -> None:
    found = tell(lin, is_paid=True)
    assert desk().post(url(found), {"reason": ""}).status_code == 409
    assert desk("auditor").post(url(found), {"reason": "x"}).status_code == 403
    assert Difference.objects.get().closed_at is None


def test_somebody_elses_is_not_found(lin: Planted) -> None:
    found = tell(lin, is_paid=True)
    other = plant_borrower("+8613900000001", now=clock.now())
    assert desk().get(f"/borrowers/{other}/differences/{found.id}").status_code == 404
