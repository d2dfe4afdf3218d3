"""Settlement certificates (结清证明): issued once for a state of the loans, found again by their code."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.documents.models import Certificate, CertificateEntry
from anqi.rows import keyring
from anqi.rows.chain import canonical
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

TEMPLATE = "certificate-2026-11"
# Crockford's letters: none is read as another one, and what people write for them is understood.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_UNDERSTOOD = str.maketrans("OIL", "011", "- \u3000\t\r\n")
# Sixteen letters of five bits.
_LENGTH = 16


def issued(borrower_id: UUID, stated: Mapping[str, Any]) -> Certificate | None:
    """The certificate that states just this, if there is one."""
    return Certificate.objects.filter(borrower_id=borrower_id, state=_state(stated)).first()


def issue(borrower_id: UUID, stated: Mapping[str, Any], *, now: datetime) -> Certificate:
    """A new certificate that states this, with a number and a code of its own. Lock the borrower first."""
    number = f"JQ{day_of(now):%y%m}-{_draw(10)}"
    text = canonical({"template": TEMPLATE, "number": number, "issued_on": day_of(now), **stated}).decode()
    certificate = Certificate(
        borrower_id=borrower_id, id=uuid7(), state=_state(stated), body=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(), code=_draw(_LENGTH), issued_at=now,
    )  # fmt: skip
    Certificate.objects.bulk_create([certificate])
    CertificateEntry.objects.create(
        code_hash=_hash(certificate.code), borrower_id=borrower_id, certificate_id=certificate.id
    )
    return certificate


def of(borrower_id: UUID) -> list[Certificate]:
    """The borrower's certificates, newest first."""
    return list(Certificate.objects.filter(borrower_id=borrower_id).order_by("-id"))


def get(borrower_id: UUID, certificate_id: UUID) -> Certificate | None:
    """The borrower's own certificate; None for one that is somebody else's or nobody's."""
    return Certificate.objects.filter(borrower_id=borrower_id, id=certificate_id).first()


def find(code: str) -> Certificate | None:
    """The certificate with that code, however it was typed; None where there is none."""
    typed = code.upper().translate(_UNDERSTOOD)
    if len(typed) != _LENGTH:
        return None
    entry = CertificateEntry.objects.filter(code_hash=_hash(typed)).first()
    return get(entry.borrower_id, entry.certificate_id) if entry else None


def read(certificate: Certificate) -> dict[str, Any]:
    """What it states, just as it was issued."""
    # One that is no longer what was issued must not be shown as though it were.
    text = certificate.body
    assert hashlib.sha256(text.encode()).hexdigest() == certificate.sha256, f"certificate {certificate.id} was changed"
    stated: dict[str, Any] = json.loads(text)
    return stated


def written(code: str) -> str:
    """The code as people read and type it: in fours."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def _state(stated: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(stated)).hexdigest()


def _draw(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _hash(code: str) -> str:
    return keyring.fingerprint(code, purpose="certificate_code")
