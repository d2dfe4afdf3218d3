"""Applications at the desk: what waits, all that was looked at, and a person's word, with its reason."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anqi import clock
from anqi.actions import reserves
from anqi.lending.models import Application, ApplicationReview
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests import drawn, reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import plant_loan
from tests.reserving import TODAY, ZHOU, apply, bind, welcome
from tests.web.application_desk import final, questioned, set_clock, waiting
from tests.web.test_office_doors import desk, desk_of, hire
from tests.web.test_office_turns import text_of

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def street(settings: Any, tmp_path: Path, bank: Bank) -> None:
    set_clock(settings, tmp_path)
    reserving.open_shelf(now=clock.now())


def url(row: Application, act: str = "") -> str:
    return f"/borrowers/{row.borrower_id}/applications/{row.id}{act and f'/{act}'}"


def read(address: str, role: str = "clerk") -> str:
    answer = desk(role).get(address)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def test_the_queue_leads_to_them_the_longest_waiting_first_with_who_asked_for_a_person() -> None:
    asked, left = questioned(), waiting()
    Application.objects.filter(id=left.id).update(applied_at=clock.now() - timedelta(days=2))
    page = desk().get("/queue/reserves").content.decode()
    assert page.index(url(left)) < page.index(url(asked))
    told = text_of(page)
    assert told.index("规则转人工") < told.index("借款人要求复核")
    lane = text_of(desk().get("/").content.decode())
    assert "备用金等人工审核 2 最久 2 日" in lane


def test_a_questioned_refusal_waits_from_the_question_on() -> None:
    asked, left = questioned(), waiting()
    Application.objects.filter(id=asked.id).update(applied_at=clock.now() - timedelta(days=20))
    Application.objects.filter(id=left.id).update(applied_at=clock.now() - timedelta(hours=1))
    page = desk().get("/queue/reserves").content.decode()
    assert page.index(url(left)) < page.index(url(asked))
    assert "最久 2" not in text_of(desk().get("/").content.decode())


def test_its_page_shows_reasons_with_numbers_all_that_was_looked_at_and_the_rules() -> None:
    row = waiting()
    page = read(url(row))
    for told in (
        "¥1,000.00", "日常消费", "招商银行 尾号0017", "林**", "规则的结果 · 转人工", "同一天第 3 次申请。", "年龄 29",
        "可用额度 ¥20,000.00", "在同一家出借机构逾期天数 0", "用这台设备申请过的借款人 1", "其他机构 没有去查", "撤回或过期 2",
        "2024年7月1日起，依据：anqi", "同一天第几次申请起转人工 3", "允许的用途 日常消费、教育培训", "没有评分", "还没有人看过",
    ):  # fmt: skip
        assert told in page, told
    for hidden in ("19970521", "1997", "林小满", "13800006021"):
        assert hidden not in drawn.without(page), hidden
    [act] = StaffAct.objects.all()
    assert (act.verb, act.borrower_id, act.object_id) == ("view_application", row.borrower_id, row.id)


def test_the_question_earlier_applications_and_loans_stand_beside() -> None:
    asked = questioned()
    loan = plant_loan(starts_on=TODAY, borrower_id=asked.borrower_id)
    answer = desk().get(url(asked)).content.decode()
    first = Application.objects.get(borrower_id=asked.borrower_id, state="refused")
    assert "昨天填错了用途" in answer
    assert url(first) in answer
    assert f"/borrowers/{asked.borrower_id}/loans/{loan.loan_id}" in answer
    assert "2026年11月24日没有通过，2026年11月25日起才可以再申请。" in answer


def test_an_account_and_a_device_of_several_are_told_with_their_numbers() -> None:
    lin, to = welcome()
    apply(lin, to, device="d1", now=clock.now())
    zhou, _ = welcome(ZHOU)
    row = apply(zhou, bind(zhou, "6235200006021"), device="d1", now=clock.now())
    page = read(url(row))
    assert "收款账户有 2 位借款人用过，最多 1 位。" in page
    assert "同一台设备有 2 位借款人申请过，最多 1 位。" in page


def test_it_is_approved_with_a_reason_only_and_the_word_stands_on_the_page() -> None:
    row, who = waiting(), hire(name="王经办")
    client = desk_of(who)
    answer = client.post(url(row, "approve"), {"reason": " "})
    assert (answer.status_code, "请写明理由" in answer.content.decode()) == (409, True)
    assert client.post(url(row, "approve"), {"reason": "电话核实"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "approved"
    page = text_of(client.get(url(row)).content.decode())
    for told in ("已通过，等签约", "王经办 通过", "电话核实", "签约截止"):
        assert told in page
    assert url(row, "approve") not in client.get(url(row)).content.decode()
    assert url(row) not in client.get("/queue/reserves").content.decode()


def test_it_is_refused_and_a_second_colleague_hears_that_it_is_over() -> None:
    row = waiting()
    assert desk().post(url(row, "refuse"), {"reason": "多次申请"}).status_code == 302
    answer = desk().post(url(row, "approve"), {"reason": "再看看"})
    assert (answer.status_code, "这一笔现在不能这样处理" in answer.content.decode()) == (409, True)
    assert ApplicationReview.objects.get().outcome == "refused"


def test_a_refusal_is_turned_round_by_a_supervisor_and_a_clerk_s_button_says_so() -> None:
    row = questioned()
    page = desk().get(url(row)).content.decode()
    assert 'data-kind="main"' not in page.split("人工审核", 1)[1]
    assert "只有复核可以改为通过" in page
    assert desk().post(url(row, "approve"), {"reason": "补了材料"}).status_code == 409
    supervisor = desk("supervisor")
    assert "只有复核可以改为通过" not in supervisor.get(url(row)).content.decode()
    assert supervisor.post(url(row, "approve"), {"reason": "补了材料"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "approved"


def test_who_looked_before_can_not_look_again() -> None:
    row, first = questioned(), hire("supervisor", "赵复核")
    client = desk_of(first)
    assert client.post(url(row, "refuse"), {"reason": "没有新材料"}).status_code == 302
    reserves.question(borrower_id=row.borrower_id, application_id=row.id, text="请再看", now=clock.now())
    page = client.get(url(row)).content.decode()
    assert (page.count(" disabled"), "要由另一位同事处理" in page) == (2, True)
    answer = client.post(url(row, "approve"), {"reason": "改主意"})
    assert (answer.status_code, "看过这笔申请的人不能再看一次" in answer.content.decode()) == (409, True)
    assert desk("supervisor").post(url(row, "approve"), {"reason": "材料齐了"}).status_code == 302


def test_what_is_final_nobody_approves_and_the_button_says_why() -> None:
    row = final()
    page = desk("supervisor").get(url(row)).content.decode()
    assert ("不能由人工越过的原因" in page, page.count(" disabled")) == (True, 1)
    answer = desk("supervisor").post(url(row, "approve"), {"reason": "认识他"})
    assert (answer.status_code, Application.objects.get(id=row.id).state) == (409, "review")
    assert desk().post(url(row, "refuse"), {"reason": "没有实名"}).status_code == 302


def test_auditors_read_and_somebody_elses_is_not_found() -> None:
    row, other = waiting(), welcome(ZHOU)[0]
    page = desk("auditor").get(url(row)).content.decode()
    assert url(row, "approve") not in page
    for act in ("approve", "refuse"):
        assert desk("auditor").post(url(row, act), {"reason": "x"}).status_code == 403
        assert desk().get(url(row, act)).status_code == 405
    assert desk().get(f"/borrowers/{other}/applications/{row.id}").status_code == 404
    assert desk().get(f"/borrowers/{row.borrower_id}/applications/{uuid7()}").status_code == 404
    assert not ApplicationReview.objects.exists()


def test_the_list_is_of_days_and_a_state_and_its_file_holds_the_same() -> None:
    row, old = waiting(), questioned()
    Application.objects.filter(id=old.id).update(applied_at=clock.now() - timedelta(days=9))
    client = desk("auditor")
    assert (url(row) in (page := client.get("/applications").content.decode()), url(old) in page) == (True, False)
    query = "state=review&since=2026-11-15&until=2026-11-15"
    page = client.get(f"/applications?{query}").content.decode()
    assert (url(old) in page, url(row) in page) == (True, False)
    assert 'value="2026-11-15"' in page
    assert f"/applications.csv?{query.replace('&', '&amp;')}" in page
    file = client.get(f"/applications.csv?{query}")
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [lines[0][1], lines[1][1:]] == ["编号", [str(old.id), "备用金 3 期", "1000.00", "日常消费", "等人工审核"]]
    assert len(lines) == 2
    assert "林" not in file.content.decode()


@pytest.mark.parametrize("query", ["state=x&since=yesterday", "until=2026-13-01", ""])
def test_an_address_that_can_not_be_read_shows_the_last_week(query: str) -> None:
    row = waiting()
    assert url(row) in desk().get(f"/applications?{query}").content.decode()


def test_the_search_finds_it_by_its_id_and_by_its_phone() -> None:
    row = waiting()
    client = desk()
    answer = client.post("/search", {"q": str(row.id)})
    assert (answer.status_code, answer["Location"]) == (302, url(row))
    page = client.post("/search", {"q": "13800006021"}).content.decode()
    assert (url(row) in page, f'"/borrowers/{row.borrower_id}"' in page) == (True, True)
