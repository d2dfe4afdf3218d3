"""What statements tell and nobody has told us: payments, refunds and payouts whose end we don't know, or know wrong."""

from datetime import date, datetime
from uuid import UUID

from anqi.payments.channels.protocol import Failed, Result, Succeeded
from anqi.rows import sql

_BATCH = 1000


def take(channel: str, day: date, *, now: datetime) -> list[tuple[str, str, str, Result]]:
    """Some of what is safe to believe, as the inbox takes it: (what tells a repeat, kind, our key, result).

    Safe is the very amount that we asked for, under our own number: of a charge, beside all that we know to be paid of
    it; of a refund that is open; of a payout of which we know no arrival, or that has arrived and came back.
    """
    rows = sql.fetch(_TAKE, [channel, day, now, _BATCH])
    return [_told(channel, day, *row) for row in rows]


def _told(
    channel: str, day: date, id: UUID, part: str, key: str, ref: str, amount_minor: int, at: datetime
) -> tuple[str, str, str, Result]:
    # A message that broke may be told anew by another version of the file, so that the day is part of it.
    once = f"{channel}:{day}:{part}:{key}:{ref}"
    if part == "returned":
        return once, "payout", key, Failed(reason="returned", code="", at=at)
    return once, part, key, Succeeded(ref=ref, amount_minor=abs(amount_minor), paid_at=at)


_TAKE = """
    with safe as (
        select distinct on (d.part, d.key, d.ref) d.id
        from payments_reconciliation_difference d
        left join payments_charge c on d.part = 'charge' and c.borrower_id = d.borrower_id and c.id = d.object_id
            and d.object = 'charge'
        left join payments_refund r on d.part = 'refund' and r.borrower_id = d.borrower_id and r.id = d.object_id
            and d.object = 'refund'
        left join payments_payout p on d.part in ('payout', 'returned') and p.borrower_id = d.borrower_id
            and p.id = d.object_id and d.object = 'payout'
        where d.channel = $1 and d.day = $2 and d.kind = 'missing_with_us' and d.state = 'open' and d.told_at is null
            and case d.part
                when 'charge' then c.amount_minor = d.theirs_minor
                when 'refund' then r.amount_minor = -d.theirs_minor and r.state in ('created', 'processing', 'unknown')
                when 'payout' then p.amount_minor = -d.theirs_minor
                    and p.state in ('processing', 'unknown', 'failed', 'stopped')
                when 'returned' then p.amount_minor = d.theirs_minor and p.state = 'succeeded'
                else false end
        order by d.part, d.key, d.ref, d.id
        limit $4
    )
    update payments_reconciliation_difference d set told_at = $3 from safe where d.id = safe.id
    returning d.id, d.part, d.key, d.ref, d.theirs_minor, d.theirs_at
"""
