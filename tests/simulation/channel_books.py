"""What a channel's own account holds of a day: what each of its statements would tell, were nothing wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from anqi.payments.channels.protocol import Succeeded
from tests.simulation.desks import Desk
from tests.simulation.rails import Returned, Trade
from tests.simulation.vault import Order, Vault
from tools.statements.movements import Movement

KINDS = {"alipay": ("trade", "funds"), "wechat": ("trade", "funds"), "unionpay": ("clearing",)}
_PAYOUT_FEE_MINOR = 100
_ENDS_EARLIER = {"unionpay": timedelta(hours=1)}


def fee(amount_minor: int) -> int:
    """Six in a thousand."""
    return (amount_minor * 6 + 500) // 1000


def is_cost(each: Movement) -> bool:
    """A fee that is given back is nothing that anybody here expects."""
    return each.kind == "fee" and each.amount_minor > 0


@dataclass(frozen=True, kw_only=True)
class ChannelBooks:
    """A desk's, and of the channel that pays out the vault's beside it."""

    desk: Desk
    vault: Vault | None = None

    @property
    def code(self) -> str:
        return self.desk.code

    def movements(self, day: date, kind: str) -> list[Movement]:
        """All that such a file of that day is to tell, in the order of its time."""
        begins = datetime.combine(day, time.min) - _ENDS_EARLIER.get(self.code, timedelta())
        found = [each for each in self._all(kind) if begins <= each.at < begins + timedelta(days=1)]
        return sorted(found, key=lambda each: (each.at, each.ref))

    def _all(self, kind: str) -> Iterator[Movement]:
        for trade in self.desk.trades.values():
            for taken in trade.taken:
                yield from self._taken(trade, taken, kind)
        for returned in self.desk.returned.values():
            if returned.done_at:
                yield from self._returned(returned, _wire(returned.done_at), kind)
        for order in self.vault.orders.values() if self.vault else ():
            yield from _paid_out(order)

    def _taken(self, trade: Trade, taken: Succeeded, kind: str) -> Iterator[Movement]:
        is_debit = (self.code, kind) == ("wechat", "trade") and trade.key in self.desk.debits
        fee_minor, at = fee(taken.amount_minor), _wire(taken.paid_at)
        yield Movement(
            kind="debit" if is_debit else "pay", key=trade.key, ref=taken.ref, amount_minor=taken.amount_minor,
            fee_minor=0 if kind == "funds" else fee_minor, at=at,
        )  # fmt: skip
        if kind == "funds" and fee_minor:
            yield _fee(trade.key, taken.ref, -fee_minor, at)

    def _returned(self, returned: Returned, at: datetime, kind: str) -> Iterator[Movement]:
        """WeChat gives back what it kept; Alipay's list of the account has a refund under its charge's number."""
        back_minor = fee(returned.amount_minor) if self.code == "wechat" else 0
        is_under_charge = (self.code, kind) == ("alipay", "funds")
        yield Movement(
            kind="refund", key=returned.charge_key if is_under_charge else returned.key, ref=returned.ref,
            amount_minor=-returned.amount_minor, fee_minor=0 if kind == "funds" else -back_minor, at=at,
            charge_key=returned.charge_key if kind == "trade" else "",
        )  # fmt: skip
        if kind == "funds" and back_minor:
            yield _fee(returned.key, returned.ref, back_minor, at)


def _fee(key: str, ref: str, amount_minor: int, at: datetime) -> Movement:
    return Movement(kind="fee", key=key, ref=ref, amount_minor=amount_minor, fee_minor=0, at=at)


def _paid_out(order: Order) -> Iterator[Movement]:
    if order.arrives_at:
        yield Movement(
            kind="payout", key=order.key, ref=order.ref, amount_minor=-order.amount_minor,
            fee_minor=_PAYOUT_FEE_MINOR, at=_wire(order.arrives_at),
        )  # fmt: skip
    if order.comes_back_at:
        yield Movement(
            kind="returned", key=order.key, ref=order.ref, amount_minor=order.amount_minor, fee_minor=0,
            at=_wire(order.comes_back_at),
        )  # fmt: skip


def _wire(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
