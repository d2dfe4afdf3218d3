"""The certificates that this installation states to channels and believes them by, and until when each is good."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

# So many days before their end they are told of, and then once more as urgent: an issuer needs weeks.
TELL_BEFORE, URGENT_BEFORE = 60, 14
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A certificate of ours or of the channel's, and until when it is good; None where its file can't be read."""

    name: str
    not_after: datetime | None


def pem(stated: Mapping[str, str], setting: str, name: str) -> list[Paper]:
    """The first certificate of the PEM file that this setting names; none where there is no such setting."""
    return _paper(stated, setting, name, lambda body: _PEM(body)[:1])


def roots(stated: Mapping[str, str], setting: str, name: str) -> list[Paper]:
    """The issuers in the PEM file that this setting names, as one: while they change, the last of a kind counts."""
    return _paper(stated, setting, name, _PEM)


def pfx(stated: Mapping[str, str], setting: str, name: str) -> list[Paper]:
    """The certificate in the .pfx that this setting names; its password's file is named by the same and `_password`."""

    def read(body: bytes) -> list[x509.Certificate]:
        password = Path(stated[f"{setting}_password"]).read_text().strip().encode()
        _, certificate, _ = pkcs12.load_key_and_certificates(body, password)
        return [certificate] if certificate else []

    return _paper(stated, setting, name, read)


def days_left(paper: Paper, *, now: datetime) -> int | None:
    """Whole days until it is over, below zero once it is; None where its file can't be read."""
    if paper.not_after is None:
        return None
    return int((paper.not_after - now).total_seconds() // _SECONDS_A_DAY)


def is_urgent(paper: Paper, *, now: datetime) -> bool:
    """Whether people have to do something about it now: it ends soon, is over, or its file can't be read."""
    left = days_left(paper, now=now)
    return left is None or left < URGENT_BEFORE


_PEM: Callable[[bytes], list[x509.Certificate]] = x509.load_pem_x509_certificates


def _paper(
    stated: Mapping[str, str], setting: str, name: str, read: Callable[[bytes], Sequence[x509.Certificate]]
) -> list[Paper]:
    if setting not in stated:
        return []
    try:
        found = read(Path(stated[setting]).read_bytes())
    except (OSError, ValueError, KeyError):
        return [Paper(name=name, not_after=None)]
    return [Paper(name=name, not_after=_not_after(found))]


def _not_after(found: Sequence[x509.Certificate]) -> datetime | None:
    """Until when a chain can be found: the last root, and the last link to it, whichever is first."""
    ends: dict[bool, datetime] = {}
    for each in found:
        is_root = each.issuer == each.subject
        ends[is_root] = max(each.not_valid_after_utc, ends.get(is_root, each.not_valid_after_utc))
    return min(ends.values(), default=None)
