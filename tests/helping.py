"""A borrower in difficulty: a purchase that runs, a case of it, and what the borrower, people and time then do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.actions import hardship as acts
from anqi.actions import loans, repayments
from anqi.jobs import hardship as nights
from anqi.lending import hardship, hardship_inspection
from anqi.lending.hardship import Wish
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import HardshipCase, HardshipOffer
from anqi.payments.channels.protocol import Closed
from anqi.payments.models import Charge
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from tests.returning import Bought


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case of the purchase's loan."""

    bought: Bought
    id: UUID

    def row(self) -> HardshipCase:
        return hardship.get(self.bought.borrower_id, self.id)

    @property
    def whose(self) -> dict[str, UUID]:
        return {"borrower_id": self.bought.borrower_id, "case_id": self.id}

    def sign(self, choice: str, now: datetime) -> HardshipCase:
        """As it is shown at that moment."""
        shown = acts.present(**self.whose, choice=choice, now=now)
        return acts.accept(**self.whose, choice=choice, sha256=shown.draft.sha256, now=now)

    def offer(self, shape: Shape, actor: User, now: datetime, **said: Any) -> HardshipOffer:
        stated: dict[str, Any] = {"reason": "先缓一缓", "days": 7, "offer_id": uuid7()} | said
        return acts.offer(**self.whose, shape=shape, actor=actor, now=now, **stated)


def ask(bought: Bought, now: datetime, **wish: Any) -> Case:
    """Asks for help; the words are the borrower's own."""
    stated: dict[str, Any] = {"reason": "illness", "said": "住院两个月", "monthly_minor": 30_000} | wish
    row = acts.ask(
        borrower_id=bought.borrower_id, loan_id=bought.loan_id, case_id=uuid7(), wish=Wish(**stated), now=now
    )
    return Case(bought=bought, id=row.id)


def close(charge: Charge, now: datetime) -> None:
    """Nobody paid it."""
    repayments.learn(channel=charge.channel, key=charge.key, result=Closed(), learned_by="query", now=now)


def work(now: datetime) -> None:
    """What the worker does about cases and loans at that time."""
    loans.wake(now=now, limit=100)
    for row in hardship_inspection.unanswered(day_of(now), limit=100):
        nights._stand_in(row, now)
    for row in hardship_inspection.lapsed(now, limit=100):
        nights._let_lapse(row, now)
    for row in hardship_inspection.to_look_at(day_of(now), limit=100):
        nights._follow(row, now)
