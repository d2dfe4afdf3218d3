"""Settlements with shops: as the books say, paid once, by two, undone whole, and gone on with after a kill."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction

from anqi.actions import merchants, settlements
from anqi.actions.settlements import accounts, booking, payouts
from anqi.config import verification
from anqi.config.cli import settle, site
from anqi.jobs import close, tasks
from anqi.ledger import books, trial
from anqi.ledger import days as ledger_days
from anqi.ledger.models import ClosedDay, Posting
from anqi.lending.inspection import PRODUCTS_OF_LOANS
from anqi.lending.models import (
    Loan,
    Merchant,
    MerchantPayout,
    Order,
    PayoutPart,
    Settlement,
    SettlementLine,
)
from anqi.lending.payouts_to_shops import BadDay, BelowLeast, NothingDue, NotReported, PayoutDecided
from anqi.lending.settlements import of_merchant
from anqi.lending.shop_accounts import AccountAsked, AccountDecided, BadAccount, NoAccount, current
from anqi.notices.models import Webhook
from anqi.payments.channels.protocol import Failed, Succeeded, Unknown
from anqi.people.authority import MayNotAct, NeedsSupervisor, ReasonMissing
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from demo import staff as demo_staff
from tests.happening import happen
from tests.planting import at, days
from tests.settling import (
    CARD,
    DAY,
    FREE,
    book,
    buyer,
    come_back,
    give_account,
    propose,
    released,
    sell,
    shop,
    shut,
    staff,
)


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> None:
    """Rolled back after each test, but for those that have a database of their own."""
    if "clone_database" not in request.fixturenames:
        request.getfixturevalue("db")


NEXT = DAY + days(1)
RETURNED = Failed(reason="returned", code="")


def owed_minor() -> int:
    """What the books say that shops are owed."""
    [row] = [row for row in trial.trial_balance(date.max) if row.code == "merchant_payable"]
    return -row.balance_minor


def told(day: date) -> list[tuple[str, int]]:
    lines = SettlementLine.objects.filter(settlement__day=day).order_by("id")
    return sorted(lines.values_list("kind", "amount_minor"))


def made(payout: MerchantPayout, ref: str = "B1", **changes: Any) -> Succeeded:
    stated = {"ref": ref, "amount_minor": payout.amount_minor, "paid_at": at(NEXT, 15)} | changes
    return Succeeded(**stated)


def learn(payout: MerchantPayout, result: Any) -> MerchantPayout:
    settlements.learn(key=payout.number, result=result, now=at(NEXT, 16))
    payout.refresh_from_db()
    return payout


def wrong() -> list[tuple[str, str]]:
    """What verification finds but for agreements, which are planted without a hash."""
    found = verification.verify(today=DAY + days(10)).wrong
    return [(each.what, each.where) for each in found if each.what != "agreement"]


# What is owed


def test_a_day_is_what_was_shipped_less_what_came_back_less_the_fee() -> None:
    plain, free = sell(principal="1000.00"), sell(principal="2000.00", terms=FREE, who=buyer(1))
    shut(DAY)
    day = Settlement.objects.get()
    assert (day.shipped_minor, day.returned_minor, day.fee_minor, day.amount_minor) == (300_000, 0, -6_000, 294_000)
    assert told(DAY) == [("fee", -6_000), ("shipped", 100_000), ("shipped", 200_000)]
    come_back(plain, NEXT, "1000.00")
    come_back(free, NEXT, "500.00")
    shut(NEXT)
    day = Settlement.objects.get(day=NEXT)
    assert (day.shipped_minor, day.returned_minor, day.fee_minor, day.amount_minor) == (0, -150_000, 1_500, -148_500)
    assert wrong() == []


def test_each_line_names_its_order_and_loan() -> None:
    who = sell()
    shut(DAY)
    line = SettlementLine.objects.select_related("order", "loan").get()
    assert (line.order_id, line.loan_id, line.order.merchant_order_id) == (
        who.order_id, who.loan_id, who.merchant_order_id,
    )  # fmt: skip


def test_it_is_made_once_and_only_of_a_day_that_is_shut() -> None:
    sell()
    with pytest.raises(settlements.DayNotShut):
        settlements.make(DAY, now=at(NEXT))
    shut(DAY)
    before = list(SettlementLine.objects.values()), list(Settlement.objects.values())
    settlements.make(DAY, now=at(NEXT, 3))
    assert (list(SettlementLine.objects.values()), list(Settlement.objects.values())) == before


def test_what_is_learned_of_late_belongs_to_the_day_on_which_it_was_booked() -> None:
    who = sell()
    shut(DAY)
    come_back(who, DAY, "1000.00", today=NEXT)
    shut(NEXT)
    assert [(row.day, row.amount_minor) for row in Settlement.objects.order_by("day")] == [(DAY, 100_000), (NEXT, -100_000)]


def test_shops_are_told_apart() -> None:
    sell()
    other = sell(principal="500.00", who=buyer(1))
    second = Merchant.objects.create(code="second", name="别家", created_at=at(DAY))
    Order.objects.filter(id=other.order_id).update(merchant=second)
    shut(DAY)
    assert dict(Settlement.objects.values_list("merchant__code", "amount_minor")) == {"qinghe": 100_000, "second": 50_000}


def test_all_days_that_are_over_can_be_made_at_once() -> None:
    for n, day in enumerate((DAY, NEXT)):
        sell(day, who=buyer(n))
        ClosedDay.objects.create(day=day, shut_at=at(day), finished_at=at(day))
        ledger_days.sum_up(day, loans=PRODUCTS_OF_LOANS)
    assert wrong()[0][0] == "settlement", "verification asks for them"
    assert settlements.make_all(now=at(NEXT + days(1))) == (DAY, NEXT)
    assert Settlement.objects.count() == 2
    assert wrong() == []


@pytest.mark.parametrize("seed", range(5))
def test_settlements_are_what_the_books_owe_whatever_happens(seed: int) -> None:
    """Random days of shipping, returns, fees and loans made void, some learned of late; and some days paid."""
    chance, sold = random.Random(seed), []  # noqa: S311
    give_account()
    people = [buyer(n) for n in range(4)]
    for n in range(8):
        day = DAY + days(n)
        for _ in range(chance.randrange(3)):
            terms = FREE if chance.random() < 0.5 else FREE | {"merchant_fee_rate": "0"}
            price = f"{chance.randrange(900, 1900)}.{chance.randrange(10, 99)}"
            sold.append((sell(day, principal=price, terms=terms, who=chance.choice(people)), day))
        for one in chance.sample(sold, min(len(sold), chance.randrange(3))):
            who, since = one
            if chance.random() < 0.2:
                happen(who, "void", day)
                sold.remove(one)
            else:
                on, amount = chance.choice([day, max(since, day - days(1))]), f"{chance.randrange(1, 100)}.37"
                come_back(who, on, amount, today=day)
        shut(day)
        if n == 5 and sum(row.amount_minor for row in Settlement.objects.all()) > 0:
            payout = released(day + days(1))
            settlements.learn(key=payout.number, result=made(payout, paid_at=at(day + days(1))), now=at(day + days(1), 15))
            book(day + days(1))
    paid_minor = sum(payout.amount_minor for payout in MerchantPayout.objects.filter(state="paid"))
    kept_minor = sum(Settlement.objects.values_list("amount_minor", flat=True))
    assert kept_minor - paid_minor == owed_minor()
    assert wrong() == []


def test_what_somebody_changed_is_found() -> None:
    sell()
    shut(DAY)
    assert wrong() == []
    SettlementLine.objects.update(amount_minor=99_999)
    assert [what for what, _ in wrong()] == ["settlement"]
    SettlementLine.objects.update(amount_minor=100_000, booked_for=uuid4())
    assert [what for what, _ in wrong()] == ["settlement_paid"]


def test_a_settlement_is_never_changed() -> None:
    sell()
    shut(DAY)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Settlement.objects.update(day=NEXT)


# When it is ready


def test_daily_on_the_next_day_weekly_on_monday() -> None:
    sell()
    shut(DAY)
    assert DAY.weekday() == 1, "a Tuesday"
    [daily] = of_merchant(shop(), today=NEXT)
    assert (daily.state, daily.ready_on) == ("ready", NEXT)
    merchants.settle_by("qinghe", cycle="weekly", least_minor=1)
    [weekly] = of_merchant(shop(), today=NEXT)
    assert (weekly.state, weekly.ready_on) == ("waiting", date(2026, 9, 7))
    give_account()
    with pytest.raises(NothingDue):
        propose(date(2026, 9, 6))
    assert propose(date(2026, 9, 7)).amount_minor == 100_000


def test_a_day_below_nothing_makes_the_next_payout_smaller() -> None:
    who = sell()
    shut(DAY)
    give_account()
    payout = propose(NEXT)
    come_back(who, NEXT, "400.00")
    shut(NEXT)
    with pytest.raises(NothingDue):
        propose(NEXT + days(1))
    third = NEXT + days(1)
    sell(third, principal="500.00", who=who.borrower_id)
    shut(third)
    assert propose(third + days(1)).amount_minor == 50_000 - 40_000
    assert payout.amount_minor == 100_000


def test_from_how_much_on_a_shop_is_paid_is_agreed_with_it() -> None:
    sell()
    shut(DAY)
    give_account()
    merchants.settle_by("qinghe", cycle="daily", least_minor=100_001)
    with pytest.raises(BelowLeast) as refused:
        propose(NEXT)
    assert refused.value.facts == {"due_minor": 100_000, "least_minor": 100_001}


# Paying


def test_a_payout_from_wish_to_books() -> None:
    sell(principal="1000.00")
    sell(principal="2000.00", terms=FREE, who=buyer(1))
    shut(DAY)
    give_account()
    clerk, supervisor = staff(), staff("supervisor")
    payout = propose(NEXT, actor=clerk)
    assert (payout.state, payout.amount_minor, payout.number[:2], len(payout.number)) == ("proposed", 294_000, "as", 27)
    payout = payouts.release(payout_id=payout.id, actor=supervisor, now=at(NEXT, 13))
    assert owed_minor() == 294_000, "nothing has left yet"
    payout = learn(payout, made(payout))
    assert (payout.state, payout.ref, payout.paid_on) == ("paid", "B1", NEXT)
    book(NEXT)
    payout.refresh_from_db()
    assert not payout.is_booking
    assert owed_minor() == 0
    moved = Posting.objects.filter(cause="settlement").values_list("debit", "credit", "amount_minor", "loan_id", "counts_on")
    assert sorted(moved) == [
        ("bank", "merchant_payable", 6_000, None, NEXT), ("merchant_payable", "bank", 100_000, None, NEXT),
        ("merchant_payable", "bank", 200_000, None, NEXT),
    ]  # fmt: skip
    assert wrong() == []
    acts = StaffAct.objects.filter(object_id=payout.id).order_by("at").values_list("verb", "actor_id")
    assert list(acts) == [("propose_payout", clerk.id), ("release_payout", supervisor.id)]
    [event] = Webhook.objects.filter(kind="settlement.paid")
    assert payout.number in event.body
    assert CARD not in event.body


def test_nobody_is_their_own_second_person() -> None:
    sell()
    shut(DAY)
    give_account()
    supervisor = staff("supervisor")
    payout = propose(NEXT, actor=supervisor)
    with pytest.raises(payouts.OwnPayout):
        payouts.release(payout_id=payout.id, actor=supervisor, now=at(NEXT))
    with pytest.raises(NeedsSupervisor):
        payouts.release(payout_id=payout.id, actor=staff(), now=at(NEXT))
    with pytest.raises(MayNotAct):
        propose(NEXT, actor=staff("auditor"))
    assert MerchantPayout.objects.get().state == "proposed"


def test_a_day_is_in_one_payout_at_a_time() -> None:
    sell()
    shut(DAY)
    give_account()
    id, clerk = uuid7(), staff()
    first = propose(NEXT, id=id, actor=clerk)
    assert propose(NEXT, id=id, actor=clerk).id == first.id
    with pytest.raises(NothingDue):
        propose(NEXT)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutPart.objects.create(payout=first, settlement=Settlement.objects.get(), amount_minor=1)
    payouts.withdraw(payout_id=first.id, reason="再等等", actor=clerk, now=at(NEXT))
    assert propose(NEXT).amount_minor == 100_000


def test_what_is_released_can_not_be_withdrawn() -> None:
    sell()
    shut(DAY)
    give_account()
    payout = released(NEXT)
    with pytest.raises(PayoutDecided):
        payouts.withdraw(payout_id=payout.id, reason="后悔了", actor=staff("supervisor"), now=at(NEXT))
    with pytest.raises(PayoutDecided):
        payouts.release(payout_id=payout.id, actor=staff("supervisor"), now=at(NEXT))


def test_two_see_it_at_the_bank_where_no_statement_says_so() -> None:
    sell()
    shut(DAY)
    give_account()
    payout, first, second = released(NEXT), staff(), staff()
    with pytest.raises(NotReported):
        payouts.confirm(payout_id=payout.id, actor=first, now=at(NEXT, 15))
    asked = {"payout_id": payout.id, "is_paid": True, "actor": first, "now": at(NEXT, 15)}
    with pytest.raises(ReasonMissing):
        payouts.report(**asked, ref=" ", on=NEXT)
    for day in (DAY, NEXT + days(1)):
        with pytest.raises(BadDay):
            payouts.report(**asked, ref="HQ1", on=day)
    payouts.report(**asked, ref="HQ1", on=NEXT)
    with pytest.raises(payouts.OwnPayout):
        payouts.confirm(payout_id=payout.id, actor=first, now=at(NEXT, 15))
    paid = payouts.confirm(payout_id=payout.id, actor=second, now=at(NEXT, 15))
    assert (paid.state, paid.ref, paid.paid_on) == ("paid", "HQ1", NEXT)
    book(NEXT)
    assert owed_minor() == 0


def test_what_comes_back_is_owed_again_and_can_be_paid_again() -> None:
    sell(terms=FREE)
    shut(DAY)
    give_account()
    payout = released(NEXT)
    learn(payout, made(payout))
    # The return is learned of before the books have followed: they follow first.
    back = learn(payout, RETURNED)
    assert (back.state, back.returned_on) == ("returned", NEXT)
    assert owed_minor() == 0
    again = propose(NEXT)
    payouts.release(payout_id=again.id, actor=staff("supervisor"), now=at(NEXT, 17))
    settlements.learn(key=again.number, result=made(again, "B2"), now=at(NEXT, 18))
    assert booking.book(again.id, now=at(NEXT, 19)) == 0, "it waits until the first one is undone"
    book(NEXT)
    booking.book(again.id, now=at(NEXT, 20))
    assert not MerchantPayout.objects.filter(is_booking=True).exists()
    assert owed_minor() == 0
    assert Posting.objects.filter(cause="settlement").count() == 6, "out, back, and out again, twice each"
    assert wrong() == []
    assert Webhook.objects.filter(kind="settlement.returned").count() == 1


def test_what_never_left_the_bank_moves_nothing() -> None:
    sell()
    shut(DAY)
    give_account()
    payout = learn(released(NEXT), Failed(reason="account_wrong", code=""))
    book(NEXT)
    assert payout.state == "returned"
    assert not Posting.objects.filter(cause="settlement").exists()
    assert propose(NEXT).amount_minor == payout.amount_minor


@pytest.mark.parametrize(
    ("news", "state", "doubt"),
    [
        ([{}, {}], "paid", ""),
        ([{"amount_minor": 1}], "released", "other_amount"),
        ([{}, {"amount_minor": 1, "ref": "B2"}], "paid", "other_amount"),
        ([{}, {"ref": "B2"}], "paid", "paid_twice"),
        ([{}, None, {}], "returned", ""),
        ([{}, None, {"ref": "B2"}], "returned", "paid_after_return"),
        ([None, None], "returned", ""),
    ],
)
def test_what_the_bank_says_twice_late_or_otherwise(news: list[Any], state: str, doubt: str) -> None:
    sell()
    shut(DAY)
    give_account()
    payout = released(NEXT)
    for each in news:
        learn(payout, RETURNED if each is None else made(payout, **each))
    learn(payout, Unknown(cause="timeout"))
    assert (payout.state, payout.doubt) == (state, doubt)
    book(NEXT)
    assert owed_minor() == (0 if state == "paid" else 100_000)


def test_money_that_left_without_release_is_a_case() -> None:
    sell()
    shut(DAY)
    give_account()
    payout = learn(propose(NEXT), made(MerchantPayout.objects.get()))
    assert (payout.state, payout.doubt) == ("proposed", "unasked")
    with pytest.raises(settlements.Stranger):
        settlements.learn(key="as0", result=RETURNED, now=at(NEXT))


def test_killed_half_way_the_books_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        sell(who=buyer(n), terms=FREE)
    shut(DAY)
    give_account()
    payout = released(NEXT)
    learn(payout, made(payout))
    monkeypatch.setattr(booking, "TOGETHER", 2)
    post_all, calls = books.post_all, []

    def die_in_the_second(*given: Any, **named: Any) -> None:
        calls.append(given)
        post_all(*given, **named)
        if len(calls) == 2:
            raise SystemExit

    monkeypatch.setattr(books, "post_all", die_in_the_second)
    with pytest.raises(SystemExit):
        booking.book(payout.id, now=at(NEXT, 17))
    assert SettlementLine.objects.filter(booked_for=payout.id).count() == 4, "two borrowers, two lines each"
    booking.book(payout.id, now=at(NEXT, 17))
    assert Posting.objects.filter(cause="settlement").count() == 10
    assert owed_minor() == 0
    assert wrong() == []


def test_the_loans_books_do_not_change_by_the_shops_having_been_paid() -> None:
    who = sell(terms=FREE)
    shut(DAY)
    before = books.read(who.borrower_id, [who.loan_id]).balances
    give_account()
    payout = released(NEXT)
    learn(payout, made(payout))
    book(NEXT)
    assert books.read(who.borrower_id, [who.loan_id]).balances == before


# Accounts


def test_an_account_is_changed_by_two_and_used_a_day_later() -> None:
    sell()
    shut(DAY)
    clerk, supervisor = staff(), staff("supervisor")
    asked = {"merchant_id": shop().id, "name": "青禾", "bank": "工商银行", "number": "6222 0210 0111 6245 702"}
    account = accounts.propose(account_id=uuid7(), **asked, actor=clerk, now=at(DAY))
    with pytest.raises(AccountAsked):
        accounts.propose(account_id=uuid7(), **asked, actor=clerk, now=at(DAY))
    whose = {"merchant_id": shop().id, "account_id": account.id}
    with pytest.raises(NeedsSupervisor):
        accounts.release(**whose, actor=staff(), now=at(DAY))
    accounts.release(**whose, actor=supervisor, now=at(DAY, 13))
    with pytest.raises(AccountDecided):
        accounts.refuse(**whose, reason="不对", actor=supervisor, now=at(DAY, 13))
    with pytest.raises(NoAccount):
        propose(NEXT)
    account.refresh_from_db()
    assert (account.number, account.last4, account.usable_from) == (CARD, "5702", at(NEXT, 13))
    [event] = Webhook.objects.filter(kind="account.changed")
    assert "**** 5702" in event.body
    assert CARD not in event.body
    late = payouts.propose(
        payout_id=uuid7(), merchant_id=shop().id, lender_id=Loan.objects.get().lender_id, currency="CNY", until=DAY,
        actor=clerk, now=at(NEXT, 13),
    )  # fmt: skip
    assert late.account_id == account.id


def test_who_asked_for_an_account_does_not_release_it() -> None:
    sell()
    supervisor = staff("supervisor")
    account = accounts.propose(
        account_id=uuid7(), merchant_id=shop().id, name="x", bank="y", number=CARD, actor=supervisor, now=at(DAY)
    )
    with pytest.raises(accounts.OwnAccount):
        accounts.release(merchant_id=shop().id, account_id=account.id, actor=supervisor, now=at(DAY))
    accounts.refuse(
        merchant_id=shop().id, account_id=account.id, reason="填错了", actor=supervisor, now=at(DAY)
    )


@pytest.mark.parametrize("number", ["", "1234567", "1" * 33, "abcdefgh", "１２３４５６７８９"])
def test_an_account_has_a_number(number: str) -> None:
    sell()
    with pytest.raises(BadAccount):
        give_account(number=number)


def test_the_account_stands_encrypted() -> None:
    sell()
    give_account()
    with connection.cursor() as cursor:
        cursor.execute("select number from lending_merchant_account")
        assert CARD.encode() not in bytes(cursor.fetchone()[0])


def test_a_payout_goes_to_no_account_that_was_changed_meanwhile() -> None:
    sell()
    shut(DAY)
    give_account()
    payout = propose(NEXT)
    give_account(since=at(NEXT, 12) + timedelta(minutes=1), number="6217000010001234567")
    with pytest.raises(NoAccount):
        payouts.release(payout_id=payout.id, actor=staff("supervisor"), now=at(NEXT, 13))


# The file for the bank


def test_each_payout_is_in_one_file() -> None:
    sell()
    shut(DAY)
    give_account()
    payout, clerk = released(NEXT), staff()
    file_id = payouts.hand_over(actor=clerk, now=at(NEXT, 14))
    payout.refresh_from_db()
    assert payout.file_id == file_id
    with pytest.raises(NothingDue):
        payouts.hand_over(actor=clerk, now=at(NEXT, 14))


# At once, and killed


_DYING = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from anqi.actions import settlements
from anqi.actions.settlements import booking
from anqi.payments.channels.protocol import Succeeded
from tests.planting import at
from tests.settling import DAY, days
booking.TOGETHER, left = 2, [int(sys.argv[2])]
def count(execute, *given):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*given)
now = at(DAY + days(1), 16)
from anqi.rows import sql
fetch = sql.fetch
sql.fetch = lambda *given: count(fetch, *given)
with connection.execute_wrapper(count):
    told = Succeeded(ref="B1", amount_minor=int(sys.argv[3]), paid_at=now)
    settlements.learn(key=sys.argv[1], result=told, now=now)
    from anqi.lending.models import MerchantPayout
    booking.book(MerchantPayout.objects.get().id, now=now)
"""


def test_killed_at_any_statement_it_is_paid_once(clone_database: str) -> None:
    for n in range(5):
        sell(who=buyer(n), terms=FREE)
    shut(DAY)
    give_account()
    payout, steps = released(NEXT), 0
    environment = os.environ | {"DATABASE_URL": clone_database, "DJANGO_SETTINGS_MODULE": "anqi.config.settings"}
    # Each life goes some statements further into what is left than the one before it.
    for further in (2, 5, 9, 14, 20, 27, 35, 1000):
        command = [sys.executable, "-c", _DYING, payout.number, str(further), str(payout.amount_minor)]
        ended = subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], check=False)
        assert ended.returncode in (0, -signal.SIGKILL)
        steps += ended.returncode == -signal.SIGKILL
    assert steps >= 4, "it died often enough to prove something"
    payout.refresh_from_db()
    assert (payout.state, payout.is_booking) == ("paid", False)
    assert Posting.objects.filter(cause="settlement").count() == 10
    assert owed_minor() == 0
    assert Webhook.objects.filter(kind="settlement.paid").count() == 1
    assert wrong() == []


def test_two_at_once_propose_one_payout_and_learn_of_it_once(clone_database: str) -> None:
    sell()
    shut(DAY)
    give_account()
    clerks = [staff(), staff()]
    said = at_once(lambda n: propose(NEXT, actor=clerks[n]))
    assert sorted(said) == ["MerchantPayout", "NothingDue"]
    [payout] = MerchantPayout.objects.all()
    payouts.release(payout_id=payout.id, actor=staff("supervisor"), now=at(NEXT, 13))
    at_once(lambda n: settlements.learn(key=payout.number, result=made(payout), now=at(NEXT, 16)))
    at_once(lambda n: booking.book(payout.id, now=at(NEXT, 17)))
    assert Webhook.objects.filter(kind="settlement.paid").count() == 1
    assert Posting.objects.filter(cause="settlement").count() == 1
    assert wrong() == []


def at_once(act: Callable[[int], object]) -> list[str]:
    """What each of two threads ended with."""
    said: list[str] = []

    def run(n: int) -> None:
        try:
            said.append(type(act(n)).__name__)
        except NothingDue as refused:
            said.append(type(refused).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


# By itself, and by hand


def test_the_worker_books_what_was_paid() -> None:
    sell()
    shut(DAY)
    give_account()
    payout = released(NEXT)
    learn(payout, made(payout))
    tasks.book_payouts()
    assert owed_minor() == 0
    assert not MerchantPayout.objects.filter(is_booking=True).exists()


def test_the_command_makes_a_day_or_all_that_are_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(site, "set_up", lambda: True)
    assert settle.run([]) == 0
    assert "No day is over yet" in capsys.readouterr().out
    sell()
    assert settle.run(["--day", str(DAY)]) == 1
    assert "Something may still be booked" in capsys.readouterr().err
    ClosedDay.objects.create(day=DAY, shut_at=at(NEXT), finished_at=at(NEXT))
    assert settle.run(["--day", str(DAY)]) == 0
    assert Settlement.objects.count() == 1
    assert settle.run([]) == 0
    assert f"{DAY} to {DAY}" in capsys.readouterr().out


def test_in_the_demo_every_shop_has_an_account_by_two_persons() -> None:
    shop()
    demo_staff.plant(now=at(DAY))
    demo_staff.give_accounts(now=at(DAY))
    account = current(shop().id, now=at(NEXT))
    assert account and account.proposed_by != account.decided_by


def test_the_end_of_day_makes_the_days_settlement(clone_database: str) -> None:
    sell(terms=FREE)
    close.run(now=lambda: at(NEXT, 1))
    assert Settlement.objects.get().amount_minor == 97_000
    assert wrong() == []
