"""What staff do about reports and objections: the file of a month, its way to the bureau, and an answer in writing."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from anqi.actions import objections
from anqi.lending import report_files
from anqi.lending.models import Objection, ReportFile, ReportRecord, ReportRejection
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests import reporting
from tests.planting import at
from tests.reporting import BUREAU, DAY, DUE, OCTOBER, Reported
from tests.web.test_borrower_pages import chinese_in, plain
from tests.web.test_office_doors import desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
FIRST = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path, FIRST)
    cache.clear()


@pytest.fixture
def lin() -> Reported:
    """Late in October, and told so."""
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    return lin


def made() -> ReportFile:
    return ReportFile.objects.get(month=OCTOBER)


def test_a_file_is_made_taken_along_handed_over_and_answered(lin: Reported) -> None:
    clerk, boss = desk(), desk("supervisor")
    page = plain(clerk.get("/reports"))
    assert BUREAU in page and "机构代码 QH0001" in page and "还没有文件。" in page
    assert clerk.post("/reports/make", {"lender": "qhxj", "month": "2026-11"}).status_code == 409
    assert clerk.post("/reports/make", {"lender": "qhxj", "month": "October"}).status_code == 422
    sent = clerk.post("/reports/make", {"lender": "qhxj", "month": "2026-10"})
    own = f"/reports/{made().id}"
    assert sent.headers["Location"] == own
    assert clerk.post("/reports/make", {"lender": "qhxj", "month": "2026-10"}).headers["Location"] == own
    page = plain(clerk.get(own))
    for said in ("月末逾期 1–30 天", "sms S-", "已生成，还没有交付", "¥538.06", lin.held().number):
        assert said in page, said
    assert "林小满" not in page and "110105" not in page
    assert clerk.post(f"{own}/file.jsonl", {"reason": "交付"}).status_code == 403
    assert boss.post(f"{own}/file.jsonl", {"reason": " "}).status_code == 422
    taken = boss.post(f"{own}/file.jsonl", {"reason": "交付给征信中心"})
    assert report_files.hash_of(taken.content) == made().sha256 and "林小满" in taken.content.decode()
    assert taken.headers["Content-Disposition"] == 'attachment; filename="qhxj-2026-10-1.jsonl"'
    assert StaffAct.objects.get(verb="take_report").reason == "交付给征信中心"
    assert clerk.post(f"{own}/answer", {"rejected": ""}).status_code == 409
    assert boss.post(f"{own}/sent", {"receipt": ""}).status_code == 422
    boss.post(f"{own}/sent", {"receipt": "R-77"})
    wrong = clerk.post(f"{own}/answer", {"rejected": "三 不符"})
    assert wrong.status_code == 422 and "这一行看不懂：三 不符" in plain(wrong)
    clerk.post(f"{own}/answer", {"rejected": "3 证件号码校验不通过\n"})
    row = ReportRejection.objects.get()
    page = plain(boss.get(own))
    assert "证件号码校验不通过" in page and "1 行没收下" in page and "R- 77" in page
    lane = re.sub(r"<[^>]+>|\s+", " ", boss.get("/").content.decode())
    assert re.search(r"征信机构没收下的记录\s+1", lane)
    assert own in boss.get("/queue/report-rejected").content.decode()
    assert "机构没收下，等处理" in plain(boss.get("/reports"))
    release = f"/borrowers/{lin.borrower_id}/rejections/{row.id}/release"
    assert clerk.post(release, {"reason": ""}).status_code == 409
    assert clerk.post(release.replace(str(row.id), str(uuid4())), {"reason": "x"}).status_code == 404
    clerk.post(release, {"reason": "证件号码已更正"})
    clerk.post("/reports/make", {"lender": "qhxj", "month": "2026-10", "again": "on"})
    assert ReportRecord.objects.filter(month=OCTOBER).count() == 2


def test_what_is_withheld_is_listed_with_its_reason(lin: Reported) -> None:
    lin.open_charge(at(OCTOBER, 23))
    reporting.make(OCTOBER, at(FIRST))
    zhou = reporting.buy(phone="+8613900008866", number="QH-2")
    reporting.make(OCTOBER, at(FIRST), again=True)
    page = plain(desk("auditor").get("/reports"))
    assert zhou.held().number in page and "没有告知" in page and lin.held().number not in page


def object_to(lin: Reported) -> Objection:
    reporting.make(OCTOBER, at(FIRST))
    record = ReportRecord.objects.get(month=OCTOBER)
    return objections.object_to(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, objection_id=uuid7(), record_id=record.id,
        text="那天你们的页面打不开", now=at(FIRST),
    )  # fmt: skip


def test_an_objection_is_answered_beside_its_evidence(lin: Reported) -> None:
    row, me = object_to(lin), hire()
    clerk, own = desk_of(me), f"/borrowers/{lin.borrower_id}/objections/{row.id}"
    lane = re.sub(r"<[^>]+>|\s+", " ", clerk.get("/").content.decode())
    assert re.search(r"征信异议等答复\s+1\s+最早\s+11月21日", lane)
    assert own in clerk.get("/queue/objections").content.decode()
    page = plain(clerk.get(own))
    for said in ("那天你们的页面打不开", "11月21日", "月末逾期 1–30 天", "按现在已知的应报", "sms S-", "没有对平的月份"):
        assert said in page, said
    assert clerk.post(f"{own}/wrong", {"text": "查过了"}).status_code == 409
    clerk.post(f"{own}/take")
    refused = clerk.post(f"{own}/right", {"text": "你说得对"})
    assert refused.status_code == 409 and "记录还是对的" in plain(refused) and "你说得对" in refused.content.decode()
    assert clerk.post(f"{own}/note", {"text": " "}).status_code == 422
    clerk.post(f"{own}/note", {"text": "10 日系统正常"})
    assert clerk.post(f"{own}/nonsense").status_code == 404
    assert desk("auditor").post(f"{own}/take").status_code == 403
    clerk.post(f"{own}/wrong", {"text": "渠道那天正常，没有收到这笔钱"})
    assert Objection.objects.get().verdict == "wrong"
    page = plain(clerk.get(own))
    assert "10 日系统正常" in page and "记录没有错" in page and me.name in page


def test_a_fault_waits_for_another_one_who_decides(lin: Reported) -> None:
    row = object_to(lin)
    own = f"/borrowers/{lin.borrower_id}/objections/{row.id}"
    boss, clerk = desk("supervisor"), desk()
    days = {"since_on": "2026-10-10", "until_on": "2026-10-09", "reason": "支付通道故障"}
    wrong = clerk.post(f"{own}/blame", days)
    assert wrong.status_code == 409 and "支付通道故障" in wrong.content.decode()
    clerk.post(f"{own}/blame", days | {"until_on": "2026-10-11"})
    assert own in boss.get("/queue/report-faults").content.decode()
    assert clerk.post(f"{own}/agree").status_code == 409
    boss.post(f"{own}/agree")
    assert "已认定" in plain(boss.get(own))


def test_a_late_one_is_told_first_and_counted(lin: Reported, settings: Any, tmp_path: Path) -> None:
    row = object_to(lin)
    set_clock(settings, tmp_path, row.answer_by + DAY)
    own, me = f"/borrowers/{lin.borrower_id}/objections/{row.id}", hire()
    clerk = desk_of(me)
    assert own in clerk.get("/queue/objections-urgent").content.decode()
    assert "已经晚了" in plain(clerk.get(own))
    clerk.post(f"{own}/take")
    clerk.post(f"{own}/wrong", {"text": "查过了"})
    assert "一年内答复了 1 件异议 · 其中 1 件晚了" in plain(clerk.get("/reports"))


def test_the_pages_stand_in_english(lin: Reported) -> None:
    row = object_to(lin)
    client = desk(language="en")
    names = (BUREAU, "青禾消费金融", "那天你们的页面打不开", "林小满", "林**", "clerk", "supervisor")
    for address in ("/reports", f"/reports/{made().id}", f"/borrowers/{lin.borrower_id}/objections/{row.id}"):
        assert not chinese_in(client.get(address), names=names), address
