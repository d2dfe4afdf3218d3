"""The town's shops: whose goods were bought, the days that are shut, and what two people pay for them at the bank."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from anqi.actions.settlements import accounts, booking, payouts
from anqi.lending import payouts_to_shops, settlements
from anqi.lending.models import Merchant, MerchantOrder, MerchantPayout, Order
from anqi.payments.channels.bank import reference
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from tests import settling
from tests.planting import Planted, reference_rows
from tests.simulation import branch
from tests.simulation.branch import Branch
from tests.simulation.story import Story

_SHOPS = (("云杉家电", "daily", 0), ("南山骑行", "daily", 300_000), ("拾光书店", "weekly", 0))
State = MerchantPayout.State


@dataclass(kw_only=True)
class Shops:
    """`seen` are the bank's numbers of payments that two people saw there before any file told them."""

    chance: random.Random
    branch: Branch
    story: Story
    clerk: User
    other: User
    supervisor: User
    lender_id: UUID = field(init=False)
    shops: list[Merchant] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    lucks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("withdrawn", "came_back", "seen"), 0))
    refused: dict[str, int] = field(default_factory=dict)
    is_prompt: bool = False
    _ordered: set[UUID] = field(default_factory=set)

    def open(self, now: datetime) -> None:
        self.lender_id = reference_rows(now)[0].id
        for n, (name, cycle, least_minor) in enumerate(_SHOPS):
            shop = Merchant.objects.create(
                code=f"shop{n}", name=name, settlement_cycle=cycle, settlement_least_minor=least_minor, created_at=now
            )
            account = accounts.propose(
                account_id=uuid7(), merchant_id=shop.id, name=name, bank="工商银行深圳分行", number=settling.CARD,
                actor=self.clerk, now=now,
            )  # fmt: skip
            accounts.release(merchant_id=shop.id, account_id=account.id, actor=self.supervisor, now=now)
            self.shops.append(shop)

    def sell(self, planted: Planted) -> None:
        """One of them has sold it."""
        shop = self.chance.choice(self.shops)
        MerchantOrder.objects.filter(id=planted.merchant_order_id).update(merchant=shop)
        Order.objects.filter(borrower_id=planted.borrower_id, id=planted.order_id).update(merchant=shop)

    def shut(self, day: date) -> None:
        """The day is over, and settled, as the end of day leaves it."""
        settling.shut(day)

    def work(self, now: datetime) -> None:
        """What was proposed is released by another person; what is due is proposed; some is seen at the bank."""
        for payout in MerchantPayout.objects.filter(state__in=payouts_to_shops.OPEN).order_by("id"):
            if payout.state == State.PROPOSED:
                self._release(payout, now)
            elif payout.id in self._ordered and self._happens("seen", 0.15):
                self._see(payout, now)
        ready: Counter[UUID] = Counter()
        for each in settlements.unpaid(today=day_of(now)):
            ready[each.row.merchant_id] += each.row.amount_minor if each.state == settlements.READY else 0
        for shop in self.shops:
            if ready[shop.id] > 0 and (self.is_prompt or self.chance.random() < 0.6):
                self._propose(shop, now)

    def _propose(self, shop: Merchant, now: datetime) -> None:
        try:
            payout = payouts.propose(
                payout_id=uuid7(), merchant_id=shop.id, lender_id=self.lender_id, currency="CNY", until=day_of(now),
                actor=self.clerk, now=now,
            )  # fmt: skip
        except Refused as refused:
            self.refused[refused.code] = self.refused.get(refused.code, 0) + 1
        else:
            self.story.tell(now, f"shop {shop.name} is to get {payout.amount_minor}, {payout.number}")

    def _release(self, payout: MerchantPayout, now: datetime) -> None:
        if self._happens("withdrawn", 0.05):
            payouts.withdraw(payout_id=payout.id, reason="再核对", actor=self.clerk, now=now)
            return
        payouts.release(payout_id=payout.id, actor=self.supervisor, now=now)
        self._ordered.add(payout.id)
        back = timedelta(hours=self.chance.randint(3, 90)) if self._happens("came_back", 0.05) else None
        self.branch.take(branch.Order(
            at=now + timedelta(minutes=self.chance.randint(1, 1800)), amount_minor=-payout.amount_minor,
            memo=f"货款 {reference(payout.number)}", cause="settlement", key=payout.number,
            name=Merchant.objects.get(id=payout.merchant_id).name, comes_back_after=back,
        ))  # fmt: skip

    def _see(self, payout: MerchantPayout, now: datetime) -> None:
        made = next((each for each in self.branch.ledger if each.order.key == payout.number), None)
        if made is None:
            self.lucks["seen"] -= 1
            return
        on = day_of(made.order.at)
        payouts.report(payout_id=payout.id, is_paid=True, ref=made.serial, on=on, actor=self.clerk, now=now)
        payouts.confirm(payout_id=payout.id, actor=self.other, now=now)
        self.seen.add(made.serial)
        self.story.tell(now, f"shop payment {payout.number} seen at the bank by two, {made.serial}")

    def book(self, now: datetime) -> None:
        """What the worker does."""
        for payout in payouts_to_shops.to_book(limit=100):
            booking.book(payout.id, now=now)

    def _happens(self, what: str, chance: float) -> bool:
        happens = (self.chance.random() < chance or not self.lucks[what]) and not self.is_prompt
        self.lucks[what] += happens
        return happens
