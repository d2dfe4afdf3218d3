"""消息 and 提醒设置: everything that was sent with its proof, and how the borrower wants to be reminded."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.actions.notices import following
from anqi.notices import messages, texts
from anqi.notices.models import Message, MessageWord, Reminding
from anqi.notices.receipts import Receipt
from anqi.payments import debit_queries
from anqi.people import wishes
from anqi.people.models import Borrower
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web import opened_amounts
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
NOW = at(date(2026, 11, 24), 10)
SETTINGS = {
    "by_sms": "on", "steps": ["7", "3"], "hour": "19", "quiet_from": "20", "quiet_until": "7", "language": "en",
}  # fmt: skip


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=NOW)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def lin(watch: Watch) -> Planted:
    return plant_loan(starts_on=date(2026, 11, 9))


def announce(who: UUID, amount: str, *, minutes: int = 0) -> Message:
    now = NOW + timedelta(minutes=minutes)
    messages.announce(borrower_id=who, template="payment_received", words={"amount": amount}, now=now)
    return Message.objects.order_by("-id").first()


def send(message: Message) -> None:
    message.text = texts.write(message.template, language="zh-hans", **messages.words_of(message))
    messages.mark_sent(message, proof="G-1", now=NOW)


def test_every_message_is_listed_with_its_proof_newest_first(lin: Planted, watch: Watch) -> None:
    visitor, who = signed_in(lin.borrower_id), lin.borrower_id
    assert "还没有消息" in text_of(visitor.get("/messages"))
    arrived, lost, waiting = (announce(who, f"¥{n}.00", minutes=n) for n in (1, 2, 3))
    send(arrived), send(lost)
    following.learn(Receipt(message_id=arrived.id, proof="G-1", is_delivered=True), medium="sms", now=NOW)
    following.learn(Receipt(message_id=lost.id, proof="G-1", is_delivered=False), medium="sms", now=NOW)
    announce(plant_borrower("+8613900008866", now=NOW), "¥99.00")
    messages.enqueue(borrower_id=who, phone="+8613800006021", template="login_code", text="【按期】204618", now=NOW)
    taken_back = announce(who, "¥98.00")
    messages.withdraw([taken_back.id])
    assert "3 条新的" in text_of(visitor.get("/")) and "3 条新的" in text_of(visitor.get("/me"))
    page = text_of(visitor.get("/messages"))
    assert page.count('data-st="new"') == 3
    assert re.findall(r"¥(\d+)\.00，已经入账", page) == ["3", "2", "1"]
    proofs = re.findall(r"短信[^<]*", page.replace("&nbsp;", " "))
    assert [("还没有发出" in each, "没有送达" in each, "已送达" in each) for each in proofs] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert "204618" not in page and "¥99.00" not in page and "¥98.00" not in page
    assert not opened_amounts.shut(page)
    # What was seen is no news any more.
    assert 'data-st="new"' not in text_of(visitor.get("/messages"))
    assert "条新的" not in text_of(visitor.get("/"))
    english = text_of(signed_in(who, language="en").get("/messages"))
    assert "not delivered" in english and "收到你的还款 ¥1.00" in english, "as it was sent"
    assert "We received your payment of ¥3.00" in english, "what was not sent yet"
    assert waiting.medium == "sms" and MessageWord.objects.count() == 4


def test_the_list_goes_on_page_by_page_and_asks_little(lin: Planted, watch: Watch) -> None:
    for n in range(23):
        announce(lin.borrower_id, f"¥{n}.00", minutes=n)
    visitor = signed_in(lin.borrower_id)
    with CaptureQueriesContext(connection) as asked:
        page = text_of(visitor.get("/messages"))
    assert len(asked) <= 15, [each["sql"][:90] for each in asked]
    older = re.search(r'href="(/messages\?before=[^"]+)"', page)
    assert older and page.count("已经入账") == 20
    rest = text_of(visitor.get(older[1]))
    assert re.findall(r"¥(\d+)\.00，已经入账", rest) == ["2", "1", "0"]
    assert visitor.get("/messages?before=x").status_code == 404
    assert visitor.post("/messages").status_code == 405
    assert Client().get("/messages").status_code == Client().get("/reminders").status_code == 302
    with CaptureQueriesContext(connection) as asked:
        visitor.get("/reminders")
    assert len(asked) <= 15
    with CaptureQueriesContext(connection) as asked:
        visitor.get("/")
    assert len(asked) <= 15, [each["sql"][:90] for each in asked]


def test_the_borrower_chooses_how_to_be_reminded(lin: Planted, watch: Watch) -> None:
    visitor, who = signed_in(lin.borrower_id), lin.borrower_id
    Reminding.objects.create(borrower_id=who, loan_id=lin.loan_id, next_try_at=None)
    page = text_of(visitor.get("/reminders"))
    assert page.count("checked") == 6 and "09:00" in page
    assert visitor.post("/reminders/choose", SETTINGS).headers["Location"] == "/reminders"
    wanted = wishes.read(who)
    assert (wanted.steps, wanted.hour, wanted.quiet_from, wanted.quiet_until) == (frozenset({7, 3}), 19, 20, 7)
    assert wanted.by_sms and not wanted.by_mail and wanted.is_chosen
    assert Borrower.objects.get(id=who).language == "en"
    assert Reminding.objects.get().next_try_at == NOW, "it is looked at anew"
    wrong = visitor.post("/reminders/choose", {**SETTINGS, "hour": "20", "steps": ["1"]})
    assert wrong.status_code == 422 and "请选 7 点到 20 点之间" in text_of(wrong)
    assert re.search(r'value="1" checked', text_of(wrong)) and not re.search(r'value="7" checked', text_of(wrong))
    assert visitor.post("/reminders/choose", {**SETTINGS, "steps": ["2"]}).status_code == 422
    assert visitor.post("/reminders/choose", {}).status_code == 422
    assert wishes.read(who) == wanted


def test_what_a_debit_needs_cant_be_switched_off(
    lin: Planted, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debit_queries, "count", lambda who: 1)
    visitor = signed_in(lin.borrower_id)
    page = text_of(visitor.get("/reminders"))
    assert re.search(r'value="7" checked disabled', page) and "扣款前必须先告诉你" in page
    visitor.post("/reminders/choose", {**SETTINGS, "steps": ["1"]})
    assert wishes.read(lin.borrower_id).steps == {7, 1}


def test_a_mail_address_is_given_and_confirmed(lin: Planted, watch: Watch, settings: Any) -> None:
    visitor, who = signed_in(lin.borrower_id), lin.borrower_id
    settings.ANQI_MAIL = None
    assert 'name="mail"' not in text_of(visitor.get("/reminders")), "nothing sends mail here"
    assert visitor.post("/reminders/mail", {"mail": "lin@example.com"}).status_code == 404
    settings.ANQI_MAIL = {"url": "https://mail.example", "secret_file": ""}
    assert visitor.post("/reminders/mail", {"mail": "lin"}).status_code == 422
    visitor.post("/reminders/mail", {"mail": "lin@Example.COM"})
    wanted = wishes.read(who)
    assert (wanted.mail, wanted.mail_asked) == ("", "lin@example.com")
    message = Message.objects.get()
    assert (message.medium, message.mail, message.template) == ("mail", "lin@example.com", "mail_code")
    code = re.search(r"\d{6}", str(message.text))[0]
    too_soon = visitor.post("/reminders/mail", {"mail": "lin@example.com"})
    assert too_soon.status_code == 422 and "秒后可以重发" in text_of(too_soon)
    assert "code" in text_of(visitor.get("/reminders"))
    wrong = "000000" if code != "000000" else "111111"
    assert visitor.post("/reminders/mail/confirm", {"code": wrong}).status_code == 422
    # Somebody else's code is no code of hers.
    zhou = plant_borrower("+8613900008866", now=NOW)
    signed_in(zhou).post("/reminders/mail", {"mail": "lin@example.com"})
    assert signed_in(zhou).post("/reminders/mail/confirm", {"code": code}).status_code == 422
    assert visitor.post("/reminders/mail/confirm", {"code": code}).status_code == 302
    assert visitor.post("/reminders/mail/confirm", {"code": code}).status_code == 302, "a second tap"
    wanted = wishes.read(who)
    assert (wanted.mail, wanted.mail_asked, wanted.by_mail) == ("lin@example.com", "", True)
    assert "lin@example.com" in text_of(visitor.get("/reminders"))
    assert "验证码" not in text_of(visitor.get("/messages")).replace("登录验证码除外", "")
    visitor.post("/reminders/mail/drop")
    assert not wishes.read(who).mail and not wishes.read(who).by_mail


def test_the_settings_say_what_cant_be_switched_off_in_english_too(lin: Planted, watch: Watch) -> None:
    page = text_of(signed_in(lin.borrower_id, language="en").get("/reminders"))
    assert "What can&#x27;t be switched off" in page or "What can't be switched off" in page
    assert "We send no advertising." in page
    assert not re.search(r"[一-鿿]", re.sub(r"中文|<[^>]*>", "", page.split("<main")[-1]))


