"""What a channel says of an agreement: asked, or told by itself, and learned once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi.actions.mandates import keeping
from anqi.actions.mandates.refusing import Stranger
from anqi.payments import cards, channels, debit_plans, inbox, mandate_looks, mandates
from anqi.payments.channels.protocol import Closed, Failed, MandateFound, NotFound, Result, Unknown
from anqi.payments.models import Card, Mandate
from anqi.people import holds
from anqi.rows.days import day_of

# How long a signing is waited for, when the channel says "not yet", and when it says nothing.
_WAITED_FOR, _DOUBTED_FOR = timedelta(hours=1), timedelta(days=1)


def lease(*, now: datetime, limit: int) -> list[Mandate]:
    """Agreements of which it is time to ask their channel, for whoever asked first."""
    with transaction.atomic(durable=True):
        return mandates.lease_due(now=now, limit=limit)


def inquire(*, borrower_id: UUID, mandate_id: UUID, now: datetime) -> None:
    """Asks the channel how the agreement stands, or to end it, outside any transaction, and learns the answer."""
    mandate = keeping.own(borrower_id, mandate_id)
    if mandate.card_id:
        _look(mandate, now)
    else:
        learn(channel=mandate.channel, key=mandate.key, result=_ask(mandate, now), learned_by="query", now=now)


def _look(mandate: Mandate, now: datetime) -> None:
    """A bound card's agreement holds as long as the card is bound."""
    with transaction.atomic(durable=True):
        holds.hold(mandate.borrower_id)
        mandate.refresh_from_db()
        assert mandate.card_id
        card = cards.read(mandate.borrower_id, mandate.card_id)
        mandates.look_again(mandate, now=now)
        if mandate.state != Mandate.State.ACTIVE:
            mandates.forget(mandate, now=now)
        elif card is None or card.state != Card.State.BOUND:
            keeping.stop(mandate, by="card_removed", tells_channel=False, now=now)
            keeping.tell(mandate, "mandate_ended", now)
        else:
            keeping.plan(mandate, now)


def _ask(mandate: Mandate, now: datetime) -> MandateFound | Result:
    if mandate.channel not in channels.with_mandates():
        return Unknown(cause="channel_unavailable")
    if mandate.state == Mandate.State.ENDED and mandate.ref:
        return channels.find_with_mandates(mandate.channel).end_mandate(mandate.key, ref=mandate.ref, why="borrower")
    plan = debit_plans.open_of(mandate.borrower_id, mandate.loan_id) if mandate.state == Mandate.State.ACTIVE else None
    return mandate_looks.look(mandate, due_on=plan.due_on if plan else None, today=day_of(now))


def learn(
    *, channel: str, key: str, result: MandateFound | Result, learned_by: str, now: datetime,
    inbox_id: UUID | None = None,
) -> None:  # fmt: skip
    """What a channel says of an agreement, in one durable transaction. Refuses a Stranger.

    Twice, late or out of order changes nothing more.
    """
    borrower_id = mandates.owner(channel, key)
    if not borrower_id:
        raise Stranger(channel=channel)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        mandate = mandates.by_key(borrower_id, key)
        if learned_by == "notice":
            # It says that there is news; what holds now is told to who asks.
            mandates.ask_now(mandate, now=now)
        else:
            _LEARN[mandate.state](mandate, result, now)
        if inbox_id:
            inbox.mark_done(inbox_id, now=now)


def _learn_pending(mandate: Mandate, result: MandateFound | Result, now: datetime) -> None:
    if isinstance(result, MandateFound):
        mandates.confirm(mandate, result, now=now)
        keeping.tell(mandate, "mandate_begun", now)
        keeping.plan(mandate, now)
    elif isinstance(result, Failed) or now >= mandate.opened_at + _patience(result):
        mandates.fail(mandate, now=now)
    else:
        mandates.go_on(mandate, now=now)


def _patience(result: MandateFound | Result) -> timedelta:
    return _DOUBTED_FOR if isinstance(result, Unknown) else _WAITED_FOR


def _learn_active(mandate: Mandate, result: MandateFound | Result, now: datetime) -> None:
    if isinstance(result, MandateFound):
        mandates.confirm(mandate, result, now=now)
        keeping.plan(mandate, now)
    elif isinstance(result, Failed | Closed | NotFound):
        by = result.reason if isinstance(result, Failed) else "ended_by_payer"
        # What is not found may be there after all: it is ended there as well, as the borrower was told.
        keeping.stop(mandate, by=by, tells_channel=isinstance(result, NotFound), now=now)
        keeping.tell(mandate, "mandate_ended", now)
    else:
        mandates.go_on(mandate, now=now)


def _learn_ended(mandate: Mandate, result: MandateFound | Result, now: datetime) -> None:
    if isinstance(result, Closed | Failed | NotFound):
        mandates.forget(mandate, now=now)
    elif mandate.ref:
        mandates.go_on(mandate, now=now)
    elif isinstance(result, MandateFound):
        # Ended with us while it was being signed there: now it can be ended there too.
        mandates.replace(mandate, ref=result.ref, now=now)


def _learn_failed(mandate: Mandate, result: MandateFound | Result, now: datetime) -> None:
    if not isinstance(result, MandateFound):
        mandates.forget(mandate, now=now)
        return
    if mandates.living_from(mandate.borrower_id, mandate.loan_id, mandate.channel, mandate.card_id):
        mandates.replace(mandate, ref=result.ref, now=now)
        return
    mandates.revive(mandate)
    _learn_pending(mandates.by_key(mandate.borrower_id, mandate.key), result, now)


_LEARN: dict[str, Callable[[Mandate, MandateFound | Result, datetime], None]] = {
    Mandate.State.PENDING: _learn_pending, Mandate.State.ACTIVE: _learn_active,
    Mandate.State.ENDED: _learn_ended, Mandate.State.FAILED: _learn_failed,
}  # fmt: skip
