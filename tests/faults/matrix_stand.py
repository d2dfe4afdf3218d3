"""A borrower who pays at one of the channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from anqi import clock
from anqi.actions import charges
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.payments.models import Charge, Inbox, Outbox, Refund, Unapplied
from anqi.rows.days import SHANGHAI
from tests.faults.matrix_time import Clockwork, Due
from tests.planting import Planted


@dataclass(kw_only=True)
class Ground(Clockwork):
    """One borrower with one loan at one channel."""

    # Half a day until money goes back by itself, a day until its refund is late, and room for both.
    long_enough = timedelta(hours=44)
    drains = (
        tasks.read_inbox, tasks.empty_outbox, tasks.ask_about_charges, tasks.return_what_is_left, tasks.pay_back,
        tasks.wake_loans,
    )  # fmt: skip

    who: Planted

    def begin(self, *, amount_minor: int | None = None) -> Charge:
        wish = Wish(loan_id=self.who.loan_id, purpose="due", amount_minor=amount_minor)
        return charges.open(
            borrower_id=self.who.borrower_id, wishes=[wish], channel=self.channel, how="wap", attempt=uuid4().hex,
            payer_ip="203.0.113.7", now=clock.now(),
        )  # fmt: skip

    def fault(self, name: str, charge: Charge, **rule: Any) -> None:
        self.sandbox.fault(name, channel=self.channel, out_trade_no=charge.key, **rule)

    def offer(self, charge: Charge) -> None:
        """The request delivers it; where that was in vain the worker does."""
        charges.deliver(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
        self.rest(until=lambda: bool(self.current(charge).action))
        charge.refresh_from_db()

    def visit(self, charge: Charge) -> None:
        self.browse(charge.action)

    def pay(self, charge: Charge) -> None:
        self.press("pay", charge.key)

    def give_up(self, charge: Charge) -> None:
        charges.give_up(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())

    def current(self, charge: Charge) -> Charge:
        return Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id)

    def trades(self) -> list[dict[str, Any]]:
        """What the channel has of this borrower's charges; of those that it never heard of, nothing."""
        keys = Charge.objects.filter(borrower_id=self.who.borrower_id).order_by("opened_at")
        answers = [self.sandbox.http.get(f"/_control/{self.channel}/trades/{each.key}") for each in keys]
        found = [answer.json() for answer in answers if answer.status_code == 200]
        return [self._in_common_words(each) for each in found] if self.channel == "unionpay" else found

    def _in_common_words(self, trade: dict[str, Any]) -> dict[str, Any]:
        """An order of UnionPay's, told as the others tell theirs; of one that never ends only the fault says so."""
        struck = self.sandbox.http.get("/_control/faults").json()["struck"]
        endless = any(each["fault"] == "forever" and each["order_no"] == trade["out_trade_no"] for each in struck)
        refunds = [
            each | {"status": each["state"], "outcome": "FOREVER" if endless else each["outcome"]}
            for each in trade["refunds"]
        ]
        return trade | {
            "total_minor": trade["amount_minor"],
            "paid_at": trade["done_at"],
            "trade_status": "WAIT_BUYER_PAY" if trade["state"] == "WAITING" else trade["state"],
            "refunds": refunds,
        }

    def told(self) -> list[dict[str, Any]]:
        return self.trades()

    def is_moving(self, order: dict[str, Any]) -> bool:
        """A refund that WeChat or UnionPay has taken, or a trade of Alipay's or UnionPay's whose time is over."""
        if any(each.get("status") == "PROCESSING" and each["outcome"] != "FOREVER" for each in order["refunds"]):
            return True
        return order.get("trade_status") == "WAIT_BUYER_PAY" and wire(order["expires_at"]) <= clock.now()

    def dues(self) -> Iterable[Due]:
        return (
            (Inbox.objects.filter(state=Inbox.State.WAITING), "next_try_at"),
            (Outbox.objects.filter(done_at=None), "next_try_at"),
            (Charge.objects.all(), "next_try_at"),
            (Charge.objects.filter(state__in=Charge.OPEN, expires_at__gt=clock.now()), "expires_at"),
            (Refund.objects.all(), "next_try_at"),
            (Unapplied.objects.filter(closed_at=None), "returns_at"),
        )


def wire(moment: str) -> datetime:
    """A time as the sandbox keeps it."""
    return datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
