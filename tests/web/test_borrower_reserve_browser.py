"""The pages of a reserve after its approval in a real browser: accessible and within the window, light, dark, large."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.actions import payouts
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, Failed, Result, Succeeded
from anqi.payments.models import Payout
from anqi.web.shared import pages
from tests import chromium as browsers
from tests import reserving
from tests.actions.test_payouts import Bank, bank, work
from tests.planting import days
from tests.reserving import NOON, bind
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_reserve_signing import read_through
from tests.web.test_office_browser import Pages, browse, faults

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, bank: Bank) -> Watch:
    watch = Watch(now=NOON)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay", "alipay"))
    monkeypatch.setattr(channels, "with_cards", lambda: ("unionpay",))
    cache.clear()
    reserving.open_shelf()
    return watch


def take(watch: Watch, bank: Bank, *, theme: str, size: str) -> Pages:
    """Every page in every state that it can be in, as the browsers of Lin and Zhou get it."""
    lin, to = reserving.welcome()
    visitor, taken = look(signed_in(lin), theme, size), Pages()

    def keep(**paths: str) -> None:
        taken.update({name: visitor.get(path).content.decode() for name, path in paths.items()})

    row = reserving.apply(lin, to)
    order, reserve = f"/orders/{row.id}", f"/reserves/{row.id}"
    keep(reading=f"{reserve}/sign")
    form = read_through(visitor, watch, row)
    keep(boxes=f"{reserve}/sign?reading={form['reading']}")
    taken["refused"] = visitor.post(f"{reserve}/sign", form).content.decode()
    reserving.sign(row, now=watch.now)
    watch.now += timedelta(seconds=20)
    keep(signed=f"{reserve}/signed", waits=order, undo=f"{order}/undo", agreement=f"{order}/agreement", list="/orders")
    bank.answer = Failed(reason="card_state", code="63")
    work(watch.now)
    keep(not_arrived=order, not_arrived_signed=f"{reserve}/signed", payee=f"{order}/payee", failed_list="/orders")
    bank.answer = Accepted(ref="P2")
    bind(lin, "6235209999999", last4="8888")
    bind(lin, "6235208888888", kind="credit", last4="1111")
    taken["no_wallet"] = visitor.post(f"{order}/payee", {"to": "alipay", "wallet": "x"}).content.decode()
    visitor.post(f"{order}/payee", {"to": "alipay", "wallet": "lin@example.com"})
    watch.now += timedelta(minutes=1)
    work(watch.now)
    keep(on_its_way=order)
    payout = Payout.objects.get(state="processing")
    hear(payout, Succeeded(ref="P1", amount_minor=payout.amount_minor, paid_at=watch.now), watch)
    keep(arrived=order, arrived_signed=f"{reserve}/signed")
    watch.now += days(10)
    keep(used=order)
    watch.now += days(40)
    keep(late=order)
    hear(payout, Failed(reason="returned", code="", at=watch.now), watch)
    keep(void=order, over="/orders?state=over")
    return taken


def look(visitor: Client, theme: str, size: str) -> Client:
    visitor.cookies[pages.THEME_COOKIE] = theme
    visitor.cookies[pages.SIZE_COOKIE] = size
    return visitor


def hear(payout: Payout, result: Result, watch: Watch) -> None:
    payouts.learn(channel=payout.channel, key=payout.key, result=result, learned_by="query", now=watch.now)


@pytest.mark.parametrize(("theme", "size"), [("light", "normal"), ("dark", "normal"), ("light", "big")])
def test_every_page_is_accessible_and_fits(watch: Watch, bank: Bank, theme: str, size: str) -> None:
    taken = take(watch, bank, theme=theme, size=size)
    assert browse(taken, lambda page: faults(page, taken)) == []
