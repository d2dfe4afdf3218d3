"""A borrower whom a loan is paid out to, and who binds a card, at one of the channels."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from anqi import clock
from anqi.actions import cards, payouts
from anqi.jobs import tasks
from anqi.payments.models import Card, Inbox, Payout
from anqi.payments.payouts import PayTo
from anqi.people.models import User
from tests.channels.card_desk import HOLDER
from tests.faults.matrix_time import Clockwork, Due
from tests.planting import plant_cash

AMOUNT_MINOR = 50_000
_WALLET = PayTo(channel="alipay", account="13800006021", holder="林小满", label="支付宝 138****6021")
# A payout that failed lapses after three days; what is sent back after two is on the third's statement, read on the next.
_DAYS = timedelta(days=4, hours=8)
_MORNING = timedelta(hours=9)


@dataclass(kw_only=True)
class Desk(Clockwork):
    """One borrower, with loans in cash and cards, at one channel."""

    long_enough = _DAYS
    drains = (
        tasks.read_inbox, tasks.pay_out, tasks.ask_about_cards, tasks.let_payouts_lapse, tasks.wake_loans,
    )  # fmt: skip

    borrower_id: UUID
    # Whether the channel's statements are looked through, of each day in the morning after.
    reads: bool = False

    def open_card(self) -> Card:
        """A card that its holder is to open at the channel."""
        return cards.open(borrower_id=self.borrower_id, channel=self.channel, now=clock.now())

    def bind(self, card: Card) -> Card:
        """The card, opened on the channel's page by its holder, and bound here."""
        action = cards.lead(borrower_id=self.borrower_id, card_id=card.id)
        assert action
        self.browse({"post": action.url, "fields": action.fields})
        self.press("bind", card.key)
        self.rest(until=lambda: self._again(card).state != Card.State.PENDING)
        return self._again(card)

    def _again(self, card: Card) -> Card:
        return Card.objects.get(borrower_id=card.borrower_id, id=card.id)

    def pay_to(self) -> PayTo:
        """Where this borrower is paid: at UnionPay to a card that is bound for it."""
        if self.channel == "alipay":
            return _WALLET
        bound = Card.objects.filter(borrower_id=self.borrower_id, state=Card.State.BOUND).first()
        token = (bound or self.bind(self.open_card())).token
        assert token
        return PayTo(channel=self.channel, account=token, holder=HOLDER, label="工商银行 尾号1234")

    def ask_for(self, to: PayTo) -> Payout:
        """The payout of a new loan, asked for and not yet sent."""
        loan = plant_cash(borrower_id=self.borrower_id, amount_minor=AMOUNT_MINOR, now=clock.now())
        return payouts.request(borrower_id=self.borrower_id, loan_id=loan.id, to=to, now=clock.now())

    def fault(self, name: str, operation: str, payout: Payout) -> None:
        """One more, once, so that the cell's can strike."""
        self.sandbox.fault(name, channel=self.channel, operation=operation, out_trade_no=payout.key, next=1)

    def current(self, payout: Payout) -> Payout:
        return Payout.objects.get(borrower_id=payout.borrower_id, id=payout.id)

    def say_it_came_back(self, payout: Payout, *, at: datetime) -> None:
        """What two people do who read it in the channel's back office."""
        clerk, other = (_staff(role) for role in ("clerk", "supervisor"))
        which: dict[str, Any] = {"borrower_id": payout.borrower_id, "payout_id": payout.id, "now": clock.now()}
        verdict = {"outcome": "returned", "at": at.isoformat()}
        payouts.judge(**which, verdict=verdict, actor=clerk, reason="银联商户后台显示退票")
        payouts.agree(**which, actor=other)

    def at_channel(self, payout: Payout) -> dict[str, Any] | None:
        """The channel's own row of the payout; None of one that it never took."""
        kind = "transfers" if self.channel == "alipay" else "trades"
        answer = self.sandbox.http.get(f"/_control/{self.channel}/{kind}/{payout.key}")
        return answer.json() if answer.status_code == 200 else None

    def balance_minor(self) -> int:
        """What the channel says that is left to pay out."""
        door = "account" if self.channel == "alipay" else "balance"
        left: int = self.sandbox.http.get(f"/_control/{self.channel}/{door}").json()["balance_minor"]
        return left

    def tokens(self) -> set[str]:
        """What the channel would still take money for, of the cards that this borrower has opened."""
        keys = list(Card.objects.filter(borrower_id=self.borrower_id).values_list("key", flat=True))
        asked = f"SELECT t.token FROM unionpay_tokens t JOIN unionpay_orders o USING (token) " \
                f"WHERE t.removed_at IS NULL AND o.order_id IN ({','.join('?' * len(keys))})"
        with closing(sqlite3.connect(self.sandbox.home / "sandbox.sqlite3", timeout=10)) as ledger:
            return {token for (token,) in ledger.execute(asked, keys)}

    def told(self) -> list[dict[str, Any]]:
        if self.channel == "alipay":
            # It says nothing of transfers by itself.
            return []
        keys = [each.key for rows in (Card, Payout) for each in rows.objects.filter(borrower_id=self.borrower_id)]
        answers = [self.sandbox.http.get(f"/_control/unionpay/trades/{key}") for key in keys]
        return [answer.json() for answer in answers if answer.status_code == 200]

    def is_moving(self, order: dict[str, Any]) -> bool:
        return order["state"] == "PROCESSING" and order["settles_at"] is not None

    def dues(self) -> Iterable[Due]:
        failed = Payout.objects.filter(state=Payout.State.FAILED, lapsed_at=None)
        return (
            (Inbox.objects.filter(state=Inbox.State.WAITING), "next_try_at"),
            (Card.objects.filter(~Q(state=Card.State.BOUND)), "next_try_at"),
            (Payout.objects.all(), "next_try_at"),
            (failed.annotate(lapses_at=F("ended_at") + timedelta(days=3)), "lapses_at"),
        )

    def work(self) -> None:
        super().work()
        if self.reads:
            # One at a time: the queue has a lock for it.
            tasks.read_statements()

    def moments(self) -> Iterable[datetime]:
        if self.reads:
            now = clock.now()
            is_left = any(payouts.unread(now=now))
            morning = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) + _MORNING
            yield now + timedelta(minutes=15) if is_left else morning


def _staff(role: str) -> User:
    return User.objects.create(
        kind="staff", role=role, email=f"{role}@example.com", name="何静", created_at=clock.now()
    )
