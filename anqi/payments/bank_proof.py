"""The account `bank` held against the bank's own lines: each movement, each day, and the balance.

`moved` is a query of what was booked on the account (`ledger/payables.AT_BANK`), `numbered` one of our payments to
shops, `made` one of those that are booked (`lending/payouts_to_shops`). What waits for people or for the worker is
explained by that and is no difference: lines that nobody has decided about, money sent back, messages not yet learned,
what the bank says otherwise than we know (a case of its own), and payments to shops that staff have noted ahead of the
statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from anqi.rows import sql


@dataclass(frozen=True, kw_only=True)
class OffLine:
    """A movement that the books and the bank tell differently, in fen, above zero what came in; None where untold.

    Its key is the bank's number of what came in, else ours.
    """

    kind: str
    key: str
    borrower_id: UUID | None
    booked_on: date | None
    booked_minor: int | None
    told_on: date | None
    told_minor: int | None


@dataclass(frozen=True, kw_only=True)
class OffDay:
    """A day on which the books moved another sum than the bank, in fen."""

    day: date
    booked_minor: int
    told_minor: int


@dataclass(frozen=True, kw_only=True)
class OffBalance:
    """The balance of the books, what the bank has since its first line, and what explains the rest, in fen."""

    booked_minor: int
    told_minor: int
    explained_minor: int


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A line that doesn't follow from the one before, or a statement that no line closes; balances in fen."""

    account: str
    where: str
    balance_minor: int
    expected_minor: int


def differing_lines(*, moved: str, numbered: str, made: str) -> Iterator[OffLine]:
    """Every booked movement without its line, every line without its movement, and those that differ. One statement."""
    names = [field.name for field in fields(OffLine)]
    for row in sql.fetch(_with(moved, numbered, made) + _LINES, []):
        yield OffLine(**dict(zip(names, row, strict=True)))


def differing_days(*, moved: str, numbered: str, made: str) -> Iterator[OffDay]:
    """Every day whose sums differ, but for days on which the books still follow a payment to a shop. One statement."""
    for day, booked, told in sql.fetch(_with(moved, numbered, made) + _DAYS, []):
        yield OffDay(day=day, booked_minor=int(booked), told_minor=int(told))


def differing_balance(*, moved: str, numbered: str, made: str) -> OffBalance | None:
    """What the bank has and the books have, where what waits doesn't explain it; else None. One statement."""
    [(booked, told, explained)] = sql.fetch(_with(moved, numbered, made) + _BALANCE, [])
    if told - explained == booked:
        return None
    return OffBalance(booked_minor=int(booked), told_minor=int(told), explained_minor=int(explained))


def broken() -> Iterator[Broken]:
    """Where the chain of balances is broken, or a statement closes with another. One statement."""
    for account, where, balance, expected in sql.fetch(_BROKEN, []):
        yield Broken(account=account, where=where, balance_minor=int(balance), expected_minor=int(expected or 0))


def _with(moved: str, numbered: str, made: str) -> str:
    return _SIDES.format(moved=moved, numbered=numbered, made=made)


# A charge is known by the bank's number of the line, since one transfer may be made twice; all else by our number.
# A difference about a refund and a doubt about a payment to a shop wait in lanes of their own.
_SIDES = """
    with moved as ({moved}),
    numbered as ({numbered}),
    made as ({made}),
    line as (
        select l.serial, l.amount_minor as amount, (l.at at time zone 'Asia/Shanghai')::date as day,
            case when l.state <> 'taken' then 'open' when o.kind is not null then o.kind
                when n.number is not null then 'settlement' when back.id is not null then 'sent_back'
                when remitted.id is not null then 'remittance'
                else 'unknown' end as kind,
            case when o.kind = 'charge' then l.serial else l.key end as key,
            coalesce(i.state = 'waiting', false) or coalesce(n.is_doubtful, false) or o.kind = 'refund' and exists (
                select from payments_difference d
                where d.borrower_id = o.borrower_id and d.charge_id = o.charge_id and d.kind = 'refund_differs'
            ) as waits
        from payments_bank_line l
        left join payments_channel_order o on o.channel = 'bank' and o.key = l.key
        left join numbered n on n.number = l.key
        left join payments_bank_line back on back.returns_as = l.key
        left join payments_remittance remitted on remitted.line_id = l.id and remitted.id::text = l.key
        left join payments_inbox i on i.channel = 'bank'
            and i.message_key = encode(sha256(convert_to(l.account || ':' || l.serial, 'UTF8')), 'hex')
    ),
    waiting as (select distinct kind, key from line where waits),
    event as (
        select case m.cause when 'arrival' then 'charge' else m.cause end as kind,
            coalesce(p.ref, r.key, m.cause_id::text, '') as key, m.borrower_id, m.day, m.amount, false as is_of_people
        from moved m
        left join payments_payment p on m.cause = 'arrival' and p.borrower_id = m.borrower_id and p.id = m.cause_id
        left join payments_refund r on m.cause = 'refund' and r.borrower_id = m.borrower_id and r.id = m.cause_id
        where m.cause <> 'settlement'
        union all
        select 'settlement', number, null, day, amount, true from made
    ),
    told as (
        select kind, key, sign(amount) as way, sum(amount) as amount, min(day) as day
        from line where kind not in ('open', 'sent_back') group by kind, key, sign(amount)
    ),
    booked as (
        select kind, key, sign(amount) as way, sum(amount) as amount, min(day) as day,
            min(borrower_id::text)::uuid as borrower_id, bool_or(is_of_people) as is_of_people
        from event group by kind, key, sign(amount)
    ),
    paired as (
        select coalesce(b.kind, t.kind) as kind, coalesce(b.key, t.key) as key, b.borrower_id, b.day as booked_on,
            b.amount as booked, t.day as told_on, t.amount as told,
            w.kind is not null
            -- Whoever notes a payment may be some days ahead of the statement, or wrong, and have it undone.
            or t.kind is null and b.is_of_people
                and (b.day >= coalesce((select max(day) from line), b.day) - 3
                    or count(t.kind) over number = 0 and sum(b.amount) over number = 0) as is_explained
        from booked b
        full join told t on t.kind = b.kind and t.key = b.key and t.way = b.way
        left join waiting w on w.kind = coalesce(b.kind, t.kind) and w.key = coalesce(b.key, t.key)
        window number as (partition by coalesce(b.kind, t.kind), coalesce(b.key, t.key))
    )
"""
_LINES = """
    select kind, key, borrower_id, booked_on, booked::bigint, told_on, told::bigint
    from paired
    where not is_explained
        and (booked is distinct from told or kind <> 'settlement' and booked_on <> told_on)
    order by coalesce(told_on, booked_on), kind, key
"""
# A payment to a shop that people noted counts on the day they named, whatever day the bank made it on.
_DAYS = """
    select day, sum(booked), sum(told)
    from (
        select day, amount as booked, 0 as told, false as is_booking from moved
        union all
        select told_on, 0, told, false from paired
            where told is not null and kind <> 'settlement' and not is_explained
        union all
        select booked_on, 0, booked, false from paired
            where booked is not null and kind <> 'settlement' and is_explained
        union all
        select day, 0, amount, is_booking from made
    ) sides
    group by day
    having sum(booked) <> sum(told) and not bool_or(is_booking)
    order by day
"""
_BALANCE = """
    select (select coalesce(sum(amount), 0) from moved),
        (select coalesce(sum(last.balance_minor - first.balance_minor + first.amount_minor), 0)
            from (select account, min(seq) as first, max(seq) as last from payments_bank_line group by account) ends
            join payments_bank_line first on first.account = ends.account and first.seq = ends.first
            join payments_bank_line last on last.account = ends.account and last.seq = ends.last),
        (select coalesce(sum(amount), 0) from line where kind in ('open', 'sent_back'))
        + (select coalesce(sum(coalesce(told, 0) - coalesce(booked, 0)), 0) from paired where is_explained)
        + (select coalesce(sum(amount), 0) from (
            select -amount as amount from moved where cause = 'settlement'
            union all select amount from made
        ) following where exists (select from made where is_booking))
"""
_BROKEN = """
    select account, 'line ' || serial, balance_minor, expected
    from (
        select account, seq, serial, balance_minor,
            lag(balance_minor) over chain + amount_minor as expected, lag(seq) over chain + 1 as follows
        from payments_bank_line window chain as (partition by account order by seq)
    ) links
    where balance_minor <> expected or seq <> follows
    union all
    select account, 'statement ' || id, balance_minor,
        (select l.balance_minor from payments_bank_line l
            where l.account = s.account and l.at <= s.last_at order by l.seq desc limit 1)
    from payments_bank_statement s
    where not exists (
        select from payments_bank_line l
        where l.account = s.account and l.at = s.last_at and l.balance_minor = s.balance_minor)
    order by 1, 2
"""
