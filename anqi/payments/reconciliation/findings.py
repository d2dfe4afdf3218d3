"""What is left of either side and what differs within a pair: rows for people, found anew or gone."""

from datetime import datetime, timedelta
from uuid import UUID

from anqi.payments import clearing_days
from anqi.payments.models import ChannelStatement, ReconciliationDay
from anqi.payments.reconciliation import standings
from anqi.rows import sql

# What was begun in the last minutes of a channel's day may be settled in the next.
_SLACK = timedelta(minutes=10)


def find(kept: ChannelStatement, run: UUID, now: datetime) -> None:
    """The differences of the day, as this run finds them; those that it does not find are settled."""
    begins, ends = clearing_days.bounds(kept.channel, kept.day)
    whose = [kept.channel, kept.day, kept.kind]
    sql.fetch(_DIFFER, [*whose, now, begins - _SLACK, ends + _SLACK, run])
    sql.fetch(_GONE, [*whose, run])


_DIFFER = """
    with both_sides as (
        select t.line, t.part, t.key, t.ref, t.amount, t.fee, t.at, o.id, o.part as our_part, o.amount as our_amount,
            o.fee as our_fee, o.at as our_at, o.is_today, o.borrower_id, o.object, o.object_id
        from told t join paired p on p.line = t.line join ours o on o.id = p.id
    ),
    lonely as (
        select t.*, exists (
                select from told b where b.part = t.part and b.key = t.key and b.ref = t.ref and b.line <> t.line
                    and (b.line < t.line or exists (select from paired p where p.line = b.line))
            ) as is_again
        from told t
        where t.part not in ('other', 'cost', 'unknown') and not exists (select from paired p where p.line = t.line)
    ),
    known as (
        select l.*, o.borrower_id, o.kind as object, coalesce(case when o.kind <> 'refund' then o.charge_id end,
                (select r.id from payments_refund r where r.borrower_id = o.borrower_id and r.key = o.key),
                (select p.id from payments_payout p where p.borrower_id = o.borrower_id and p.key = o.key)) as object_id
        from lonely l left join payments_channel_order o on o.channel = $1 and o.key = l.key
    ),
    found as (
        select case when is_again then 'duplicate' else 'missing_with_us' end as kind, part, key, ref, line,
            amount as theirs, null::bigint as ours, amount as off, fee as fee_theirs, null::bigint as fee_ours,
            at as theirs_at, null::timestamptz as ours_at, borrower_id, object, object_id
        from known
        union all
        select 'missing_with_them', part, key, ref, null, null, amount, -amount, null, fee, null, at, borrower_id,
            object, object_id
        from ours o where is_today and not exists (select from paired p where p.id = o.id)
        union all
        select 'unknown_state', coalesce(o.part, 'other'), t.key, t.ref, t.line, t.amount, o.amount,
            t.amount - case when o.is_today then o.amount else 0 end, t.fee, o.fee, t.at, o.at, o.borrower_id,
            o.object, o.object_id
        from told t left join paired p on p.line = t.line left join ours o on o.id = p.id
        where t.part = 'unknown'
        union all
        select 'amount', part, key, ref, line, amount, our_amount, amount - our_amount, fee, our_fee, at, our_at,
            borrower_id, object, object_id
        from both_sides where part <> 'unknown' and amount <> our_amount
        union all
        select 'fee', part, key, ref, line, amount, our_amount, 0, fee, our_fee, at, our_at, borrower_id, object,
            object_id
        from both_sides
        where part <> 'unknown' and amount = our_amount and our_fee is not null
            and case part when 'refund' then fee > 0 or fee < amount else fee <> our_fee end
        union all
        select 'other_day', part, key, ref, line, amount, our_amount,
            case when is_today then 0 else our_amount end, fee, our_fee, at, our_at, borrower_id, object, object_id
        from both_sides
        where part <> 'unknown' and (not is_today or at < $5::timestamptz or at >= $6::timestamptz)
    )
    insert into payments_reconciliation_difference as d
        (id, channel, day, statement_kind, kind, part, key, ref, nth, line, theirs_minor, ours_minor, off_minor,
        fee_theirs_minor, fee_ours_minor, theirs_at, ours_at, borrower_id, object, object_id, state, reason, found_at,
        seen_in)
    select gen_random_uuid(), $1::text, $2::date, $3::text, kind, part, key, ref,
        row_number() over (partition by kind, part, key, ref order by line), line, theirs, ours, off, fee_theirs,
        fee_ours, theirs_at, ours_at, borrower_id, coalesce(object, ''), object_id, 'open', '',
        $4::timestamptz, $7::uuid
    from found
    on conflict (channel, day, statement_kind, kind, part, key, ref, nth) do update set
        line = excluded.line, theirs_minor = excluded.theirs_minor, ours_minor = excluded.ours_minor,
        off_minor = excluded.off_minor, fee_theirs_minor = excluded.fee_theirs_minor,
        fee_ours_minor = excluded.fee_ours_minor, theirs_at = excluded.theirs_at, ours_at = excluded.ours_at,
        borrower_id = excluded.borrower_id, object = excluded.object, object_id = excluded.object_id,
        seen_in = excluded.seen_in,
        state = case
            when d.off_minor = excluded.off_minor and d.fee_theirs_minor is not distinct from excluded.fee_theirs_minor
                and (d.state <> 'settled' or d.reason <> '') then d.state
            else 'open' end
"""
# What is not told any more has been put right; what people have said of it stays beside it.
_GONE = """
    update payments_reconciliation_difference set state = 'settled'
    where channel = $1 and day = $2 and statement_kind = $3 and seen_in <> $4 and state in ('open', 'asked')
"""


def settle_others(kept: ChannelStatement, run: UUID, now: datetime) -> None:
    """A movement that is missing in one day's file and stands in another's is no difference of either."""
    found = sql.fetch(_TOLD_ELSEWHERE, [kept.channel, kept.day, kept.kind, run])
    for day in {day for days in found for day in days}:
        other = ReconciliationDay.objects.filter(channel=kept.channel, day=day, kind=kept.kind).first()
        if other:
            standings.settle(other, by=None, now=now)


# This run may have found either of the two.
_TOLD_ELSEWHERE = """
    with told as (
        select d.id, d.day as told_day, m.id as missing_id, m.day
        from payments_reconciliation_difference d
        join payments_reconciliation_difference m on m.channel = d.channel and m.statement_kind = d.statement_kind
            and m.kind = 'missing_with_them' and m.part = d.part and m.key = d.key and m.day <> d.day
            and m.state in ('open', 'asked', 'settled') and m.ours_minor = d.theirs_minor and m.object_id = d.object_id
        where d.channel = $1 and d.statement_kind = $3 and d.kind = 'other_day' and d.state = 'open'
            and ((d.day = $2 and d.seen_in = $4) or (m.day = $2 and m.seen_in = $4))
    ),
    here as (
        update payments_reconciliation_difference d
        set state = 'settled', reason = 'told_instead_of:' || told.day from told where d.id = told.id
    )
    update payments_reconciliation_difference m
    set state = 'settled', reason = 'told_on:' || told.told_day from told where m.id = told.missing_id
    returning m.day, told.told_day
"""
