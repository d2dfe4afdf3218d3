"""What we asked a channel about a charge and what came back, masked, for people to read."""

from datetime import datetime
from uuid import UUID

from anqi.payments import news
from anqi.payments.channels.protocol import Result
from anqi.payments.models import Exchange


def note(*, borrower_id: UUID, charge_id: UUID, kind: str, result: Result, at: datetime, **about: str) -> None:
    """One question of ours and its answer; `about` says what of the charge it was about, if not all of it."""
    Exchange.objects.create(
        borrower_id=borrower_id, charge_id=charge_id, direction="out", kind=kind,
        outcome=type(result).__name__.lower(), detail={**about, **news.masked(result)}, at=at,
    )  # fmt: skip
