"""A borrower's rights over their data and their account, on pages of their own."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client, override_settings

from anqi import clock
from anqi.actions import complaints, sessions
from anqi.documents import pdf, receipt_paper
from anqi.documents import queries as documents
from anqi.notices import messages
from anqi.notices.models import Message
from anqi.payments.models import Card
from anqi.people.complaints import Wish
from anqi.people.models import AccountRequest, Consent, DataCopy, Device, LoginCode, SignIn, StaffAct
from tests import pdf_reading, reserving
from tests.planting import plant_borrower, plant_loan
from tests.web.borrower_stand import Cashier, signed_in
from tests.web.test_borrower_pages import FIRST_DUE, cashier, chinese_in, pay, plain, text_of
from tests.web.test_office_doors import desk, hire, set_clock

__all__ = ["cashier"]
pytestmark = pytest.mark.django_db
office = override_settings(ROOT_URLCONF="anqi.config.urls.office")


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    settings.ROOT_URLCONF = "anqi.config.urls.borrower"
    set_clock(settings, tmp_path)
    cache.clear()


def test_every_look_and_every_message_is_told_in_plain_words_page_by_page(django_assert_max_num_queries: Any) -> None:
    now, boss = clock.now(), hire("supervisor", "王复核")
    lin, zhou = plant_borrower(now=now), plant_borrower("+8613900008866", now=now)
    for verb in ("view_borrower", "unmask", "view_holds", "limit_lock", *("view_loan",) * 17):
        StaffAct.objects.create(actor_id=boss.id, verb=verb, borrower_id=lin, reason="怀疑套现", at=now)
    sessions.send_code(phone="13800006021", language="zh-hans", now=now)
    messages.announce(borrower_id=lin, template="complaint_received", words={
        "number": "TS1", "answer_on": date(2026, 11, 5),
    }, now=now)  # fmt: skip
    visitor = signed_in(lin)
    with django_assert_max_num_queries(15):
        first = visitor.get("/me/looked-at")
    older = re.search(r'href="(/me/looked-at\?before=[^"]+)"', text_of(first))
    assert older
    second = visitor.get(older[1])
    assert "before=" not in text_of(second)
    both = plain(first) + plain(second)
    for said, times in (
        ("工作人员打开了你的资料页", 1), ("完整的姓名、手机号和身份证号", 1), ("查看了你的业务记录", 1),
        ("处理了你的一项业务", 1), ("看了你的一笔分期", 17), ("你的投诉 TS1 已收到，我们最晚在 2026年11月5日", 1),
    ):  # fmt: skip
        assert both.count(said) == times, said
    code = re.search(r"[0-9]{6}", Message.objects.get(template="login_code").text or "")
    assert code
    for hidden in ("王复核", "怀疑套现", code[0]):
        assert hidden not in both
    assert "还没有人看过" in plain(signed_in(zhou).get("/me/looked-at"))
    assert not chinese_in(signed_in(lin, language="en").get("/me/looked-at"), names=("【按期】",))
    assert "/me/looked-at" in text_of(visitor.get("/me/account"))
    assert "/me/account" in text_of(visitor.get("/me"))


AGENTS = {
    "phone": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36",
    "desk": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
    "mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
}


def come_in(kind: str, phone: str = "13800006021") -> Client:
    client = Client(headers={"accept-language": "zh-hans", "user-agent": AGENTS[kind]})
    LoginCode.objects.all().delete()
    client.post("/login", {"phone": phone})
    code = re.search(r"[0-9]{6}", Message.objects.filter(template="login_code").latest("id").text or "")
    assert code
    client.post("/login/code", {"code": code[0]})
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/me").status_code == 200)


def test_sessions_are_ended_from_another_one_by_device_or_all_but_one(django_assert_max_num_queries: Any) -> None:
    phone, desk, mac, zhou = come_in("phone"), come_in("desk"), come_in("mac"), come_in("desk", "13900008866")
    with django_assert_max_num_queries(15):
        page = phone.get("/me/devices")
    told = plain(page)
    assert told.count("登录中") == 3
    assert "Android 手机 · Chrome 就是这台 · " in told
    assert "退出其他 2 处登录" in told
    (desk_id,) = Device.objects.filter(browser="edge").exclude(borrower_id=borrower_of(zhou)).values_list("id", flat=True)
    assert zhou.post(f"/me/devices/{desk_id}").status_code == 404
    for _ in range(2):
        phone.post(f"/me/devices/{desk_id}")
    assert [is_in(each) for each in (phone, desk, mac, zhou)] == [True, False, True, True]
    assert "已退出" in plain(phone.get("/me/devices"))
    phone.post("/me/devices/others")
    assert [is_in(each) for each in (phone, desk, mac, zhou)] == [True, False, False, True]
    assert "退出其他" not in plain(phone.get("/me/devices"))
    desk = come_in("desk")
    assert is_in(desk)
    desk.post("/logout")
    assert SignIn.objects.filter(ended_at=None).count() == 2
    assert not chinese_in(phone.get("/me/devices", headers={"accept-language": "en"}), names=())


def borrower_of(client: Client) -> UUID:
    return UUID(client.session[SESSION_KEY])


def test_a_device_that_signs_itself_out_stays_in() -> None:
    phone = come_in("phone")
    phone.post(f"/me/devices/{Device.objects.get().id}")
    phone.post("/me/devices/others")
    assert is_in(phone)


def test_a_copy_of_ones_data_is_asked_for_and_taken(django_assert_max_num_queries: Any) -> None:
    lin = plant_borrower(now=clock.now())
    visitor = signed_in(lin)
    assert "准备一份" in plain(visitor.get("/me/copy"))
    for _ in range(2):
        visitor.post("/me/copy")
    with django_assert_max_num_queries(15):
        page = visitor.get("/me/copy")
    found = re.search(r'href="(/me/copies/[^"]+)"', text_of(page))
    assert found
    answer = visitor.get(found[1])
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content[:2] == b"PK"
    assert DataCopy.objects.get().taken == 1
    for each in (page, visitor.get("/me/account")):
        assert not chinese_in(signed_in(lin, language="en").get(each.request["PATH_INFO"]), names=())


def test_a_receipt_on_paper_says_what_was_paid_and_left(cashier: Cashier) -> None:
    lin = plant_loan(starts_on=date(2026, 8, 31))
    pay(lin, FIRST_DUE)
    (receipt,) = documents.receipts(lin.borrower_id)
    written = "".join(pdf_reading.words(pdf.render("statement", receipt_paper.paper(receipt), created_at=clock.now())))
    for said in ("533.09 元", "第 1 期本金473.09 元", "第 1 期利息60.00 元", "还后剩余应还 5,864.02 元", receipt.sha256):
        assert said in written


def code_to(phone: str) -> str:
    sent = [each for each in Message.objects.filter(template="phone_code").order_by("-id") if each.phone == phone]
    found = re.search(r"[0-9]{6}", sent[0].text or "")
    assert found
    return found[0]


OLD, NEW, ID = "+8613800006021", "+8613700001204", "11010519491231002X"


def test_the_number_changes_by_codes_to_both_phones() -> None:
    lin = plant_borrower(OLD, now=clock.now())
    visitor = signed_in(lin)
    assert visitor.post("/me/phone", {"phone": "138 0000 6021"}).status_code == 422
    assert visitor.get("/me/phone/codes").headers["Location"] == "/me/phone"
    visitor.post("/me/phone", {"phone": NEW})
    answer = visitor.post("/me/phone/codes", {"new_code": code_to(NEW), "old_code": "12345x"})
    assert answer.status_code == 422
    page = visitor.get("/me/phone/codes")
    assert "137****1204" in plain(page)
    assert "新手机号收到的验证码" not in plain(page)
    english = signed_in(lin, language="en")
    for address in ("/me/phone", "/me/phone/codes", "/me/identity", "/login/lost"):
        assert not chinese_in(english.get(address), names=("林**",)), address
    assert visitor.post("/me/phone/codes", {"old_code": code_to(OLD)}).status_code == 302
    assert "137****1204" in plain(visitor.get("/me"))


def test_who_lost_the_phone_is_looked_at_and_sees_it_through(lin: UUID) -> None:
    visitor = Client(headers={"accept-language": "zh-hans"})
    assert visitor.get("/login/lost/code").headers["Location"] == "/login/lost"
    visitor.post("/login/lost", {"phone": NEW})
    stated = {"code": code_to(NEW), "old_phone": OLD, "name": "林小满", "id_number": ID}
    assert visitor.post("/login/lost/code", stated | {"id_number": "1"}).status_code == 422
    assert "已提交审核" in plain(visitor.post("/login/lost/code", stated))
    mine, row = signed_in(lin), AccountRequest.objects.get()
    assert "有人凭姓名和身份证号申请换手机号" in plain(mine.get("/me/phone"))
    own = f"/borrowers/{lin}/requests/{row.id}"
    with office:
        assert own in desk("clerk").get("/queue/requests").content.decode()
        page = desk("clerk").get(own).content.decode()
        assert "137****1204" in page
        assert desk("clerk").post(f"{own}/approve", {"reason": "x"}).status_code == 403
        boss = desk("supervisor")
        assert boss.post(f"{own}/approve").status_code == 409
        assert boss.post(f"{own}/nonsense", {"reason": "x"}).status_code == 404
        assert boss.post(f"{own}/approve", {"reason": "回拨核实过"}).status_code == 302
        assert boss.get(f"/borrowers/{uuid4()}/requests/{row.id}").status_code == 404
    assert "审核通过了，等生效" in plain(mine.get("/me/phone"))
    mine.post("/me/phone/withdraw")
    assert AccountRequest.objects.get().state == "withdrawn"
    assert mine.post("/me/identity/withdraw").status_code == 302


def test_a_wrong_name_is_corrected_after_a_supervisor_has_looked(lin: UUID) -> None:
    visitor = signed_in(lin)
    stated = {"name": "林小漫", "id_number": "110105199001010029", "text": "户口改名"}
    assert visitor.post("/me/identity", stated | {"id_number": "1"}).status_code == 422
    visitor.post("/me/identity", stated)
    assert "核对好以前，一切照旧" in plain(visitor.get("/me/identity"))
    own = f"/borrowers/{lin}/requests/{AccountRequest.objects.get().id}"
    with office:
        page = desk("supervisor").get(own).content.decode()
        assert "林小漫" in page
        assert "户口改名" in page
        assert "110105199001010029" not in page
        desk("supervisor").post(f"{own}/approve", {"reason": "看过户口本"})
    assert "已更正" in plain(visitor.get("/me/identity"))


def test_consents_are_told_by_purpose_and_taken_back(lin: UUID) -> None:
    for purpose in ("identity", "agreement"):
        Consent.objects.create(borrower_id=lin, purpose=purpose, version="v1", given_at=clock.now())
    visitor = signed_in(lin)
    page = visitor.get("/me/consents")
    assert text_of(page).count("/withdraw") == 1
    assert "不能再签新的分期和借款，直到重新实名" in plain(page)
    assert "版本 v1" in plain(page)
    visitor.post("/me/consents/identity/withdraw")
    page = visitor.get("/me/consents")
    assert "/withdraw" not in text_of(page)
    assert "10月15日 12:00 撤回" in plain(page)
    assert visitor.post("/me/consents/agreement/withdraw").status_code == 404
    assert not chinese_in(signed_in(lin, language="en").get("/me/consents"), names=())
    assert "还没有实名" in plain(visitor.get("/me"))


def test_closing_names_what_is_in_the_way_and_then_closes_for_good(lin: UUID) -> None:
    row = complaints.complain(
        borrower_id=lin, attempt=uuid4(), wish=Wish(kind="other", text="x"), now=clock.now()
    )
    reserving.bind(lin, "6235208800006021")
    visitor = signed_in(lin)
    page = visitor.get("/me/close")
    assert f'href="/complaints/{row.id}"' in text_of(page)
    assert "我看清了" not in plain(page)
    assert visitor.post("/me/close", {"sure": "yes"}).status_code == 409
    visitor.post(f"/complaints/{row.id}/withdraw")
    english = signed_in(lin, language="en").get("/me/close")
    assert not chinese_in(english, names=())
    assert visitor.post("/me/close").status_code == 422
    assert "账号已注销" in plain(visitor.post("/me/close", {"sure": "yes"}))
    assert Card.objects.get().state == "ended"
    assert visitor.get("/me").status_code == 302
    assert signed_in(lin).get("/me").status_code == 302
    visitor.post("/login", {"phone": OLD})
    code = re.search(r"[0-9]{6}", Message.objects.get(template="login_code").text or "")
    assert code
    answer = visitor.post("/login/code", {"code": code[0]})
    assert answer.status_code == 422
    assert "已注销，不能登录" in plain(answer)


@pytest.fixture
def lin() -> UUID:
    return plant_borrower(OLD, now=clock.now())
