"""Paying by transfer: what to fill in at the bank, for how long, honest words, and a way out at once."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from anqi import clock
from anqi.actions import charges
from anqi.jobs import tasks
from anqi.payments import channels, inspection
from anqi.payments.channels import bank
from anqi.payments.models import Charge, Exchange
from tests.planting import Planted, at, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_pages import chinese_in
from tests.web.test_borrower_paying import fields_of, pay_page, send, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
STATED = {"account_name": "青禾消费金融有限公司", "account_number": "110060149012345678901", "bank_name": "交通银行北京分行"}
STARTED, FIRST_DUE = date(2026, 8, 31), date(2026, 9, 30)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    return watch


@pytest.fixture(autouse=True)
def account(settings: Any) -> Iterator[None]:
    """Only the bank, so that no page needs another channel."""
    settings.ANQI_ALIPAY = settings.ANQI_WECHAT = None
    settings.ANQI_BANK = STATED
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def lin(watch: Watch) -> Planted:
    return plant_loan(starts_on=STARTED)


@pytest.fixture
def visitor(lin: Planted) -> Client:
    return signed_in(lin.borrower_id)


@pytest.fixture
def charge(visitor: Client, lin: Planted) -> Charge:
    answer = send(visitor, lin, fields_of(pay_page(visitor, lin), channel="bank"))
    charge = Charge.objects.get()
    assert answer["Location"] == f"/charges/{charge.id}"
    return charge


def page_of(visitor: Client, charge: Charge) -> str:
    return text_of(visitor.get(f"/charges/{charge.id}"))


def test_the_page_says_what_to_fill_in_and_until_when(visitor: Client, charge: Charge) -> None:
    page, told = page_of(visitor, charge), bank.reference(charge.key)
    for each in (STATED["account_name"], STATED["bank_name"], "1100 6014 9012 3456 7890 1", "¥533.09", told):
        assert each in page, each
    for each in (STATED["account_name"], STATED["account_number"], STATED["bank_name"], "533.09", told):
        assert f'data-copies="{each}"' in page, each
    assert "等你转账" in page
    assert "一般下一个工作日" in page
    assert "这笔付款到 10月3日 12:00 为止" in page
    assert "hx-get" not in page, "nobody waits before a page for a day"


def test_in_english_only_the_account_is_chinese(lin: Planted, charge: Charge) -> None:
    visitor = signed_in(lin.borrower_id, language="en")
    names = (STATED["account_name"], STATED["bank_name"], "简体中文", "语言")
    assert chinese_in(visitor.get(f"/charges/{charge.id}"), names=names) == []
    assert "Waiting for your transfer" in page_of(visitor, charge)


def test_looking_at_it_asks_nobody(visitor: Client, charge: Charge) -> None:
    for _ in range(3):
        page_of(visitor, charge)
    assert list(Exchange.objects.values_list("kind", flat=True)) == ["charge"]


def test_it_can_be_given_up_at_once(visitor: Client, lin: Planted, charge: Charge) -> None:
    answer = visitor.post(f"/charges/{charge.id}/give-up")
    assert answer["Location"] == f"/orders/{lin.order_id}/pay"
    charge.refresh_from_db()
    assert (charge.state, charge.reason) == ("closed", "given_up")
    page = page_of(visitor, charge)
    assert "data-copies" not in page
    assert "到账后会自动处理" in page


def test_it_ends_by_itself_after_three_days_and_is_no_exception_before(
    visitor: Client, charge: Charge, watch: Watch
) -> None:
    watch.now += timedelta(days=2)
    tasks.ask_about_charges(0)
    assert not inspection.silent_charges(watch.now)
    charge.refresh_from_db()
    assert charge.state == "processing"
    watch.now += timedelta(days=1)
    tasks.ask_about_charges(0)
    charge.refresh_from_db()
    assert (charge.state, charge.reason) == ("closed", "expired")
    assert Exchange.objects.filter(kind="query").count() == 2, "at the first look, which every charge has, and at its end"


def test_nobody_asks_about_it_before_its_end(charge: Charge, watch: Watch) -> None:
    asked_after = []
    for _ in range(2):
        asked_after.append(charge.next_try_at - watch.now)
        [charge] = charges.lease_unheard(now=charge.next_try_at, limit=9)
    assert [*asked_after, charge.next_try_at - watch.now] == [
        timedelta(seconds=5), timedelta(days=3), timedelta(days=3, minutes=10),
    ]  # fmt: skip


def test_a_payoff_that_changes_by_the_day_is_not_offered_a_transfer(visitor: Client, lin: Planted) -> None:
    answer = send(visitor, lin, fields_of(pay_page(visitor, lin, what="all"), channel="bank"))
    assert answer.status_code == 409
    assert "银行转账赶不上今天的结清金额" in text_of(answer)
    assert not Charge.objects.exists()


def test_a_last_instalment_that_stays_what_it_is_may_be_transferred(lin: Planted, watch: Watch) -> None:
    """Three days of grace: what is due is all there is, and is the same until the transfer's end."""
    other = plant_loan(starts_on=STARTED, borrower_id=lin.borrower_id, instalments=1)
    watch.now = at(date(2026, 9, 30))
    wish = charges.Wish(loan_id=other.loan_id, purpose="due")
    asked = {"borrower_id": lin.borrower_id, "wishes": [wish], "how": "page", "now": watch.now}
    charge = charges.open(**asked, channel="bank", attempt="1")
    assert charge.expires_at == watch.now + timedelta(days=3)
