"""Paying and signing that is interrupted: the session ends in between, two tabs are open, the browser goes back."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.lending.models import Loan
from anqi.payments import channels
from anqi.payments.models import Charge
from anqi.people.models import Borrower, Consent
from tests import purchasing, reserving
from tests.actions.test_payouts import bank
from tests.planting import Planted, at, plant_loan
from tests.reserving import NOON
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in
from tests.web.test_borrower_doors import code_sent
from tests.web.test_borrower_paying import FIRST_DUE, STARTED, fields_of, pay_page, succeed, text_of
from tests.web.test_borrower_reserve_signing import read_through as read_reserve
from tests.web.test_borrower_reserve_signing import sign_address
from tests.web.test_borrower_signing import CONSENTS, arrive, asked, read_through

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cashier:
    settings.ANQI_ALIPAY = settings.ANQI_WECHAT = {"gateway": f"{GATEWAY}/gateway.do"}
    cashier = Cashier()
    monkeypatch.setattr(channels, "find", lambda code: cashier)
    return cashier


@pytest.fixture
def lin(watch: Watch, cashier: Cashier) -> Planted:
    return plant_loan(starts_on=STARTED)


def browser(borrower_id: UUID) -> Client:
    """As browsers come: what a form proves is looked at."""
    return signed_in(borrower_id, enforce_csrf_checks=True)


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]


def post(visitor: Client, page_url: str, page: str, fields: dict[str, str], *, to: str = "") -> Any:
    """The form of a page is sent, as the browser sends it from there."""
    told = {**fields, "csrfmiddlewaretoken": token_of(page)}
    return visitor.post(to or page_url.partition("?")[0], told, headers={"referer": f"http://testserver{page_url}"})


def end_session() -> None:
    Session.objects.all().delete()


def come_back(visitor: Client, answer: Any, borrower_id: UUID) -> str:
    """The way that the page for a form too old names, through the log-in, to where that leads."""
    assert (answer.status_code, "页面放得太久了" in text_of(answer)) == (403, True)
    found = re.search(r'href="([^"]+)"[^>]*>重新打开', text_of(answer))
    assert found
    way = visitor.get(unescape(found[1]))
    assert way.headers["Location"].startswith("/login?next=")
    door, phone = way.headers["Location"], Borrower.objects.get(id=borrower_id).phone.removeprefix("+86")
    for fields in ({"phone": phone}, {"code": ""}):
        page = text_of(visitor.get(door))
        next_page = re.search(r'name="next" value="([^"]+)"', page)
        assert next_page
        told = {name: value or code_sent() for name, value in fields.items()}
        answer = post(visitor, door, page, {**told, "next": unescape(next_page[1])})
        door = answer.headers["Location"]
    return str(door)


def test_a_session_that_ends_before_the_confirmation_leads_back_to_the_filled_form(lin: Planted, cashier: Cashier) -> None:
    visitor, url = browser(lin.borrower_id), f"/orders/{lin.order_id}/pay?what=own&amount=100"
    page = text_of(visitor.get(url))
    fields = fields_of(page, amount="100", channel="wechat")
    end_session()
    again = come_back(visitor, post(visitor, url, page, fields), lin.borrower_id)
    assert not Charge.objects.exists()
    page = text_of(visitor.get(again))
    assert fields_of(page, amount="100", channel="wechat") == fields, "the same choice, the same attempt"
    assert re.search(r'name="amount"[^>]*value="100"', page)
    assert re.search(r'value="wechat" required checked', page)
    paid = post(visitor, again, page, fields)
    assert paid.headers["Location"].startswith(GATEWAY)
    assert [each.amount_minor for each in Charge.objects.all()] == [10_000]
    # The tab with the old form is still open: its session is over, and nothing is opened twice.
    assert post(visitor, again, page, fields).headers["Location"].startswith(GATEWAY)
    assert Charge.objects.count() == 1


def test_two_tabs_with_two_amounts_are_one_payment(lin: Planted, cashier: Cashier) -> None:
    visitor = signed_in(lin.borrower_id)
    tabs = [fields_of(pay_page(visitor, lin, **asked), **asked) for asked in ({"what": "due"}, {"what": "own", "amount": "100"})]
    first, second = (visitor.post(f"/orders/{lin.order_id}/pay", fields) for fields in tabs)
    assert first.headers["Location"].startswith(GATEWAY)
    charge = Charge.objects.get()
    assert (second.status_code, charge.amount_minor) == (409, 53_309)
    assert f"/charges/{charge.id}" in text_of(second)
    succeed(cashier, charge)
    assert visitor.get(f"/charges/{charge.id}").status_code == 200
    # Once the first has arrived, the form of either tab tells that before anything is asked for.
    for fields in tabs:
        late = visitor.post(f"/orders/{lin.order_id}/pay", fields)
        assert late.status_code in (409, 422)
        assert "付了 ¥533.09，看结果" in text_of(late)
    assert Charge.objects.count() == 1


def test_back_after_paying_tells_the_result_first(lin: Planted, cashier: Cashier, watch: Watch) -> None:
    visitor = signed_in(lin.borrower_id)
    fields = fields_of(pay_page(visitor, lin))
    visitor.post(f"/orders/{lin.order_id}/pay", fields)
    charge = Charge.objects.get()
    succeed(cashier, charge)
    visitor.get(f"/charges/{charge.id}")
    # The page that the browser has kept, sent once more, and the page that it loads once more.
    for page in (text_of(visitor.post(f"/orders/{lin.order_id}/pay", fields)), pay_page(visitor, lin)):
        assert page.index("刚刚已经付过一笔") < page.index('id="pay"')
        assert f'<a href="/charges/{charge.id}">付了 ¥533.09，看结果' in page
    assert Charge.objects.count() == 1
    watch.now += timedelta(minutes=30)
    assert "刚刚已经付过一笔" not in pay_page(visitor, lin)


def test_an_interrupted_signature_is_given_once(watch: Watch) -> None:
    watch.now = NOON
    shop = purchasing.open_street()
    who = purchasing.welcome()
    visitor = browser(who)
    url = arrive(visitor, asked(shop))
    fields = read_through(visitor, watch, url)
    page = text_of(visitor.get(f"{url}?reading={fields['reading']}"))
    end_session()
    again = come_back(visitor, post(visitor, url, page, {**fields, **CONSENTS}), who)
    assert not Loan.objects.exists() and not Consent.objects.exists()
    page = text_of(visitor.get(again))
    assert "确认签约</button>" in page, "what has been read needs no second reading"
    two = [post(visitor, again, page, {**fields, **CONSENTS}) for _ in range(2)]
    assert {each.headers["Location"] for each in two} == {f"{url.removesuffix('/sign')}/signed"}
    assert (Loan.objects.count(), Consent.objects.count()) == (1, 3)
    assert visitor.get(again).headers["Location"].endswith("/signed"), "back shows the result"


def test_an_interrupted_signature_for_a_reserve_is_given_once(watch: Watch, bank: Any) -> None:
    watch.now = NOON
    reserving.open_shelf()
    who, card = reserving.welcome()
    row, visitor = reserving.apply(who, card), browser(who)
    url = sign_address(row)
    fields = read_reserve(visitor, watch, row)
    page = text_of(visitor.get(f"{url}?reading={fields['reading']}"))
    end_session()
    again = come_back(visitor, post(visitor, url, page, {**fields, **CONSENTS}), who)
    page = text_of(visitor.get(again))
    assert "确认签约</button>" in page, "what has been read needs no second reading"
    two = [post(visitor, again, page, {**fields, **CONSENTS}) for _ in range(2)]
    assert {each.headers["Location"] for each in two} == {f"/reserves/{row.id}/signed"}
    assert Loan.objects.count() == 1
    assert visitor.get(again).headers["Location"] == f"/reserves/{row.id}/signed"
