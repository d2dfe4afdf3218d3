"""Bank cards on the borrower's site, and what the office sees of them."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from anqi import clock
from anqi.payments import channels
from anqi.payments import inspection as office
from anqi.payments.channels.protocol import Accepted, CardBound, CardRequest, Closed, Form
from anqi.payments.models import Card
from tests.planting import at, plant_borrower
from tests.web.borrower_stand import GATEWAY, Watch, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

NOON = at(date(2026, 9, 30))
TOKEN = "6235240000020837"
BOUND = CardBound(token=TOKEN, bank="中国工商银行", last4="0017", kind="debit")
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Desk:
    """A channel at which cards are opened, that answers what the test wants."""

    opened: Any = field(default_factory=Accepted)
    requests: list[CardRequest] = field(default_factory=list)
    asked: int = 0

    def open_card(self, request: CardRequest) -> Any:
        self.requests.append(request)
        return Accepted(action=Form(url=f"{GATEWAY}/api/front", fields={"orderId": request.key}))

    def query_card(self, key: str, **when: Any) -> Any:
        self.asked += 1
        return self.opened

    def end_card(self, key: str, **what: Any) -> Any:
        return Closed()

    def debit(self, request: Any) -> Any:
        raise AssertionError


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=NOON)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    return watch


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any, watch: Watch) -> Desk:
    settings.ANQI_UNIONPAY = {"gateway": f"{GATEWAY}/api"}
    desk = Desk()
    monkeypatch.setattr(channels, "find", lambda code: desk)
    return desk


@pytest.fixture
def lin(desk: Desk) -> UUID:
    return plant_borrower(now=NOON)


@pytest.fixture
def visitor(lin: UUID) -> Client:
    return signed_in(lin)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def begin(visitor: Client) -> Card:
    sent = visitor.post("/cards/add")
    card = Card.objects.latest("opened_at")
    assert sent.headers["Location"] == f"/cards/{card.id}/open"
    return card


def bind(visitor: Client, desk: Desk, bound: CardBound = BOUND) -> Card:
    card, desk.opened = begin(visitor), bound
    visitor.get(f"/cards/{card.id}")
    card.refresh_from_db()
    return card


def test_the_way_to_the_cards_begins_at_my_own_page(visitor: Client) -> None:
    assert 'href="/cards"' in text_of(visitor.get("/me"))
    empty = text_of(visitor.get("/cards"))
    assert "还没有银行卡" in empty
    assert "添加银行卡" in empty


def test_adding_leads_by_a_form_to_the_channels_page(visitor: Client, desk: Desk) -> None:
    card = begin(visitor)
    page = visitor.get(f"/cards/{card.id}/open")
    assert f'<form method="post" action="{GATEWAY}/api/front"' in text_of(page)
    assert f'<input type="hidden" name="orderId" value="{card.key}">' in text_of(page)
    assert f"form-action 'self' {GATEWAY}" in page.headers["Content-Security-Policy"]
    request = desk.requests[0]
    assert request.return_url.endswith(f"/cards/{card.id}")
    assert request.notify_url.endswith("/hooks/unionpay")
    visitor.get(f"/cards/{card.id}/open")
    assert desk.requests[1] == request, "loading it again is the same opening"


def test_the_browser_comes_back_by_a_form_and_finds_the_card(visitor: Client, desk: Desk) -> None:
    card, desk.opened = begin(visitor), BOUND
    back = Client(enforce_csrf_checks=True).post(f"/cards/{card.id}", {"activateStatus": "1"})
    assert (back.status_code, back.headers["Location"]) == (303, f"/cards/{card.id}")
    shown = text_of(visitor.get(back.headers["Location"], follow=True))
    assert "已添加中国工商银行（尾号 0017）。" in shown
    assert re.search(r"中国工商银行<small>储蓄卡 · 尾号 0017</small>", shown)
    assert TOKEN not in shown


def test_what_is_not_there_yet_is_waited_for_and_then_left_to_the_holder(visitor: Client, desk: Desk) -> None:
    card = begin(visitor)
    waiting = text_of(visitor.get(f"/cards/{card.id}"))
    assert "正在确认" in waiting
    assert f'hx-get="/cards/{card.id}?step=1"' in waiting
    left = text_of(visitor.get(f"/cards/{card.id}?step=3"))
    assert "还没有添加成" in left
    assert f'href="/cards/{card.id}/open"' in left
    assert "hx-get" not in left


def test_who_looks_again_at_once_does_not_make_us_ask(visitor: Client, desk: Desk, watch: Watch) -> None:
    card = begin(visitor)
    for _ in range(3):
        visitor.get(f"/cards/{card.id}")
    assert desk.asked == 1
    watch.now += timedelta(seconds=3)
    desk.opened = BOUND
    part = text_of(visitor.get(f"/cards/{card.id}?step=1", headers=HTMX))
    assert "已添加中国工商银行（尾号 0017）" in part
    assert "hx-get" not in part


def test_an_opening_that_came_to_nothing_says_so(visitor: Client, desk: Desk, watch: Watch) -> None:
    card = begin(visitor)
    watch.now += timedelta(hours=2)
    assert "这次没有添加成" in text_of(visitor.get(f"/cards/{card.id}"))
    assert visitor.get(f"/cards/{card.id}/open").headers["Location"] == f"/cards/{card.id}"
    assert "还没有银行卡" in text_of(visitor.get("/cards"))


def test_who_came_from_another_page_is_led_back_to_it(visitor: Client, desk: Desk, watch: Watch) -> None:
    visitor.post("/cards/add", {"next": "/reserves/apply?kept"})
    card = Card.objects.latest("opened_at")
    for path in (f"/cards/{card.id}/open", f"/cards/{card.id}?step=3"):
        assert 'href="/reserves/apply?kept"' in text_of(visitor.get(path))
    watch.now += timedelta(seconds=3)
    # UnionPay's form comes back to the card's bare address, from which nothing of ours can be read.
    desk.opened = BOUND
    assert visitor.get(f"/cards/{card.id}").headers["Location"] == "/reserves/apply?kept"
    desk.opened = Accepted()
    other = begin(visitor)
    assert 'href="/cards"' in text_of(visitor.get(f"/cards/{other.id}?step=3"))
    visitor.post("/cards/add", {"next": "/me"})
    assert visitor.get(f"/cards/{card.id}").headers["Location"] == "/cards", "that page waits for another card"


@pytest.mark.parametrize("strange", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_no_page_of_others_is_led_to(visitor: Client, desk: Desk, strange: str) -> None:
    visitor.post("/cards/add", {"next": strange})
    desk.opened = BOUND
    assert visitor.get(f"/cards/{Card.objects.latest('opened_at').id}").headers["Location"] == "/"


def test_a_card_is_removed_in_two_taps(visitor: Client, desk: Desk) -> None:
    card = bind(visitor, desk)
    assert f'href="/cards/{card.id}/remove"' in text_of(visitor.get("/cards"))
    question = text_of(visitor.get(f"/cards/{card.id}/remove"))
    assert "移除中国工商银行（尾号 0017）？" in question
    card.refresh_from_db()
    assert card.state == "bound"
    done = visitor.post(f"/cards/{card.id}/remove", follow=True)
    assert "已移除中国工商银行（尾号 0017）。" in text_of(done)
    assert "还没有银行卡" in text_of(done)
    assert visitor.post(f"/cards/{card.id}/remove").headers["Location"] == "/cards"


def test_a_card_is_its_holders_alone(visitor: Client, desk: Desk) -> None:
    card = bind(visitor, desk)
    stranger = signed_in(plant_borrower("+8613900000009", now=NOON))
    assert "尾号 0017" not in text_of(stranger.get("/cards"))
    for path in (f"/cards/{card.id}", f"/cards/{card.id}/open", f"/cards/{card.id}/remove"):
        assert stranger.get(path).status_code == 404
        assert Client().get(path).headers["Location"].startswith("/login")
    assert stranger.post(f"/cards/{card.id}/remove").status_code == 404
    card.refresh_from_db()
    assert card.state == "bound"


def test_without_a_channel_for_cards_there_is_no_way_to_them(visitor: Client, settings: Any) -> None:
    settings.ANQI_UNIONPAY = None
    assert 'href="/cards"' not in text_of(visitor.get("/me"))
    refused = visitor.post("/cards/add")
    assert refused.status_code == 409
    assert "现在不能添加银行卡" in text_of(refused)


def test_the_pages_speak_english(lin: UUID, desk: Desk) -> None:
    visitor = signed_in(lin, language="en")
    card = bind(visitor, desk, CardBound(token=TOKEN, bank="招商银行", last4="0013", kind="credit"))
    pages = [text_of(visitor.get(path)) for path in ("/cards", f"/cards/{card.id}/remove")]
    assert "Credit card · ending in 0013" in pages[0]
    assert "Remove 招商银行 ending in 0013?" in pages[1]


def test_the_office_reads_bank_digits_and_state_and_never_the_token(visitor: Client, lin: UUID, desk: Desk) -> None:
    begin(visitor)
    card = bind(visitor, desk)
    visitor.post(f"/cards/{card.id}/remove")
    (seen,) = office.cards(lin)
    assert (seen.bank, seen.last4, seen.state) == ("中国工商银行", "0017", "ended")
    assert "token" in seen.get_deferred_fields()
