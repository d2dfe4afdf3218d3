"""Agreements by which loans are debited: opened for signing, learned of, put in order, ended by either side."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anqi.payments import leases
from anqi.payments.channels.protocol import MandateFound
from anqi.payments.models import ChannelOrder, Mandate
from anqi.payments.numbers import number_for
from anqi.rows.ids import uuid7

_WAITS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 300, 600, 3600))
# An agreement that runs out, or was ended elsewhere without a word, is found out on the next day.
_LOOKED_AT_EVERY = timedelta(days=1)


def put(
    *, borrower_id: UUID, loan_id: UUID, channel: str, card_id: UUID | None, account: str, single_minor: int,
    terms: dict[str, Any], now: datetime,
) -> Mandate:  # fmt: skip
    """A new agreement: to be signed at its channel, or in force at once where it is for a bound card."""
    mandate_id = uuid7()
    mandate = Mandate.objects.create(
        borrower_id=borrower_id, id=mandate_id, loan_id=loan_id, channel=channel, key=number_for("am", mandate_id),
        card_id=card_id, account=account, single_minor=single_minor, terms=terms, opened_at=now,
        state=Mandate.State.ACTIVE if card_id else Mandate.State.PENDING, signed_at=now if card_id else None,
        rank=Mandate.objects.filter(borrower_id=borrower_id, loan_id=loan_id).count(),
        next_try_at=now + (_LOOKED_AT_EVERY if card_id else _WAITS[0]),
    )  # fmt: skip
    if not card_id:
        ChannelOrder.objects.create(
            channel=channel, key=mandate.key, kind="mandate", borrower_id=borrower_id, charge_id=None
        )
    return mandate


def owner(channel: str, key: str) -> UUID | None:
    """The borrower whose agreement a channel's number is; None for a number that is not ours."""
    found = ChannelOrder.objects.filter(channel=channel, key=key, kind="mandate")
    return found.values_list("borrower_id", flat=True).first()


def by_key(borrower_id: UUID, key: str) -> Mandate:
    """The agreement of that number. Lock the borrower first."""
    return Mandate.objects.get(borrower_id=borrower_id, key=key)


def read(borrower_id: UUID, mandate_id: UUID) -> Mandate | None:
    """The borrower's own agreement; None for somebody else's or nobody's."""
    return Mandate.objects.filter(borrower_id=borrower_id, id=mandate_id).first()


def living(borrower_id: UUID, loan_id: UUID) -> list[Mandate]:
    """The agreements of a loan that are in force or being signed, in the borrower's order."""
    found = Mandate.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state__in=Mandate.LIVING)
    return list(found.order_by("rank", "opened_at", "id"))


def living_from(borrower_id: UUID, loan_id: UUID, channel: str, card_id: UUID | None) -> list[Mandate]:
    """Those of them that take from this source, of which there is one at most."""
    found = living(borrower_id, loan_id)
    return [mandate for mandate in found if (mandate.channel, mandate.card_id) == (channel, card_id)]


def in_force(borrower_id: UUID, loan_id: UUID, *, today: date) -> list[Mandate]:
    """Those by which the loan may be debited today, in the borrower's order."""
    return [mandate for mandate in living(borrower_id, loan_id) if mandate.holds_on(today)]


def of_card(borrower_id: UUID, card_id: UUID) -> list[Mandate]:
    """The agreements that debit a bound card."""
    found = Mandate.objects.filter(borrower_id=borrower_id, card_id=card_id, state=Mandate.State.ACTIVE)
    return list(found.order_by("opened_at", "id"))


def confirm(mandate: Mandate, found: MandateFound, *, now: datetime) -> None:
    """The channel says that it holds; what it says of it is kept, and it is asked again tomorrow."""
    _row(mandate).filter(state__in=Mandate.LIVING).update(
        state=Mandate.State.ACTIVE, ref=found.ref, account=found.account[:64] or mandate.account,
        signed_at=mandate.signed_at or found.signed_at, ends_on=found.ends_on, limit_minor=found.limit_minor,
        asked_at=now, next_try_at=now + _LOOKED_AT_EVERY, tries=0,
    )  # fmt: skip


def look_again(mandate: Mandate, *, now: datetime) -> None:
    """It holds as it did, and is looked at again tomorrow."""
    _row(mandate).update(asked_at=now, next_try_at=now + _LOOKED_AT_EVERY, tries=0)


def look_at(mandate: Mandate, *, now: datetime) -> None:
    """What it takes money from has changed: it is looked at at once."""
    _row(mandate).update(next_try_at=now)


def look_now(borrower_id: UUID, loan_id: UUID, *, now: datetime) -> None:
    """The loan has begun, or its days have changed: its agreements are looked at at once."""
    Mandate.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state=Mandate.State.ACTIVE).update(next_try_at=now)


def fail(mandate: Mandate, *, now: datetime) -> None:
    """Nobody signed it in time. Should it be signed yet, a later word of the channel's brings it into force."""
    _row(mandate).filter(state=Mandate.State.PENDING).update(
        state=Mandate.State.FAILED, ended_at=now, asked_at=now, next_try_at=None
    )


def revive(mandate: Mandate) -> None:
    """It was signed after all, though nobody waited any more: it must be ended at the channel, or be used."""
    _row(mandate).filter(state=Mandate.State.FAILED).update(state=Mandate.State.PENDING, ended_at=None)


def replace(mandate: Mandate, *, ref: str, now: datetime) -> None:
    """It was signed at its channel though it is wanted no more: now that it has a number there, it is ended there."""
    _row(mandate).update(
        state=Mandate.State.ENDED, ended_at=mandate.ended_at or now, ended_by=mandate.ended_by or "replaced", ref=ref,
        next_try_at=now,
    )  # fmt: skip


def end(mandate: Mandate, *, by: str, tells_channel: bool, now: datetime) -> None:
    """Nothing is debited by it from this moment on; its channel is told where it doesn't know."""
    _row(mandate).filter(state__in=Mandate.LIVING).update(
        state=Mandate.State.ENDED, ended_at=now, ended_by=by, tries=0,
        next_try_at=now if tells_channel and not mandate.card_id else None,
    )  # fmt: skip


def forget(mandate: Mandate, *, now: datetime) -> None:
    """The channel knows that it has ended: what it was known by there is not kept."""
    _row(mandate).update(ref=None, asked_at=now, next_try_at=None)


def ask_now(mandate: Mandate, *, now: datetime) -> None:
    """The channel has news of it: it is asked at once."""
    _row(mandate).exclude(state=Mandate.State.ENDED, ref=None).update(next_try_at=now)


def go_on(mandate: Mandate, *, now: datetime) -> None:
    """Nothing is decided; the channel is asked again, later each time."""
    waits = _LOOKED_AT_EVERY if mandate.state == Mandate.State.ACTIVE else _WAITS[min(mandate.tries, len(_WAITS) - 1)]
    _row(mandate).update(asked_at=now, next_try_at=now + waits)


def arrange(borrower_id: UUID, mandate_ids: Sequence[UUID]) -> None:
    """The borrower's order of a loan's sources."""
    for rank, mandate_id in enumerate(mandate_ids):
        Mandate.objects.filter(borrower_id=borrower_id, id=mandate_id).update(rank=rank)


def lease_due(*, now: datetime, limit: int) -> list[Mandate]:
    """Agreements of which it is time to ask their channel, each left to the caller for a while."""
    return leases.take(Mandate.objects.all(), now=now, limit=limit)


def of_ids(borrower_id: UUID, mandate_ids: Iterable[UUID]) -> dict[UUID, Mandate]:
    """These agreements of the borrower."""
    found = Mandate.objects.filter(borrower_id=borrower_id, id__in=list(mandate_ids))
    return {mandate.id: mandate for mandate in found}


def _row(mandate: Mandate) -> QuerySet[Mandate]:
    return Mandate.objects.filter(borrower_id=mandate.borrower_id, id=mandate.id)
