"""Which months of loans nobody can swear to yet, because money of them may have moved that is not here or not placed.

A month of a loan is known when each day of a channel's on which a charge of it moved or may have moved is reconciled by
all its files; when the bank's statements reach beyond its transfers that came to nothing, and no line of those days
waits for people; when no charge of it is open; and when no money of its borrower's waits unapplied. A month in which
nothing was begun for the loan has nothing that could be missing: no channel takes money without a charge of ours.
"""

from collections.abc import Collection
from datetime import date

from anqi.engine.report_codes import ends_of_months
from anqi.payments import channels
from anqi.rows import sql
from anqi.rows.days import next_month
from anqi.rows.pairs import Pair


def unknown(pairs: Collection[Pair], *, until: date) -> dict[Pair, frozenset[date]]:
    """Of each of these loans, (borrower id, loan id), the last days of the months up to then that are not known.

    One statement.
    """
    found: dict[Pair, set[date]] = {pair: set() for pair in pairs}
    if pairs:
        for borrower_id, loan_id, first, last in sql.fetch(_DOUBTFUL, _asked(pairs, until)):
            if first <= until:
                found[borrower_id, loan_id].update(_months(first, min(last, until)))
    return {pair: frozenset(months) for pair, months in found.items()}


def _asked(pairs: Collection[Pair], until: date) -> list[object]:
    borrower_ids, loan_ids = zip(*pairs, strict=True)
    files = channels.files_of_days()
    return [
        sql.as_ids(borrower_ids), sql.as_ids(loan_ids), [code for code, _ in files], [kind for _, kind in files], until
    ]  # fmt: skip


def _months(first: date, last: date) -> list[date]:
    """The months' ends that a stretch of days touches."""
    return list(ends_of_months(first, next_month(last.replace(day=1))))


# UnionPay's day ends at 23:00. What is closed or failed may still have been paid until the day after it was begun; what
# is paid is asked for on its own day.
_DOUBTFUL = """
    with asked as (select * from unnest($1::uuid[], $2::uuid[]) as given (borrower_id, loan_id)),
    file as (select * from unnest($3::text[], $4::text[]) as given (channel, kind)),
    charge as (
        select a.borrower_id, a.loan_id, c.id, c.channel, c.state, part.claims,
            (c.opened_at at time zone 'Asia/Shanghai')::date as opened_on,
            (coalesce(c.ended_at, c.expires_at) at time zone 'Asia/Shanghai')::date as ended_on,
            ((c.opened_at at time zone 'Asia/Shanghai')
                + case c.channel when 'unionpay' then interval '1 hour' else interval '0' end)::date as begun_on,
            ((paid.at at time zone 'Asia/Shanghai')
                + case c.channel when 'unionpay' then interval '1 hour' else interval '0' end)::date as paid_on
        from asked a
        join payments_charge_part part on part.borrower_id = a.borrower_id and part.loan_id = a.loan_id
        join payments_charge c on c.borrower_id = part.borrower_id and c.id = part.charge_id
        left join lateral (
            select min(p.paid_at) as at from payments_payment p
            where p.borrower_id = c.borrower_id and p.charge_id = c.id
        ) paid on true
    )
    select borrower_id, loan_id, opened_on, $5::date from charge
        where claims or state in ('created', 'processing', 'unknown')
    union all
    select c.borrower_id, c.loan_id, moved::date, moved::date
    from charge c
    cross join lateral generate_series(
        coalesce(c.paid_on, c.begun_on)::timestamp,
        coalesce(c.paid_on, least(greatest(c.ended_on, c.begun_on), c.begun_on + 1))::timestamp,
        interval '1 day') as moved
    where c.channel in (select channel from file) and exists (
        select from file f where f.channel = c.channel and not exists (
            select from payments_reconciliation_day d
            where d.channel = f.channel and d.kind = f.kind and d.day = moved::date and d.state = 'reconciled'))
    union all
    select c.borrower_id, c.loan_id, c.opened_on, c.ended_on
    from charge c
    where c.channel = 'bank' and c.paid_on is null and (
        not exists (
            select from payments_bank_statement s where (s.last_at at time zone 'Asia/Shanghai')::date >= c.ended_on)
        or exists (
            select from payments_bank_line l
            where l.state in ('waiting', 'asked') and l.amount_minor > 0
                and (l.at at time zone 'Asia/Shanghai')::date between c.opened_on and c.ended_on))
    union all
    select a.borrower_id, a.loan_id, p.counts_on, $5::date
    from asked a
    join payments_unapplied u on u.borrower_id = a.borrower_id and u.closed_at is null
    join payments_payment p on p.borrower_id = u.borrower_id and p.id = u.payment_id
"""
