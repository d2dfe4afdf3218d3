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
    """The place that one row takes in its borrower's chain, and what of the row was hashed."""

    seq: int
    hash: bytes
    text: str

    def as_row(self) -> str:
        """The whole row as a JSON object, `seq` and `hash` (hexadecimal) included."""
        return f'{self.text[:-1]},"seq":{self.seq},"hash":"{self.hash.hex()}"}}'


@dataclass
class Chain:
    """The end of a borrower's chain, while the borrower row is locked."""

    borrower_id: UUID
    seq: int
    hash: bytes

    def link(self, record: Mapping[str, Any]) -> Link:
        """The next link, and the chain now ends there. The caller stores the row with it."""
        return self.link_spelt(canonical(record).decode())

    def link_spelt(self, text: str) -> Link:
        """The next link for a row that is spelt already, exactly as `canonical` would spell it."""
        self.seq += 1
        self.hash = _digest(self.hash, self.seq, text.encode())
        return Link(self.seq, self.hash, text)


def digest(previous: bytes, seq: int, record: Mapping[str, Any]) -> bytes:
    """SHA-256 over the previous hash, the sequence number and the row as canonical JSON."""
    return _digest(previous, seq, canonical(record))


def _digest(previous: bytes, seq: int, text: bytes) -> bytes:
    return hashlib.sha256(previous + str(seq).encode() + text).digest()


def canonical(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no spaces, instants in UTC."""
    return _ENCODER.encode(value).encode()


def _spell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no canonical spelling for {type(value).__name__}")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_spell)
