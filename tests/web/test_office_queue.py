"""Exceptions come first: counted, with their age, each with the page that acts on it; nothing vanishes by itself."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.actions import loans
from anqi.lending.models import Loan, MerchantOrder
from anqi.notices.models import Message, Webhook
from anqi.payments import charges
from anqi.payments.charges import Part
from anqi.payments.models import Application, Charge, ChargePart, Inbox, Outbox, Payment, Unapplied
from anqi.people.models import DEALT_WITH, StaffAct
from anqi.rows.ids import uuid7
from anqi.web.office import queue, queue_kinds
from tests.planting import Planted, plant_loan
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 10, 1))


def ago(**age: int) -> datetime:
    return clock.now() - timedelta(**age)


def counts() -> dict[str, int]:
    cache.clear()
    return {lane.slug: lane.count for lane in queue.lanes(clock.now()) if lane.count}


def open_charge(who: Planted, at: datetime, state: str = "processing") -> Charge:
    with transaction.atomic():
        charge = charges.put(
            borrower_id=who.borrower_id, channel="alipay", how="wap", attempt=uuid4().hex, subject="按期还款",
            parts=[Part(loan_id=who.loan_id, purpose="due", amount_minor=53309)], currency="CNY", expires_at=at, now=at,
        )  # fmt: skip
    Charge.objects.filter(borrower_id=who.borrower_id, id=charge.id).update(state=state)
    return charge


def open_case(who: Planted, at: datetime) -> Unapplied:
    charge = open_charge(who, at, "succeeded")
    payment = Payment.objects.create(
        borrower_id=who.borrower_id, charge_id=charge.id, channel="alipay", ref=uuid4().hex, amount_minor=53309,
        paid_at=at, counts_on=at.date(), learned_by="notice", recorded_at=at,
    )  # fmt: skip
    return Unapplied.objects.create(
        borrower_id=who.borrower_id, payment_id=payment.id, loan_id=who.loan_id,
        lender_id=Loan.objects.get().lender_id, amount_minor=53309, left_minor=53309, reason="second_payment",
        opened_at=at,
    )  # fmt: skip


def message_in(state: str, at: datetime, key: str = "stranger1") -> Inbox:
    return Inbox.objects.create(
        channel="alipay", message_key=uuid4().hex, kind="charge", key=key, news={"kind": "closed"}, raw=b"x",
        sha256="0" * 64, received_at=at, state=state, next_try_at=at, why="stranger" if state == "refused" else "",
    )  # fmt: skip


def webhook(state: str, at: datetime) -> Webhook:
    merchant_id = MerchantOrder.objects.get().merchant_id
    return Webhook.objects.create(
        merchant_id=merchant_id, kind="order.shipped", subject_id=uuid7(), body="{}", state=state, created_at=at,
        next_try_at=None if state == "given_up" else at,
    )  # fmt: skip


def sms(state: str, at: datetime, borrower_id: UUID | None = None) -> Message:
    return Message.objects.create(
        borrower_id=borrower_id, template="order_shipped", phone="+8613800006021", text="【按期】…", state=state,
        created_at=at, why="number barred",
    )  # fmt: skip


def test_where_all_is_well_the_queue_says_when_it_looked(lin: Planted) -> None:
    assert counts() == {}
    page = desk().get("/").content.decode()
    assert "没有要处理的" in page
    assert page.count("查过") >= 10


def test_what_waits_stands_first_and_of_that_what_is_red(lin: Planted) -> None:
    webhook("waiting", ago(minutes=31))
    open_case(lin, ago(hours=1))
    message_in("waiting", ago(minutes=6))
    assert list(counts()) == ["unapplied", "inbox", "webhooks"]
    lanes = queue.lanes(clock.now())
    assert [lane.slug for lane in lanes[:3]] == ["unapplied", "inbox", "webhooks"] and len(lanes) > 40
    page = desk().get("/").content.decode()
    assert page.index("没能处理的渠道消息") < page.index("商户没收到的通知") < page.index("投诉等答复")


def test_what_is_merely_on_its_way_is_no_exception(lin: Planted) -> None:
    open_charge(lin, ago(minutes=29))
    message_in("waiting", ago(minutes=4))
    message_in("done", ago(days=9), "k")
    webhook("waiting", ago(minutes=29))
    webhook("delivered", ago(days=9))
    sms("waiting", ago(minutes=29))
    sms("sent", ago(days=9))
    assert counts() == {}


def test_each_kind_is_counted(lin: Planted) -> None:
    charge = open_charge(lin, ago(minutes=31), "unknown")
    Outbox.objects.create(
        borrower_id=lin.borrower_id, charge_id=charge.id, kind="close", created_at=ago(minutes=6), next_try_at=ago(minutes=1)
    )
    case = open_case(plant_loan_beside(lin), ago(hours=2))
    Application.objects.create(
        borrower_id=case.borrower_id, case_id=case.id, loan_id=lin.loan_id, amount_minor=53309, purpose="next",
        reason="付了两次", requested_by=uuid7(), requested_at=ago(minutes=1),
    )  # fmt: skip
    message_in("waiting", ago(minutes=6), charge.key)
    message_in("refused", ago(minutes=1))
    webhook("waiting", ago(minutes=31))
    webhook("given_up", ago(days=2))
    sms("waiting", ago(minutes=31))
    sms("failed", ago(minutes=1), lin.borrower_id)
    Loan.objects.filter(id=lin.loan_id).update(next_wake_on=TODAY - timedelta(days=1))
    MerchantOrder.objects.filter(id=lin.merchant_order_id).update(state="confirmed", changed_at=ago(days=11))
    assert counts() == {
        "unapplied": 1, "applications": 1, "charges": 1, "inbox": 2, "outbox": 1, "webhooks": 2, "messages": 2,
        "unwoken": 1, "orders": 1,
    }  # fmt: skip
    client = desk("supervisor")
    page = client.get("/").content.decode()
    assert '<span class="of-count">12</span>' in page
    assert "最久 2" in page
    for slug in [*counts(), "books"]:
        answer = client.get(f"/queue/{slug}")
        assert answer.status_code == 200, slug
        assert "13800006021" not in answer.content.decode(), slug


def plant_loan_beside(who: Planted) -> Planted:
    return who if not Charge.objects.filter(state="unknown").exists() else freed(who)


def freed(who: Planted) -> Planted:
    """The claim of the open charge is let go, so that another charge can be planted on the loan."""
    ChargePart.objects.filter(borrower_id=who.borrower_id).update(claims=False)
    return who


def test_lists_lead_to_where_one_can_act(lin: Planted) -> None:
    client = desk()
    case = open_case(lin, ago(hours=2))
    loan_url = f"/borrowers/{lin.borrower_id}/loans/{lin.loan_id}"
    assert f'href="/borrowers/{lin.borrower_id}/unapplied/{case.id}"' in client.get("/queue/unapplied").content.decode()
    charge = open_charge(freed(lin), ago(hours=1))
    assert f'href="{loan_url}#charge-{charge.id}"' in client.get("/queue/charges").content.decode()
    message_in("waiting", ago(hours=1), charge.key)
    message_in("refused", ago(hours=2))
    inbox = client.get("/queue/inbox").content.decode()
    assert inbox.count(f'href="{loan_url}"') == 1, "a stranger's number leads nowhere"
    assert "订单号不是我们的" in inbox
    event = webhook("given_up", ago(days=2))
    assert f'href="/merchants/{event.merchant_id}/webhooks"' in client.get("/queue/webhooks").content.decode()


def test_a_loan_whose_books_differ_is_found_today(lin: Planted) -> None:
    woken = plant_loan(starts_on=date(2026, 9, 15), borrower_id=lin.borrower_id)
    loans.wake(now=clock.now(), limit=10)
    assert counts() == {}
    terms = Loan.objects.get(id=woken.loan_id).terms | {"annual_rate": "0.13"}
    Loan.objects.filter(id=woken.loan_id).update(terms=terms)
    assert counts() == {"books": 1}
    page = desk().get("/queue/books").content.decode()
    assert f"/borrowers/{lin.borrower_id}/loans/{woken.loan_id}" in page


def test_books_are_compared_once_a_minute_not_at_every_click(lin: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    asked: list[object] = []
    monkeypatch.setattr(queue.ledger, "loans_booked_on", lambda *each, **more: asked.append(each) or [])
    client = desk()
    for _ in range(3):
        client.get("/")
    assert len(asked) == 1


@pytest.mark.parametrize("slug", ["inbox", "webhooks", "messages"])
def test_what_cannot_be_mended_is_seen_to_with_a_reason(lin: Planted, slug: str) -> None:
    rows: dict[str, Callable[[], Any]] = {
        "inbox": lambda: message_in("refused", ago(hours=1)),
        "webhooks": lambda: webhook("given_up", ago(hours=1)),
        "messages": lambda: sms("failed", ago(hours=1)),
    }
    row, user = rows[slug](), hire()
    client = desk_of(user)
    refused = client.post(f"/queue/{slug}/{row.id}/done", {"reason": ""})
    assert refused.status_code == 422
    assert counts() == {slug: 1}
    done = client.post(f"/queue/{slug}/{row.id}/done", {"reason": "另一套系统共用商户号，已告知"})
    assert done["Location"] == f"/queue/{slug}"
    assert counts() == {}
    act = StaffAct.objects.get(verb="deal_with_exception")
    assert (act.object_id, act.reason, act.detail) == (row.id, "另一套系统共用商户号，已告知", {"kind": slug})
    assert client.post(f"/queue/{slug}/{row.id}/done", {"reason": "再来"}).status_code == 404


def test_counting_is_one_statement_however_much_was_dealt_with(lin: Planted) -> None:
    """Every page of the office counts, and what was dealt with only grows."""
    seen_to = [
        StaffAct(actor_id=uuid7(), verb=DEALT_WITH, object_id=uuid7(), detail={"kind": kind.slug}, at=clock.now())
        for kind in queue_kinds.KINDS if kind.may_be_dealt_with
    ]  # fmt: skip
    StaffAct.objects.bulk_create(seen_to)
    counts()
    with CaptureQueriesContext(connection) as asked:
        queue.lanes(clock.now())
    counting = [each["sql"] for each in asked.captured_queries if "anqi_cache" not in each["sql"]]
    assert len(counting) == 1, counting
    assert not [act for act in seen_to if str(act.object_id) in counting[0]]


def test_what_can_still_come_right_cannot_be_waved_away(lin: Planted) -> None:
    client, waiting, case = desk(), message_in("waiting", ago(hours=1)), open_case(lin, ago(hours=2))
    assert client.post(f"/queue/inbox/{waiting.id}/done", {"reason": "算了"}).status_code == 404
    assert client.post(f"/queue/unapplied/{case.id}/done", {"reason": "算了"}).status_code == 404
    assert client.post(f"/queue/inbox/{uuid7()}/done", {"reason": "算了"}).status_code == 404
    assert counts() == {"unapplied": 1, "inbox": 1}


def test_rows_can_be_walked(lin: Planted) -> None:
    open_case(lin, ago(hours=2))
    assert '<table class="of-table" data-walk>' in desk().get("/queue/unapplied").content.decode()
