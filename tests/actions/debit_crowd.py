"""Loans that are debited from bound cards, and a channel that remembers on paper, so that forked processes share it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from anqi.actions import mandates
from anqi.payments.channels.protocol import Accepted, DebitRequest, NotFound, Succeeded
from anqi.payments.models import Card
from anqi.rows.ids import uuid7
from tests.actions.debit_desk import DebitDesk
from tests.planting import Planted, plant_borrower, plant_loan


def plant_debited(number: int, *, starts_on: date, now: datetime) -> Planted:
    """A borrower of that number with a loan that is debited from a card."""
    who = plant_loan(starts_on=starts_on, borrower_id=plant_borrower(f"+86139333{number:05}", now=now))
    card = Card.objects.create(
        borrower_id=who.borrower_id, channel="unionpay", key=uuid7().hex, token="6235240000020837",
        bank="中国工商银行", last4="0017", kind="debit", state=Card.State.BOUND, opened_at=now, bound_at=now,
    )  # fmt: skip
    mandates.open(borrower_id=who.borrower_id, loan_id=who.loan_id, channel="unionpay", card_id=card.id, now=now)
    return who


@dataclass
class PaperDesk(DebitDesk):
    """Every debit that reaches it stands on paper: one line each time it is asked."""

    paper: Path = field(kw_only=True)
    pays_at: datetime | None = None
    """From when on all that it was asked for has succeeded."""

    def debit(self, request: DebitRequest) -> Any:
        with self.paper.open("a") as paper:
            paper.write(f"{request.key} {request.amount_minor}\n")
        return Accepted()

    def query_debit(self, key: str, *, opened_at: datetime) -> Any:
        amount_minor = self.asked_for.get(key)
        if amount_minor is None:
            return NotFound()
        return Succeeded(ref=f"R{key}", amount_minor=amount_minor, paid_at=self.pays_at) if self.pays_at else Accepted()

    @property
    def asked_for(self) -> dict[str, int]:
        """The fen of each debit by its number, however often it came."""
        lines = self.paper.read_text().splitlines() if self.paper.exists() else []
        return {key: int(amount_minor) for key, amount_minor in (line.split() for line in lines)}
