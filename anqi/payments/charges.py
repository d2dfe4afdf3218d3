"""Charges: our requests to a channel to collect a payment, what they pay of which loan, and what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from anqi.payments import leases
from anqi.payments.models import ChannelOrder, Charge, ChargePart
from anqi.payments.numbers import number_for
from anqi.rows import records, sql
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

# After its end a channel may still be settling a payment that was begun in time.
MARGIN = timedelta(minutes=10)
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 30, 60, 300, 1800))
_DAYS_LONG = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a charge is to pay of one loan, in fen, and the quote that the borrower saw."""

    loan_id: UUID
    purpose: str
    amount_minor: int
    quote: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChargeInHand:
    """A charge as read at the start of an act, its parts, and the payments that came of it."""

    id: UUID
    channel: str
    key: str
    amount_minor: int
    currency: str
    state: str
    parts: tuple[Part, ...]
    holds_claim: bool
    # The channel's number of each payment, and its fen.
    payments: dict[str, int]
    opened_at: datetime
    expires_at: datetime
    is_given_up: bool
    # Of a debit: the plan that waits for its end.
    plan_id: UUID | None = None
    # Of somebody else who pays: by which link.
    link_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        return self.state in Charge.OPEN


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Money that a channel says has arrived, in fen, and how we learned of it."""

    ref: str
    amount_minor: int
    paid_at: datetime
    learned_by: str
    heard_at: datetime

    @property
    def counts_on(self) -> date:
        """The day the money counts: that of the channel's success, not of our learning it.

        A channel whose clock is ahead of ours over midnight has had the money by now: no payment is from tomorrow.
        """
        return day_of(min(self.paid_at, self.heard_at))


def put(
    *, borrower_id: UUID, channel: str, how: str, attempt: str, subject: str, parts: Sequence[Part],
    currency: str, expires_at: datetime, now: datetime, payer_ip: str | None = None,
    mandate_id: UUID | None = None, plan_id: UUID | None = None, link_id: UUID | None = None,
) -> Charge:  # fmt: skip
    """A new charge with its parts, which claim their loans, and its entry in the channels' look-up."""
    charge_id = uuid7()
    charge = Charge(
        borrower_id=borrower_id,
        id=charge_id,
        channel=channel,
        key=number_for("aq", charge_id),
        attempt=attempt,
        amount_minor=sum(part.amount_minor for part in parts),
        currency=currency,
        subject=subject,
        how=how,
        mandate_id=mandate_id,
        plan_id=plan_id,
        link_id=link_id,
        payer_ip=payer_ip,
        opened_at=now,
        expires_at=expires_at,
        next_try_at=now + _WAITS[0],
    )
    records.insert(charge)
    for part in parts:
        records.insert(ChargePart(borrower_id=borrower_id, charge_id=charge_id, **vars(part)))
    records.insert(ChannelOrder(
        channel=channel, key=charge.key, kind="charge", borrower_id=borrower_id, charge_id=charge_id
    ))  # fmt: skip
    return charge


def owner(channel: str, key: str) -> tuple[UUID, UUID] | None:
    """(borrower id, charge id) of a channel's order number; None for a number that is not ours."""
    found = sql.fetch(
        "select borrower_id, charge_id from payments_channel_order"
        " where channel = $1 and key = $2 and kind = 'charge'",
        [channel, key],
    )
    return (found[0][0], found[0][1]) if found else None


def tried(borrower_id: UUID, attempt: str) -> Charge | None:
    """The charge that this attempt has opened already: the same form sent twice is one attempt."""
    return Charge.objects.filter(borrower_id=borrower_id, attempt=attempt).first()


def claiming(borrower_id: UUID, loan_ids: Iterable[UUID]) -> Charge | None:
    """The open charge that claims one of these loans, with its parts."""
    claim = ChargePart.objects.filter(borrower_id=borrower_id, loan_id__in=list(loan_ids), claims=True).first()
    return Charge.objects.get(borrower_id=borrower_id, id=claim.charge_id) if claim else None


def parts_of(charge: Charge) -> tuple[Part, ...]:
    """What the charge pays of which loan."""
    rows = ChargePart.objects.filter(borrower_id=charge.borrower_id, charge_id=charge.id).order_by("id")
    return tuple(
        Part(loan_id=row.loan_id, purpose=row.purpose, amount_minor=row.amount_minor, quote=row.quote)
        for row in rows
    )


def read(borrower_id: UUID, charge_id: UUID) -> ChargeInHand:
    """The charge with its parts and payments, in one statement. Lock the borrower first."""
    rows = sql.fetch(_READ, [borrower_id, charge_id])
    assert rows, f"charge {charge_id} is not one of borrower {borrower_id}"
    row = rows[0]
    return ChargeInHand(
        **dict(zip(_READ_NAMES, row, strict=False)),
        parts=tuple(Part(loan_id=row[12], purpose=row[13], amount_minor=row[14]) for row in rows),
        holds_claim=all(row[15] for row in rows),
        payments={ref: int(amount) for ref, amount in row[11] or ()},
    )


def has_later(borrower_id: UUID, loan_id: UUID, *, than: ChargeInHand) -> bool:
    """Whether the borrower has gone on to another charge for this loan, which is open or was paid."""
    later = ChargePart.objects.filter(
        Q(charge__state__in=(*Charge.OPEN, Charge.State.SUCCEEDED)),
        borrower_id=borrower_id,
        loan_id=loan_id,
        charge__opened_at__gt=than.opened_at,
    ).exclude(charge_id=than.id)
    return later.exists()


def receive(
    borrower_id: UUID, charge: ChargeInHand, arrival: Arrival, *, id: UUID, now: datetime
) -> None:
    """Notes money that arrived; the charge has succeeded, for good, and its loans are free again."""
    sql.write(_FREE, [borrower_id, charge.id])
    sql.write(_SUCCEED, [Charge.State.SUCCEEDED.value, arrival.ref, now, borrower_id, charge.id])
    sql.write(_LOOK_UP, [arrival.ref, charge.channel, charge.key])
    sql.write(_RECEIVE, [
        borrower_id, id, charge.id, charge.channel, arrival.ref, arrival.amount_minor, charge.currency,
        arrival.paid_at, arrival.counts_on, arrival.learned_by, now,
    ])  # fmt: skip


def is_offered(charge: Charge, *, now: datetime) -> bool:
    """Whether the borrower can be sent to pay; some channels' addresses open for some minutes only."""
    until = (charge.action or {}).get("until")
    return bool(charge.action) and (until is None or now < datetime.fromisoformat(until))


def offer(charge: Charge, *, action: dict[str, Any] | None, ref: str) -> None:
    """The channel has taken the charge; the borrower can be sent to pay. Nothing of a later state is undone."""
    Charge.objects.filter(
        borrower_id=charge.borrower_id, id=charge.id, state__in=Charge.OPEN
    ).update(state=Charge.State.PROCESSING, action=action, ref=ref)


def doubt(charge: Charge) -> None:
    """The channel may or may not have taken the charge."""
    Charge.objects.filter(borrower_id=charge.borrower_id, id=charge.id, state=Charge.State.CREATED).update(
        state=Charge.State.UNKNOWN
    )


def end(
    borrower_id: UUID, charge_id: UUID, *, state: str, reason: str, keeps_watch: bool, now: datetime
) -> None:
    """The charge has come to nothing and frees its loans. A success is never undone.

    Its channel is still asked about it where `keeps_watch`.
    """
    charge = Charge.objects.filter(borrower_id=borrower_id, id=charge_id)
    charge.filter(state__in=Charge.OPEN).update(state=state, reason=reason, ended_at=now)
    ChargePart.objects.filter(borrower_id=borrower_id, charge_id=charge_id).update(claims=False)
    if not keeps_watch:
        charge.update(next_try_at=None)


def begin_closing(charge: Charge, *, now: datetime) -> None:
    """The borrower wants out, or time is up: from here on the charge is not offered any more."""
    Charge.objects.filter(borrower_id=charge.borrower_id, id=charge.id, closing_at=None).update(closing_at=now)


def ask_next(borrower_id: UUID, charge_id: UUID, *, at: datetime | None) -> None:
    """When the channel is asked about the charge next; None: no more."""
    Charge.objects.filter(borrower_id=borrower_id, id=charge_id).update(next_try_at=at)


def lease_unheard(*, now: datetime, limit: int) -> list[Charge]:
    """Charges of which it is time to ask the channel, each put off to its next time; of two callers one gets it."""
    return leases.take(Charge.objects.all(), now=now, limit=limit, until=lambda charge: _next_ask(charge, now))


def _next_ask(charge: Charge, now: datetime) -> datetime:
    """Later each time, but not past the charge's end, which frees its loans, nor past what may still come of it."""
    ends = [end for end in (charge.expires_at, charge.expires_at + MARGIN) if end > now]
    if charge.expires_at - charge.opened_at > _DAYS_LONG and ends:
        # Such money is told by a statement: asking tells nothing, but somebody has to end the charge.
        return ends[0]
    return min([now + wait_after(charge.tries + 1), *ends])


def wait_after(tries: int) -> timedelta:
    """How long until the channel is asked again."""
    return _WAITS[min(tries, len(_WAITS) - 1)]


_READ_NAMES = (
    "id", "channel", "key", "amount_minor", "currency", "state", "opened_at", "expires_at", "is_given_up", "plan_id",
    "link_id",
)  # fmt: skip
_READ = """
    select c.id, c.channel, c.key, c.amount_minor, c.currency, c.state, c.opened_at, c.expires_at,
        c.closing_at is not null, c.plan_id, c.link_id,
        (select array_agg(array[p.ref, p.amount_minor::text]) from payments_payment p
            where p.borrower_id = c.borrower_id and p.charge_id = c.id),
        part.loan_id, part.purpose, part.amount_minor, part.claims
    from payments_charge c
    join payments_charge_part part on part.borrower_id = c.borrower_id and part.charge_id = c.id
    where c.borrower_id = $1 and c.id = $2
    order by part.id
"""
_FREE = "update payments_charge_part set claims = false where borrower_id = $1 and charge_id = $2 and claims"
_SUCCEED = """
    update payments_charge set state = $1, ref = $2, ended_at = coalesce(ended_at, $3), next_try_at = null
    where borrower_id = $4 and id = $5
"""
_LOOK_UP = "update payments_channel_order set ref = $1 where channel = $2 and key = $3"
_RECEIVE = """
    insert into payments_payment
        (borrower_id, id, charge_id, channel, ref, amount_minor, currency, paid_at, counts_on, learned_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
