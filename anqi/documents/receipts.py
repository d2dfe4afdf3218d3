"""Receipts: what a payment was, what it paid, what was left, as canonical JSON with its hash."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.documents.models import Document
from anqi.rows import sql
from anqi.rows.chain import canonical
from anqi.rows.ids import uuid7


def issue(*, borrower_id: UUID, payment_id: UUID, body: Mapping[str, Any], now: datetime) -> UUID:
    """The id of the receipt that now stands for this payment; there is one, and it never changes."""
    text = canonical(body).decode()
    document_id = uuid7()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    sql.write(_ISSUE, [borrower_id, document_id, Document.Kind.RECEIPT.value, payment_id, text, sha256, now])
    return document_id


_ISSUE = """
    insert into documents_document (borrower_id, id, kind, subject_id, body, sha256, issued_at)
    values ($1, $2, $3, $4, $5, $6, $7)
"""
