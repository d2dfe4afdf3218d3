"""What a borrower sees of reporting: whether, to whom, what was sent and comes next; and an objection on its way."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from anqi.actions import objections
from anqi.lending.models import Objection, ReportRecord
from anqi.notices.models import Message
from tests import reporting, returning
from tests.planting import at, plant_borrower
from tests.reporting import BUREAU, DAY, DUE, NOVEMBER, OCTOBER, Reported
from tests.returning import staff
from tests.web.borrower_stand import signed_in
from tests.web.test_borrower_pages import chinese_in, plain
from tests.web.test_office_doors import set_clock

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    settings.ROOT_URLCONF = "anqi.config.urls.borrower"
    set_clock(settings, tmp_path, FIRST + DAY)
    cache.clear()


@pytest.fixture
def lin() -> Reported:
    """Late in October, told so, and reported on the first of November."""
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    reporting.make(OCTOBER, at(FIRST))
    return lin


def order_of(lin: returning.Bought) -> str:
    return f"/orders/{lin.order.order_id}"


def test_a_loan_says_in_one_line_whether_it_is_reported_and_its_page_says_all(lin: Reported) -> None:
    visitor, own = signed_in(lin.borrower_id), order_of(lin)
    assert 'href="/credit"' in visitor.get("/me").content.decode()
    assert f"报送{BUREAU}" in plain(visitor.get(own))
    listed = plain(visitor.get("/credit"))
    assert "2026年10月：月末逾期 1–30 天，11月1日 报送" in listed
    page = plain(visitor.get(f"{own}/credit"))
    for said in (
        BUREAU, "QH0001", "9月10日", "2026年10月", "月末逾期 1–30 天 代码 1", "逾期金额 ¥538.06", "10月11日 告知过你",
        "10月10日 应还的 ¥533.09", "最早 11月1日 报送", "短信已送达", "早一天还清，报送的逾期就短一天。", "对记录有异议",
    ):  # fmt: skip
        assert said in page, said
    assert "不会报送逾期" not in page
    for told in ("report_notice",):
        message = Message.objects.get(template=told)
        assert 'href="/credit"' in visitor.get("/messages").content.decode(), message.template


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (DUE + DAY, "今天还清，这个月就不会报送逾期。"), (DUE + 6 * DAY, "今天还清，报送的是“当月逾期，当月已还清”"),
        (DUE - DAY, ""),
    ],
    ids=["in grace", "overdue", "before it is due"],
)  # fmt: skip
def test_the_page_promises_what_the_engine_says_and_nothing_else(
    on: date, expected: str, settings: Any, tmp_path: Path
) -> None:
    lin = reporting.buy()
    set_clock(settings, tmp_path, on)
    page = plain(signed_in(lin.borrower_id).get(f"{order_of(lin)}/credit"))
    assert expected in page
    assert ("今天还清" in page) == bool(expected)
    assert "还没有报送过" in page


def test_a_loan_that_is_not_reported_says_so_and_can_t_be_objected_to() -> None:
    lin = returning.buy(now=at(reporting.BOUGHT))
    visitor, own = signed_in(lin.borrower_id), order_of(lin)
    assert "这笔不报送征信" in plain(visitor.get(own))
    assert "这笔不报送征信：合同里没有约定。" in plain(visitor.get(f"{own}/credit"))
    assert "这笔不报送征信" in plain(visitor.get("/credit"))
    assert visitor.get(f"{own}/credit/object").status_code == 404


def send(visitor: Any, own: str, **changed: str) -> Any:
    record = str(ReportRecord.objects.get(month=OCTOBER).id)
    return visitor.post(
        f"{own}/credit/object", {"attempt": str(uuid4()), "record": record, "text": "我 10 号付过"} | changed
    )


def test_an_objection_from_the_form_to_the_statement(lin: Reported) -> None:
    visitor, own = signed_in(lin.borrower_id), order_of(lin)
    form = visitor.get(f"{own}/credit/object?record={ReportRecord.objects.get(month=OCTOBER).id}")
    assert "从明天算起 20 天内书面答复" in plain(form)
    assert re.search(r"<option value=\"[0-9a-f-]{36}\" selected>2026年10月：月末逾期", form.content.decode())
    missing = send(visitor, own, text=" ")
    assert missing.status_code == 422 and "请写明哪里不对。" in plain(missing)
    assert send(visitor, own, record=str(uuid4())).status_code == 422
    sent = send(visitor, own)
    row = Objection.objects.get()
    assert sent.headers["Location"] == f"/objections/{row.id}"
    assert visitor.get(f"{own}/credit/object").headers["Location"] == f"/objections/{row.id}"
    page = plain(visitor.get(f"/objections/{row.id}"))
    for said in (row.number, "2026年10月：月末逾期 1–30 天", "11月22日", "我 10 号付过", "处理中"):
        assert said in page, said
    assert "你的异议在处理" in plain(visitor.get(f"{own}/credit"))
    assert visitor.post(f"/objections/{row.id}/statement", {"text": "不同意"}).status_code == 409
    clerk, whose = staff(), {"borrower_id": lin.borrower_id, "objection_id": row.id, "now": at(FIRST + DAY)}
    objections.take(**whose, actor=clerk)
    objections.note(**whose, text="只给同事看", actor=clerk)
    objections.answer(**whose, verdict="wrong", text="渠道没有这笔", actor=clerk)
    page = plain(visitor.get(f"/objections/{row.id}"))
    assert "渠道没有这笔" in page and "只给同事看" not in page and clerk.name not in page
    long = visitor.post(f"/objections/{row.id}/statement", {"text": "我" * 201})
    assert long.status_code == 422 and "我" * 201 in long.content.decode()
    visitor.post(f"/objections/{row.id}/statement", {"text": "我不同意"})
    assert Objection.objects.get().statement == "我不同意"
    assert "你写下了声明" in plain(visitor.get(f"/objections/{row.id}"))
    assert visitor.post(f"/objections/{row.id}/withdraw").status_code == 409


def test_nobody_sees_anything_of_somebody_else_s(lin: Reported) -> None:
    send(signed_in(lin.borrower_id), order_of(lin))
    row = Objection.objects.get()
    zhou = signed_in(plant_borrower("+8613900008866", now=at(FIRST)))
    for address in (f"{order_of(lin)}/credit", f"{order_of(lin)}/credit/object", f"/objections/{row.id}"):
        assert zhou.get(address).status_code == 404, address
    assert send(zhou, order_of(lin)).status_code == 404
    for act in ("withdraw", "statement"):
        assert zhou.post(f"/objections/{row.id}/{act}", {"text": "x"}).status_code == 404
    assert row.number not in plain(zhou.get("/credit"))


def test_a_late_answer_is_owned_up_to_and_an_open_objection_keeps_the_account_open(
    lin: Reported, settings: Any, tmp_path: Path
) -> None:
    visitor = signed_in(lin.borrower_id)
    send(visitor, order_of(lin))
    row = Objection.objects.get()
    assert row.number in plain(visitor.get("/me/close"))
    set_clock(settings, tmp_path, row.answer_by + DAY)
    assert "我们晚了，对不起" in plain(visitor.get(f"/objections/{row.id}"))
    visitor.post(f"/objections/{row.id}/withdraw")
    assert Objection.objects.get().state == "withdrawn"


def test_what_was_corrected_stands_beside_what_was_wrong(lin: Reported, settings: Any, tmp_path: Path) -> None:
    lin.pay(at(FIRST + DAY), paid_at=at(DUE))
    reporting.reconcile(DUE, FIRST + DAY)
    reporting.make(NOVEMBER, at(date(2026, 12, 12)))
    set_clock(settings, tmp_path, date(2026, 12, 13))
    page = plain(signed_in(lin.borrower_id).get(f"{order_of(lin)}/credit"))
    assert "12月12日 已更正为：按时还" in page and "更正了之前的一条" in page


def test_it_all_stands_in_english_in_few_statements(lin: Reported, django_assert_max_num_queries: Any) -> None:
    visitor, own = signed_in(lin.borrower_id, language="en"), order_of(lin)
    send(visitor, own)
    names = (BUREAU, "青禾消费金融", "青禾 12", "12 期", "我 10 号付过")
    for address in ("/credit", f"{own}/credit", f"/objections/{Objection.objects.get().id}"):
        with django_assert_max_num_queries(30):
            page = visitor.get(address)
        assert not chinese_in(page, names=names), address
