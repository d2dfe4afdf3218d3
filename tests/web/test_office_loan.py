"""A loan's page explains every fen; a borrower's page is masked until somebody says why it should not be."""

import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.actions import amendments, charges, loans, repayments
from anqi.actions.charges import Wish
from anqi.lending import changing, store
from anqi.lending.changing import Later
from anqi.lending.models import Loan
from anqi.notices import webhooks
from anqi.payments import inbox
from anqi.payments.channels.protocol import Notification, Succeeded
from anqi.payments.models import Charge
from anqi.people.models import StaffAct
from anqi.web.office.lines import rate
from anqi.web.office.templatetags.office_tags import breakable_filter
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]

STARTED = date(2026, 8, 31)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    """Its first instalment fell due on 30 September, was paid late and twice; all days are booked."""
    who = plant_loan(starts_on=STARTED)
    loans.wake(now=clock.now(), limit=10)
    charge = open_charge(who)
    for ref in ("T1", "T2"):
        tell(charge, ref)
    return who


def open_charge(who: Planted) -> Charge:
    return charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip


def tell(charge: Charge, ref: str) -> None:
    """What a channel says comes by the inbox, as it does in life."""
    now = clock.now()
    result = Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=now)
    message = Notification(message_key=ref, kind="charge", key=charge.key, result=result)
    inbox.store(channel="alipay", notification=message, raw=ref.encode(), now=now)
    [row] = inbox.lease_due(now=now, limit=1)
    repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=now, inbox_id=row.id)


def url(who: Planted) -> str:
    return f"/borrowers/{who.borrower_id}/loans/{who.loan_id}"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.replace("<wbr>", "")))


def test_the_story_is_one_and_in_order(lin: Planted) -> None:
    page = text_of(desk().get(url(lin)).content.decode())
    story = page[page.index("每一分钱的来历") :]
    told = ["发货，分期开始", "凭证：发货，分期开始", "凭证：按日入账", "开支付单", "渠道通知：渠道称已付款", "收到款项",
            "凭证：款项到账", "还款", "凭证：还款", "开出收据", "成为待核销款"]  # fmt: skip
    at_char = -1
    for what in told:
        at_char = story.find(what, at_char + 1)
        assert at_char > 0, f"{what} is missing, or too early"
    assert "在途资金 支付宝 → 待核销款" in story
    assert "应收本金 → 应付商户款" in story
    assert "同一笔支付单付了两次" in story


def test_books_and_engine_agree(lin: Planted) -> None:
    page = desk().get(url(lin)).content.decode()
    assert "账与引擎一致" in page


def test_books_that_differ_are_told_account_by_account(lin: Planted) -> None:
    terms = Loan.objects.get().terms | {"annual_rate": "0.13"}
    Loan.objects.filter(borrower_id=lin.borrower_id).update(terms=terms)
    page = text_of(desk().get(url(lin)).content.decode())
    assert "账与引擎不一致" in page
    assert re.search(r"利息收入 −¥65\.00 −¥60\.00 \+¥5\.00", page), "wanted, booked, off"


def test_a_loan_that_nobody_woke_today_is_said_to_be_behind(lin: Planted) -> None:
    Loan.objects.filter(borrower_id=lin.borrower_id).update(
        terms=Loan.objects.get().terms | {"annual_rate": "0.13"}, next_wake_on=clock.today()
    )
    page = desk().get(url(lin)).content.decode()
    assert "今天的日终还没有跑到这笔" in page
    assert "账与引擎不一致。" not in page


def test_any_day_can_be_looked_at(lin: Planted) -> None:
    client = desk()
    before = text_of(client.get(url(lin), {"on": str(STARTED)}).content.decode())
    assert "你看的是" in before
    assert "剩余应还 ¥6,397.11" in before
    later = text_of(client.get(url(lin), {"on": str(TODAY + timedelta(days=60))}).content.decode())
    assert "逾期" in later
    today = text_of(client.get(url(lin)).content.decode())
    assert "你看的是" not in today


@pytest.mark.parametrize("on", ["", "2026-13-01", "yesterday", "'", "99999-01-01"])
def test_a_day_that_is_none_is_today(lin: Planted, on: str) -> None:
    answer = desk().get(url(lin), {"on": on})
    assert answer.status_code == 200
    assert "你看的是" not in answer.content.decode()


def test_before_the_loan_began_it_is_shown_as_pending(lin: Planted) -> None:
    answer = desk().get(url(lin), {"on": "2020-01-01"})
    assert answer.status_code == 200
    assert "待生效" in answer.content.decode()


def test_a_loan_that_waits_for_shipping_has_a_page(lin: Planted) -> None:
    Loan.objects.filter(borrower_id=lin.borrower_id).update(starts_on=None, next_wake_on=None)
    page = desk().get(url(lin)).content.decode()
    assert "商户发货或放款到账后才有还款日" in page


def test_every_instalment_opens_to_its_lines(lin: Planted) -> None:
    page = text_of(desk().get(url(lin)).content.decode())
    assert "第 12 期" in page
    assert "利息 ¥60.00 剩余本金 ¥6,000.00 × 期利率 1% × 30/30 天 2026年8月31日 – 2026年9月30日 ¥60.00" in page
    assert "逾期本金 ¥473.09 × 日利率 0.05% × 15 天" in page, "the first one was paid late"
    assert "已还本金 ¥473.09" in page


def test_what_the_merchant_was_told_is_part_of_the_story(lin: Planted) -> None:
    merchant_id = Loan.objects.select_related("order").get().order.merchant_id
    webhooks.enqueue(
        merchant_id=merchant_id, kind="order.shipped", subject_id=lin.merchant_order_id, body={}, now=clock.now()
    )
    assert "通知商户：order.shipped" in desk().get(url(lin)).content.decode()


def test_looking_is_on_record_once_a_page(lin: Planted) -> None:
    user = hire()
    client = desk_of(user)
    client.get(url(lin))
    client.get(f"/borrowers/{lin.borrower_id}")
    acts = list(StaffAct.objects.order_by("at").values_list("actor_id", "verb", "borrower_id", "object_id"))
    assert acts == [
        (user.id, "view_loan", lin.borrower_id, lin.loan_id), (user.id, "view_borrower", lin.borrower_id, None)
    ]  # fmt: skip


def test_a_changed_plan_stands_in_the_story_with_its_document(lin: Planted) -> None:
    wang = plant_loan(starts_on=clock.today() - timedelta(days=20), borrower_id=plant_borrower("+8613900001111", now=clock.now()))
    asked = {"borrower_id": wang.borrower_id, "loan_id": wang.loan_id, "wish": Later(to=first_of_the_days(wang))}
    seen = amendments.quote(**asked, today=clock.today())
    signed = amendments.accept(
        **asked, sha256=seen.draft.sha256, is_meant=True, address="203.0.113.7", agent="Mozilla", now=clock.now()
    )
    client, paper = desk(), f"{url(wang)}/amendments/{signed.id}.pdf"
    page = client.get(url(wang)).content.decode()
    assert "签署延期还款协议 还款计划第 2 版 变更协议 PDF" in text_of(page) and paper in page
    answer = client.get(paper)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert StaffAct.objects.filter(verb="view_paper", object_id=wang.loan_id).count() == 1
    assert client.get(f"{url(lin)}/amendments/{signed.id}.pdf").status_code == 404


def first_of_the_days(who: Planted) -> date:
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    return changing.deferral_days(held, clock.today())[0]


def test_a_loan_stands_under_its_own_borrower_only(lin: Planted) -> None:
    wang = plant_loan(
        starts_on=clock.today(), borrower_id=plant_borrower("+8613900001111", now=clock.now())
    )
    client = desk()
    assert client.get(url(wang)).status_code == 200
    assert client.get(f"/borrowers/{lin.borrower_id}/loans/{wang.loan_id}").status_code == 404


def test_pages_take_no_more_statements_as_the_story_grows(lin: Planted) -> None:
    client = desk()
    client.get(url(lin))
    with CaptureQueriesContext(connection) as short:
        client.get(url(lin))
    for n in range(5):
        tell(open_charge_next(lin), f"N{n}")
    with CaptureQueriesContext(connection) as long:
        client.get(url(lin))
    assert len(long) <= len(short)
    assert len(long) <= 50, "\n".join(each["sql"][:150] for each in long)


def open_charge_next(who: Planted) -> Charge:
    return charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="next")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip


def test_a_borrower_is_masked(lin: Planted) -> None:
    page = desk().get(f"/borrowers/{lin.borrower_id}").content.decode()
    for secret in ("林小满", "13800006021", "11010519491231002X", "19491231"):
        assert secret not in page
    for shown in ("林**", "138****6021", "110***********002X", "¥20,000.00", "待核销款"):
        assert shown in page


def test_unmasking_needs_a_reason_and_is_on_record(lin: Planted) -> None:
    user = hire("supervisor")
    client, address = desk_of(user), f"/borrowers/{lin.borrower_id}/identity"
    refused = client.post(address, {"reason": "  "})
    assert refused.status_code == 422
    assert "13800006021" not in refused.content.decode()
    assert not StaffAct.objects.exists()
    shown = client.post(address, {"reason": "本人来电核对"})
    page = shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    for secret in ("林小满", "+8613800006021", "11010519491231002X"):
        assert secret in page
    act = StaffAct.objects.get()
    assert (act.verb, act.actor_id, act.borrower_id, act.reason) == ("unmask", user.id, lin.borrower_id, "本人来电核对")
    assert "本人来电核对" in page, "whoever looks next sees who looked"
    assert "13800006021" not in client.get(f"/borrowers/{lin.borrower_id}").content.decode()


@pytest.mark.parametrize(
    ("exact", "told"), [("1/100", "1%"), ("0.0005", "0.05%"), ("1/3", "≈33.33333333%"), ("0", "0%"), ("0.12", "12%")]
)
def test_rates_are_told_exactly_or_said_to_be_rounded(exact: str, told: str) -> None:
    assert rate(Fraction(exact)) == told



def test_long_numbers_can_break_and_are_copied_whole() -> None:
    shown = breakable_filter("payment:01a2121c-a61b <b>")
    assert shown.replace("<wbr>", "") == "payment:01a2121c-a61b &lt;b&gt;"
    assert max(map(len, breakable_filter("f" * 64).split("<wbr>"))) == 12
