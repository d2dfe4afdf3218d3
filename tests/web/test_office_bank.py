"""The bank account at the desk: statements imported, unmatched money decided about, transfers to be made by hand."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anqi import clock
from anqi.actions import charges, inbox, refunds
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.payments import channels
from anqi.payments.channels.bank import reference
from anqi.payments.models import BankLine, BankStatement, Charge, Payment, Refund, Unapplied
from anqi.people.models import StaffAct
from anqi.web.office import queue
from tests.actions.bank_account import STATED, Account
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
AMOUNT = 53309


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Noon of one day, and an account."""
    set_clock(settings, tmp_path)
    settings.ANQI_BANK = STATED
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def account() -> Account:
    return Account(at=at(TODAY, 9))


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=TODAY - timedelta(days=30))


@pytest.fixture
def charge(lin: Planted) -> Charge:
    return begin(lin)


def begin(who: Planted) -> Charge:
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="bank", how="page",
        attempt=uuid4().hex, now=at(TODAY, 8),
    )  # fmt: skip
    return charges.deliver(borrower_id=who.borrower_id, charge_id=charge.id, now=at(TODAY, 8))


def upload(client: Client, account: Account, rows: slice = slice(None)) -> Any:
    answer = client.post("/bank", {"file": SimpleUploadedFile("流水.csv", account.file(rows))})
    learn()
    return answer


def learn() -> None:
    for message in inbox.lease(now=clock.now(), limit=100):
        tasks._learn(message, clock.now())


def text(answer: Any) -> str:
    return str(answer.content.decode())


def lane() -> int:
    return next(lane.count for lane in queue.lanes(clock.now()) if lane.slug == "bank")


@pytest.fixture
def line(charge: Charge, account: Account) -> BankLine:
    account.move(AMOUNT, "还款 谢谢")
    upload(desk(), account)
    return BankLine.objects.get()


def test_a_file_is_uploaded_and_again_changes_nothing(charge: Charge, account: Account) -> None:
    account.move(AMOUNT, reference(charge.key))
    client = desk()
    assert upload(client, account)["Location"] == "/bank"
    assert "已导入，新的有 1 行" in text(client.get("/bank"))
    assert Payment.objects.get().learned_by == "statement"
    upload(client, account)
    page = text(client.get("/bank"))
    assert "这份文件以前导入过" in page
    assert "账户余额 ¥10,533.09" in page
    assert BankStatement.objects.get().imported_by
    assert StaffAct.objects.filter(verb="import_statement").count() == 1
    assert lane() == 0


def test_a_broken_file_is_told_by_its_line(account: Account) -> None:
    for _ in range(3):
        account.move(100)
    del account.rows[1]
    answer = upload(desk(), account)
    assert answer.status_code == 409
    assert "第 3 行接不上：之前余额 ¥10,001.00，这行 ¥1.00，余额却是 ¥10,003.00" in text(answer)
    assert not BankLine.objects.exists()
    assert desk().post("/bank", {}).status_code == 422


def test_auditors_only_look(line: BankLine) -> None:
    client = desk("auditor")
    assert "未匹配来款" in text(client.get("/bank"))
    assert "导入流水" not in text(client.get("/bank"))
    assert "就是这笔" not in text(client.get(f"/bank/lines/{line.id}"))
    for url in ("/bank", f"/bank/lines/{line.id}", f"/bank/lines/{line.id}/payer", "/bank/to-make.csv"):
        assert client.post(url, {"reason": "x", "use": "not_ours"}).status_code == 403, url


def test_payers_are_masked_until_somebody_says_why(line: BankLine) -> None:
    client = desk()
    for url in ("/bank", "/queue/bank", f"/bank/lines/{line.id}"):
        page = text(client.get(url))
        assert "林**" in page, url
        for told in ("林小满", "6222020200112233445", "还款 谢谢"):
            assert told not in page, (url, told)
    assert client.post(f"/bank/lines/{line.id}/payer", {"reason": ""}).status_code == 422
    page = text(client.post(f"/bank/lines/{line.id}/payer", {"reason": "打电话核对"}))
    for told in ("林小满", "6222020200112233445", "还款 谢谢"):
        assert told in page
    act = StaffAct.objects.get(verb="unmask_bank_line")
    assert (act.object_id, act.reason) == (line.id, "打电话核对")
    assert "林小满" not in text(client.get(f"/bank/lines/{line.id}"))


def test_candidates_are_of_the_same_amount_or_name(line: BankLine, charge: Charge) -> None:
    stranger = plant_loan(
        starts_on=TODAY - timedelta(days=30), borrower_id=plant_borrower("+8613900000001", now=at(TODAY)),
        principal="3000.00",
    )  # fmt: skip
    other = begin(stranger)
    page = text(desk().get(f"/bank/lines/{line.id}"))
    assert charge.key in page
    assert "金额相同" in page
    assert page.index(charge.key) < page.index(other.key), "of both amount and name comes first"
    BankLine.objects.update(name=b"", amount_minor=1)
    BankLine.objects.filter(id=line.id).update(name="王五", amount_minor=1)
    assert "没有同样金额或同名的转账" in text(desk().get(f"/bank/lines/{line.id}"))


def test_it_is_matched_by_two_people(line: BankLine, charge: Charge) -> None:
    first, second = hire("supervisor", "李复核"), hire("supervisor", "赵复核")
    client, url = desk_of(first), f"/bank/lines/{line.id}"
    assert lane() == 1
    assert client.post(url, {"use": "charge", "key": charge.key, "reason": ""}).status_code == 422
    assert client.post(url, {"use": "charge", "key": charge.key, "reason": "电话核对"})["Location"] == url
    own = text(client.get(url))
    assert "已提交，等另一位复核同意" in own
    assert "撤回" in own
    assert client.post(f"{url}/approve").status_code == 409
    other = desk_of(second)
    assert other.post(f"{url}/approve")["Location"] == url
    learn()
    assert Payment.objects.get().amount_minor == AMOUNT
    told = text(other.get(url))
    assert "李复核：电话核对" in told
    assert "赵复核" in told
    assert lane() == 0


def test_money_that_is_sent_back_goes_on_the_list_until_the_statement_shows_it(line: BankLine, account: Account) -> None:
    url = f"/bank/lines/{line.id}"
    desk().post(url, {"use": "send_back", "reason": "不认识"})
    assert "要转的" in text(desk("supervisor").post(f"{url}/approve", follow=True))
    line.refresh_from_db()
    client = desk()
    page = text(client.get("/bank"))
    assert line.returns_as in page
    assert "转回来款" in page
    assert lane() == 1
    account.move(-AMOUNT, line.returns_as)
    upload(client, account)
    assert "没有要转的" in text(client.get("/bank"))
    assert lane() == 0


def test_refunds_are_on_the_list_with_the_account_that_paid(charge: Charge, account: Account) -> None:
    account.move(AMOUNT, reference(charge.key), account="6222020200112233445")
    account.move(AMOUNT, reference(charge.key), name="=HYPERLINK(1)", account="6228480402564890018")
    client = desk()
    upload(client, account)
    case = Unapplied.objects.get()
    refunds.begin(borrower_id=case.borrower_id, case_id=case.id, actor=hire(), reason="付了两次", now=clock.now())
    refund = Refund.objects.get()
    page = text(client.get("/bank"))
    assert reference(refund.key) in page
    assert "****0018" in page
    assert "6228480402564890018" not in page
    assert client.post("/bank/to-make.csv", {"reason": ""}).status_code == 422
    answer = client.post("/bank/to-make.csv", {"reason": "今天的退款"})
    [_heading, row] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row == ["'=HYPERLINK(1)", "\t6228480402564890018", "533.09", reference(refund.key)]
    assert StaffAct.objects.get(verb="download_transfers").reason == "今天的退款"
    account.move(-AMOUNT, reference(refund.key))
    upload(client, account)
    refund.refresh_from_db()
    assert refund.state == "succeeded"
    assert "没有要转的" in text(client.get("/bank"))


def test_what_is_no_borrowers_is_put_aside(line: BankLine) -> None:
    desk().post(f"/bank/lines/{line.id}", {"use": "not_ours", "reason": "股东注资"})
    desk("supervisor").post(f"/bank/lines/{line.id}/approve")
    assert lane() == 0
    assert "没有未匹配的来款" in text(desk().get("/bank"))


def test_a_wish_is_refused_with_a_reason(line: BankLine) -> None:
    url = f"/bank/lines/{line.id}"
    desk().post(url, {"use": "not_ours", "reason": "股东注资"})
    boss = desk("supervisor")
    assert boss.post(f"{url}/refuse", {"reason": ""}).status_code == 409
    boss.post(f"{url}/refuse", {"reason": "不是"})
    assert BankLine.objects.get().state == "waiting"


def test_there_is_no_such_line(account: Account) -> None:
    assert desk().get(f"/bank/lines/{uuid4()}").status_code == 404
