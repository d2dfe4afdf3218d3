"""Bound cards: opened by a borrower on the channel's page, learned of by asking, and ended when they are removed.

Refused
├── NoCardsHere
├── NoSuchCard
└── Stranger            a channel speaks of an opening that is not ours
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.payments import cards, channels, inbox, mandates
from anqi.payments.channels.protocol import (
    Accepted,
    Action,
    CardBound,
    CardRequest,
    Closed,
    Failed,
    Result,
    Unknown,
)
from anqi.payments.models import Card
from anqi.payments.numbers import number_for
from anqi.people import holds
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

# An opening that is older is begun anew: the channel's page for it may end while the holder types.
_JOINED_FOR = timedelta(minutes=20)
# How long an opening is waited for, when the channel says "not yet", and when it says nothing.
_WAITED_FOR, _DOUBTED_FOR = timedelta(hours=1), timedelta(days=1)


class NoCardsHere(Refused):
    """Cards can't be bound at this channel now."""

    code = "channel_unavailable"


class NoSuchCard(Refused):
    """There is no such card of yours."""

    code = "no_such_card"


class Stranger(Refused):
    """The channel speaks of an opening that is not ours."""

    code = "stranger"


def open(*, borrower_id: UUID, channel: str, now: datetime) -> Card:
    """The opening of a card: a new one, or the one that this borrower is in the middle of. Refuses NoCardsHere."""
    if channel not in channels.with_cards():
        raise NoCardsHere(channel=channel)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        begun = cards.opening(borrower_id, channel)
        if begun and now < begun.opened_at + _JOINED_FOR:
            return begun
        if begun:
            cards.give_up(begun, now=now)
        return cards.put(borrower_id=borrower_id, channel=channel, now=now)


def lead(*, borrower_id: UUID, card_id: UUID) -> Action | None:
    """How the holder gets to the channel's page; None when there is nothing left to open. Safe to repeat.

    Refuses NoSuchCard, NoCardsHere.
    """
    card = _own(borrower_id, card_id)
    if card.state != Card.State.PENDING:
        return None
    base = settings.ANQI_URLS["borrower"]
    request = CardRequest(
        key=card.key,
        opened_at=card.opened_at,
        return_url=f"{base}/cards/{card.id}",
        notify_url=f"{base}/hooks/{card.channel}",
    )
    if card.channel not in channels.with_cards():
        raise NoCardsHere(channel=card.channel)
    answer = channels.find_with_cards(card.channel).open_card(request)
    if not isinstance(answer, Accepted):
        raise NoCardsHere(channel=card.channel)
    return answer.action


def end(*, borrower_id: UUID, card_id: UUID, now: datetime) -> Card:
    """The card is used no more, and its channel is told. Twice is once. Refuses NoSuchCard."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        card = _own(borrower_id, card_id)
        cards.end(card, now=now)
        for mandate in mandates.of_card(borrower_id, card_id):
            mandates.look_at(mandate, now=now)
        return card


def inquire(*, borrower_id: UUID, card_id: UUID, now: datetime) -> None:
    """Asks the channel for the card that was opened, or to end one, outside any transaction, and learns the answer."""
    card = _own(borrower_id, card_id)
    if card.state != Card.State.BOUND:
        learn(channel=card.channel, key=card.key, result=_ask(card, now), learned_by="query", now=now)


def _ask(card: Card, now: datetime) -> CardBound | Result:
    if card.channel not in channels.with_cards():
        return Unknown(cause="channel_unavailable")
    channel = channels.find_with_cards(card.channel)
    if not card.token:
        return channel.query_card(card.key, opened_at=card.opened_at)
    if cards.is_shared(card):
        return Closed()
    # An order of its own each time: ending twice ends once, and an old order would be refused for its age.
    return channel.end_card(number_for("ax", uuid7()), opened_at=now, token=card.token)


def learn(
    *, channel: str, key: str, result: CardBound | Result, learned_by: str, now: datetime,
    inbox_id: UUID | None = None,
) -> None:  # fmt: skip
    """What a channel says of a card, in one durable transaction. Twice, late or out of order changes nothing more.

    Refuses a Stranger.
    """
    borrower_id = cards.owner(channel, key)
    if not borrower_id:
        raise Stranger(channel=channel)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        _take(cards.by_key(borrower_id, key), result, learned_by, now)
        if inbox_id:
            inbox.mark_done(inbox_id, now=now)


def _take(card: Card, result: CardBound | Result, learned_by: str, now: datetime) -> None:
    if learned_by == "notice":
        # It says that there is news, and never which: the token is only told to who asks.
        cards.ask_now(card, now=now)
    elif card.state == Card.State.ENDED:
        if isinstance(result, Closed):
            cards.forget(card, now=now)
        elif card.token:
            cards.go_on(card, now=now)
    elif card.state == Card.State.BOUND:
        pass
    elif isinstance(result, CardBound):
        cards.bind(card, result, now=now)
    elif isinstance(result, Failed) or now >= card.opened_at + _patience(result):
        cards.give_up(card, now=now)
    else:
        cards.go_on(card, now=now)


def _patience(result: CardBound | Result) -> timedelta:
    return _DOUBTED_FOR if isinstance(result, Unknown) else _WAITED_FOR


def lease(*, now: datetime, limit: int) -> list[Card]:
    """Cards of which it is time to ask their channel, for whoever asked first."""
    with transaction.atomic(durable=True):
        return cards.lease_due(now=now, limit=limit)


def _own(borrower_id: UUID, card_id: UUID) -> Card:
    card = cards.read(borrower_id, card_id)
    if not card:
        raise NoSuchCard(card_id=card_id)
    return card
