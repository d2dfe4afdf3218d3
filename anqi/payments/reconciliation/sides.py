"""The two sides of a day, each a temporary table: what the file tells, and what we and the books have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from anqi.payments import clearing_days
from anqi.payments.models import ChannelStatement
from anqi.payments.statements import Row
from anqi.rows import sql

_GROUPS = {"pay": "charge", "debit": "charge", "refund": "refund", "payout": "payout", "fee": "fee"}


@dataclass(frozen=True, kw_only=True)
class Fees:
    """What a channel keeps by our contract: a part of what is collected, and so many fen of each payout."""

    rate: Decimal
    payout_minor: int = 0


def tell(rows: Iterable[Row], fees: Fees | None) -> None:
    """Theirs, as they are read."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        with cursor.copy("copy told (line, part, key, ref, amount, fee, at, is_known) from stdin") as copy:
            for row in _moving(rows, fees):
                copy.write_row(row)


def _moving(rows: Iterable[Row], fees: Fees | None) -> Iterator[tuple[object, ...]]:
    for row in rows:
        # What is on its way or came to nothing has moved no money yet.
        if row.state not in ("open", "failed"):
            yield (
                row.line, _part(row, fees), row.key or row.charge_key, row.ref, row.amount_minor, row.fee_minor, row.at,
                row.state != "unknown",
            )  # fmt: skip


def _part(row: Row, fees: Fees | None) -> str:
    if row.state in ("unknown", "returned"):
        return row.state
    # What nobody has told us the price of can only be summed up.
    is_compared = row.kind != "fee" or (fees and row.amount_minor < 0)
    return _GROUPS.get(row.kind, "other") if is_compared else "cost"


_TABLES = """
    drop table if exists told, ours, paired;
    create temporary table told (
        line integer, part text, key text, ref text, amount bigint, fee bigint, at timestamptz, is_known boolean
    ) on commit drop;
    create temporary table ours (
        id bigint generated always as identity, part text, key text, ref text, amount bigint, fee bigint,
        at timestamptz, is_today boolean, borrower_id uuid, object text, object_id uuid, booked bigint
    ) on commit drop;
    create temporary table paired (line integer primary key, id bigint unique) on commit drop
"""


def gather(kept: ChannelStatement, fees: Fees | None) -> None:
    """What we have of the channel's day, and of other days what the file tells."""
    begins, ends = clearing_days.bounds(kept.channel, kept.day)
    parts, rate = list(clearing_days.parts(kept.kind)), fees and fees.rate
    key = _CHARGE_KEY if clearing_days.names_refunds_by_charge(kept.channel, kept.kind) else "r.key"
    today = [kept.channel, begins, ends, parts]
    sql.fetch(_TODAY.format(refund_key=key), today)
    for each in ("create index on told (key)", "create index on ours (key)", "analyze told"):
        sql.fetch(each, [])
    sql.fetch(_ELSEWHERE.format(refund_key=key), [kept.channel, parts])
    if rate is not None and fees:
        sql.fetch(_FEES, [rate, fees.payout_minor])
    if rate is not None and "fee" in parts:
        sql.fetch(_FEE_ROWS, [])
        sql.fetch("update ours set fee = null", [])
    sql.fetch("analyze ours", [])


_CHARGE_KEY = "(select c.key from payments_charge c where c.borrower_id = r.borrower_id and c.id = r.charge_id)"
_COLUMNS = "part, key, ref, amount, at, is_today, borrower_id, object, object_id"
_PAYMENT = """
    select 'charge' as part, c.key, p.ref, p.amount_minor as amount, p.paid_at as at, p.borrower_id,
        'payment' as object, p.id as object_id
    from payments_payment p join payments_charge c on c.borrower_id = p.borrower_id and c.id = p.charge_id
    where p.channel = $1
"""
_REFUND = """
    select 'refund' as part, {refund_key} as key, r.ref, -r.amount_minor as amount, r.refunded_at as at,
        r.borrower_id, 'refund' as object, r.id as object_id
    from payments_refund r where r.channel = $1 and r.state = 'succeeded'
"""
_PAYOUT = """
    select 'payout' as part, p.key, p.ref, -p.amount_minor as amount, p.paid_at as at, p.borrower_id,
        'payout' as object, p.id as object_id
    from payments_payout p where p.channel = $1 and p.state in ('succeeded', 'returned')
"""
_TODAY = f"""
    insert into ours ({_COLUMNS})
    select part, key, ref, amount, at, true, borrower_id, object, object_id
    from (
        {_PAYMENT} and p.paid_at >= $2::timestamptz and p.paid_at < $3::timestamptz
        union all {_REFUND} and r.refunded_at >= $2::timestamptz and r.refunded_at < $3::timestamptz
        union all {_PAYOUT} and p.paid_at >= $2::timestamptz and p.paid_at < $3::timestamptz
    ) mine where part = any($4::text[])
"""
# What the file tells and the day has not. A payout that came back is told twice: when it left, and when it returned;
# when it came back is what files say, so that it counts as of today.
_ELSEWHERE = f"""
    insert into ours ({_COLUMNS})
    with strange as (
        select distinct o.borrower_id, o.charge_id, o.kind, t.key, t.part
        from told t join payments_channel_order o on o.channel = $1 and o.key = t.key
        where t.part = 'returned' or not exists (select from ours where ours.key = t.key)
    )
    select part, key, ref, amount, at, false, borrower_id, object, object_id
    from (
        {_PAYMENT} and (p.borrower_id, p.charge_id) in (
            select borrower_id, charge_id from strange where kind = 'charge')
        union all {_REFUND} and (
            (r.borrower_id, r.key) in (select borrower_id, key from strange where kind = 'refund')
            or (r.borrower_id, r.charge_id) in (
                select borrower_id, charge_id from strange where kind = 'charge' and part = 'refund'))
        union all {_PAYOUT} and (p.borrower_id, p.key) in (
            select borrower_id, key from strange where kind = 'payout' and part <> 'returned')
    ) mine where part = any($2::text[]) and object_id not in (select object_id from ours)
    union all
    select 'returned', p.key, p.ref, p.amount_minor, t.at, true, p.borrower_id, 'payout', p.id
    from strange s join payments_payout p on p.borrower_id = s.borrower_id and p.key = s.key
    join told t on t.key = s.key and t.part = 'returned'
    where s.kind = 'payout' and s.part = 'returned' and p.channel = $1 and p.state = 'returned'
"""
# Half a fen is rounded up. Of a refund a channel may give back what it kept, or not.
_FEES = """
    update ours set fee = case part when 'charge' then floor(amount * $1::numeric + 0.5)
        when 'payout' then $2::bigint else 0 end
"""
_FEE_ROWS = """
    insert into ours (part, key, ref, amount, at, is_today, borrower_id, object, object_id)
    select 'fee', key, '', -fee, at, is_today, borrower_id, object, object_id
    from ours where part = 'charge' and fee > 0
"""


def book(moved: str, kept: ChannelStatement) -> None:
    """What the books have of each movement of ours; nothing of a fee, which is the channel's own."""
    sql.fetch(_BOOK.format(moved=moved), [kept.day])


# Nothing is booked before the day on which it counts, and a day of UnionPay's begins an hour before ours.
_BOOK = """
    update ours set booked = b.amount
    from (
        select o.id, sum(m.amount) as amount
        from ours o
        join ({moved}) m on m.borrower_id = o.borrower_id and m.cause_id = o.object_id
            and m.cause = case o.object when 'payment' then 'arrival' else o.object end
            and m.booked_on >= $1::date - 1
            and (o.part = 'returned') = (o.object = 'payout' and m.amount > 0)
        where o.is_today and o.part <> 'fee'
        group by o.id
    ) b
    where ours.id = b.id
"""
