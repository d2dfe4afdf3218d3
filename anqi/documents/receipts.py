"""Receipts: what a payment was, what it paid, what was left, as canonical JSON with its hash."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.documents.models import Document
from anqi.rows.chain import canonical
from anqi.rows.ids import uuid7


def issue(*, borrower_id: UUID, payment_id: UUID, body: Mapping[str, Any], now: datetime) -> UUID:
    """The id of the receipt that now stands for this payment; there is one, and it never changes."""
    text = canonical(body).decode()
    document_id = uuid7()
    Document.objects.create(
        borrower_id=borrower_id,
        id=document_id,
        kind=Document.Kind.RECEIPT,
        subject_id=payment_id,
        body=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        issued_at=now,
    )
    return document_id
