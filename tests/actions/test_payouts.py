"""Payouts: a loan in cash leaves once, whatever fails on the way, and begins on the day its money arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from anqi.actions import charges, loans, payouts, repayments
from anqi.actions.charges import Wish
from anqi.config.verification import verify
from anqi.lending import limits
from anqi.lending.models import Fact, Lender, Loan, Order
from anqi.notices.models import Message
from anqi.payments import channels, payout_inspection
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
from anqi.payments.models import Payout, PayoutExchange, ReadStatement, Unapplied
from anqi.payments.payouts import PayTo
from anqi.payments.statements import Row
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, ReasonMissing
from anqi.people.models import StaffAct, User
from anqi.rows import sql
from tests.planting import at, days, plant_borrower, plant_cash, plant_loan

pytestmark = pytest.mark.django_db
SIGNED = date(2026, 8, 31)
NOON = at(SIGNED)
CARD = PayTo(channel="unionpay", account="T0001", holder="林小满", label="招商银行 尾号1234")
OTHER_CARD = PayTo(channel="unionpay", account="T0002", holder="林小满", label="工商银行 尾号8888")
A_BIT = timedelta(minutes=4)


@dataclass
class Bank:
    """A channel that pays a number once, and answers what the test wants."""

    balance: int | None = 10**9
    answer: Result = field(default_factory=lambda: Accepted(ref="P1"))
    found: Result | None = None
    dies: bool = False
    asked: list[PayoutRequest] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)
    queried: list[tuple[str, datetime]] = field(default_factory=list)
    files: dict[date, list[Row]] = field(default_factory=dict)

    def balance_minor(self) -> int | None:
        return self.balance

    def payout(self, request: PayoutRequest) -> Result:
        if self.dies:
            raise Killed
        self.asked.append(request)
        if not isinstance(self.answer, Failed):
            self.paid.setdefault(request.key, request.amount_minor)
        return self.answer

    def query_payout(self, key: str, *, opened_at: datetime) -> Result:
        self.queried.append((key, opened_at))
        if self.found is not None:
            return self.found
        return Accepted(ref="P1") if key in self.paid else NotFound()

    def statement_kinds(self) -> tuple[str, ...]:
        return ("clearing",)

    def statement(self, day: date, *, kind: str) -> "File":
        if day not in self.files:
            raise NotReady
        return File(day=day, told=self.files[day])


@dataclass(frozen=True)
class File:
    """A statement that tells these rows."""

    day: date
    told: list[Row]
    channel: str = "unionpay"
    kind: str = "clearing"
    account: str = "777290058110048"
    file: bytes = b"file"
    sha256: str = "f11e" * 16

    def rows(self) -> list[Row]:
        return self.told


def came_back(payout: Payout, *, amount_minor: int, at: datetime) -> Row:
    """What the clearing of a payout that its payee's bank sent back looks like."""
    return Row(
        channel="unionpay", kind="payout", key=payout.key, ref="P9", amount_minor=amount_minor, fee_minor=0, at=at,
        day=at.date(), state="returned", line=1,
    )  # fmt: skip


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    bank = Bank()
    monkeypatch.setattr(channels, "find", lambda code: bank)
    monkeypatch.setattr(channels, "find_payer", lambda code: bank)
    monkeypatch.setattr(channels, "find_stating", lambda code: bank)
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay",))
    monkeypatch.setattr(channels, "stating_payouts", lambda: ("unionpay",))
    return bank


@pytest.fixture
def loan(bank: Bank) -> Loan:
    return plant_cash(now=NOON)


@pytest.fixture
def payout(loan: Loan) -> Payout:
    return ask(loan)


def ask(loan: Loan, to: PayTo = CARD, now: datetime = NOON) -> Payout:
    return payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=to, now=now)


def staff(role: str = "supervisor") -> User:
    return User.objects.create(kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=NOON)


def work(now: datetime) -> None:
    """What the worker does at that time."""
    for payout in payouts.lease(now=now, limit=100):
        payouts.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=now)


def paid(payout: Payout, **changes: Any) -> Succeeded:
    return Succeeded(**{"ref": "P1", "amount_minor": payout.amount_minor, "paid_at": NOON} | changes)


def learn(payout: Payout, result: Result, *, by: str = "query", now: datetime = NOON + A_BIT) -> None:
    payouts.learn(channel="unionpay", key=payout.key, result=result, learned_by=by, now=now)


def now_of(payout: Payout) -> Payout:
    payout.refresh_from_db()
    return payout


def booked() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("select debit, credit, amount_minor from ledger_posting")
        balances: dict[str, int] = {}
        for debit, credit, amount_minor in cursor.fetchall():
            balances[debit] = balances.get(debit, 0) + amount_minor
            balances[credit] = balances.get(credit, 0) - amount_minor
    return {account: amount_minor for account, amount_minor in balances.items() if amount_minor}


def told() -> list[str]:
    return [each.template for each in Message.objects.order_by("id")]


def assert_sound(today: date = SIGNED) -> None:
    # Planted loans have no agreement worth the name.
    wrong = [each.told() for each in verify(today=today).wrong if each.what != "agreement"]
    assert not wrong, wrong


def test_a_small_one_leaves_at_once_and_the_loan_begins_when_it_arrives(payout: Payout, loan: Loan, bank: Bank) -> None:
    work(NOON)
    assert now_of(payout).state == "processing"
    [request] = bank.asked
    assert (request.key, request.amount_minor, request.payee.account) == (payout.key, 50_000, "T0001")
    assert booked() == {}
    bank.found = paid(payout, paid_at=NOON + A_BIT)
    work(NOON + A_BIT)
    assert (now_of(payout).state, payout.ref, payout.paid_at) == ("succeeded", "P1", NOON + A_BIT)
    loan.refresh_from_db()
    assert (loan.starts_on, loan.next_wake_on) == (SIGNED, date(2026, 9, 30))
    assert booked() == {"receivable_principal": 50_000, "in_transit_unionpay": -50_000}
    assert Order.objects.get(id=loan.order_id).state == "paid_out"
    assert [each.kind for each in Fact.objects.all()] == ["paid_out"]
    assert told() == ["payout_arrived"]
    assert_sound()
    assert len(bank.asked) == 1


def test_it_begins_on_the_day_of_arrival_however_late_that_is_learned(payout: Payout, loan: Loan, bank: Bank) -> None:
    work(at(SIGNED, 23, 58))
    learn(payout, paid(payout, paid_at=at(SIGNED, 23, 59)), now=at(SIGNED + days(40)))
    loan.refresh_from_db()
    assert loan.starts_on == SIGNED
    # The first instalment fell due in the meantime, and is booked with its interest and its lateness.
    assert booked()["interest_income"] == -500
    assert "receivable_principal_m1" in booked()
    assert_sound(SIGNED + days(40))


def test_a_channel_whose_clock_is_ahead_of_midnight_begins_no_loan_tomorrow(payout: Payout, loan: Loan) -> None:
    work(at(SIGNED, 23, 58))
    learn(payout, paid(payout, paid_at=at(SIGNED + days(1), 0, 1)), now=at(SIGNED, 23, 59))
    loan.refresh_from_db()
    assert loan.starts_on == SIGNED


def test_a_large_one_waits_for_a_supervisor(bank: Bank) -> None:
    loan = plant_cash(now=NOON, amount_minor=500_000)
    payout = ask(loan)
    work(NOON + days(1))
    assert (payout.state, bank.asked) == ("waiting", [])
    whose = {"borrower_id": loan.borrower_id, "payout_id": payout.id}
    with pytest.raises(NeedsSupervisor):
        payouts.release(**whose, actor=staff("clerk"), now=NOON)
    with pytest.raises(MayNotAct):
        payouts.release(**whose, actor=staff("auditor"), now=NOON)
    actor = staff()
    payouts.release(**whose, actor=actor, now=NOON)
    payouts.release(**whose, actor=staff(), now=NOON)
    assert (now_of(payout).state, payout.released_by) == ("released", actor.id)
    assert [(each.verb, each.actor_id) for each in StaffAct.objects.all()] == [("release_payout", actor.id)]
    work(NOON)
    assert len(bank.asked) == 1
    with pytest.raises(payouts.NotWaiting):
        payouts.release(**whose, actor=actor, now=NOON)


def test_the_limit_of_the_lender_decides_who_waits(bank: Bank) -> None:
    assert ask(plant_cash(now=NOON, amount_minor=499_999)).state == "released"
    Lender.objects.update(release_from_minor=0)
    loan = plant_cash(now=NOON, amount_minor=10_000, borrower_id=plant_borrower("+8613900000001", now=NOON))
    assert ask(loan).state == "waiting"


def test_what_has_not_left_can_be_stopped_and_its_loan_frees_the_limit(payout: Payout, loan: Loan, bank: Bank) -> None:
    whose = {"borrower_id": loan.borrower_id, "payout_id": payout.id, "now": NOON}
    with pytest.raises(ReasonMissing):
        payouts.stop(**whose, actor=staff("clerk"), reason=" ")
    assert limits.read(loan.borrower_id, loan.lender_id, today=SIGNED).frozen_minor == 50_000
    payouts.stop(**whose, actor=staff("clerk"), reason="疑似冒用")
    payouts.stop(**whose, actor=staff("clerk"), reason="疑似冒用")
    work(NOON)
    loan.refresh_from_db()
    assert (now_of(payout).state, loan.cancelled_on, bank.asked) == ("stopped", SIGNED, [])
    assert limits.read(loan.borrower_id, loan.lender_id, today=SIGNED).frozen_minor == 0
    assert told() == ["payout_stopped"]
    with pytest.raises(payouts.NothingToPayOut):
        ask(loan)
    assert_sound()


def test_what_was_sent_cannot_be_stopped(payout: Payout, loan: Loan) -> None:
    work(NOON)
    with pytest.raises(payouts.NotWaiting):
        payouts.stop(
            borrower_id=loan.borrower_id, payout_id=payout.id, actor=staff(), reason="太晚了", now=NOON
        )


def test_an_answer_that_was_lost_is_asked_for_and_nothing_leaves_under_another_number(
    payout: Payout, loan: Loan, bank: Bank
) -> None:
    bank.answer = Unknown(cause="timeout")
    work(NOON)
    assert (now_of(payout).state, payout.reason) == ("unknown", "timeout")
    with pytest.raises(payouts.AlreadyOnItsWay):
        ask(loan, OTHER_CARD)
    bank.found = paid(payout)
    work(NOON + A_BIT)
    assert (now_of(payout).state, list(bank.paid)) == ("succeeded", [payout.key])
    assert [each.outcome for each in PayoutExchange.objects.order_by("at")] == ["unknown", "succeeded"]


def test_killed_as_it_was_about_to_leave_it_leaves_under_the_same_number_and_time(payout: Payout, bank: Bank) -> None:
    bank.dies = True
    with pytest.raises(Killed):
        work(NOON)
    assert (now_of(payout).state, payout.sent_at) == ("unknown", NOON)
    bank.dies = False
    work(NOON + A_BIT)
    [request] = bank.asked
    assert (request.key, request.opened_at) == (payout.key, NOON)
    assert bank.queried == [(payout.key, NOON)]


def test_killed_anywhere_it_leaves_once_and_is_booked_once(
    loan: Loan, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each statement in turn is the last that a worker does; the next worker goes on."""
    left = [0]

    def dying(run: Callable[..., Any]) -> Callable[..., Any]:
        def statement(*stated: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return run(*stated)

        return statement

    for name in ("fetch", "write"):
        monkeypatch.setattr(sql, name, dying(getattr(sql, name)))
    for kill_before in range(1, 60):
        other = plant_cash(now=NOON, borrower_id=plant_borrower(f"+86139111{kill_before:05}", now=NOON))
        payout, now = ask(other), NOON
        bank.found, left[0], kills = None, kill_before, 0
        while now_of(payout).state != "succeeded":
            try:
                work(now)
            except Killed:
                kills += 1
            bank.found = paid(payout) if payout.key in bank.paid else NotFound()
            now += A_BIT
        left[0] = 0
        assert [each.key for each in bank.asked].count(payout.key) >= 1
        assert {each.opened_at for each in bank.asked if each.key == payout.key} == {payout.sent_at}
        assert Fact.objects.filter(loan_id=other.id).count() == 1
        if not kills:
            break
    assert 10 < kill_before < 59, "not all statements, or hardly one, was the last"
    assert booked() == {
        "receivable_principal": 50_000 * kill_before, "in_transit_unionpay": -50_000 * kill_before
    }  # fmt: skip
    assert_sound()


def test_once_it_was_heard_it_is_never_sent_again(payout: Payout, bank: Bank) -> None:
    work(NOON)
    bank.found = NotFound()
    for minutes in range(4, 100, 4):
        work(NOON + timedelta(minutes=minutes))
    assert len(bank.asked) == 1
    assert (now_of(payout).state, payout.reason) == ("unknown", "not_found")


def test_it_is_not_sent_any_more_when_its_time_is_too_old_for_a_new_order(payout: Payout, bank: Bank) -> None:
    bank.dies = True
    with pytest.raises(Killed):
        work(NOON)
    bank.dies = False
    work(NOON + timedelta(minutes=46))
    assert (bank.asked, now_of(payout).state) == ([], "unknown")


def test_a_final_no_lets_the_borrower_name_another_account(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = Failed(reason="card_closed", code="63")
    work(NOON)
    assert (now_of(payout).state, payout.reason, told()) == ("failed", "card_closed", ["payout_failed"])
    bank.answer = Accepted(ref="P2")
    again = ask(loan, OTHER_CARD)
    work(NOON)
    assert (again.key != payout.key, now_of(again).state) == (True, "processing")
    assert [each.payee.account for each in bank.asked] == ["T0001", "T0002"]
    assert_sound()


def test_nobody_names_another_account_and_the_agreement_lapses(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = Failed(reason="card_closed", code="63")
    work(NOON)
    assert payouts.lapse(now=NOON + days(3), limit=10) == 0
    assert payouts.lapse(now=NOON + days(3) + A_BIT, limit=10) == 1
    assert payouts.lapse(now=NOON + days(4), limit=10) == 0
    loan.refresh_from_db()
    assert loan.cancelled_on == SIGNED + days(3)
    assert told()[-1] == "payout_lapsed"
    assert_sound(SIGNED + days(4))


def test_one_that_was_paid_anew_does_not_lapse(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = Failed(reason="card_closed", code="63")
    work(NOON)
    again = ask(loan, OTHER_CARD, now=NOON + days(2))
    bank.answer = paid(again, paid_at=NOON + days(2))
    work(NOON + days(2))
    assert payouts.lapse(now=NOON + days(4), limit=10) == 1
    loan.refresh_from_db()
    assert (loan.cancelled_on, loan.starts_on) == (None, SIGNED + days(2))


def test_what_is_over_the_day_s_cap_waits_for_the_next_day(bank: Bank) -> None:
    first = ask(plant_cash(now=NOON))
    Lender.objects.update(payouts_a_day_minor=99_999)
    work(NOON)
    second = ask(plant_cash(now=NOON, borrower_id=plant_borrower("+8613900000002", now=NOON)))
    work(NOON)
    assert (now_of(first).state, now_of(second).state, second.reason) == ("processing", "released", "daily_cap")
    work(at(SIGNED, 23, 59))
    assert len(bank.asked) == 1
    work(at(SIGNED + days(1), 0, 0))
    assert now_of(second).state == "processing"


def test_what_has_failed_does_not_count_for_the_cap(bank: Bank) -> None:
    first = ask(plant_cash(now=NOON))
    Lender.objects.update(payouts_a_day_minor=50_000)
    bank.answer = Failed(reason="card_closed", code="63")
    work(NOON)
    bank.answer = Accepted(ref="P2")
    second = ask(plant_cash(now=NOON, borrower_id=plant_borrower("+8613900000002", now=NOON)))
    work(NOON)
    assert (now_of(first).state, now_of(second).state) == ("failed", "processing")


@pytest.mark.parametrize(("balance", "reason"), [(49_999, "balance_short"), (None, "balance_unknown")])
def test_nothing_is_sent_without_the_money_for_it(
    payout: Payout, bank: Bank, balance: int | None, reason: str
) -> None:
    bank.balance = balance
    work(NOON)
    assert (now_of(payout).state, payout.reason, payout.sent_at) == ("released", reason, None)
    bank.balance = 50_000
    work(NOON + timedelta(minutes=10))
    assert now_of(payout).state == "processing"


def test_money_that_came_back_undoes_the_loan(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = paid(payout)
    work(NOON)
    back_on = SIGNED + days(3)
    row = came_back(payout, amount_minor=50_000, at=at(back_on, 9))
    bank.files = {back_on: [row]}
    morning = at(back_on + days(1), 10)
    found = [payouts.look_through(channel=channel, day=day, now=morning) for channel, day in payouts.unread(now=morning)]
    assert sum(found) == 1
    assert (now_of(payout).state, payout.reason) == ("returned", "returned")
    assert booked() == {}
    assert [each.kind for each in Fact.objects.order_by("seq")] == ["paid_out", "void"]
    assert Fact.objects.get(kind="void").counts_on == back_on
    assert told() == ["payout_arrived", "payout_came_back"]
    assert limits.read(loan.borrower_id, loan.lender_id, today=back_on).used_minor == 0
    assert_sound(back_on + days(1))
    assert [each.day for each in ReadStatement.objects.all()] == [back_on]
    assert ("unionpay", back_on) not in payouts.unread(now=morning)
    learn(payout, Failed(reason="returned", code="", at=at(back_on, 9)), by="statement", now=morning)
    assert len(told()) == 2


def test_another_amount_that_came_back_is_for_people(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = paid(payout)
    work(NOON)
    back_on, morning = SIGNED + days(3), at(SIGNED + days(4), 10)
    row = came_back(payout, amount_minor=49_999, at=at(back_on, 9))
    bank.files = {back_on: [row]}
    for channel, day in payouts.unread(now=morning):
        payouts.look_through(channel=channel, day=day, now=morning)
    assert (now_of(payout).state, payout.reason) == ("succeeded", "other_amount")
    assert list(payout_inspection.troubled(morning)) == [payout]
    assert [each.kind for each in Fact.objects.all()] == ["paid_out"]


def test_what_was_paid_of_a_loan_whose_money_came_back_goes_back_too(
    payout: Payout, loan: Loan, bank: Bank
) -> None:
    bank.answer = paid(payout)
    work(NOON)
    due = at(SIGNED + days(9))
    loans.wake(now=due, limit=10)
    charge = charges.open(
        borrower_id=loan.borrower_id, wishes=[Wish(loan_id=loan.id, purpose="next")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=due,
    )  # fmt: skip
    arrived = Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=due)
    repayments.learn(channel="alipay", key=charge.key, result=arrived, learned_by="notice", now=due)
    learn(payout, Failed(reason="returned", code="", at=due), by="statement", now=due)
    assert booked() == {"in_transit_alipay": charge.amount_minor, "unapplied": -charge.amount_minor}
    [case] = Unapplied.objects.all()
    assert (case.left_minor, case.reason, case.returns_at) == (charge.amount_minor, "loan_annulled", at(SIGNED + days(10), 0))
    assert [each.kind for each in Fact.objects.order_by("seq")] == ["paid_out", "payment", "void", "refund"]
    assert_sound(SIGNED + days(9))


def test_it_is_looked_after_for_ten_days(payout: Payout, bank: Bank) -> None:
    bank.answer = bank.found = paid(payout)
    work(NOON)
    for day in range(1, 15):
        work(NOON + days(day))
    assert len(bank.queried) == 10
    assert now_of(payout).next_try_at is None


def test_a_success_is_for_good_and_a_channel_that_takes_it_back_is_a_case(payout: Payout, bank: Bank) -> None:
    bank.answer = paid(payout)
    work(NOON)
    learn(payout, Failed(reason="system", code="01"))
    assert (now_of(payout).state, payout.reason) == ("succeeded", "failed_after_all")
    learn(payout, paid(payout))
    assert Fact.objects.count() == 1


def test_another_amount_than_was_sent_is_not_believed(payout: Payout, loan: Loan, bank: Bank) -> None:
    work(NOON)
    learn(payout, paid(payout, amount_minor=40_000))
    assert (now_of(payout).state, payout.reason) == ("unknown", "other_amount")
    loan.refresh_from_db()
    assert loan.starts_on is None


def test_paid_though_it_had_failed_is_a_case_and_begins_nothing(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = Failed(reason="card_closed", code="63")
    work(NOON)
    learn(payout, paid(payout))
    loan.refresh_from_db()
    assert (now_of(payout).state, payout.reason, loan.starts_on) == ("failed", "paid_after_all", None)


def test_a_notice_that_only_says_ask_has_it_asked(payout: Payout, bank: Bank) -> None:
    work(NOON)
    bank.found = paid(payout)
    learn(payout, Accepted(ref="P1"), by="notice", now=NOON + timedelta(seconds=1))
    work(NOON + timedelta(seconds=1))
    assert now_of(payout).state == "succeeded"


def test_two_persons_say_how_one_ended_that_nobody_else_can_tell(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = Unknown(cause="34")
    work(NOON)
    whose = {"borrower_id": loan.borrower_id, "payout_id": payout.id, "now": NOON + days(1)}
    verdict = {"outcome": "succeeded", "ref": "P77", "at": NOON.isoformat()}
    first = staff()
    for bad, wrong in (("outcome", "maybe"), ("ref", ""), ("at", "2026-08-31T12:00"), ("at", "2027-01-01T12:00+08:00")):
        with pytest.raises(payouts.BadVerdict):
            payouts.judge(**whose, actor=first, reason="对账单", verdict=verdict | {bad: wrong})
    payouts.judge(**whose, actor=first, reason="对账单", verdict=verdict)
    with pytest.raises(payouts.OwnVerdict):
        payouts.agree(**whose, actor=first)
    with pytest.raises(NeedsSupervisor):
        payouts.agree(**whose, actor=staff("clerk"))
    payouts.agree(**whose, actor=staff())
    loan.refresh_from_db()
    assert (now_of(payout).state, payout.ref, loan.starts_on) == ("succeeded", "P77", SIGNED)
    with pytest.raises(payouts.NotWaiting):
        payouts.agree(**whose, actor=staff())
    assert [each.verb for each in StaffAct.objects.order_by("at")] == ["judge_payout", "agree_payout"]
    assert_sound()


def test_a_verdict_can_be_dropped_and_failed_is_one(payout: Payout, loan: Loan, bank: Bank) -> None:
    bank.answer = Unknown(cause="timeout")
    work(NOON)
    whose = {"borrower_id": loan.borrower_id, "payout_id": payout.id, "now": NOON + days(1)}
    with pytest.raises(payouts.NotWaiting):
        payouts.judge(**whose, actor=staff(), reason="退票", verdict={"outcome": "returned", "at": NOON.isoformat()})
    payouts.judge(**whose, actor=staff(), reason="对账单里没有", verdict={"outcome": "failed"})
    payouts.drop(**whose, actor=staff("clerk"))
    with pytest.raises(payouts.NotWaiting):
        payouts.agree(**whose, actor=staff())
    payouts.judge(**whose, actor=staff(), reason="对账单里没有", verdict={"outcome": "failed"})
    payouts.agree(**whose, actor=staff())
    assert (now_of(payout).state, payout.reason) == ("failed", "by_statement")


def test_only_cash_that_was_signed_and_has_not_begun_is_paid_out(bank: Bank) -> None:
    bought = plant_loan(starts_on=SIGNED)
    with pytest.raises(payouts.NothingToPayOut):
        payouts.request(borrower_id=bought.borrower_id, loan_id=bought.loan_id, to=CARD, now=NOON)
    cash = plant_cash(now=NOON, borrower_id=plant_borrower("+8613900000002", now=NOON))
    with pytest.raises(payouts.NoSuchLoan):
        payouts.request(borrower_id=bought.borrower_id, loan_id=cash.id, to=CARD, now=NOON)
    with pytest.raises(payouts.CannotPayThere):
        ask(cash, PayTo(channel="wechat", account="o1", holder="林小满", label="微信"))
    with pytest.raises(NotTheirs):
        payouts.ask_now(borrower_id=bought.borrower_id, payout_id=ask(cash).id, actor=staff(), now=NOON)


def test_a_channel_that_speaks_of_no_payout_of_ours_is_a_stranger(payout: Payout) -> None:
    with pytest.raises(payouts.Stranger):
        payouts.learn(channel="unionpay", key="apnobody", result=Accepted(), learned_by="notice", now=NOON)
    with pytest.raises(payouts.Stranger):
        payouts.learn(channel="alipay", key=payout.key, result=Accepted(), learned_by="notice", now=NOON)


def test_account_and_holder_stand_encrypted(payout: Payout) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select account, holder, payments_payout::text from payments_payout")
        [(account, holder, whole)] = cursor.fetchall()
    assert b"T0001" not in bytes(account)
    assert "林小满".encode() not in bytes(holder)
    assert "T0001" not in whole
    assert payout.account == "T0001"
