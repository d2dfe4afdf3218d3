"""What the books have of fees and remittances at the channels, held against what the channels told."""

from collections.abc import Iterator
from uuid import UUID

from anqi.rows import sql


def differing(*, moved: str) -> Iterator[tuple[str, UUID, int, int]]:
    """(cause, id, wanted, booked) in fen of every one that differs, above zero what came in. One statement.

    `moved` is a query of what the lender's own book moved on the channels' accounts (`ledger/transits.OF_HOUSE`). What
    a later file tells otherwise waits for people, and its books stay as they are.
    """
    for cause, id, wanted, booked in sql.fetch(_DIFFERING.format(moved=moved), []):
        yield cause, id, int(wanted), int(booked)


# A day may have been matched by a file of which nothing was learned yet.
_DIFFERING = """
    with told as (
        select 'remittance' as cause, id, case when is_told then -amount_minor else 0 end as amount
            from payments_remittance where state = 'arrived'
        union all
        select 'channel_fee', id, -fee_minor from payments_reconciliation_day where learned_from = statement_id
    ), waiting as (
        select id from payments_remittance where line_id is not null and state <> 'arrived'
        union all
        select id from payments_reconciliation_day where learned_from <> statement_id
    )
    select coalesce(t.cause, b.cause), coalesce(t.id, b.cause_id), coalesce(t.amount, 0), coalesce(b.amount, 0)
    from told t full join ({moved}) b on b.cause = t.cause and b.cause_id = t.id
    where coalesce(t.amount, 0) <> coalesce(b.amount, 0)
        and coalesce(t.id, b.cause_id) not in (select id from waiting)
    order by 1, 2
"""
