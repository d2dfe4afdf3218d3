"""Calls on both sites: the clerk asks, registers, calls and writes down; the borrower sees it all and may object."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from anqi import clock
from anqi.actions import calls, notices
from anqi.notices import reminders
from anqi.people import wishes
from anqi.people.calls import Ending
from anqi.people.models import Call, Complaint, StaffAct
from anqi.people.queries import staff_number
from anqi.web.office import queue
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.borrower_stand import signed_in
from tests.web.test_borrower_pages import chinese_in, plain, text_of
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
borrowers = override_settings(ROOT_URLCONF="anqi.config.urls.borrower")


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)
    cache.clear()


@pytest.fixture
def lin() -> Planted:
    """Due on 9 October, overdue since the 13th, and looked at for a reminder today."""
    return watched(plant_loan(starts_on=date(2026, 9, 9)))


def watched(who: Planted) -> Planted:
    reminders.wake(who.borrower_id, who.loan_id, now=clock.now())
    notices.sweep(now=clock.now(), limit=100)
    return who


def page_of(who: Planted) -> str:
    return f"/borrowers/{who.borrower_id}/calls"


def begin(client: Client, who: Planted, call_id: UUID | None = None) -> Any:
    return client.post(f"{page_of(who)}/begin", {"call_id": str(call_id or uuid4())})


def end(client: Client, who: Planted, **given: str) -> Any:
    return client.post(f"{page_of(who)}/{Call.objects.latest('id').id}/end", given)


def test_the_number_is_shown_once_the_call_is_on_record_and_to_its_caller_alone(lin: Planted) -> None:
    clerk, other = desk(), desk()
    page = plain(clerk.get(page_of(lin)))
    assert "能打，只打给借款人本人" in page and "¥534.00" not in page
    assert "13800006021" not in page
    assert begin(clerk, lin, attempt := uuid4()).headers["Location"] == page_of(lin)
    assert begin(clerk, lin, attempt).status_code == 302
    assert "+8613800006021" in text_of(clerk.get(page_of(lin)))
    theirs = text_of(other.get(page_of(lin)))
    assert "+8613800006021" not in theirs and "请复核来记" in theirs
    refused = begin(other, lin)
    assert refused.status_code == 409 and "先记下再打" in plain(refused)
    assert end(other, lin, outcome="reached").status_code == 409
    assert end(clerk, lin, outcome="not_reached").status_code == 302
    assert "+8613800006021" not in text_of(clerk.get(page_of(lin)))
    verbs = set(StaffAct.objects.filter(borrower_id=lin.borrower_id).values_list("verb", flat=True))
    assert verbs == {"view_calls", "begin_call", "end_call"}
    assert desk("auditor").post(f"{page_of(lin)}/begin").status_code == 403
    assert clerk.get(f"/borrowers/{uuid4()}/calls").status_code == 404


def test_what_was_typed_stays_and_the_page_says_how_to_mend_it(lin: Planted) -> None:
    clerk = desk()
    begin(clerk, lin)
    missing = end(clerk, lin, outcome="promise", note="发了工资就还")
    assert missing.status_code == 422
    for said in ("请填答应的日子", "请填答应的金额", "发了工资就还"):
        assert said in plain(missing)
    far = end(clerk, lin, outcome="promise", promised_on="2026-11-30", promised_minor="500", note="发了工资就还")
    assert far.status_code == 409 and "从今天到 10月29日 之间" in plain(far) and "发了工资就还" in plain(far)
    much = end(clerk, lin, outcome="promise", promised_on="2026-10-20", promised_minor="9000")
    assert re.search(r"最多是到那天应还的 ¥53\d\.\d\d", plain(much))
    assert "请选择电话的结果" in plain(end(clerk, lin))
    assert "请写明借款人投诉什么" in plain(end(clerk, lin, outcome="complaint"))
    end(clerk, lin, outcome="promise", promised_on="2026-10-20", promised_minor="500", note="发了工资就还", lasted_minutes="3")
    page = plain(clerk.get(page_of(lin)))
    for said in ("不能打：借款人答应了还款", "10月21日 09:00 起可以", "10月20日前 ¥500.00", "发了工资就还", "3 分钟"):
        assert said in page, said
    assert begin(clerk, lin).status_code == 409


def test_the_list_of_today_leads_with_the_broken_word_and_leaves_out_who_may_not_be_called(lin: Planted) -> None:
    zhou, wu = (
        watched(plant_loan(starts_on=date(2026, 9, 5), borrower_id=plant_borrower(phone, now=clock.now())))
        for phone in ("+8613900008866", "+8613700001204")
    )
    Call.objects.create(
        borrower_id=lin.borrower_id, loan_ids=[lin.loan_id], by=hire().id, begun_at=clock.now() - timedelta(days=3),
        ended_at=clock.now(), outcome="promise", promised_on=TODAY - timedelta(days=1), promised_minor=53_309,
    )  # fmt: skip
    wishes.stop_calls(wu.borrower_id, now=clock.now())
    page = text_of(desk().get("/calls"))
    shown = re.findall(r"/borrowers/([0-9a-f-]{36})/calls", page)
    assert shown == [str(lin.borrower_id), str(zhou.borrower_id)]
    assert "没有做到，还了" in page and "10月14日前 ¥533.09" in plain(desk().get("/calls"))
    assert not chinese_in(desk().get("/calls", headers={"Accept-Language": "en"}), names=("林**", "李经办"))


def test_the_day_counts_each_borrowers_calls_and_shows_who_objects(lin: Planted) -> None:
    clerk = hire()
    for n in range(3):
        row = Call.objects.create(
            borrower_id=lin.borrower_id, loan_ids=[lin.loan_id], by=clerk.id, ended_at=clock.now(), outcome="not_reached",
            begun_at=clock.now() - timedelta(hours=n),
        )  # fmt: skip
    with borrowers:
        visitor = signed_in(lin.borrower_id)
        form = visitor.get(f"/complaints/new?about=call&id={row.id}&kind=contact")
        assert '<option value="contact" selected>' in text_of(form)
        visitor.post(
            f"/complaints/new?about=call&id={row.id}", {"attempt": str(uuid4()), "kind": "contact", "text": "太早了"}
        )
    made = Complaint.objects.get()
    assert (made.about, made.about_id) == ("call", row.id)
    page = plain(desk("supervisor").get("/calls/day"))
    assert "10月15日：3 次 · 借款人有异议 1 次" in page
    assert re.search(r"林\*\* 3 ", page)
    assert "这一天没有打过电话" in plain(desk().get("/calls/day?on=2026-10-14"))
    assert page_of(lin) in text_of(desk().get(f"/borrowers/{lin.borrower_id}/complaints/{made.id}"))
    assert calls.look([lin.borrower_id], now=clock.now())[lin.borrower_id].answer.still.why == "dispute"


def test_what_nobody_wrote_down_waits_in_the_queue(lin: Planted) -> None:
    clerk = hire()
    begin(desk_of(clerk), lin)
    Call.objects.update(begun_at=clock.now() - timedelta(hours=2))
    cache.clear()
    assert {lane.slug: lane.count for lane in queue.lanes(clock.now())}["calls"] == 1
    page = text_of(desk().get("/queue/calls"))
    assert page_of(lin) in page and clerk.name in page
    boss = desk("supervisor")
    assert end(boss, lin, outcome="not_reached").status_code == 302


def called(who: Planted, outcome: str, **more: Any) -> Call:
    clerk = hire(name="李经办")
    row = calls.begin(borrower_id=who.borrower_id, call_id=uuid4(), actor=clerk, now=clock.now())
    ending = Ending(outcome=outcome, **more)
    return calls.end(borrower_id=who.borrower_id, call_id=row.id, ending=ending, actor=clerk, now=clock.now())


@pytest.mark.parametrize(
    ("outcome", "more", "said"),
    [
        ("reached", {"lasted_minutes": 3}, "接通了，说了逾期的事"),
        ("not_reached", {}, "没有接通"),
        ("wrong_person", {}, "接电话的不是你"),
        ("promise", {"promised_on": date(2026, 10, 20), "promised_minor": 53_309}, "你说 10月20日 前还 ¥533.09"),
        ("no_calls", {}, "你说不要再打"),
        ("complaint", {"note": "说已经还过"}, "你提了投诉"),
    ],
)
def test_the_borrower_sees_every_call_by_number_in_plain_words(
    lin: Planted, outcome: str, more: dict[str, Any], said: str
) -> None:
    row = called(lin, outcome, **more)
    with borrowers:
        visitor = signed_in(lin.borrower_id)
        listed, page = visitor.get("/me/looked-at"), visitor.get(f"/me/calls/{row.id}")
        for shown in (listed, page):
            assert said in plain(shown) and f"工号 {staff_number(row.by)}" in plain(shown)
            assert f"about=call&amp;id={row.id}&amp;kind=contact" in text_of(shown)
            assert "李经办" not in plain(shown)
        assert plain(listed).count("给你打了电话") == 1
        assert "处理了你的一项业务" not in plain(listed)
        assert signed_in(plant_borrower("+8613900008866", now=clock.now())).get(f"/me/calls/{row.id}").status_code == 404
        english = signed_in(lin.borrower_id, language="en")
        for path in ("/me/looked-at", f"/me/calls/{row.id}", "/reminders"):
            assert not chinese_in(english.get(path), names=("【按期】", "青禾 12", "中文"))


def test_the_borrower_may_want_no_calls_and_may_say_that_the_number_is_theirs(lin: Planted) -> None:
    def why_not() -> str | None:
        still = calls.look([lin.borrower_id], now=clock.now())[lin.borrower_id].answer.still
        return still.why if still else None

    with borrowers:
        visitor = signed_in(lin.borrower_id)
        assert "9:00 到 20:00，一天最多 3 次，一周最多 7 次" in plain(visitor.get("/reminders"))
        visitor.post("/reminders/calls", {"calls": "stop"})
        assert why_not() == "no_calls" and "可以给我打电话" in plain(visitor.get("/reminders"))
        visitor.post("/reminders/calls", {"calls": "allow"})
        assert why_not() is None
    called(lin, "wrong_person")
    with borrowers:
        assert why_not() == "wrong_number" and "接电话的人说不是你" in plain(visitor.get("/reminders"))
        visitor.post("/reminders/calls", {"calls": "stop"})
        visitor.post("/reminders/calls", {"calls": "mine"})
        assert why_not() == "no_calls", "whose number it is says nothing of being called"
