"""Bound cards: one card however often its holder opens it, nothing kept of one that has ended, nobody waits for ever."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from anqi.actions import cards
from anqi.actions import channels as notices
from anqi.actions.cards import NoCardsHere, NoSuchCard, Stranger
from anqi.jobs import tasks
from anqi.payments import channels
from anqi.payments.channels.protocol import (
    Accepted,
    CardBound,
    CardRequest,
    Closed,
    Failed,
    Form,
    NotFound,
    Notification,
    RawRequest,
    RawResponse,
    Unknown,
)
from anqi.payments.models import Card, Inbox
from tests.planting import at, plant_borrower

pytestmark = pytest.mark.django_db
NOON = at(date(2026, 9, 30))
BOUND = CardBound(token="6235240000020837", bank="中国工商银行", last4="0017", kind="debit")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass
class Desk:
    """A channel at which cards are opened, that answers what the test wants."""

    opened: Any = field(default_factory=Accepted)
    ended: Any = field(default_factory=Closed)
    asked: list[str] = field(default_factory=list)
    endings: list[tuple[str, datetime, str]] = field(default_factory=list)

    def open_card(self, request: CardRequest) -> Any:
        return Accepted(action=Form(url="https://gateway.example/front", fields={"orderId": request.key}))

    def query_card(self, key: str, *, opened_at: datetime) -> Any:
        self.asked.append(key)
        return self.opened

    def end_card(self, key: str, *, opened_at: datetime, token: str) -> Any:
        self.endings.append((key, opened_at, token))
        return self.ended

    def debit(self, request: Any) -> Any:
        raise AssertionError

    def parse_notification(self, raw: RawRequest) -> Notification:
        return Notification(
            message_key="m", kind="card", key=raw.body.decode(), result=Accepted(), is_secret=True
        )

    def acknowledge(self, ok: bool) -> RawResponse:
        return RawResponse(status=200, body=b"")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Desk:
    settings.ANQI_UNIONPAY = {"gateway": "https://gateway.example/api"}
    desk = Desk()
    monkeypatch.setattr(channels, "find", lambda code: desk)
    return desk


@pytest.fixture
def lin(desk: Desk) -> UUID:
    return plant_borrower(now=NOON)


def begin(borrower_id: UUID, now: datetime = NOON) -> Card:
    return cards.open(borrower_id=borrower_id, channel="unionpay", now=now)


def inquire(card: Card, now: datetime = NOON) -> Card:
    cards.inquire(borrower_id=card.borrower_id, card_id=card.id, now=now)
    card.refresh_from_db()
    return card


def bind(borrower_id: UUID, desk: Desk, bound: CardBound = BOUND, now: datetime = NOON) -> Card:
    desk.opened = bound
    return inquire(begin(borrower_id, now), now)


def work(now: datetime) -> None:
    for leased in cards.lease(now=now, limit=100):
        cards.inquire(borrower_id=leased.borrower_id, card_id=leased.id, now=now)


def test_a_card_is_bound_when_the_channel_says_so(desk: Desk, lin: UUID) -> None:
    card = begin(lin)
    assert cards.lead(borrower_id=lin, card_id=card.id) == Form(
        url="https://gateway.example/front", fields={"orderId": card.key}
    )
    assert inquire(card).state == "pending"
    desk.opened = BOUND
    bound = inquire(card, NOON + MINUTE)
    assert (bound.state, bound.bank, bound.last4, bound.kind) == ("bound", "中国工商银行", "0017", "debit")
    assert (bound.bound_at, bound.next_try_at) == (NOON + MINUTE, None)
    assert bound.token == BOUND.token
    assert cards.lead(borrower_id=lin, card_id=card.id) is None
    assert inquire(card, NOON + 2 * MINUTE).bound_at == NOON + MINUTE, "once is enough"


def test_the_token_stands_encrypted_in_the_database(desk: Desk, lin: UUID) -> None:
    card = bind(lin, desk)
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(c)::text from payments_card c where id = %s", [card.id])
        stored = cursor.fetchone()[0]
    assert BOUND.token not in stored
    assert BOUND.token.encode().hex() not in stored
    assert BOUND.token not in repr(BOUND)


def test_whoever_opens_one_twice_is_in_the_same_opening(desk: Desk, lin: UUID) -> None:
    first = begin(lin)
    assert begin(lin, NOON + 5 * MINUTE).id == first.id
    later = begin(lin, NOON + 30 * MINUTE)
    assert later.id != first.id
    first.refresh_from_db()
    assert first.state == "failed"


def test_an_opening_given_up_is_bound_when_its_holder_finished_it_after_all(desk: Desk, lin: UUID) -> None:
    first = begin(lin)
    begin(lin, NOON + 30 * MINUTE)
    desk.opened = BOUND
    notice(first, NOON + 31 * MINUTE)
    read_inbox(NOON + 31 * MINUTE)
    first.refresh_from_db()
    assert (first.state, first.next_try_at) == ("failed", NOON + 31 * MINUTE)
    assert inquire(first, NOON + 31 * MINUTE).state == "bound"


def test_the_same_card_is_one_card(desk: Desk, lin: UUID) -> None:
    first = bind(lin, desk)
    second = bind(lin, desk, now=NOON + MINUTE)
    assert (second.state, second.token, second.next_try_at) == ("ended", None, None)
    first.refresh_from_db()
    assert first.state == "bound"
    other = bind(lin, desk, CardBound(token="62352", bank="招商银行", last4="0016", kind="credit"), NOON + 2 * MINUTE)
    assert other.state == "bound"


def test_a_notice_makes_us_ask_and_keeps_no_token(desk: Desk, lin: UUID) -> None:
    card = begin(lin)
    desk.opened = BOUND
    notice(card, NOON + SECOND)
    assert bytes(Inbox.objects.get().raw) == b""
    read_inbox(NOON + SECOND)
    assert Inbox.objects.get().state == "done"
    work(NOON + SECOND)
    card.refresh_from_db()
    assert (card.state, desk.asked) == ("bound", [card.key])
    notice(card, NOON + MINUTE)
    read_inbox(NOON + MINUTE)
    work(NOON + MINUTE)
    assert desk.asked == [card.key], "of a card that is bound there is no news"


def notice(card: Card, now: datetime) -> None:
    raw = RawRequest(method="POST", headers={}, query="", body=card.key.encode(), received_at=now)
    notices.receive(channel="unionpay", raw=raw, now=now, wake=lambda: None)


def read_inbox(now: datetime) -> None:
    for message in tasks.inbox.lease(now=now, limit=100):
        tasks._learn(message, now)


def test_a_notice_of_somebody_elses_opening_is_refused(desk: Desk, lin: UUID) -> None:
    with pytest.raises(Stranger):
        cards.learn(channel="unionpay", key="ac1", result=Accepted(), learned_by="notice", now=NOON)
    card = begin(lin)
    with pytest.raises(Stranger):
        cards.learn(channel="alipay", key=card.key, result=Accepted(), learned_by="notice", now=NOON)


@pytest.mark.parametrize(
    ("said", "hours", "state"),
    [
        (Accepted(), 1, "failed"),
        (NotFound(), 1, "failed"),
        (Unknown(cause="timeout"), 1, "pending"),
        (Unknown(cause="timeout"), 24, "failed"),
        (Failed(reason="x", code="1"), 0, "failed"),
    ],
)
def test_nobody_waits_for_ever(desk: Desk, lin: UUID, said: Any, hours: int, state: str) -> None:
    card = begin(lin)
    desk.opened = said
    if hours:
        assert inquire(card, NOON + timedelta(hours=hours) - MINUTE).state == "pending"
    assert inquire(card, NOON + timedelta(hours=hours)).state == state
    assert (card.next_try_at is None) == (state == "failed")


def test_the_sweep_asks_later_each_time(desk: Desk, lin: UUID) -> None:
    card, now, waits = begin(lin), NOON, []
    for _ in range(5):
        card.refresh_from_db()
        assert card.next_try_at
        waits.append(int((card.next_try_at - now).total_seconds()))
        now = card.next_try_at
        work(now - SECOND)
        work(now)
    assert waits == [15, 30, 60, 300, 600]
    assert len(desk.asked) == 5


def test_a_card_that_is_removed_ends_at_once_and_then_at_the_channel(desk: Desk, lin: UUID) -> None:
    card = bind(lin, desk)
    cards.end(borrower_id=lin, card_id=card.id, now=NOON + MINUTE)
    cards.end(borrower_id=lin, card_id=card.id, now=NOON + 2 * MINUTE)
    card.refresh_from_db()
    assert (card.state, card.ended_at, card.token) == ("ended", NOON + MINUTE, BOUND.token)
    desk.ended = Unknown(cause="timeout")
    work(NOON + MINUTE)
    desk.ended = Closed()
    work(NOON + timedelta(hours=2))
    card.refresh_from_db()
    assert (card.token, card.token_hash, card.next_try_at) == (None, "", None)
    (first, first_at, token), (second, second_at, _) = desk.endings
    assert token == BOUND.token
    assert first != second, "an order of its own each time"
    assert (first_at, second_at) == (NOON + MINUTE, NOON + timedelta(hours=2))


def test_a_card_that_somebody_else_has_bound_goes_on_for_them(desk: Desk, lin: UUID) -> None:
    card, zhou = bind(lin, desk), plant_borrower("+8613900000009", now=NOON)
    theirs = bind(zhou, desk)
    assert (card.state, theirs.state) == ("bound", "bound")
    cards.end(borrower_id=lin, card_id=card.id, now=NOON)
    work(NOON)
    card.refresh_from_db()
    assert (desk.endings, card.token) == ([], None)
    cards.end(borrower_id=zhou, card_id=theirs.id, now=NOON)
    work(NOON)
    assert [token for _, _, token in desk.endings] == [BOUND.token]


def test_a_removed_card_can_be_bound_again(desk: Desk, lin: UUID) -> None:
    card = bind(lin, desk)
    cards.end(borrower_id=lin, card_id=card.id, now=NOON)
    work(NOON)
    assert bind(lin, desk, now=NOON + MINUTE).state == "bound"


def test_nobody_touches_somebody_elses_card(desk: Desk, lin: UUID) -> None:
    card, zhou = bind(lin, desk), plant_borrower("+8613900000009", now=NOON)
    with pytest.raises(NoSuchCard):
        cards.end(borrower_id=zhou, card_id=card.id, now=NOON)
    with pytest.raises(NoSuchCard):
        cards.lead(borrower_id=zhou, card_id=card.id)
    with pytest.raises(NoSuchCard):
        cards.inquire(borrower_id=zhou, card_id=card.id, now=NOON)


def test_a_channel_without_cards_refuses(desk: Desk, lin: UUID, settings: Any) -> None:
    with pytest.raises(NoCardsHere):
        cards.open(borrower_id=lin, channel="alipay", now=NOON)
    card = begin(lin)
    settings.ANQI_UNIONPAY = None
    with pytest.raises(NoCardsHere):
        begin(lin)
    with pytest.raises(NoCardsHere):
        cards.lead(borrower_id=lin, card_id=card.id)
    assert inquire(card).state == "pending", "the channel may come back"
