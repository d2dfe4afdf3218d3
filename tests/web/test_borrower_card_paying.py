"""Paying at a channel that wants a form: our page sends it on, and the channel sends the browser back by another."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from anqi import clock
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, Form
from anqi.payments.models import Charge
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

FIRST_DUE = date(2026, 9, 30)
FIELDS = {"orderId": "1", "orderDesc": '按期 "还款" <1>', "signature": "ab+/=="}
FRONT = f"{GATEWAY}/api/frontTransReq.do"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    return watch


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Cashier]:
    settings.ANQI_UNIONPAY = {"gateway": f"{GATEWAY}/api"}
    cashier = Cashier(code="unionpay", offer=lambda request: Accepted(action=Form(url=FRONT, fields=FIELDS)))
    monkeypatch.setattr(channels, "find", lambda code: cashier)
    yield cashier


@pytest.fixture
def lin(watch: Watch, cashier: Cashier) -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


@pytest.fixture
def visitor(lin: Planted) -> Client:
    return signed_in(lin.borrower_id, enforce_csrf_checks=True)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def pay(visitor: Client, lin: Planted) -> Any:
    page = text_of(visitor.get(f"/orders/{lin.order_id}/pay"))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
    assert '<b>银行卡</b>' in page
    return visitor.post(
        f"/orders/{lin.order_id}/pay", {"what": "due", "amount": "", "channel": "unionpay", **hidden}
    )


def test_a_page_of_ours_sends_the_signed_form_on(visitor: Client, lin: Planted) -> None:
    sent = pay(visitor, lin)
    charge = Charge.objects.get()
    assert sent.headers["Location"] == f"/charges/{charge.id}/cashier"
    page = visitor.get(sent.headers["Location"])
    assert f"form-action 'self' {GATEWAY}" in page.headers["Content-Security-Policy"]
    form = re.search(r'<form method="post" action="([^"]+)"[^>]*data-goes>(.*?)</form>', text_of(page), re.S)
    assert form
    assert form[1] == FRONT
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
    assert {name: unescape(value) for name, value in fields} == FIELDS, "the token of our own forms stays at home"
    assert "<button" in form[2], "without script a person sends it"
    assert charge.expires_at - charge.opened_at == timedelta(minutes=10)


def test_the_charge_page_leads_there_again_until_its_end(visitor: Client, lin: Planted, watch: Watch) -> None:
    pay(visitor, lin)
    charge = Charge.objects.get()
    assert "继续支付" in text_of(visitor.get(f"/charges/{charge.id}?step=3"))
    watch.now += timedelta(minutes=11)
    late = visitor.get(f"/charges/{charge.id}/cashier")
    assert late.headers["Location"] == f"/charges/{charge.id}"


def test_the_channel_sends_the_browser_back_by_a_form_without_our_cookie(visitor: Client, lin: Planted) -> None:
    pay(visitor, lin)
    charge, stranger = Charge.objects.get(), Client(enforce_csrf_checks=True)
    back = stranger.post(f"/charges/{charge.id}", {"respCode": "00"}, headers={"origin": "https://gateway.example"})
    assert back.status_code == 303
    assert back.headers["Location"] == f"/charges/{charge.id}"
    assert django_settings.SESSION_COOKIE_NAME not in back.cookies, "a new session would sign the borrower out"
    assert visitor.get(back.headers["Location"]).status_code == 200
    charge.refresh_from_db()
    assert charge.state == "processing", "what the browser brings proves nothing"


def test_nobody_else_sees_the_form(visitor: Client, lin: Planted) -> None:
    pay(visitor, lin)
    path = f"/charges/{Charge.objects.get().id}/cashier"
    assert Client().get(path).headers["Location"].startswith("/login")
    other = plant_borrower("+8613900000009", now=at(FIRST_DUE))
    assert signed_in(other).get(path).status_code == 404
