"""Loans set aside: those that the end of day could not bring on, and those whose books are not what they must be."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anqi.lending.models import SetAside
from anqi.rows import sql
from anqi.rows.ids import uuid7

Pair = tuple[UUID, UUID]


def put(
    pair: Pair, *, kind: SetAside.Kind, day: date, why: str, details: Mapping[str, Any], now: datetime
) -> None:
    """Sets the loan of that (borrower id, loan id) aside; where it waits already, notes that it was tried again."""
    borrower_id, loan_id = pair
    sql.write(
        _PUT,
        [uuid7(), borrower_id, loan_id, str(kind), day, why, json.dumps(details), now],
    )


def resolve(pairs: Iterable[Pair], *, kind: SetAside.Kind, by: str, now: datetime) -> None:
    """Takes these loans back: what they waited for is done."""
    borrower_ids, loan_ids = [], []
    for borrower_id, loan_id in pairs:
        borrower_ids.append(borrower_id)
        loan_ids.append(loan_id)
    if loan_ids:
        sql.write(_RESOLVE, [sql.as_ids(borrower_ids), sql.as_ids(loan_ids), str(kind), by, now])


def waiting(*, kind: SetAside.Kind | None = None) -> set[Pair]:
    """The (borrower id, loan id) of all that wait."""
    found = SetAside.objects.filter(resolved_at=None)
    if kind:
        found = found.filter(kind=kind)
    return set(found.values_list("borrower_id", "loan_id"))


def since() -> date | None:
    """The first day of which something waits; None where nothing does."""
    return SetAside.objects.filter(resolved_at=None).order_by("day").values_list("day", flat=True).first()


_PUT = """
    insert into lending_set_aside
        (id, borrower_id, loan_id, kind, day, why, details, opened_at, tried_at, tries, resolved_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1, '')
    on conflict (borrower_id, loan_id, kind) where resolved_at is null do update set
        tries = lending_set_aside.tries + 1, tried_at = excluded.tried_at, why = excluded.why,
        details = excluded.details
"""
_RESOLVE = """
    update lending_set_aside s set resolved_at = $5, resolved_by = $4
    from unnest($1::uuid[], $2::uuid[]) as done (borrower_id, loan_id)
    where s.borrower_id = done.borrower_id and s.loan_id = done.loan_id and s.kind = $3 and s.resolved_at is null
"""
