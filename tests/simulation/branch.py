"""The lender's account at its bank, in this process: the bank's own ledger, and the files that it writes of it."""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from tests.actions.bank_account import Account
from tests.planting import at
from tests.simulation.story import OPENS_ON, Story

OPENED_WITH_MINOR = 10**9
Cause = Literal["charge", "refund", "settlement", "sent_back", "stranger"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """A transfer that somebody has asked a bank for: what it states, and what they meant by it.

    `is_stated` is whether it states `key` without a slip.
    """

    at: datetime
    amount_minor: int
    memo: str
    cause: Cause
    name: str = "林小满"
    key: str = ""
    is_stated: bool = True
    comes_back_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the bank's own ledger. No file tells what it was meant for: `cause`, and our number there."""

    serial: str
    order: Order

    @property
    def amount_minor(self) -> int:
        return self.order.amount_minor


@dataclass(kw_only=True)
class Branch:
    """Keeps the account. `told` is how many of its lines the lender has taken from files."""

    story: Story
    account: Account = field(default_factory=lambda: Account(balance_minor=OPENED_WITH_MINOR, at=at(OPENS_ON, 1)))
    ledger: list[Movement] = field(default_factory=list)
    told: int = 0
    _orders: list[Order] = field(default_factory=list)

    def take(self, order: Order) -> None:
        self._orders.append(order)

    def work(self, now: datetime) -> None:
        """What was to happen until then, in its order; what a payee's bank doesn't take comes back with what it stated."""
        while due := [each for each in self._orders if each.at <= now]:
            order = min(due, key=lambda each: each.at)
            self._orders.remove(order)
            self._move(order)

    def _move(self, order: Order) -> None:
        serial = self.account.move(order.amount_minor, order.memo, name=order.name, at=order.at)
        self.ledger.append(Movement(serial=serial, order=order))
        self.story.tell(order.at, f"bank {order.amount_minor:+} {order.cause} {order.key} “{order.memo}” {serial}")
        if order.comes_back_after:
            # A sender who doesn't get it back has no number of ours: it is a stranger's money from then on.
            back: Cause = "stranger" if order.cause == "sent_back" else order.cause
            self.take(Order(
                at=order.at + order.comes_back_after, amount_minor=-order.amount_minor, cause=back, name=order.name,
                memo=f"退汇 户名不符 {order.memo}", key=order.key,
            ))  # fmt: skip

    def lines_before(self, midnight: datetime) -> int:
        """How many lines there were then."""
        return bisect_left(self.ledger, midnight, key=lambda each: each.order.at)

    def file(self, first: int, until: int) -> bytes:
        return self.account.file(slice(first, until))

    def movement(self, serial: str) -> Movement:
        [found] = [each for each in self.ledger if each.serial == serial]
        return found

    @property
    def is_idle(self) -> bool:
        return not self._orders
