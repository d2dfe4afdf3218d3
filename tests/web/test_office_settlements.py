"""Settlements with shops at the desk: what is owed, two persons for each payment, and the file for the bank."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anqi import clock
from anqi.actions import settlements
from anqi.actions.settlements import payouts
from anqi.lending.models import MerchantAccount, MerchantPayout, Settlement
from anqi.payments.channels.bank import reference
from anqi.payments.channels.protocol import Failed, Succeeded
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests.planting import days
from tests.settling import (
    CARD,
    FREE,
    come_back,
    give_account,
    propose,
    released,
    sell,
    shop,
    shut,
    staff,
)
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]

DAY = TODAY - days(2)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def owed() -> Settlement:
    """2,000.00 less 3 % that a shop with an account may be paid."""
    sell(DAY, principal="2000.00", terms=FREE)
    shut(DAY)
    give_account()
    return Settlement.objects.get()


def url(path: str = "") -> str:
    return f"/settlements/{shop().id}{path}"


def wish(**changed: Any) -> dict[str, Any]:
    asked = {"payout_id": uuid7(), "lender_id": Settlement.objects.first().lender_id, "currency": "CNY", "until": DAY}
    return {name: str(value) for name, value in (asked | changed).items()}


def step(payout: MerchantPayout, name: str) -> str:
    return url(f"/payouts/{payout.id}/{name}")


def test_the_board_shows_what_each_shop_is_owed_and_since_when(owed: Settlement) -> None:
    page = desk("auditor").get("/settlements").content.decode()
    assert "青禾数码" in page
    assert page.count("1,940") == 2, "owed, and payable"
    assert "2 天" in page
    propose(TODAY)
    assert desk().get("/settlements").content.decode().count("1,940") == 2, "owed, and awaiting release"


def test_a_day_opens_to_its_orders_and_postings(owed: Settlement) -> None:
    page = desk("auditor").get(url(f"/days/{owed.id}")).content.decode()
    line = owed.lines.select_related("order", "loan").first()
    assert line.order.order_number in page.replace("<wbr>", "")
    assert f"/borrowers/{line.borrower_id}/loans/{line.loan_id}" in page
    journal = f"/trial-balance/merchant_payable?on={DAY}&amp;known=then"
    assert journal in page
    assert desk().get(journal.replace("&amp;", "&")).status_code == 200
    assert desk().get(url(f"/days/{uuid7()}")).status_code == 404
    assert desk().get(f"/settlements/{uuid7()}").status_code == 404


def test_one_proposes_and_another_releases(owed: Settlement) -> None:
    clerk = desk()
    assert clerk.post(url("/payouts"), wish()).status_code == 302
    payout = MerchantPayout.objects.get()
    assert (payout.amount_minor, payout.state) == (194_000, "proposed")
    assert clerk.post(step(payout, "release")).status_code == 409
    supervisor = desk("supervisor")
    assert "放行" in supervisor.get(url()).content.decode()
    assert supervisor.post(step(payout, "release")).status_code == 302
    payout.refresh_from_db()
    assert payout.state == "released"


def test_a_supervisor_does_not_release_their_own(owed: Settlement) -> None:
    supervisor = desk("supervisor")
    supervisor.post(url("/payouts"), wish())
    payout = MerchantPayout.objects.get()
    assert f"{payout.id}/release" not in supervisor.get(url()).content.decode()
    answer = supervisor.post(step(payout, "release"))
    assert answer.status_code == 409
    assert "两步要由两个人做" in answer.content.decode()
    assert supervisor.post(step(payout, "withdraw"), {"reason": ""}).status_code == 409
    assert supervisor.post(step(payout, "withdraw"), {"reason": "再等等"}).status_code == 302
    assert StaffAct.objects.get(verb="withdraw_payout").reason == "再等等"


def test_the_same_form_twice_is_one_payout_and_a_second_form_finds_nothing(owed: Settlement) -> None:
    client, form = desk(), wish()
    for _ in range(2):
        assert client.post(url("/payouts"), form).status_code == 302
    answer = client.post(url("/payouts"), wish())
    assert (answer.status_code, MerchantPayout.objects.count()) == (409, 1)
    assert "现在没有可付的" in answer.content.decode()
    assert client.post(url("/payouts"), wish(until="")).status_code == 422


def test_the_file_for_the_bank_has_each_payout_once_and_every_download_is_on_record(owed: Settlement) -> None:
    payout, clerk = released(TODAY), desk()
    assert clerk.post("/settlements/files").status_code == 302
    payout.refresh_from_db()
    path = f"/settlements/files/{payout.file_id}.csv"
    assert path in clerk.get("/settlements").content.decode()
    answer = clerk.get(path)
    [_heading, row] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row == ["青禾数码有限公司", CARD, "工商银行深圳分行", "1940.00", "CNY", reference(payout.number)]
    assert StaffAct.objects.filter(verb="download_payment_file", object_id=payout.file_id).count() == 1
    clerk.post("/settlements/files")
    assert MerchantPayout.objects.get().file_id == payout.file_id
    assert desk("auditor").get(path).status_code == 403
    assert clerk.get(f"/settlements/files/{uuid7()}.csv").status_code == 404


def test_two_note_what_the_bank_did(owed: Settlement) -> None:
    payout, first, second = released(TODAY), desk(), desk()
    told = {"outcome": "paid", "ref": "HQ20261015", "on": str(TODAY)}
    assert first.post(step(payout, "report"), told | {"on": ""}).status_code == 409
    assert first.post(step(payout, "report"), told).status_code == 302
    assert f"{payout.id}/confirm" not in first.get(url()).content.decode()
    assert first.post(step(payout, "confirm")).status_code == 409
    assert "HQ20261015" in second.get(url()).content.decode()
    assert str(payout.number) in second.get("/queue/shop-waiting").content.decode()
    assert second.post(step(payout, "confirm")).status_code == 302
    payout.refresh_from_db()
    assert (payout.state, payout.ref, payout.paid_on) == ("paid", "HQ20261015", TODAY)


def test_what_came_back_and_what_the_bank_contradicts_waits_in_the_queue(owed: Settlement) -> None:
    payout = released(TODAY)
    assert payout.number not in desk().get("/queue/shop-payouts").content.decode()
    settlements.learn(key=payout.number, result=Failed(reason="returned", code=""), now=clock.now())
    client = desk()
    page = client.get("/queue/shop-payouts").content.decode()
    assert payout.number in page
    assert "已退回" in page
    assert "1,940" in client.get(url()).content.decode()
    client.post(f"/queue/shop-payouts/{payout.id}/done", {"reason": "商户换了账户"})
    assert payout.number not in client.get("/queue/shop-payouts").content.decode()
    again = released(TODAY)
    other = Succeeded(ref="B9", amount_minor=1, paid_at=clock.now())
    settlements.learn(key=again.number, result=other, now=clock.now())
    assert "银行说的金额不同" in client.get("/queue/shop-payouts").content.decode()
    assert "银行说的金额不同" in client.get(url()).content.decode()


def test_a_day_below_nothing_is_carried() -> None:
    who = sell(DAY, principal="100.00")
    shut(DAY)
    give_account()
    propose(TODAY)
    come_back(who, DAY + days(1), "100.00")
    shut(DAY + days(1))
    page = desk().get(url()).content.decode()
    assert "退货多于发货，结转到下一次。" in page
    assert "可付 · 结转" in page
    assert desk().post(url("/payouts"), wish(until=TODAY)).status_code == 409


def test_an_account_is_entered_by_one_and_released_by_another(owed: Settlement) -> None:
    clerk, supervisor = desk(), desk_of(hire("supervisor"))
    asked = {"account_id": str(uuid7()), "name": "青禾", "bank": "建设银行", "number": "6217 0000 1000 1234 567"}
    assert clerk.post(url("/accounts"), asked | {"number": "12"}).status_code == 409
    assert clerk.post(url("/accounts"), asked).status_code == 302
    whose = url(f"/accounts/{asked['account_id']}")
    assert clerk.post(f"{whose}/release").status_code == 403
    assert "建设银行" in supervisor.get("/queue/shop-accounts").content.decode()
    assert supervisor.post(f"{whose}/release").status_code == 302
    account = MerchantAccount.objects.get(id=asked["account_id"])
    assert account.usable_from - account.decided_at == timedelta(days=1)
    page = supervisor.get(url()).content.decode()
    assert "**** 4567" in page
    assert account.number not in page
    assert supervisor.post(f"{whose}/refuse", {"reason": "不对"}).status_code == 409


def test_who_only_reads_changes_nothing(owed: Settlement) -> None:
    payout, auditor = released(TODAY), desk("auditor")
    for path in (
        "/settlements/files", url("/payouts"), step(payout, "report"), step(payout, "confirm"), url("/accounts"),
        url(f"/accounts/{uuid7()}/release"), url(f"/accounts/{uuid7()}/refuse"),
    ):  # fmt: skip
        assert auditor.post(path, {"reason": "x"}).status_code == 403, path
        assert desk().get(path).status_code == 405, path
    page = auditor.get(url()).content.decode()
    assert "登记银行结果" not in page
    assert "提交账户" not in page


def test_nobody_unknown_sees_anything(owed: Settlement) -> None:
    for path in ("/settlements", url(), url(f"/days/{owed.id}"), f"/settlements/files/{uuid7()}.csv"):
        assert "/account/login" in Client().get(path)["Location"], path


def test_a_payout_is_found_under_its_own_shop_only(owed: Settlement) -> None:
    payout = released(TODAY)
    assert desk().post(f"/settlements/{uuid7()}/payouts/{payout.id}/report").status_code == 404
    assert desk().post(step(payout, "nonsense")).status_code == 404
    with pytest.raises(payouts.OwnPayout):
        reporter = staff()
        payouts.report(payout_id=payout.id, is_paid=True, ref="x", on=TODAY, actor=reporter, now=clock.now())
        payouts.confirm(payout_id=payout.id, actor=reporter, now=clock.now())
