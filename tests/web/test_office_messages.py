"""A borrower's messages in the office, with their proofs; and what reached nobody, in the queue until somebody saw to it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.actions.notices import following
from anqi.notices import messages
from anqi.notices.models import Message
from anqi.notices.receipts import Receipt
from anqi.people.models import StaffAct
from anqi.web.office import queue
from tests.planting import Planted, plant_loan
from tests.web.test_borrower_pages import text_of
from tests.web.test_office_doors import desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 10, 1))


def lose(who: Planted) -> Message:
    now = clock.now() - timedelta(hours=2)
    messages.announce(borrower_id=who.borrower_id, template="payment_received", words={"amount": "¥533.09"}, now=now)
    message = Message.objects.order_by("-id").first()
    message.text = "【按期】收到你的还款 ¥533.09"
    messages.mark_sent(message, proof="G-77", now=now)
    following.learn(Receipt(message_id=message.id, proof="G-77", is_delivered=False), medium="sms", now=now)
    return message


def counts() -> dict[str, int]:
    cache.clear()
    return {lane.slug: lane.count for lane in queue.lanes(clock.now()) if lane.count}


def test_what_reached_nobody_waits_in_the_queue_until_somebody_asks_to_check(lin: Planted) -> None:
    lost = lose(lin)
    assert counts() == {"undelivered": 1}
    clerk = desk_of(hire("clerk"))
    page, address = text_of(clerk.get("/queue/undelivered")), f"/borrowers/{lin.borrower_id}/messages"
    assert address in page and "还款到账通知" in page
    theirs = text_of(clerk.get(address))
    assert "G-77" in theirs.replace("<wbr>", "") and "没有送达" in theirs and "请借款人检查手机" in theirs
    assert "¥533.09" not in theirs, "what it says is the borrower's"
    check = f"{address}/{lost.id}/check"
    assert clerk.post(check, {"reason": ""}).status_code == 409
    assert clerk.post(f"{address}/{lin.loan_id}/check", {"reason": "x"}).status_code == 404
    assert desk_of(hire("auditor")).post(check, {"reason": "x"}).status_code == 403
    assert clerk.post(check, {"reason": "打通了，请他关掉拦截"}).headers["Location"] == address
    assert counts() == {}
    assert Message.objects.filter(template="contact_check", medium="app").count() == 1
    assert StaffAct.objects.get(verb="ask_to_check").reason == "打通了，请他关掉拦截"
    assert "怎么联系的" not in text_of(clerk.get(address))
    assert "Ask the borrower" not in text_of(clerk.get(address))
    assert clerk.get(f"/borrowers/{lin.loan_id}/messages").status_code == 404
    assert clerk.get(f"{address}?before=x").status_code == 404


def test_it_may_be_put_down_from_the_queue_as_well(lin: Planted) -> None:
    lost = lose(lin)
    clerk = desk_of(hire("clerk"))
    clerk.post(f"/queue/undelivered/{lost.id}/done", {"reason": "号码停机，已寄信"})
    assert counts() == {}


def test_a_reminder_that_waits_for_the_morning_is_not_late(lin: Planted) -> None:
    messages.announce(
        borrower_id=lin.borrower_id, template="debit_excused", words={"until_on": date(2026, 10, 9)},
        now=clock.now() - timedelta(hours=2),
    )  # fmt: skip
    assert counts() == {"messages": 1}
    messages.put_off(Message.objects.get(), until=clock.now() + timedelta(hours=6))
    assert counts() == {}
