"""Borrowers who transfer to the lender's account, and what goes wrong with the number that they are to state."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anqi.lending.repaying import Purpose
from anqi.payments.channels.bank import reference
from anqi.payments.models import Charge
from tests.simulation.branch import Branch, Order

# One of twenty each.
LUCK = {
    "right": 60, "mistyped": 5, "without": 5, "of_another": 5, "twice": 5, "too_much": 5, "too_little": 5, "too_late": 5,
    "never": 5,
}  # fmt: skip
# Of those who could; settling takes a day that a transfer can't name.
SHARE = 0.25
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(kw_only=True)
class Transfers:
    """What borrowers do at their own banks with a charge that they began here."""

    chance: random.Random
    branch: Branch
    lucks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LUCK, 0))
    _begun: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Each kind once first: where chance alone decided, some seed would prove nothing of it.
        self._first = self.chance.sample(list(LUCK), len(LUCK))

    def choose(self, purpose: Purpose) -> str:
        """The channel by which somebody pays."""
        return "bank" if self.chance.random() < SHARE and purpose != "all" else "alipay"

    def send(self, charge: Charge, now: datetime) -> bool:
        """Whether the borrower will come again, since no money is on its way."""
        luck = self._draw()
        self.lucks[luck] += 1
        self._begun.append(charge.key)
        if luck == "never":
            return True
        leaves_at = now + timedelta(minutes=self.chance.randint(5, 60 * 60))
        if luck == "too_late":
            leaves_at = charge.expires_at + timedelta(hours=self.chance.randint(1, 70))
        for _ in range(2 if luck == "twice" else 1):
            self.branch.take(self._order(charge, luck, leaves_at))
            leaves_at += timedelta(hours=self.chance.randrange(40))
        return False

    def _draw(self) -> str:
        [luck] = self.chance.choices(list(LUCK), list(LUCK.values()))
        luck = self._first.pop() if self._first else luck
        if luck == "of_another" and not self._begun:
            self._first.insert(0, luck)
            return "right"
        return luck

    def _order(self, charge: Charge, luck: str, at: datetime) -> Order:
        key = self.chance.choice(self._begun[:-1]) if luck == "of_another" else charge.key
        off_minor = {"too_much": 1, "too_little": -1}.get(luck, 0) * self.chance.randint(1, charge.amount_minor // 2 or 1)
        memo = "还款" if luck == "without" else self._stated(reference(key), luck)
        # Nobody transfers nothing: of one fen too little is too much.
        return Order(
            at=at, amount_minor=charge.amount_minor + off_minor or 2, memo=memo, cause="charge", key=key,
            is_stated=luck not in ("mistyped", "without"),
        )  # fmt: skip

    def _stated(self, told: str, luck: str) -> str:
        if luck == "mistyped":
            place = self.chance.randrange(2, len(told))
            other = self.chance.choice([each for each in _SYMBOLS if each != told[place]])
            told = told[:place] + other + told[place + 1 :]
        return self.chance.choice(("{}", "还款 {}", "{} 谢谢", "分期{}还款")).format(
            self.chance.choice((told, told.lower(), f"{told[:4]} {told[4:]}"))
        )
