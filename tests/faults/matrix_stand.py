"""A borrower at one of the channels, and time that goes on from one thing that is due to the next."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from django.db.models import Min, QuerySet

from anqi import clock
from anqi.actions import charges
from anqi.actions.charges import Wish
from anqi.jobs import tasks
from anqi.payments.models import Charge, Inbox, Outbox, Refund, Unapplied
from anqi.rows.days import SHANGHAI
from tests.faults.matrix_cells import Cell
from tests.people.at_once import at_once
from tests.planting import Planted
from tests.sandbox.sandbox_stand import Sandbox, wait_until

# Half a day until money goes back by itself, a day until its refund is late, and room for both.
_LONG_ENOUGH = timedelta(hours=44)
_MOST_STEPS = 200
_DRAINS = (
    tasks.read_inbox, tasks.empty_outbox, tasks.ask_about_charges, tasks.return_what_is_left, tasks.pay_back,
    tasks.wake_loans,
)  # fmt: skip


@dataclass(kw_only=True)
class Ground:
    """One borrower with one loan at one channel; nothing happens here but what a step asks for."""

    sandbox: Sandbox
    who: Planted
    channel: str
    # When each waiting letter of the channel's is due on business time, by its number, try and own due time.
    letters: dict[tuple[int, int, float], datetime] = field(default_factory=dict)
    # How often a page of the channel's was not what the borrower expected.
    sighs: int = 0

    def begin(self, *, amount_minor: int | None = None) -> Charge:
        wish = Wish(loan_id=self.who.loan_id, purpose="due", amount_minor=amount_minor)
        return charges.open(
            borrower_id=self.who.borrower_id, wishes=[wish], channel=self.channel, how="wap", attempt=uuid4().hex,
            payer_ip="203.0.113.7", now=clock.now(),
        )  # fmt: skip

    def strike(self, charge: Charge, cell: Cell) -> None:
        self.fault(cell.fault.name, charge, operation=cell.step, **cell.rule)

    def fault(self, name: str, charge: Charge, **rule: Any) -> None:
        self.sandbox.fault(name, channel=self.channel, out_trade_no=charge.key, **rule)

    def offer(self, charge: Charge) -> None:
        """The request delivers it; where that was in vain the worker does."""
        charges.deliver(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
        self.rest(until=lambda: bool(self.current(charge).action))
        charge.refresh_from_db()

    def visit(self, charge: Charge) -> None:
        """The borrower opens the cashier's page, and loads it again when it isn't what it should be."""
        with httpx.Client(
            trust_env=False, follow_redirects=True, timeout=20, headers={"Referer": "http://localhost/"}
        ) as browser:
            for _ in range(4):
                if _is_cashier(browser, charge.action):
                    return
                self.sighs += 1
        raise AssertionError("the cashier never opened")

    def pay(self, charge: Charge) -> None:
        """The borrower presses the button, and again when a bank says no; a closed order takes nothing."""
        for _ in range(3):
            answer = self.sandbox.control(f"{self.channel}/pay", out_trade_no=charge.key)
            if answer.status_code == 200 or answer.json()["error"] == "ORDER_CLOSED":
                return
            self.sighs += 1
        raise AssertionError(answer.text)

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

    def rest(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Time goes on until nothing is due within two days, or as soon as it holds."""
        horizon = clock.now() + _LONG_ENOUGH
        for _ in range(_MOST_STEPS):
            if until() or not (dues := list(self._dues())) or min(dues) > horizon:
                return
            self._pass_until(min(dues))
            self._hear()
            self._work()
        raise AssertionError(f"no rest: {sorted(dues)}")

    def _work(self) -> None:
        ends = at_once(lambda: [drain() for drain in _DRAINS], lambda: [drain() for drain in reversed(_DRAINS)])
        assert not [end for end in ends if isinstance(end, Exception)], ends

    def _dues(self) -> Iterator[datetime]:
        waiting = (
            (Inbox.objects.filter(state=Inbox.State.WAITING), "next_try_at"),
            (Outbox.objects.filter(done_at=None), "next_try_at"),
            (Charge.objects.all(), "next_try_at"),
            (Charge.objects.filter(state__in=Charge.OPEN, expires_at__gt=clock.now()), "expires_at"),
            (Refund.objects.all(), "next_try_at"),
            (Unapplied.objects.filter(closed_at=None), "returns_at"),
        )
        yield from (due for rows, name in waiting if (due := _first(rows, name)))
        yield from (due for _, due in self._letters())

    def _letters(self) -> Iterator[tuple[str, datetime]]:
        """Each letter that waits at the channel, by its charge's number, and when it comes on business time."""
        self._settle()
        for trade in self.trades():
            for letter in trade["notifications"]:
                if letter["state"] == "waiting":
                    seen = (letter["id"], letter["tries"], letter["due_at"])
                    wait = timedelta(seconds=max(0.0, letter["due_at"] - time.time()))
                    yield trade["out_trade_no"], self.letters.setdefault(seen, clock.now() + wait)

    def _hear(self) -> None:
        now = clock.now()
        for key in sorted({key for key, due in self._letters() if due <= now}):
            self.sandbox.flush(key)

    def _settle(self) -> None:
        """What the channel does by itself within half a second of the world is done when this returns."""
        wait_until(lambda: not any(_is_moving(trade) for trade in self.trades()))

    def _pass_until(self, moment: datetime) -> None:
        ahead = int((moment - clock.now()) / timedelta(seconds=1)) + 1
        if ahead > 0:
            # Replaced, not written: the sandbox reads it all the time.
            file = self.sandbox.clock_file
            draft = file.with_suffix(".draft")
            draft.write_text(str(int(file.read_text() or 0) + ahead))
            draft.replace(file)


def _is_cashier(browser: httpx.Client, action: dict[str, Any]) -> bool:
    try:
        answer = browser.post(action["post"], data=action["fields"]) if "post" in action else browser.get(action["url"])
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and "/cashier/" in answer.url.path


def _first(rows: QuerySet[Any], name: str) -> datetime | None:
    found: datetime | None = rows.aggregate(first=Min(name))["first"]
    return found


def _is_moving(trade: dict[str, Any]) -> bool:
    """A refund that WeChat or UnionPay has taken, or a trade of Alipay's or UnionPay's whose time is over."""
    if any(each.get("status") == "PROCESSING" and each["outcome"] != "FOREVER" for each in trade["refunds"]):
        return True
    return trade.get("trade_status") == "WAIT_BUYER_PAY" and wire(trade["expires_at"]) <= clock.now()


def wire(moment: str) -> datetime:
    """A time as the sandbox keeps it."""
    return datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
