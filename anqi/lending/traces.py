"""Traces: how many borrowers have named one account, or applied from one device."""

from datetime import datetime
from uuid import UUID

from anqi.lending.models import Trace
from anqi.rows import keyring, sql
from anqi.rows.ids import uuid7


def leave(kind: Trace.Kind, text: str, borrower_id: UUID, *, now: datetime) -> int:
    """How many borrowers have left this trace, this one among them.

    Who asks first is waited for, so that of two who come at once one sees both. Accounts are left before devices, so
    that nobody waits in a ring.
    """
    hashed = keyring.fingerprint(text, purpose=f"trace_{kind}")
    sql.fetch("select pg_advisory_xact_lock(hashtextextended('trace:' || $1::text, 0))", [hashed])
    sql.fetch(_LEAVE, [uuid7(), str(kind), hashed, borrower_id, now])
    return Trace.objects.filter(kind=kind, hash=hashed).count()


_LEAVE = """
    insert into lending_trace (id, kind, hash, borrower_id, seen_at) values ($1, $2, $3, $4, $5)
    on conflict (hash, kind, borrower_id) do nothing
"""
