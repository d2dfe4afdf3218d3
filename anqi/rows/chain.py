"""The hash chain of one borrower's facts and postings: each row names all that came before it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

GENESIS = bytes(32)


class Link(NamedTuple):
    """The place that one row takes in its borrower's chain."""

    seq: int
    hash: bytes


@dataclass
class Chain:
    """The end of a borrower's chain, while the borrower row is locked."""

    borrower_id: UUID
    seq: int
    hash: bytes

    def link(self, record: Mapping[str, Any]) -> Link:
        """The next link, and the chain now ends there. The caller stores the row with it."""
        self.seq += 1
        self.hash = digest(self.hash, self.seq, record)
        return Link(self.seq, self.hash)


def digest(previous: bytes, seq: int, record: Mapping[str, Any]) -> bytes:
    """SHA-256 over the previous hash, the sequence number and the row as canonical JSON."""
    return hashlib.sha256(previous + str(seq).encode() + canonical(record)).digest()


def canonical(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no spaces, instants in UTC."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_spell
    ).encode()


def _spell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no canonical spelling for {type(value).__name__}")
