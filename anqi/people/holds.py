"""Holding a borrower: whoever acts on a borrower's money locks this row first."""

from collections.abc import Iterable
from uuid import UUID

from anqi.rows import sql
from anqi.rows.chain import Chain


def hold(borrower_id: UUID) -> Chain:
    """The end of the borrower's chain, locked until the transaction ends. LookupError without a borrower."""
    found = sql.fetch(
        "select last_seq, last_hash from people_borrower where id = $1 for no key update", [borrower_id]
    )
    if not found:
        raise LookupError(f"no borrower {borrower_id}")
    return Chain(borrower_id, found[0][0], bytes(found[0][1]))


def keep(chain: Chain) -> None:
    """Stores where the chain ends now. The last thing an act does."""
    sql.write(
        "update people_borrower set last_seq = $1, last_hash = $2 where id = $3",
        [chain.seq, chain.hash, chain.borrower_id],
    )


def hold_all(borrower_ids: Iterable[UUID]) -> dict[UUID, Chain]:
    """The ends of these borrowers' chains, locked in the order of their ids until the transaction ends.

    Everybody who holds several takes them in this order, so that no two wait for each other.
    """
    found = sql.fetch(
        "select id, last_seq, last_hash from people_borrower where id = any($1::uuid[])"
        " order by id for no key update",
        [sql.as_ids(borrower_ids)],
    )
    return {borrower_id: Chain(borrower_id, seq, bytes(last)) for borrower_id, seq, last in found}


def keep_all(chains: Iterable[Chain]) -> None:
    """Stores where these chains end now, in one statement."""
    rows = [f'{{"id":"{chain.borrower_id}","seq":{chain.seq},"hash":"{chain.hash.hex()}"}}' for chain in chains]
    sql.write(_KEEP_ALL, [sql.as_rows(rows)])


_KEEP_ALL = f"""
    update people_borrower b set last_seq = given.seq, last_hash = decode(given.hash, 'hex')
    from {sql.rows("$1", {"id": "uuid", "seq": "bigint", "hash": "text"})}
    where b.id = given.id and b.last_seq <> given.seq
"""
