"""A channel that pays out, lives in this process, and keeps its own account of what left and what came back."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from anqi.payments.channels.protocol import (
    Accepted,
    Failed,
    NotFound,
    NotReady,
    PayoutRequest,
    Result,
    Succeeded,
    Unknown,
)
from anqi.payments.statements import Row
from anqi.rows.days import SHANGHAI, day_of
from tests.simulation.rails import number_at

LUCK = {
    "at_once": 30, "later": 30, "lost_after": 10, "lost_before": 8, "refused": 8, "slow": 4, "not_found_at_first": 5,
    "comes_back": 8, "comes_back_soon": 3, "unheard": 4,
}  # fmt: skip
# Longer than until the statement of its day.
_UNHEARD_FOR = timedelta(days=3)


@dataclass(kw_only=True)
class Order:
    """One payout as the channel knows it."""

    key: str
    amount_minor: int
    account: str
    luck: str
    heard_at: datetime
    arrives_at: datetime | None
    comes_back_at: datetime | None = None
    sendings: int = 1
    looks: int = 0

    @property
    def ref(self) -> str:
        return number_at("P", self.key)


class Vault:
    """`protocol.PayoutChannel` and `StatementChannel`: a number and time are paid once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.orders: dict[str, Order] = {}
        self.lucks: dict[str, int] = dict.fromkeys(LUCK, 0)
        self._lost: set[str] = set()
        self._first = chance.sample(list(LUCK), len(LUCK))
        self.now: datetime

    def balance_minor(self) -> int | None:
        """Now and then it is short, or nobody answers."""
        return self._chance.choices([10**10, 100, None], [90, 4, 6])[0]

    def payout(self, request: PayoutRequest) -> Result:
        known = self.orders.get(request.key)
        if known:
            assert (known.amount_minor, known.account) == (request.amount_minor, request.payee.account)
            known.sendings += 1
            # 重复交易: the number is known, which tells nothing of how it ended.
            return Unknown(cause="12")
        luck = self._draw()
        if luck == "lost_before" and request.key not in self._lost:
            self._lost.add(request.key)
            self.lucks[luck] += 1
            return Unknown(cause="timeout")
        return self._take(request, luck)

    def _draw(self) -> str:
        # Each kind once first: where chance alone decided, some seed would prove nothing of it.
        [luck] = self._chance.choices(list(LUCK), list(LUCK.values()))
        return self._first.pop() if self._first else luck

    def _take(self, request: PayoutRequest, luck: str) -> Result:
        self.lucks[luck] += 1
        order = Order(
            key=request.key, amount_minor=request.amount_minor, account=request.payee.account, luck=luck,
            heard_at=self.now, arrives_at=None if luck == "refused" else self._arrival(luck),
        )  # fmt: skip
        if luck.startswith("comes_back") and order.arrives_at:
            days = 1 if luck == "comes_back_soon" else self._chance.randint(2, 8)
            order.comes_back_at = order.arrives_at + timedelta(days=days)
        self.orders[request.key] = order
        if luck == "lost_after":
            return Unknown(cause="timeout")
        return self._told(order) if luck == "at_once" else Accepted(ref=order.ref)

    def _arrival(self, luck: str) -> datetime:
        after = {"at_once": timedelta(), "slow": timedelta(days=self._chance.randint(1, 3))}
        return self.now + after.get(luck, timedelta(minutes=self._chance.randint(1, 20)))

    def query_payout(self, key: str, *, opened_at: datetime) -> Result:
        order = self.orders.get(key)
        if not order or self._chance.random() < 0.05:
            return NotFound()
        order.looks += 1
        if order.luck == "not_found_at_first" and order.looks == 1:
            return NotFound()
        if order.luck == "unheard" and self.now < order.heard_at + _UNHEARD_FOR:
            return NotFound()
        return self._told(order)

    def _told(self, order: Order) -> Result:
        """A payout that came back is still told as paid: only the statement says so."""
        if order.luck == "refused":
            return Failed(reason="card_closed", code="63")
        if not order.arrives_at or order.arrives_at > self.now:
            return Accepted(ref=order.ref)
        return Succeeded(ref=order.ref, amount_minor=order.amount_minor, paid_at=order.arrives_at)

    def statement_kinds(self) -> tuple[str, ...]:
        return ("clearing",)

    def statement(self, day: date, *, kind: str) -> "File":
        if self.now < datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI) + timedelta(days=1):
            raise NotReady
        if self._chance.random() < 0.2:
            raise OSError("no clear answer")
        back = [order for order in self.orders.values() if order.comes_back_at and day_of(order.comes_back_at) == day]
        return File(day=day, back=back)


@dataclass(frozen=True, kw_only=True)
class File:
    """A day's statement, which tells what came back."""

    day: date
    back: list[Order]
    channel: str = "unionpay"
    kind: str = "clearing"
    account: str = "777290058110048"

    @property
    def file(self) -> bytes:
        return self.day.isoformat().encode()

    @property
    def sha256(self) -> str:
        return sha256(self.file).hexdigest()

    def rows(self) -> list[Row]:
        return [
            Row(
                channel="unionpay", kind="payout", key=order.key, ref=order.ref, amount_minor=order.amount_minor,
                fee_minor=0, at=order.comes_back_at, day=self.day, state="returned", line=line,
            )
            for line, order in enumerate(self.back, 1)
        ]  # fmt: skip
