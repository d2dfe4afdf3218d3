"""What we asked a channel about a charge and what came back, masked, for people to read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.payments.models import Exchange


def note(
    *, borrower_id: UUID, charge_id: UUID, direction: str, kind: str, outcome: str, detail: dict[str, Any],
    at: datetime,
) -> None:  # fmt: skip
    """One question and its answer."""
    Exchange.objects.create(
        borrower_id=borrower_id, charge_id=charge_id, direction=direction, kind=kind, outcome=outcome,
        detail=detail, at=at,
    )  # fmt: skip
