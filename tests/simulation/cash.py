"""Loans in cash in the town: asked for, looked at by staff, paid out, paid out anew, and sent back."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from anqi.actions import payouts
from anqi.jobs import tasks
from anqi.lending.models import Loan
from anqi.payments import payout_inspection
from anqi.payments.models import Payout
from anqi.payments.payouts import PayTo
from anqi.people.models import User
from tests import settling
from tests.planting import TERMS, at, plant_cash
from tests.simulation.vault import Vault


@dataclass
class Cash:
    """What the lender's staff and its worker do with payouts; `begun` are the loans that nobody has planned for."""

    chance: random.Random
    vault: Vault
    waiting: set[UUID] = field(default_factory=set)
    decided: int = 0

    def sign(self, borrower_id: UUID, day: date) -> None:
        """A loan of three instalments; one in four is large enough for a supervisor to look at."""
        large = self.chance.random() < 0.25
        amount_minor = self.chance.randrange(500_000, 900_000) if large else self.chance.randrange(50_000, 499_999)
        terms = TERMS | {"annual_rate": self.chance.choice(["0", "0.12", "0.2399"])}
        loan = plant_cash(borrower_id=borrower_id, amount_minor=amount_minor, now=at(day, 10), terms=terms)
        self._ask(loan, at(day, 10))
        self.waiting.add(loan.id)

    def _ask(self, loan: Loan, now: datetime) -> None:
        to = PayTo(
            channel="unionpay", account=f"T{self.chance.getrandbits(40):x}", holder="林小满", label="招商银行 尾号1234"
        )
        payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=to, now=now)

    def work(self, now: datetime) -> None:
        """What the worker does at that time."""
        self.vault.now = now
        for payout in payouts.lease(now=now, limit=1000):
            tasks._pay_out(payout, now)
        payouts.lapse(now=now, limit=1000)

    def read_statements(self, now: datetime) -> None:
        self.vault.now = now
        for channel, day in payouts.unread(now=now):
            payouts.look_through(channel=channel, day=day, now=now)

    def decide(self, now: datetime) -> None:
        """Staff release what waits, stop a few, and borrowers name another account for what failed."""
        for payout in payout_inspection.waiting():
            self._decide(payout, now)
        for failed in Payout.objects.filter(state="failed", lapsed_at=None):
            loan = Loan.objects.get(borrower_id=failed.borrower_id, id=failed.loan_id)
            is_free = loan.starts_on is None and loan.cancelled_on is None
            alive = Payout.objects.filter(loan_id=loan.id, state__in=Payout.ALIVE).exists()
            if is_free and not alive and self.chance.random() < 0.5:
                self._ask(loan, now)

        self._judge(now)

    def _judge(self, now: datetime) -> None:
        """What the channel knows nothing of a day later has never left, it says on the phone: two people note that."""
        lost = payout_inspection.troubled(now).filter(state__in=Payout.SENT).exclude(key__in=self.vault.orders)
        for payout in lost:
            whose = {"borrower_id": payout.borrower_id, "payout_id": payout.id, "now": now}
            payouts.judge(**whose, verdict={"outcome": "failed"}, reason="银联查无此笔", actor=settling.staff("clerk"))
            payouts.agree(**whose, actor=settling.staff("supervisor"))

    def _decide(self, payout: Payout, now: datetime) -> None:
        who = User.objects.create(
            kind="staff", role="supervisor", email=f"{payout.id}@example.com", name="王复核", created_at=now
        )
        whose = {"borrower_id": payout.borrower_id, "payout_id": payout.id, "actor": who, "now": now}
        self.decided += 1
        if self.decided == 2 or self.chance.random() < 0.1:
            payouts.stop(**whose, reason="资料不符")
        else:
            payouts.release(**whose)

    def begun(self) -> list[Loan]:
        """Loans whose money has arrived since somebody asked, by when they were signed."""
        found = list(Loan.objects.filter(id__in=self.waiting, starts_on__isnull=False).order_by("id"))
        self.waiting -= {loan.id for loan in found}
        return found
