"""Bound cards: opened by their holder at a channel, kept by a token, ended there when the borrower removes them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.payments import leases
from anqi.payments.channels.protocol import CardBound
from anqi.payments.models import Card, ChannelOrder
from anqi.payments.numbers import number_for
from anqi.rows import keyring
from anqi.rows.ids import uuid7

_UNFINISHED = (Card.State.PENDING, Card.State.FAILED)
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 300, 600, 3600))


def put(*, borrower_id: UUID, channel: str, now: datetime) -> Card:
    """A new opening with its entry in the channels' look-up."""
    card_id = uuid7()
    card = Card.objects.create(
        borrower_id=borrower_id,
        id=card_id,
        channel=channel,
        key=number_for("ac", card_id),
        opened_at=now,
        next_try_at=now + _WAITS[0],
    )
    ChannelOrder.objects.create(channel=channel, key=card.key, kind="card", borrower_id=borrower_id, charge_id=None)
    return card


def owner(channel: str, key: str) -> UUID | None:
    """The borrower whose opening a channel's number is; None for a number that is not ours."""
    found = ChannelOrder.objects.filter(channel=channel, key=key, kind="card")
    return found.values_list("borrower_id", flat=True).first()


def by_key(borrower_id: UUID, key: str) -> Card:
    """The card of that opening. Lock the borrower first."""
    return Card.objects.get(borrower_id=borrower_id, key=key)


def read(borrower_id: UUID, card_id: UUID) -> Card | None:
    """The borrower's own card; None for somebody else's or nobody's."""
    return Card.objects.filter(borrower_id=borrower_id, id=card_id).first()


def opening(borrower_id: UUID, channel: str) -> Card | None:
    """The opening that its holder has not finished."""
    return Card.objects.filter(borrower_id=borrower_id, channel=channel, state=Card.State.PENDING).first()


def bind(card: Card, bound: CardBound, *, now: datetime) -> None:
    """The card is good for use. One that is bound already stays the one: this opening has come to nothing new."""
    token_hash = keyring.fingerprint(f"{card.channel}:{bound.token}", purpose="card_token")
    known = Card.objects.filter(borrower_id=card.borrower_id, channel=card.channel, token_hash=token_hash)
    if known.filter(state=Card.State.BOUND).exists():
        _row(card).update(state=Card.State.ENDED, ended_at=now, asked_at=now, next_try_at=None)
        return
    _row(card).update(
        state=Card.State.BOUND, token=bound.token, token_hash=token_hash, bank=bound.bank, last4=bound.last4,
        kind=bound.kind, bound_at=now, asked_at=now, next_try_at=None,
    )  # fmt: skip


def give_up(card: Card, *, now: datetime) -> None:
    """Nobody has finished the opening in time, or the channel said no. Should it be finished yet, it is bound."""
    _row(card).filter(state__in=_UNFINISHED).update(
        state=Card.State.FAILED, ended_at=card.ended_at or now, asked_at=now, next_try_at=None
    )


def end(card: Card, *, now: datetime) -> None:
    """The borrower no longer wants it: it is used no more from this moment, and the channel is told."""
    _row(card).filter(state=Card.State.BOUND).update(
        state=Card.State.ENDED, ended_at=now, next_try_at=now, tries=0
    )


def forget(card: Card, *, now: datetime) -> None:
    """The channel knows that it has ended: what it was known by there is not kept."""
    _row(card).update(token=None, token_hash="", asked_at=now, next_try_at=None)


def is_shared(card: Card) -> bool:
    """Whether another opening has the same card bound, so that it must not end at the channel."""
    return Card.objects.filter(token_hash=card.token_hash, channel=card.channel, state=Card.State.BOUND).exists()


def ask_now(card: Card, *, now: datetime) -> None:
    """The channel has news of the opening: it is asked at once."""
    _row(card).filter(state__in=_UNFINISHED).update(next_try_at=now)


def go_on(card: Card, *, now: datetime) -> None:
    """Nothing is decided; the channel is asked again, later each time."""
    _row(card).update(asked_at=now, next_try_at=now + _WAITS[min(card.tries, len(_WAITS) - 1)])


def lease_due(*, now: datetime, limit: int) -> list[Card]:
    """Cards of which it is time to ask their channel, each left to the caller for a while."""
    return leases.take(Card.objects.all(), now=now, limit=limit)


def _row(card: Card) -> QuerySet[Card]:
    return Card.objects.filter(borrower_id=card.borrower_id, id=card.id)
