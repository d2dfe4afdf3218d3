"""What borrowers read of their documents. Nothing here locks or writes."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anqi.documents.models import Document

PAGE = 20


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """What a payment did to one loan, in fen, as it was told on the day of the receipt.

    Σ parts + prepaid + excess = applied + credit used; a receipt issued before all of them stood on it tells none.
    """

    loan_number: str
    applied_minor: int
    unapplied_minor: int
    unapplied_because: str
    parts: tuple[tuple[int, str, int], ...]
    prepaid_minor: int
    excess_minor: int
    credit_used_minor: int
    saved_minor: int
    remaining_after_minor: int | None
    next_due_on: date | None
    next_due_minor: int | None
    settles: bool


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A receipt as it was issued, in fen, with the hash of its exact words."""

    id: UUID
    payment_id: UUID
    sha256: str
    issued_at: datetime
    channel: str
    ref: str
    charge_key: str
    amount_minor: int
    paid_at: datetime
    counts_on: date
    by_other: bool
    """Whether somebody else has paid it for the borrower."""
    lines: tuple[ReceiptLine, ...]

    @property
    def unapplied_minor(self) -> int:
        """How much of the payment no loan could use when it arrived."""
        return sum(line.unapplied_minor for line in self.lines)


def receipts(borrower_id: UUID, *, before: UUID | None = None, limit: int = PAGE) -> list[Receipt]:
    """The borrower's receipts, newest first; `before` is the id of the last one seen. One statement."""
    found = Document.objects.filter(borrower_id=borrower_id, kind=Document.Kind.RECEIPT)
    if before:
        found = found.filter(id__lt=before)
    return [_read(row) for row in found.order_by("-id")[:limit]]


def receipt(borrower_id: UUID, receipt_id: UUID) -> Receipt | None:
    """The borrower's own receipt; None for one that is somebody else's or nobody's."""
    found = Document.objects.filter(borrower_id=borrower_id, id=receipt_id, kind=Document.Kind.RECEIPT).first()
    return _read(found) if found else None


def receipts_of(borrower_id: UUID, payment_ids: Iterable[UUID]) -> dict[UUID, Receipt]:
    """The receipts of these payments, by the payment's id. One statement."""
    found = Document.objects.filter(
        borrower_id=borrower_id, kind=Document.Kind.RECEIPT, subject_id__in=list(payment_ids)
    )
    return {row.subject_id: _read(row) for row in found}


def _read(row: Document) -> Receipt:
    # A receipt that is no longer what was issued must not be shown as though it were.
    assert hashlib.sha256(row.body.encode()).hexdigest() == row.sha256, f"document {row.id} was changed"
    body = json.loads(row.body)
    return Receipt(
        id=row.id,
        payment_id=row.subject_id,
        sha256=row.sha256,
        issued_at=row.issued_at,
        channel=body["channel"],
        ref=body["ref"],
        charge_key=body["charge"],
        amount_minor=body["amount_minor"],
        paid_at=datetime.fromisoformat(body["paid_at"]),
        counts_on=date.fromisoformat(body["counts_on"]),
        by_other=body.get("by_other", False),
        lines=tuple(_line(line) for line in body["loans"]),
    )


def _line(stated: dict[str, Any]) -> ReceiptLine:
    next_due_on = stated["next_due_on"]
    return ReceiptLine(
        loan_number=stated["loan"],
        applied_minor=stated["applied_minor"],
        unapplied_minor=stated["unapplied_minor"],
        unapplied_because=stated["unapplied_because"],
        parts=tuple((n, part, amount_minor) for n, part, amount_minor in stated["lines"]),
        prepaid_minor=stated.get("prepaid_minor", 0),
        excess_minor=stated.get("excess_minor", 0),
        credit_used_minor=stated.get("credit_used_minor", 0),
        saved_minor=stated["saved_minor"],
        remaining_after_minor=stated["remaining_after_minor"],
        next_due_on=date.fromisoformat(next_due_on) if next_due_on else None,
        next_due_minor=stated["next_due_minor"],
        settles=stated["settles"],
    )
