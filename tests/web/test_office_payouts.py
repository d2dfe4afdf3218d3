"""Payouts at the desk: released by a supervisor, stopped with a reason, and judged by two when nobody can tell."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anqi import clock
from anqi.payments.channels.protocol import Accepted, Failed, Unknown
from anqi.payments.models import Payout
from tests.actions.test_payouts import Bank, ask, bank, paid, work
from tests.planting import days, plant_borrower, plant_cash
from tests.web.test_office_doors import desk, desk_of, hire, set_clock

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def waiting(bank: Bank) -> Payout:
    return ask(plant_cash(now=clock.now(), amount_minor=800_000), now=clock.now())


@pytest.fixture
def unknown(bank: Bank) -> Payout:
    bank.answer = Unknown(cause="timeout")
    payout = ask(plant_cash(now=clock.now() - days(2)), now=clock.now() - days(2))
    work(clock.now() - days(2))
    payout.refresh_from_db()
    return payout


def url(payout: Payout, act: str = "") -> str:
    return f"/borrowers/{payout.borrower_id}/payouts/{payout.id}{act and f'/{act}'}"


def test_the_queue_leads_to_one_that_waits_and_a_supervisor_releases_it(waiting: Payout, bank: Bank) -> None:
    supervisor, clerk = desk("supervisor"), desk()
    assert url(waiting) in clerk.get("/queue/payouts-waiting").content.decode()
    page = clerk.get(url(waiting)).content.decode()
    for told in ("¥8,000.00", "等待放行", "招商银行 尾号1234", "林**", "要由复核放行"):
        assert told in page
    assert "T0001" not in page
    assert clerk.post(url(waiting, "release")).status_code == 403
    assert "放行 ¥8,000.00" in supervisor.get(url(waiting)).content.decode()
    assert supervisor.post(url(waiting, "release")).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "released"
    assert url(waiting) not in clerk.get("/queue/payouts-waiting").content.decode()
    work(clock.now())
    page = clerk.get(url(waiting)).content.decode()
    assert ("放款中" in page, "提交放款" in page, "渠道已受理" in page) == (True, True, True)


def test_it_is_stopped_with_a_reason_only_and_not_once_it_was_sent(waiting: Payout, bank: Bank) -> None:
    client = desk()
    assert client.post(url(waiting, "stop"), {"reason": ""}).status_code == 409
    assert client.post(url(waiting, "stop"), {"reason": "疑似冒用"}).status_code == 302
    assert "已停止" in client.get(url(waiting)).content.decode()
    other = ask(plant_cash(now=clock.now(), borrower_id=plant_borrower("+8613900000001", now=clock.now())))
    work(clock.now())
    response = client.post(url(other, "stop"), {"reason": "太晚了"})
    assert response.status_code == 409
    assert "页面可能放得太久了" in response.content.decode()


def test_one_without_an_end_is_in_the_queue_and_two_people_say_how_it_ended(unknown: Payout) -> None:
    first, second = hire("supervisor", "王复核"), desk("supervisor")
    client = desk_of(first)
    assert url(unknown) in client.get("/queue/payouts").content.decode()
    wrong = {"outcome": "succeeded", "ref": "", "at": "2026-10-13T12:05", "reason": "对账单"}
    assert client.post(url(unknown, "verdict"), wrong).status_code == 409
    assert client.post(url(unknown, "verdict"), wrong | {"at": "yesterday"}).status_code == 422
    assert client.post(url(unknown, "verdict"), wrong | {"ref": "P77"}).status_code == 302
    page = client.get(url(unknown)).content.decode()
    assert ("自己提交的要由另一位复核同意" in page, "同意并入账" in page) == (True, False)
    assert url(unknown) in client.get("/queue/payouts-waiting").content.decode()
    assert client.post(url(unknown, "agree")).status_code == 409
    assert second.post(url(unknown, "agree")).status_code == 302
    unknown.refresh_from_db()
    assert (unknown.state, unknown.ref) == ("succeeded", "P77")
    assert unknown.paid_at and unknown.paid_at.isoformat() == "2026-10-13T04:05:00+00:00"


def test_a_verdict_is_taken_back(unknown: Payout) -> None:
    client = desk()
    assert client.post(url(unknown, "verdict"), {"outcome": "failed", "reason": "没有"}).status_code == 302
    assert client.post(url(unknown, "drop")).status_code == 302
    assert desk("supervisor").post(url(unknown, "agree")).status_code == 409


def test_the_channel_is_asked_at_once(unknown: Payout, bank: Bank) -> None:
    work(clock.now())
    unknown.refresh_from_db()
    assert unknown.next_try_at and unknown.next_try_at > clock.now()
    assert desk().post(url(unknown, "ask")).status_code == 302
    bank.found = paid(unknown, paid_at=clock.now())
    work(clock.now() + timedelta(seconds=1))
    unknown.refresh_from_db()
    assert unknown.state == "succeeded"


def test_the_list_says_what_has_left_today(bank: Bank) -> None:
    ask(plant_cash(now=clock.now()), now=clock.now())
    page = desk("auditor").get("/payouts").content.decode()
    assert ("今天已放出" in page, "等待发出" in page, "¥0.00" in page) == (True, True, True)
    work(clock.now())
    assert "放款中" in desk().get("/payouts").content.decode()


@pytest.mark.parametrize("answer", [Accepted(ref="P1"), Failed(reason="card_closed", code="63")])
def test_the_loan_s_page_and_the_search_lead_to_it(bank: Bank, answer: Any) -> None:
    bank.answer = answer
    payout = ask(plant_cash(now=clock.now()), now=clock.now())
    work(clock.now())
    client = desk()
    loan = client.get(f"/borrowers/{payout.borrower_id}/loans/{payout.loan_id}")
    assert (loan.status_code, url(payout) in loan.content.decode()) == (200, True)
    found = client.post("/search", {"q": payout.key}, follow=True).content.decode()
    assert url(payout) in found
    assert client.get(f"/borrowers/{payout.borrower_id}").status_code == 200


def test_auditors_read_and_somebody_elses_is_not_found(waiting: Payout) -> None:
    auditor = desk("auditor")
    assert auditor.get(url(waiting)).status_code == 200
    for act in ("release", "stop", "ask", "verdict", "agree", "drop"):
        assert auditor.post(url(waiting, act), {"reason": "x"}).status_code == 403
    other = plant_borrower("+8613900000001", now=clock.now())
    assert desk().get(f"/borrowers/{other}/payouts/{waiting.id}").status_code == 404
