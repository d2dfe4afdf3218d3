"""A borrower one of whose instalments is debited by an agreement, or from a bound card, at one of the channels."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from anqi import clock
from anqi.actions import cards, mandates
from anqi.actions.mandates.refusing import CannotDebit
from anqi.jobs import debits, tasks
from anqi.payments.channels.protocol import Redirect
from anqi.payments.models import Card, Charge, DebitNotice, DebitPlan, Mandate
from anqi.rows.days import SHANGHAI
from tests.faults.matrix_stand import Ground, wire
from tests.faults.matrix_time import Due
from tests.sandbox.sandbox_stand import Sandbox

# The sandbox's Alipay settles a debit in progress after a minute; of these never.
_SETTLES_AFTER = timedelta(seconds=61)
_ENDLESS = ("debit_forever", "papay_forever")
_AGREEMENTS = {"alipay": "agreements", "wechat": "contracts"}
_NUMBER = {"alipay": "external_agreement_no", "wechat": "contract_code"}
# A debit without an end is people's after so long.
LATE = timedelta(hours=2)


@dataclass(kw_only=True)
class Payer(Ground):
    """One borrower with one loan, two days before its first instalment is due."""

    # An instalment is tried for three days; where none of its failures was the borrower's, three more are free.
    long_enough = timedelta(days=10)
    drains = (
        tasks.read_inbox, debits.step_debits_on, debits.announce_debits,
        *(partial(lambda name: app.tasks[name](), f"debits_{each}") for each in ("alipay", "wechat", "unionpay")),
        tasks.ask_about_charges, tasks.ask_about_mandates, tasks.ask_about_cards, tasks.return_what_is_left,
        tasks.pay_back, tasks.wake_loans,
    )  # fmt: skip

    due_on: date
    # When it was known here of each agreement that it was signed.
    known_at: dict[UUID, datetime] = field(default_factory=dict)

    def open(self) -> Mandate:
        """An agreement that its payer is to sign at the channel; for a bound card it holds at once."""
        whose = {"borrower_id": self.who.borrower_id, "loan_id": self.who.loan_id, "now": clock.now()}
        card_id = self._bind().id if self.channel == "unionpay" else None
        return mandates.open(**whose, channel=self.channel, card_id=card_id)

    def _bind(self) -> Card:
        card = cards.open(borrower_id=self.who.borrower_id, channel=self.channel, now=clock.now())
        action = cards.lead(borrower_id=self.who.borrower_id, card_id=card.id)
        assert action
        self.browse({"post": action.url, "fields": action.fields})
        self.press("bind", card.key)
        self.rest(until=lambda: Card.objects.filter(id=card.id, state=Card.State.BOUND).exists())
        return Card.objects.get(id=card.id)

    def sign(self, mandate: Mandate) -> Mandate:
        """The agreement, once its payer has signed it and that is known here."""
        if mandate.state == Mandate.State.PENDING:
            self.browse({"url": self._led(mandate)})
            answer = self.sandbox.control(f"{self.channel}/sign", **{_NUMBER[self.channel]: mandate.key})
            assert answer.status_code == 200, answer.text
            self.rest(until=lambda: self.agreement(mandate).state != Mandate.State.PENDING)
            self.known_at[mandate.id] = clock.now()
        return self.agreement(mandate)

    def _led(self, mandate: Mandate) -> str:
        """Where it is signed; the borrower tries again while the channel doesn't say."""
        whose = {"borrower_id": mandate.borrower_id, "mandate_id": mandate.id, "payer_ip": "203.0.113.7"}
        for _ in range(4):
            with suppress(CannotDebit):
                action = mandates.lead(**whose, now=clock.now())
                assert isinstance(action, Redirect)
                return action.url
            self.sighs += 1
        raise AssertionError("nobody could sign")

    def end(self, mandate: Mandate) -> None:
        mandates.end(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=clock.now())

    def end_at_channel(self, mandate: Mandate) -> None:
        """The payer does, in the channel's app."""
        answer = self.sandbox.control(f"{self.channel}/{_AGREEMENTS[self.channel]}/{mandate.key}/end")
        assert answer.status_code == 200, answer.text

    def fall_behind(self, mandate: Mandate) -> None:
        """The day of the next debit is one of the month before, at Alipay."""
        before = (self.due_on - timedelta(days=28)).isoformat()
        answer = self.sandbox.control(f"alipay/agreements/{mandate.key}/fall-behind", on=before)
        assert answer.status_code == 200, answer.text

    def live(self) -> None:
        """Until the instalment is done with, or left to people, and a while longer for what is told after that."""
        self.rest(until=self.is_over)
        self.rest(within=timedelta(hours=2))

    def is_over(self) -> bool:
        return not self.plans(state=DebitPlan.State.OPEN) or bool(self.endless())

    def plans(self, **which: Any) -> list[DebitPlan]:
        """The plan of this instalment; none where nothing was ever signed."""
        found = DebitPlan.objects.filter(loan_id=self.who.loan_id, due_on=self.due_on, **which)
        return list(found.order_by("opened_at", "id"))

    def debits(self) -> list[Charge]:
        return list(Charge.objects.filter(plan_id__isnull=False).order_by("opened_at", "id"))

    def endless(self) -> list[Charge]:
        return [each for each in self.debits() if each.state in Charge.OPEN and each.opened_at + LATE <= clock.now()]

    def agreement(self, mandate: Mandate) -> Mandate:
        return Mandate.objects.get(borrower_id=mandate.borrower_id, id=mandate.id)

    def at_channel(self, mandate: Mandate) -> dict[str, Any] | None:
        """The channel's own row of the agreement; None of one that it never heard of."""
        if mandate.card_id:
            return None
        kind = _AGREEMENTS[self.channel]
        answer = self.sandbox.http.get(f"/_control/{self.channel}/{kind}/{mandate.key}")
        return answer.json() | {"out_trade_no": mandate.key, "refunds": []} if answer.status_code == 200 else None

    def told(self) -> list[dict[str, Any]]:
        agreements = [self.at_channel(each) for each in Mandate.objects.all()]
        opened = [self.sandbox.http.get(f"/_control/unionpay/trades/{each.key}") for each in Card.objects.all()]
        return [*self.trades(), *(each for each in agreements if each), *(answer.json() for answer in opened)]

    def is_moving(self, order: dict[str, Any]) -> bool:
        if "trade_type" in order and order["trade_type"] == "PAP":
            return not (order["paid_at"] or order["closed_at"] or self._is_endless(order))
        if order.get("trade_status") == "WAIT_BUYER_PAY" and order.get("method") == "alipay.trade.pay":
            return wire(order["created_at"]) + _SETTLES_AFTER <= clock.now() and not self._is_endless(order)
        if order.get("state") == "PROCESSING":
            return order["settles_at"] is not None
        return super().is_moving(order)

    def _is_endless(self, order: dict[str, Any]) -> bool:
        struck = self.sandbox.http.get("/_control/faults").json()["struck"]
        return any(each["fault"] in _ENDLESS and each["order_no"] == order["out_trade_no"] for each in struck)

    def dues(self) -> Iterable[Due]:
        return (
            *super().dues(), (DebitPlan.objects.all(), "next_try_at"), (DebitNotice.objects.all(), "next_try_at"),
            (Mandate.objects.all(), "next_try_at"), (Card.objects.exclude(state=Card.State.BOUND), "next_try_at"),
        )  # fmt: skip

    def moments(self) -> Iterable[datetime]:
        """A debit in progress at Alipay is settled."""
        ends = [each.opened_at + _SETTLES_AFTER for each in self.debits() if each.state in Charge.OPEN]
        return (end for end in ends if end > clock.now()) if self.channel == "alipay" else ()


def begin(sandbox: Sandbox) -> date:
    """The due day of the cells' instalment: it is two days before it, half past eight.

    On a day that each month has, with days after it that Alipay may name.
    """
    sandbox.shift_clock(0)
    now = clock.now()
    due_on = now.astimezone(SHANGHAI).date() + timedelta(days=3)
    while not 5 <= due_on.day <= 20:
        due_on += timedelta(days=1)
    begins_at = datetime(due_on.year, due_on.month, due_on.day, 8, 30, tzinfo=SHANGHAI) - timedelta(days=2)
    sandbox.shift_clock(int((begins_at - now).total_seconds()))
    return due_on
