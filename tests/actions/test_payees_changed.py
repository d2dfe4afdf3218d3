"""Another account for a payout that failed, and no loan at all before its money left; nothing is ever paid twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from anqi.actions import payouts
from anqi.config.verification import verify
from anqi.lending import limits
from anqi.lending.applications import To
from anqi.lending.models import Fact, Lender, Loan, Order
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments import payouts as rows
from anqi.payments.channels.protocol import Accepted, Failed, Result, Succeeded, Unknown
from anqi.payments.models import Card, Payout, PayoutExchange
from tests import reserving
from tests.actions.test_payouts import A_BIT, Bank, Killed, bank, staff, work
from tests.actions.test_purchases_at_once import at_once, kinds
from tests.planting import days
from tests.reserving import NOON, TODAY, ZHOU, bind

__all__ = ["bank"]
SENT = NOON + timedelta(minutes=1)
NO = Failed(reason="card_state", code="63")


@pytest.fixture
def loan(db: None, bank: Bank) -> Loan:
    return signed()


def signed(**wished: Any) -> Loan:
    reserving.open_shelf()
    return reserving.sign(reserving.apply(*reserving.welcome(), **wished))


def fail(loan: Loan, bank: Bank) -> Payout:
    """The first payout is sent, and its channel says no for good."""
    bank.answer = NO
    work(SENT)
    bank.answer = Accepted(ref="P2")
    return Payout.objects.get()


def other(loan: Loan) -> To:
    return bind(loan.borrower_id, "6235209999999", last4="8888")


def redirect(loan: Loan, to: To, *, now: Any = SENT + A_BIT) -> Payout:
    return payouts.redirect(
        borrower_id=loan.borrower_id, loan_id=loan.id, card_id=to.card_id, wallet=to.wallet, now=now
    )


def undo(loan: Loan, *, now: Any = SENT + A_BIT) -> None:
    payouts.undo(borrower_id=loan.borrower_id, loan_id=loan.id, now=now)


def arrived(payout: Payout, *, now: Any = SENT + A_BIT) -> Succeeded:
    return Succeeded(ref="P1", amount_minor=payout.amount_minor, paid_at=now)


def learn(payout: Payout, result: Result, *, by: str = "notice", now: Any = SENT + A_BIT) -> None:
    payouts.learn(channel=payout.channel, key=payout.key, result=result, learned_by=by, now=now)


def told() -> list[str]:
    return [each.template for each in Message.objects.order_by("id")]


def frozen_minor(loan: Loan) -> int:
    return limits.read(loan.borrower_id, loan.lender_id, today=TODAY).frozen_minor


def assert_sound() -> None:
    wrong = [each.told() for each in verify(today=TODAY + days(4)).wrong]
    assert not wrong, wrong


def test_another_card_is_paid_under_another_number_and_its_change_is_on_record(loan: Loan, bank: Bank) -> None:
    first = fail(loan, bank)
    again = redirect(loan, other(loan))
    assert (again.key != first.key, again.state, again.label) == (True, "released", "招商银行 尾号8888")
    work(SENT + A_BIT)
    assert [(each.payee.account, each.payee.name) for each in bank.asked] == [
        ("6235200006021", "林小满"), ("6235209999999", "林小满")
    ]  # fmt: skip
    fact = Fact.objects.get(kind="payee_changed")
    assert (fact.actor, fact.body["instead_of"], fact.body["payout_id"]) == ("borrower", str(first.id), str(again.id))
    assert "6235209999999" not in str(fact.body)
    learn(again, arrived(again), by="query")
    loan.refresh_from_db()
    assert loan.starts_on == TODAY
    assert told()[-3:] == ["payout_failed", "payout_redirected", "payout_arrived"]
    assert_sound()


def test_an_account_at_alipay_will_do(loan: Loan, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(loan, bank)
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay", "alipay"))
    again = redirect(loan, To(wallet="13800006021"))
    assert (again.channel, again.account, again.holder) == ("alipay", "13800006021", "林小满")
    work(SENT + A_BIT)
    assert len(bank.asked) == 2
    assert_sound()


def test_the_same_account_twice_is_one_payout_and_a_third_one_is_refused(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    to = other(loan)
    assert redirect(loan, to) == redirect(loan, to)
    with pytest.raises(payouts.AlreadyOnItsWay):
        redirect(loan, bind(loan.borrower_id, "6235207777777", last4="7777"))
    assert (Payout.objects.count(), Fact.objects.filter(kind="payee_changed").count()) == (2, 1)


@pytest.mark.parametrize("answer", [Accepted(ref="P1"), Unknown(cause="timeout")])
def test_while_nobody_knows_how_it_ended_no_other_account_is_named(loan: Loan, bank: Bank, answer: Result) -> None:
    with pytest.raises(payouts.AlreadyOnItsWay):
        redirect(loan, other(loan), now=NOON)
    bank.answer = answer
    work(SENT)
    with pytest.raises(payouts.AlreadyOnItsWay):
        redirect(loan, bind(loan.borrower_id, "6235207777777", last4="7777"))


def test_only_an_account_of_the_borrowers_own(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    zhou, theirs = reserving.welcome(ZHOU)
    with pytest.raises(payouts.NoSuchCard):
        redirect(loan, theirs)
    with pytest.raises(payouts.CreditCard):
        redirect(loan, bind(loan.borrower_id, "6235205555555", kind="credit"))
    with pytest.raises(payouts.NotAWallet):
        redirect(loan, To(wallet="somebody"))
    with pytest.raises(payouts.CannotPayThere):
        redirect(loan, To(wallet="13800006021"))
    gone = other(loan)
    Card.objects.filter(last4="8888").update(state="ended")
    with pytest.raises(payouts.NoSuchCard):
        redirect(loan, gone)
    with pytest.raises(payouts.NoSuchLoan):
        payouts.redirect(borrower_id=zhou, loan_id=loan.id, card_id=theirs.card_id, now=SENT)
    assert Payout.objects.count() == 1


def test_an_account_that_others_have_named_too_is_looked_at_by_a_person(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    zhou, _ = reserving.welcome(ZHOU)
    reserving.apply(zhou, bind(zhou, "6235209999999"))
    again = redirect(loan, other(loan))
    work(SENT + A_BIT)
    again.refresh_from_db()
    assert (again.state, len(bank.asked)) == ("waiting", 1)


def test_a_large_one_waits_for_a_supervisor_again(bank: Bank, db: None) -> None:
    loan = signed(amount_minor=600_000)
    first = Payout.objects.get()
    payouts.release(borrower_id=loan.borrower_id, payout_id=first.id, actor=staff(), now=SENT)
    fail(loan, bank)
    assert redirect(loan, other(loan)).state == "waiting"


def test_after_three_days_it_is_over(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    to = other(loan)
    with pytest.raises(payouts.TooLateToName):
        redirect(loan, to, now=SENT + days(3) + timedelta(seconds=1))
    assert payouts.lapse(now=SENT + days(3) + timedelta(seconds=1), limit=10) == 1
    loan.refresh_from_db()
    assert (loan.cancelled_on, told()[-1], frozen_minor(loan)) == (TODAY + days(3), "payout_lapsed", 0)
    with pytest.raises(payouts.NothingToPayOut):
        redirect(loan, to, now=SENT + days(3) + A_BIT)
    assert_sound()


def test_three_days_count_from_the_last_account_that_was_tried(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    second = redirect(loan, other(loan), now=SENT + days(2))
    bank.answer = NO
    work(SENT + days(2))
    second.refresh_from_db()
    assert second.state == "failed"
    assert payouts.lapse(now=SENT + days(3) + A_BIT, limit=10) == 1
    loan.refresh_from_db()
    assert loan.cancelled_on is None
    bank.answer = Accepted(ref="P3")
    third = redirect(loan, bind(loan.borrower_id, "6235207777777", last4="7777"), now=SENT + days(4))
    work(SENT + days(4))
    third.refresh_from_db()
    assert third.state == "processing"


# Late news of the first number


def test_late_success_before_the_second_leaves_holds_it_back(loan: Loan, bank: Bank) -> None:
    first = fail(loan, bank)
    again = redirect(loan, other(loan))
    learn(first, arrived(first))
    work(SENT + A_BIT)
    work(SENT + days(1))
    again.refresh_from_db()
    assert (again.state, again.reason, len(bank.asked)) == ("waiting", "earlier_paid", 1)
    # Whoever releases it without looking is stopped by the channel's own word.
    payouts.release(borrower_id=loan.borrower_id, payout_id=again.id, actor=staff(), now=SENT + days(1))
    bank.found = arrived(first)
    work(SENT + days(1))
    again.refresh_from_db()
    assert (again.state, len(bank.asked)) == ("waiting", 1)


def test_the_channel_is_asked_about_the_first_before_the_second_leaves(loan: Loan, bank: Bank) -> None:
    first = fail(loan, bank)
    again = redirect(loan, other(loan))
    bank.found = Unknown(cause="timeout")
    work(SENT + A_BIT)
    again.refresh_from_db()
    assert (again.state, again.reason, len(bank.asked)) == ("released", "earlier_unknown", 1)
    bank.found = arrived(first)
    work(SENT + A_BIT + timedelta(minutes=11))
    again.refresh_from_db()
    first.refresh_from_db()
    assert (again.state, first.reason, len(bank.asked)) == ("waiting", "paid_after_all", 1)
    assert again.next_try_at is None
    assert "query_payout" in {each.kind for each in PayoutExchange.objects.filter(payout_id=first.id)}


def test_a_no_that_is_repeated_lets_the_second_leave(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    again = redirect(loan, other(loan))
    bank.found = NO
    work(SENT + A_BIT)
    again.refresh_from_db()
    assert (again.state, len(bank.asked)) == ("processing", 2)


def test_what_two_people_found_in_the_papers_is_not_asked_about_again(loan: Loan, bank: Bank) -> None:
    bank.answer = Unknown(cause="34")
    work(SENT)
    first = Payout.objects.get()
    whose = {"borrower_id": loan.borrower_id, "payout_id": first.id, "now": SENT + days(1)}
    payouts.judge(**whose, actor=staff(), reason="对账单", verdict={"outcome": "failed"})
    payouts.agree(**whose, actor=staff())
    again = redirect(loan, other(loan), now=SENT + days(1))
    bank.answer = bank.found = Unknown(cause="34")
    work(SENT + days(1))
    again.refresh_from_db()
    assert (again.state, len(bank.asked)) == ("unknown", 2)


def test_what_may_have_arrived_neither_lapses_nor_is_named_anew_nor_undone(loan: Loan, bank: Bank) -> None:
    first = fail(loan, bank)
    learn(first, arrived(first))
    with pytest.raises(payouts.MayBePaid):
        redirect(loan, other(loan))
    with pytest.raises(payouts.TooLateToUndo):
        undo(loan)
    assert payouts.lapse(now=SENT + days(5), limit=10) == 0
    loan.refresh_from_db()
    assert loan.cancelled_on is None


def test_what_failed_before_it_and_may_have_arrived_keeps_the_loan(loan: Loan, bank: Bank) -> None:
    first = fail(loan, bank)
    again = redirect(loan, other(loan))
    bank.answer = NO
    work(SENT + A_BIT)
    again.refresh_from_db()
    assert again.state == "failed"
    learn(first, arrived(first), now=SENT + days(1))
    assert payouts.lapse(now=SENT + days(5), limit=10) == 1
    loan.refresh_from_db()
    assert loan.cancelled_on is None


# Undone before it left


@pytest.mark.parametrize("amount_minor", [100_000, 600_000])
def test_before_it_left_all_can_be_undone_at_no_cost(bank: Bank, db: None, amount_minor: int) -> None:
    loan = signed(amount_minor=amount_minor)
    assert frozen_minor(loan) == amount_minor
    undo(loan)
    undo(loan)
    work(SENT + A_BIT)
    loan.refresh_from_db()
    payout = Payout.objects.get()
    assert (payout.state, payout.reason, bank.asked) == ("stopped", "stopped_by_borrower", [])
    assert (loan.cancelled_on, frozen_minor(loan), told()[-1]) == (TODAY, 0, "payout_undone")
    assert (Order.objects.get().state, Fact.objects.get(kind="cancelled").actor) == ("cancelled", "borrower")
    assert_sound()


def test_one_that_failed_can_be_undone_instead(loan: Loan, bank: Bank) -> None:
    fail(loan, bank)
    undo(loan)
    loan.refresh_from_db()
    assert loan.cancelled_on == TODAY
    assert payouts.lapse(now=SENT + days(4), limit=10) == 0
    with pytest.raises(payouts.NothingToPayOut):
        redirect(loan, other(loan))
    assert_sound()


@pytest.mark.parametrize("answer", [Accepted(ref="P1"), Unknown(cause="timeout")])
def test_what_may_have_left_is_not_undone(loan: Loan, bank: Bank, answer: Result) -> None:
    bank.answer = answer
    work(SENT)
    with pytest.raises(payouts.TooLateToUndo):
        undo(loan)
    learn(Payout.objects.get(), arrived(Payout.objects.get()), by="query")
    with pytest.raises(payouts.TooLateToUndo):
        undo(loan)


def test_killed_as_it_was_about_to_leave_it_is_not_undone(loan: Loan, bank: Bank) -> None:
    bank.dies = True
    with pytest.raises(Killed):
        work(SENT)
    with pytest.raises(payouts.TooLateToUndo):
        undo(loan)


@pytest.mark.parametrize("balance", [10**9, None])
def test_a_worker_that_has_it_in_hand_does_not_send_what_was_undone(
    loan: Loan, bank: Bank, monkeypatch: pytest.MonkeyPatch, balance: int | None
) -> None:
    """It is undone between the worker's question for the balance and its mark: the last moment there is."""

    def undo_and_tell() -> int | None:
        undo(loan, now=SENT)
        return balance

    monkeypatch.setattr(bank, "balance_minor", undo_and_tell)
    work(SENT)
    assert (Payout.objects.get().state, bank.asked) == ("stopped", [])
    assert payouts.lease(now=SENT + days(1), limit=10) == []


# At once


@pytest.fixture
def apart(clone_database: str, bank: Bank) -> Iterator[Loan]:
    yield signed()


def test_two_taps_at_once_are_one_payout(apart: Loan, bank: Bank) -> None:
    fail(apart, bank)
    to = other(apart)
    assert len({each.id for each in at_once(*[lambda: redirect(apart, to)] * 3)}) == 1
    assert (Payout.objects.count(), Fact.objects.filter(kind="payee_changed").count()) == (2, 1)


def test_two_accounts_at_once_are_one_payout(apart: Loan, bank: Bank) -> None:
    fail(apart, bank)
    one, two = other(apart), bind(apart.borrower_id, "6235207777777", last4="7777")
    came = at_once(lambda: redirect(apart, one), lambda: redirect(apart, two))
    assert kinds(came) == ["AlreadyOnItsWay", "Payout"]


def test_naming_another_and_undoing_at_once_are_one_of_the_two(apart: Loan, bank: Bank) -> None:
    fail(apart, bank)
    to = other(apart)
    at_once(lambda: redirect(apart, to), lambda: undo(apart))
    work(SENT + A_BIT)
    assert len(bank.asked) == 1
    apart.refresh_from_db()
    assert apart.cancelled_on == TODAY


def test_undone_as_it_is_sent_it_is_either(apart: Loan, bank: Bank) -> None:
    at_once(lambda: work(SENT), lambda: undo(apart, now=SENT))
    apart.refresh_from_db()
    payout = Payout.objects.get()
    assert (payout.state, len(bank.asked), apart.cancelled_on) in (
        ("processing", 1, None), ("stopped", 0, TODAY)
    )  # fmt: skip


def test_killed_at_any_statement_naming_another_is_whole_or_nothing(
    loan: Loan, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(loan, bank)
    to = other(loan)
    for place in (rows, payouts.changing.store, payouts.changing.ending):  # type: ignore[attr-defined]
        name = {rows: "put"}.get(place, "record" if place is not payouts.changing.ending else "tell")  # type: ignore[attr-defined]

        def die(*stated: Any, **named: Any) -> Any:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(place, name, die)
            with pytest.raises(Killed):
                redirect(loan, to)
        assert (Payout.objects.count(), Fact.objects.filter(kind="payee_changed").count()) == (1, 0)
    Lender.objects.update(release_from_minor=0)
    assert redirect(loan, to).state == "waiting"
