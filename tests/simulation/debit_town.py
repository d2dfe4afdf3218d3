"""The town with auto-debit: about half of its borrowers sign for it, and the day has more hours."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from anqi.actions import autodebits, cards, charges, inbox, mandates, merchants, purchases, returns
from anqi.jobs import debits, tasks
from anqi.lending import credit, products, shelf
from anqi.lending.applications import To
from anqi.lending.models import Loan, MerchantOrder, Order
from anqi.lending.returning import NewReturn
from anqi.payments import channels as ways
from anqi.payments.channels.protocol import DebitRules
from anqi.people.models import Borrower
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused
from demo import cast
from tests import planting, reserving
from tests.planting import Planted, at, plant_borrower
from tests.simulation.auditor import due_dates
from tests.simulation.debit_auditor import DebitAuditor
from tests.simulation.desks import ANNOUNCING, LUCK, Desk, Lot
from tests.simulation.signers import Signers, Whose
from tests.simulation.story import OPENS_ON
from tests.simulation.town import Act, Town

# One that names its days and debits once in each, one that is told two days before and takes so much, and cards.
RULES = {
    "alipay": DebitRules(names_days=True, last_day_of_month=28, once_a_period=True),
    "wechat": DebitRules(announced_days=2, once_a_period=True, single_minor=250_000),
    "unionpay": DebitRules(),
}
# When the workers look, also by night, when nothing may be taken.
_HOURS = tuple(time(*each) for each in (
    (0, 10), (6, 40), (7, 10), (9, 0), (9, 29), (9, 30), (9, 33), (9, 36), (9, 45), (11, 30), (13, 0), (15, 30), (15, 36),
    (17, 0), (20, 0), (21, 50), (22, 30), (23, 50),
))  # fmt: skip
_ROUNDS = 20
# What is paid back at once, whose sums the auditor can do.
_RESERVES = (("reserve-d7", 50_000, 50_000), ("reserve-d30", 10_000, 300_000))


class DebitTown(Town):
    """Each other borrower is debited; the others do as they do in any town.

    Each other of those borrows in cash too, by the acts of a borrower, and is debited for that as well. The house looks
    at every agreement each day, which is most of the town's time; here in `looks_every` days.
    """

    def __init__(self, seed: int, *, borrowers: int, looks_every: int = 1, arrive_within: int = 20) -> None:
        super().__init__(seed, borrowers=0)
        dice = random.Random(seed + 8)  # noqa: S311
        self.lucks_of_debits, self.tellings = Lot(dice, LUCK), Lot(dice, ANNOUNCING)
        self.desks = {code: self._desk(code, n) for n, code in enumerate(RULES)}
        self.rails, self.takers = self.desks["alipay"], list(self.desks.values())
        self.signers = Signers(
            chance=random.Random(seed + 9), desks=self.desks, story=self.story, pays=self._pay_at_the_wrong_moment  # noqa: S311
        )
        self.debit_auditor = DebitAuditor(
            auditor=self.auditor, desks=self.desks, loans=self.signers.loans, story=self.story
        )
        self._clock = at(OPENS_ON - timedelta(days=1), 23, 59)
        self._looks_every, self._lends = looks_every, True
        self._bought: dict[UUID, Planted] = {}
        self._borrowers = random.Random(seed + 13)  # noqa: S311
        self.reserves: set[UUID] = set()
        for number in range(borrowers):
            day = OPENS_ON + timedelta(days=self.chance.randrange(arrive_within))
            self._arrivals.setdefault(day, []).append(number)

    def _desk(self, code: str, n: int) -> Desk:
        return Desk(
            code=code, rules=RULES[code], chance=random.Random(self._seed + 10 + n), lucks=self.lucks_of_debits,  # noqa: S311
            tellings=self.tellings, sees=lambda desk, request: self.debit_auditor.see(desk, request), tell=self._hear_first,
        )  # fmt: skip

    def _hear_first(self, desk: Desk, body: bytes) -> None:
        """A notice overtakes the answer."""
        self._take_in(desk, body, desk.now)
        for message in inbox.lease(now=desk.now, limit=1000):
            tasks._learn(message, desk.now)

    def open(self, patch: pytest.MonkeyPatch) -> None:
        super().open(patch)
        patch.setattr(settings, "ANQI_ALIPAY", {"sign_scene": "INDUSTRY|CREDIT"})
        patch.setattr(settings, "ANQI_WECHAT", {"papay_plan_id": "1"})
        patch.setattr(ways, "_WITH_MANDATES", ("alipay", "wechat"))
        patch.setattr(ways, "DEBITING", tuple(RULES))

        lender, _, _ = planting.reference_rows(at(OPENS_ON))
        for plan in shelf.RESERVES:
            merchants.sell(lender=lender.code, kind=products.RESERVE, now=at(OPENS_ON), **plan)

    def stop_paying(self) -> None:
        """Debits go on, and nothing goes wrong with them any more; nobody borrows."""
        super().stop_paying()
        self._lends = False
        self.signers.stop()
        self.lucks_of_debits.only, self.tellings.only = "at_once", "told"

    def audit(self, day: date) -> None:
        super().audit(day)
        self.debit_auditor.audit()

    def _welcome(self, number: int, day: date) -> None:
        if number % 2:
            super()._welcome(number, day)
            return
        borrower_id = plant_borrower(f"+861380000{number:04d}", now=at(day))
        if number % 4 == 0:
            self._expect_to_borrow(borrower_id, number, day)
        for _ in range(self._count()):
            ships_on = day + timedelta(days=self.chance.choice((0, 0, 0, self.chance.randrange(2, 9))))
            loan_id = self._lend(borrower_id, day, 0) if ships_on == day else self._agree(borrower_id, day, ships_on)
            due_on = due_dates(ships_on, 12)
            whose = Whose(borrower_id=borrower_id, loan_id=loan_id)
            self.signers.welcome(whose, signs_on=day + timedelta(days=1), due_days=due_on[:2])
            for n, each in enumerate(due_on):
                self._plan("relies", borrower_id, (loan_id,), n, each)

    def _expect_to_borrow(self, borrower_id: UUID, number: int, day: date) -> None:
        """A reserve at once, another one next month, and one more a while after that."""
        credit.grant(borrower_id, now=at(day))
        Borrower.objects.filter(id=borrower_id).update(id_number=cast.LIN.id_number)
        to = reserving.bind(borrower_id, f"62352{number:08}")
        for days in (0, 33, 50):
            self._parcels.setdefault(day + timedelta(days=days), []).append(partial(self._borrow, borrower_id, to))

    def _borrow(self, borrower_id: UUID, to: To, now: datetime) -> None:
        if not self._lends:
            return
        code, least_minor, most_minor = self._borrowers.choice(_RESERVES)
        wish = {"product": code, "amount_minor": self._borrowers.randint(least_minor, most_minor)}
        row = reserving.apply(borrower_id, to, now=now, **wish)
        if row.state != "approved":
            self.refused[row.state] = self.refused.get(row.state, 0) + 1
            return
        loan = reserving.sign(row, now=now)
        self.story.tell(now, f"loan {loan.id} is {row.amount_minor} in cash, {code}")
        self.cash.waiting.add(loan.id)
        self.reserves.add(loan.id)

    def _plan_cash(self, loan: Loan) -> None:
        """It is known to have begun, today: it can be debited from tomorrow on."""
        if loan.id not in self.reserves:
            super()._plan_cash(loan)
            return
        whose, today = Whose(borrower_id=loan.borrower_id, loan_id=loan.id), self._clock.date()
        due_on = self.auditor.course(loan.id, today=today).rows[0].due_on
        self.signers.welcome(whose, signs_on=today + timedelta(days=1), due_days=[due_on])
        self._plan("relies", loan.borrower_id, (loan.id,), 0, due_on)

    def _agree(self, borrower_id: UUID, day: date, ships_on: date) -> UUID:
        """Signed that day, and the goods leave later."""
        wish = self._wish(0)
        signed = wish["terms"] | {"principal": wish["principal"], "instalments": wish["instalments"]}
        loan = planting._rows(borrower_id, int(wish["principal"].replace(".", "")), signed, at(day))
        whose = {"borrower_id": borrower_id, "id": loan.order_id}
        Order.objects.filter(**whose).update(state=Order.State.CONFIRMED, shipped_at=None)
        theirs = MerchantOrder.objects.get(order_id=loan.order_id)
        MerchantOrder.objects.filter(id=theirs.id).update(state=MerchantOrder.State.CONFIRMED)
        planted = Planted(
            borrower_id=borrower_id, loan_id=loan.id, order_id=loan.order_id, merchant_order_id=theirs.id
        )
        self._parcels.setdefault(ships_on, []).append(partial(self._ship, planted))
        return self._sell(planted, ships_on)

    def _sell(self, planted: Planted, day: date) -> UUID:
        self._bought[planted.loan_id] = planted
        return super()._sell(planted, day)

    def _ship(self, planted: Planted, now: datetime) -> None:
        theirs = MerchantOrder.objects.get(id=planted.merchant_order_id)
        purchases.ship(merchant_id=theirs.merchant_id, merchant_order_id=theirs.id, tracking_number="SF1234", now=now)
        self.story.tell(now, f"loan {planted.loan_id} begins")

    def _pay_at_the_wrong_moment(self, habit: str, whose: Whose, now: datetime) -> None:
        if habit == "returns" and whose.loan_id in self._bought:
            self._bring_all_back(self._bought[whose.loan_id], now)
            return
        purpose = "all" if habit == "settles" else "due"
        self._sit_down(Act(borrower_id=whose.borrower_id, loan_ids=(whose.loan_id,), purpose=purpose), now)

    def _bring_all_back(self, planted: Planted, now: datetime) -> None:
        theirs = MerchantOrder.objects.get(id=planted.merchant_order_id)
        try:
            returns.request(
                merchant_id=theirs.merchant_id, merchant_order_id=theirs.id, key=f"{self.parcels.getrandbits(128):x}",
                body_hash="", is_here=True, now=now, asked=NewReturn(amount_minor=None, reason="不合适"),
            )  # fmt: skip
        except Refused as refused:
            self.refused[refused.code] = self.refused.get(refused.code, 0) + 1

    def _sit_down(self, act: Act, now: datetime) -> None:
        self.story.tell(now, " ".join(("pays", act.purpose, *(f"loan {each}" for each in act.loan_ids))))
        super()._sit_down(act, now)

    def _ask(self, now: datetime) -> None:
        self._set(now)
        super()._ask(now)

    def _set(self, now: datetime) -> None:
        for desk in self.desks.values():
            desk.now = now

    def _pass_time(self, until: datetime) -> None:
        for day in {self._clock.date(), until.date()}:
            for hour in _HOURS:
                now = datetime.combine(day, hour, SHANGHAI)
                if self._clock < now <= until:
                    self._work_at(now)
        self._clock = until

    def _work_at(self, now: datetime) -> None:
        self._set(now)
        if now.time() == time(9, 29):
            self.signers.act("before", now)
        elif now.time() == time(9, 33):
            self.signers.act("amid", now)
        if any(desk.has_news for desk in self.desks.values()):
            self._listen(now)
        looks = now.toordinal() % self._looks_every == 0
        for _ in range(_ROUNDS):
            if not _do_what_is_due(now, looks):
                return
        raise AssertionError(f"at {now} there is always something to do")


def _do_what_is_due(now: datetime, looks: bool) -> bool:
    """Whether there was anything; each job only where it has something to do, since it is asked at every hour."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "looks": looks})
        due = cursor.fetchone()
    for is_due, job in zip(due, _JOBS, strict=True):
        if is_due:
            job(now)
    return any(due)


def _step(now: datetime) -> None:
    for plan in autodebits.lease(now=now, limit=1000):
        debits._step_on(plan, now)


def _announce(now: datetime) -> None:
    for notice in autodebits.lease_notices(now=now, limit=1000):
        debits._announce(notice, now)


def _send(now: datetime) -> None:
    for code in RULES:
        for entry in autodebits.lease_debits(code, now=now, limit=1000):
            debits._send_debit(entry, now)


def _inquire(now: datetime) -> None:
    for charge in charges.lease_unheard(now=now, limit=1000):
        tasks._inquire(charge, now)


def _look_at_agreements(now: datetime) -> None:
    for mandate in mandates.lease(now=now, limit=1000):
        tasks._ask_about_mandate(mandate, now)


def _look_at_cards(now: datetime) -> None:
    for card in cards.lease(now=now, limit=1000):
        tasks._ask_about_card(card, now)


_JOBS: tuple[Callable[[datetime], None], ...] = (
    _step, _announce, _send, _inquire, _look_at_agreements, _look_at_cards,
)  # fmt: skip
_DUE = """
    select exists (select from payments_debit_plan where next_try_at <= %(now)s),
        exists (select from payments_debit_notice where next_try_at <= %(now)s),
        exists (select from payments_outbox where channel <> '' and done_at is null and next_try_at <= %(now)s),
        exists (select from payments_charge where mandate_id is not null and next_try_at <= %(now)s),
        exists (select from payments_mandate where next_try_at <= %(now)s
            and (%(looks)s or state <> 'active' or asked_at is null or next_try_at < asked_at + interval '1 day')),
        exists (select from payments_card where next_try_at <= %(now)s)
"""
