"""A small town of borrowers with habits and bad luck, and the days that pass in it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from anqi.actions import channels, charges, inbox, loans, refunds, repayments, returns
from anqi.actions.charges import Wish
from anqi.actions.returns import paying_back
from anqi.jobs import tasks
from anqi.lending.models import Loan, MerchantOrder
from anqi.lending.repaying import Purpose
from anqi.lending.returning import NewReturn
from anqi.payments import channels as ways
from anqi.payments.channels.bank import Bank
from anqi.payments.channels.protocol import Channel, RawRequest, Succeeded
from anqi.payments.models import Charge
from anqi.rows.refusals import Refused
from tests import settling
from tests.actions.bank_account import STATED
from tests.planting import TERMS, Planted, at, plant_borrower, plant_loan
from tests.simulation.auditor import Auditor, due_dates
from tests.simulation.bank_auditor import BankAuditor
from tests.simulation.branch import Branch
from tests.simulation.cash import Cash
from tests.simulation.rails import Rails
from tests.simulation.shop_auditor import ShopAuditor
from tests.simulation.shops import Shops
from tests.simulation.story import OPENS_ON, Story
from tests.simulation.transfers import Transfers
from tests.simulation.treasury import Treasury
from tests.simulation.vault import Vault

HABITS = {"steady": 26, "late": 6, "ahead": 6, "odd": 6, "settles": 5, "never": 1}
LUCK = {
    "told": 40, "twice": 10, "not_told": 12, "late": 8, "second": 5, "altered": 3, "not_paid": 6, "not_opened": 4,
    "given_up": 4, "given_up_and_paid": 5, "lost_answer": 5,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Act:
    """A borrower sits down to pay some loans; None for an amount means what the purpose costs."""

    borrower_id: UUID
    loan_ids: tuple[UUID, ...]
    purpose: Purpose
    is_odd: bool = False
    tries: int = 0


class Town:
    """Everything that happens comes out of one seed."""

    def __init__(self, seed: int, *, borrowers: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (the same town for the same seed)
        self.rails = Rails(random.Random(seed + 1))  # noqa: S311
        self.takers: list[Rails] = [self.rails]
        self.auditor = Auditor()
        # Of dice of its own: the purchases of a seed stay the same.
        self.cash = Cash(random.Random(seed + 2), Vault(random.Random(seed + 3)))  # noqa: S311
        self.story = Story(seed=seed)
        self.branch = Branch(story=self.story)
        self.transfers = Transfers(chance=random.Random(seed + 5), branch=self.branch)  # noqa: S311
        self.treasury: Treasury
        self.shops: Shops
        self.lucks: dict[str, int] = dict.fromkeys(LUCK, 0)
        self.refused: dict[str, int] = {}
        # Goods come back by a seed of their own, so that they change nobody's habits.
        self.parcels = random.Random(seed + 4)  # noqa: S311
        self._seed = seed
        self._plans: dict[date, list[Act]] = {}
        self._parcels: dict[date, list[Callable[[datetime], object]]] = {}
        self._arrivals: dict[date, list[int]] = {}
        for number in range(borrowers):
            day = OPENS_ON + timedelta(days=self.chance.randrange(45))
            self._arrivals.setdefault(day, []).append(number)

    @property
    def _cashiers(self) -> dict[str, Rails]:
        return {each.code: each for each in self.takers}

    def open(self, patch: pytest.MonkeyPatch) -> None:
        """From here on the town's own channels are the house's."""
        offered: dict[str, Channel] = self._cashiers | {"bank": Bank(STATED)}
        patch.setattr(settings, "ANQI_BANK", STATED)
        patch.setattr(ways, "find", offered.__getitem__)
        patch.setattr(ways, "offered", lambda: tuple(offered))
        patch.setattr(ways, "find_payer", lambda code: self.cash.vault)
        patch.setattr(ways, "find_stating", lambda code: self.cash.vault)
        patch.setattr(ways, "paying_out", lambda: ("unionpay",))
        patch.setattr(ways, "stating_payouts", lambda: ("unionpay",))
        self._hire()

    def _hire(self) -> None:
        clerk, other, supervisor = (settling.staff(role) for role in ("clerk", "clerk", "supervisor"))
        self.treasury = Treasury(
            chance=random.Random(self._seed + 6), branch=self.branch, story=self.story, clerk=clerk,  # noqa: S311
            supervisor=supervisor,
        )  # fmt: skip
        self.shops = Shops(
            chance=random.Random(self._seed + 7), branch=self.branch, story=self.story, clerk=clerk,  # noqa: S311
            other=other, supervisor=supervisor,
        )  # fmt: skip
        self.shops.open(at(OPENS_ON - timedelta(days=2)))
        self.bank_auditor = BankAuditor(branch=self.branch, used=self.treasury.used, seen=self.shops.seen)
        self.shop_auditor = ShopAuditor(bank=self.bank_auditor)

    def pass_day(self, day: date) -> None:
        """Night first, then who comes, then who pays, then what the channels say, then what we ask them."""
        self.rails.now = at(day, 10)
        while loans.wake(now=at(day, 0, 5), limit=10_000):
            pass
        self._listen(at(day, 0, 6))
        if day > OPENS_ON:
            self.shops.shut(day - timedelta(days=1))
        self._pass_time(at(day, 9, 20))
        for number in self._arrivals.pop(day, ()):
            self._welcome(number, day)
        self._read_statements(at(day, 9, 30))
        self.cash.decide(at(day, 9, 45))
        self._work_at_the_bank(day)
        for parcel in self._parcels.pop(day, ()):
            parcel(at(day, 9))
        self._pass_time(at(day, 9, 59))
        for act in self._plans.pop(day, ()):
            self._sit_down(act, at(day, 10))
        for hour, minute in ((10, 14), (10, 40)):
            self._listen(at(day, hour, minute))
            self._ask(at(day, hour, minute))
            self.cash.work(at(day, hour, minute))
        self.treasury.make_transfers(at(day, 11))
        self.shops.book(at(day, 11))
        for loan in self.cash.begun():
            self._plan_cash(loan)
        self._pass_time(at(day, 23, 59))
        self.bank_auditor.audit_evening(day)

    def _pass_time(self, until: datetime) -> None:
        """Nothing happens here between the hours."""

    def _read_statements(self, now: datetime) -> None:
        self.cash.read_statements(now)

    def _work_at_the_bank(self, day: date) -> None:
        self.branch.work(at(day, 9, 46))
        self.treasury.take_files(at(day, 9, 48))
        self.treasury.decide(at(day, 9, 50))
        self.shops.work(at(day, 9, 52))
        self.treasury.see_strangers(at(day, 9, 54))

    def audit(self, day: date) -> None:
        """At the end of that day, all of it."""
        self.auditor.audit(today=day)
        self.bank_auditor.audit()
        self.shop_auditor.audit(today=day)

    def stop_paying(self) -> None:
        """Nobody sits down any more; what is under way goes on, and staff leave nothing lying."""
        self._plans.clear()
        self.treasury.is_prompt = self.shops.is_prompt = True

    def _welcome(self, number: int, day: date) -> None:
        borrower_id = plant_borrower(f"+861380000{number:04d}", now=at(day))
        [habit] = self.chance.choices(list(HABITS), list(HABITS.values()))
        loan_ids = tuple(self._lend(borrower_id, day, 3 if habit == "settles" else 0) for _ in range(self._count()))
        for n, due_on in enumerate(due_dates(day, 12)):
            self._plan(habit, borrower_id, loan_ids, n, due_on)
        if number % 2:
            self.cash.sign(borrower_id, day)

    def _plan_cash(self, loan: Loan) -> None:
        assert loan.starts_on
        [habit] = self.cash.chance.choices(list(HABITS), list(HABITS.values()))
        for n, due_on in enumerate(due_dates(loan.starts_on, 3)):
            self._plan(habit, loan.borrower_id, (loan.id,), n, due_on)

    def _count(self) -> int:
        return 2 if self.chance.random() < 0.15 else 1

    def _lend(self, borrower_id: UUID, day: date, least: int) -> UUID:
        planted = plant_loan(borrower_id=borrower_id, starts_on=day, **self._wish(least))
        return self._sell(planted, day)

    def _wish(self, least: int) -> dict[str, Any]:
        instalments = self.chance.choice([6, 12] if least else [3, 6, 12])
        principal = f"{self.chance.randrange(20_000, 900_000) / 100:.2f}"
        terms = TERMS | {"annual_rate": self.chance.choice(["0", "0.12", "0.2399"])}
        if terms["annual_rate"] == "0":
            # What costs the borrower nothing costs the shop something.
            terms["merchant_fee_rate"] = "0.03"
        return {"principal": principal, "instalments": instalments, "terms": terms}

    def _sell(self, planted: Planted, day: date) -> UUID:
        self.shops.sell(planted)
        for _ in range(self.parcels.choice((0, 0, 0, 1, 1, 2))):
            asked_on = day + timedelta(days=self.parcels.randrange(1, 120))
            self._parcels.setdefault(asked_on, []).append(partial(self._announce, planted))
        return planted.loan_id

    def _announce(self, planted: Planted, now: datetime) -> None:
        """The shop says that goods are coming; a while later they are there, or the shop says that they are not."""
        theirs = MerchantOrder.objects.get(id=planted.merchant_order_id)
        whose = {"merchant_id": theirs.merchant_id, "merchant_order_id": theirs.id}
        part_minor = self.parcels.choice((None, theirs.amount_minor // 3, self.parcels.randrange(1, theirs.amount_minor)))
        try:
            goods, _ = returns.request(
                **whose, key=f"{self.parcels.getrandbits(128):x}", body_hash="", is_here=False, now=now,
                asked=NewReturn(amount_minor=part_minor, reason="不合适"),
            )  # fmt: skip
        except Refused as refused:
            self.refused[refused.code] = self.refused.get(refused.code, 0) + 1
            return
        come = partial(returns.accept, **whose, return_id=goods.id)
        stay = partial(returns.withdraw, **whose, return_id=goods.id, reason="没有寄来")
        act = come if self.parcels.random() < 0.8 else stay
        later = now.date() + timedelta(days=self.parcels.randrange(1, 25))
        self._parcels.setdefault(later, []).append(lambda then: act(now=then))

    def _plan(self, habit: str, borrower_id: UUID, loan_ids: tuple[UUID, ...], n: int, due_on: date) -> None:
        after = {"steady": (0, 3), "late": (1, 14), "ahead": (-20, 2), "odd": (-10, 12), "settles": (-9, 9), "relies": (4, 8)}
        if habit == "never":
            return
        purpose: Purpose = "due"
        if habit == "ahead" and self.chance.random() < 0.6:
            purpose = "next"
        if habit == "settles" and n >= self.chance.randrange(1, 4):
            purpose = "all"
        act = Act(borrower_id=borrower_id, loan_ids=loan_ids, purpose=purpose, is_odd=habit == "odd")
        day = due_on + timedelta(days=self.chance.randint(*after[habit]))
        self._plans.setdefault(day, []).append(act)

    def _sit_down(self, act: Act, now: datetime) -> None:
        day = now.date()
        charge = self._open(act, now)
        if not charge:
            return
        for part in charge.parts.filter(borrower_id=charge.borrower_id):
            self._check_quote(part, act, day)
        if charge.channel == "bank":
            charges.deliver(borrower_id=charge.borrower_id, charge_id=charge.id, now=now)
            if self.transfers.send(charge, now):
                self._try_later(act, act.loan_ids, day, after=4)
            return
        [luck] = self.chance.choices(list(LUCK), list(LUCK.values()))
        self.lucks[luck] += 1
        whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
        if luck == "lost_answer":
            self._ask(now + timedelta(seconds=5))
        else:
            charges.deliver(**whose, now=now)
        if luck.startswith("given_up"):
            charges.give_up(**whose, now=now + timedelta(minutes=1))
            self._ask(now + timedelta(minutes=2))
        if luck in ("not_paid", "not_opened", "given_up", "altered"):
            self._try_later(act, act.loan_ids, day, after=3)
        self._at_the_cashier(self._cashiers[charge.channel], charge.key, luck, now + timedelta(minutes=5))

    def _open(self, act: Act, now: datetime) -> Charge | None:
        odd = self.chance.randrange(100, 60_000) if act.is_odd else None
        channel = self._choose(act.purpose)
        wishes = [Wish(loan_id=loan_id, purpose=act.purpose, amount_minor=odd) for loan_id in act.loan_ids]
        try:
            return charges.open(
                borrower_id=act.borrower_id, wishes=wishes, channel=channel, how="page" if channel == "bank" else "wap",
                attempt=f"{self.chance.getrandbits(128):x}", now=now,
            )  # fmt: skip
        except Refused as refused:
            self.refused[refused.code] = self.refused.get(refused.code, 0) + 1
            if len(act.loan_ids) > 1:
                # One of them has nothing to pay: then each by itself.
                for loan_id in act.loan_ids:
                    self._try_later(act, (loan_id,), now.date(), after=1)
            elif refused.code in ("other_charge_open", "too_slow_to_settle"):
                self._try_later(act, act.loan_ids, now.date(), after=1)
            return None

    def _choose(self, purpose: Purpose) -> str:
        """The channel by which somebody pays."""
        return self.transfers.choose(purpose)

    def _try_later(self, act: Act, loan_ids: tuple[UUID, ...], day: date, *, after: int) -> None:
        if act.tries < 12:
            again = Act(**{**vars(act), "loan_ids": loan_ids, "tries": act.tries + 1})
            self._plans.setdefault(day + timedelta(days=after), []).append(again)

    def _check_quote(self, part: object, act: Act, day: date) -> None:
        """What the borrower is asked for is what the auditor says they owe."""
        course = self.auditor.course(part.loan_id, today=day)
        wanted = {"due": course.due_now, "all": course.payoff, "next": part.amount_minor}[act.purpose]
        if not act.is_odd:
            assert part.amount_minor == wanted, f"loan {part.loan_id}, {act.purpose} on {day}: {wanted}"
        assert part.amount_minor <= max(course.payoff, course.due_now)

    def _at_the_cashier(self, rails: Rails, key: str, luck: str, now: datetime) -> None:
        if luck in ("not_opened", "given_up"):
            return
        trade = rails.trades[key]
        if luck == "not_paid":
            trade.is_open = True
            return
        amount_minor = trade.amount_minor + 1 if luck == "altered" else None
        taken = rails.pay(key, at=now, amount_minor=amount_minor)
        if not taken:
            return
        self._write(rails, key, luck, taken)
        if luck == "second":
            second = rails.pay(key, at=now + timedelta(minutes=1))
            assert second
            rails.write(key, second, after=timedelta(hours=self.chance.randrange(60)))

    def _write(self, rails: Rails, key: str, luck: str, taken: Succeeded) -> None:
        if luck == "late":
            rails.trades[key].is_silent = True
            rails.write(key, taken, after=timedelta(days=self.chance.randint(1, 9)))
        elif luck != "not_told":
            rails.write(key, taken, after=timedelta(seconds=1))
        if luck == "twice":
            rails.write(key, taken, after=timedelta(hours=self.chance.randrange(90)))

    def _listen(self, now: datetime) -> None:
        for taker in self.takers:
            for body in taker.post(now=now):
                self._take_in(taker, body, now)
        for message in inbox.lease(now=now, limit=1000):
            tasks._learn(message, now)

    def _take_in(self, taker: Rails, body: bytes, now: datetime) -> None:
        raw = RawRequest(method="POST", headers={}, query="", body=body, received_at=now)
        channels.receive(channel=taker.code, raw=raw, now=now, wake=lambda: None)

    def _ask(self, now: datetime) -> None:
        for entry in charges.lease_outbox(now=now, limit=1000):
            tasks._ask(entry, now)
        for charge in charges.lease_unheard(now=now, limit=1000):
            repayments.inquire(borrower_id=charge.borrower_id, charge_id=charge.id, now=now)
        for goods in paying_back.due(now=now, limit=1000):
            tasks._pay_back_goods(goods, now)
        for case in tasks.due_cases(now=now, limit=1000):
            tasks._return(case, now)
        for refund in refunds.lease(now=now, limit=1000):
            tasks._pay_back(refund, now)
