"""Holding a borrower: whoever acts on a borrower's money locks this row first."""

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
