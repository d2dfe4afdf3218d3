"""No row that every payment updates: whoever acts for one borrower never waits for who acts for another."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, connections

from anqi.actions import charges, loans, refunds, repayments
from anqi.actions.charges import Wish
from anqi.lending.models import Loan, Order
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Charge, Payment, Refund, Unapplied
from tests.planting import Planted, at, plant_borrower, plant_loan

STARTED, DUE = date(2026, 8, 31), date(2026, 9, 30)
NOW = at(DUE, 13)
PAYERS, PAYMENTS_EACH = 8, 40
# Files that grow are locked for a moment by whoever makes them grow; that is no row and no transaction.
_WAITING = """
    select l.locktype from pg_locks l join pg_stat_activity a using (pid)
    where a.datname = current_database() and not l.granted and l.locktype <> 'extend'
"""
_AT_WORK = "select count(*) from pg_stat_activity where datname = current_database() and backend_xid is not null"


@pytest.fixture
def looker(clone_database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(clone_database, autocommit=True) as looking:
        yield looking


@contextmanager
def side_by_side(*acts: Callable[[], Any]) -> Iterator[list[Future[Any]]]:
    """Each act in a thread and on a connection of its own, all of them over when the block ends."""
    with ThreadPoolExecutor(len(acts)) as pool:
        yield [pool.submit(_on_its_own, act) for act in acts]


def _on_its_own(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


def held_at_its_end(act: Callable[[], Any], until: Callable[[], Any], *, patience: str = "2s") -> None:
    """The act, whose transaction stays open with all its locks, those of its commit too, until that comes back."""
    connection.ensure_connection()
    driver = connection.connection
    driver.execute(f"set lock_timeout = '{patience}'")
    commit = driver.commit

    def commit_later() -> None:
        driver.execute("set constraints all immediate")
        until()
        commit()

    driver.commit = commit_later
    act()


def plant(count: int) -> list[Planted]:
    """Borrowers with an instalment due; all of the same shop, product and lender."""
    return [
        plant_loan(borrower_id=plant_borrower(f"+86139{n:08}", now=at(STARTED)), starts_on=STARTED)
        for n in range(count)
    ]


def open_charge(who: Planted, purpose: str = "due", amount_minor: int | None = None) -> Charge:
    wish = Wish(loan_id=who.loan_id, purpose=purpose, amount_minor=amount_minor)
    return charges.open(
        borrower_id=who.borrower_id, wishes=[wish], channel="alipay", how="wap", attempt=uuid4().hex, now=NOW
    )


def learn(charge: Charge, ref: str = "T1") -> None:
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="notice", now=NOW,
        result=Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=at(DUE)),
    )  # fmt: skip


def pay_twice(who: Planted) -> Unapplied:
    """The case of the second payment, whose money goes back."""
    charge = open_charge(who)
    for ref in ("T1", "T2"):
        learn(charge, ref)
    return Unapplied.objects.get(borrower_id=who.borrower_id)


def begin_refund(case: Unapplied) -> Refund | None:
    return refunds.begin_due(borrower_id=case.borrower_id, case_id=case.id, now=NOW + timedelta(days=1))


def learn_of_refund(refund: Refund) -> None:
    refunds.learn(
        channel="alipay", key=refund.key, learned_by="notice", now=NOW,
        result=Succeeded(ref="R1", amount_minor=refund.amount_minor, paid_at=at(DUE)),
    )  # fmt: skip


def bring(borrower_ids: list[UUID]) -> loans.Brought:
    return loans.bring(sorted(borrower_ids), day=DUE, now=NOW)


def test_payments_refunds_and_the_close_of_different_borrowers_all_stand_at_their_ends_together(
    clone_database: str,
) -> None:
    """Each has taken every lock that it will ever take, and none has given one back."""
    everybody = iter(plant(20))
    payers, settlers, returning, returned, sleeping = (list(islice(everybody, n)) for n in (8, 2, 3, 3, 4))
    waiting, refunded = [pay_twice(who) for who in returning], [begin_refund(pay_twice(who)) for who in returned]
    acts = [
        *(partial(learn, open_charge(who)) for who in payers),
        *(partial(learn, open_charge(who, "all")) for who in settlers),
        *(partial(begin_refund, case) for case in waiting),
        *(partial(learn_of_refund, refund) for refund in refunded if refund),
        *(partial(bring, [who.borrower_id for who in group]) for group in (sleeping[:2], sleeping[2:])),
    ]
    assert len(acts) == 18
    together = threading.Barrier(len(acts), timeout=60)
    with side_by_side(*(partial(held_at_its_end, act, together.wait) for act in acts)) as ends:
        "they hold each other, or nobody"
    assert [each.exception() for each in ends] == [None] * len(acts)
    assert Payment.objects.count() == len(payers) + len(settlers) + 2 * (len(returning) + len(returned))
    assert Order.objects.filter(state="settled").count() == len(settlers)
    assert Counter(Refund.objects.values_list("state", flat=True)) == {"created": 3, "succeeded": 3}
    assert not Loan.objects.filter(borrower_id__in=[who.borrower_id for who in sleeping], next_wake_on__lte=DUE).exists()


def test_who_pays_for_the_same_borrower_waits_and_is_seen_waiting(looker: psycopg.Connection[Any]) -> None:
    [who] = plant(1)
    charge, at_its_end, go_on = open_charge(who), threading.Event(), threading.Event()
    with side_by_side(
        partial(held_at_its_end, partial(learn, charge), lambda: (at_its_end.set(), go_on.wait(20))),
        lambda: at_its_end.wait(20) and learn(charge, "T2"),
    ) as ends:
        seen = look(looker, until=lambda seen: seen or all(end.done() for end in ends))
        go_on.set()
    assert seen and set(seen) <= {"transactionid", "tuple"}
    assert [each.exception() for each in ends] == [None, None]
    assert Payment.objects.count() == 2


def test_hundreds_of_payments_side_by_side_and_nobody_is_ever_seen_waiting(
    looker: psycopg.Connection[Any],
) -> None:
    with side_by_side(*(partial(pay_on, who) for who in plant(PAYERS))) as ends:
        most_together = 0

        def are_over(seen: Counter[str]) -> bool:
            nonlocal most_together
            [(count,)] = looker.execute(_AT_WORK).fetchall()
            most_together = max(most_together, count)
            return all(end.done() for end in ends)

        seen = look(looker, until=are_over)
    assert [each.exception() for each in ends] == [None] * PAYERS
    assert Payment.objects.count() == PAYERS * PAYMENTS_EACH
    assert most_together > 1, "there was nobody to wait for"
    assert seen == {}


def pay_on(who: Planted) -> None:
    for n in range(PAYMENTS_EACH):
        learn(open_charge(who, amount_minor=100), f"T{n}")


def look(looker: psycopg.Connection[Any], *, until: Callable[[Counter[str]], Any]) -> Counter[str]:
    """The kinds of locks for which somebody was seen waiting, looked for again and again."""
    seen: Counter[str] = Counter()
    while not until(seen):
        seen.update(kind for (kind,) in looker.execute(_WAITING))
    return seen
