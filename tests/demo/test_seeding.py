"""A seeded book is one that the house itself could have written: it verifies, its pages open, its days go on."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, connections

from anqi import clock
from anqi.actions import loans
from anqi.config import verification
from anqi.config.postgres import Postgres
from anqi.documents.models import Document
from anqi.jobs import close
from anqi.ledger.models import ClosedDay, DayTotal, Posting
from anqi.lending import limits, store
from anqi.lending.models import CreditLine, Fact, Loan, Order
from anqi.lending.queries import order as order_view
from anqi.payments.models import ChargePart, Payment
from anqi.people.models import Borrower
from demo.seeding import books, lives
from demo.seeding.books import HoldsOthers, NotHere, Seeded, SeedTaken
from demo.seeding.lives import SHARES
from demo.seeding.street import LENDER, PLANS
from tests import house
from tests.planting import at, plant_loan
from tests.web.borrower_stand import signed_in

TODAY, DAY = date(2026, 11, 26), timedelta(days=1)
LOANS, SEED = 300, 7
# What differs by nature: sealed anew each time, hashed over that, or made of rows that the real actions wrote.
_NEVER_ALIKE = ("phone", "name", "id_number", "text", "payer_ip", "hash", "last_hash", "lender_id", "product_id", "merchant_id")


@contextmanager
def empty_database(blocker: Any) -> Iterator[None]:
    """Django is connected to a database of its own, which is committed to for real."""
    name = f"anqi_seeded_{secrets.token_hex(6)}"
    house.clone(name)
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections["default"].close()
    settings["NAME"] = name
    try:
        with blocker.unblock():
            yield
            connections["default"].close()
    finally:
        settings["NAME"] = before
        house.execute(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def seeded(shared_server: Postgres, django_db_blocker: Any) -> Iterator[Seeded]:
    """A book of two processes' work, shared: what a test changes in it, it changes for those after it."""
    with empty_database(django_db_blocker):
        yield books.seed(loans=LOANS, seed=SEED, today=TODAY, processes=2)


def every_way() -> dict[str, Loan]:
    """A loan of each way of paying, of lives that begin with one; known again by what was bought and when."""
    found: dict[str, Loan] = {}
    for life in lives.draw(loans=LOANS, seed=SEED, today=TODAY):
        for bought in life.purchases:
            rows = Loan.objects.filter(
                product__code=bought.plan.code, starts_on=bought.starts_on, principal_minor=bought.price_minor
            )
            if bought.way not in found and rows.count() == life.copies:
                found[bought.way] = rows[0]
    return found


def test_everything_in_it_verifies(seeded: Seeded) -> None:
    report = verification.verify(today=TODAY)
    assert report.told().splitlines()[:-1] == []
    assert (report.borrowers, report.loans) == (seeded.borrowers, seeded.loans) == (Borrower.objects.count(), LOANS)
    # A receipt for each payment and an agreement for each loan.
    assert report.documents == LOANS + Fact.objects.filter(kind="payment").count()
    assert report.links == seeded.rows["lending_fact"] + seeded.rows["ledger_posting"]


def test_every_row_that_was_counted_is_there(seeded: Seeded) -> None:
    with connection.cursor() as cursor:
        for table, count in seeded.rows.items():
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (count,), table


def test_every_product_and_every_way_of_paying_is_there(seeded: Seeded) -> None:
    assert set(Loan.objects.values_list("product__code", flat=True)) == {plan.code for plan in PLANS}
    stands = {}
    for way, loan in every_way().items():
        view = order_view(loan.borrower_id, loan.order_id, today=TODAY)
        assert view and view.loan and view.loan.standing
        stands[way] = view.loan.standing
    assert stands.keys() == SHARES.keys()
    assert stands["prompt"].days_past_due == 0
    assert stands["behind"].due_now_minor > 0
    assert stands["deep"].days_past_due > 90 and stands["deep"].status == "overdue"
    assert stands["early"].status == "settled" and stands["returned"].status == "settled"
    assert stands["returned"].reduced.returned_minor
    assert Fact.objects.filter(kind="payment", body__for="all").exists()


def test_most_people_pay_promptly() -> None:
    drawn = lives.draw(loans=20_000, seed=SEED, today=TODAY)
    ways: Counter[str] = Counter()
    plans: Counter[str] = Counter()
    for life in drawn:
        for bought in life.purchases:
            ways[bought.way] += life.copies
            plans[bought.plan.code] += life.copies
    assert ways.total() == 20_000
    assert 0.88 < ways["prompt"] / ways.total() < 0.96
    for plan in PLANS:
        assert abs(plans[plan.code] / plans.total() - plan.share / 100) < 0.06, plan.code
    assert all(0 < (TODAY - life.began_on).days <= 36 * 31 for life in drawn)


def test_next_days_and_settlements_stand_beside_the_loans(seeded: Seeded) -> None:
    assert not Loan.objects.filter(next_wake_on__lte=TODAY).exists()
    settled = Loan.objects.exclude(settled_on=None)
    assert settled.exists()
    for loan in settled:
        held = store.read(loan.borrower_id, [loan.id])[loan.id]
        assert held.next_wake_on is None
        assert Order.objects.get(id=loan.order_id).state == "settled"
        assert held.facts[-1].on <= loan.settled_on


def test_all_days_before_its_morning_are_closed(seeded: Seeded) -> None:
    first = Posting.objects.earliest("booked_on").booked_on
    closed = ClosedDay.objects.exclude(finished_at=None).exclude(closed_at=None).order_by("day")
    assert list(closed.values_list("day", flat=True)) == every_day(first, TODAY - DAY)
    assert close.run(now=lambda: at(TODAY, 1)) == []
    assert len(totals()) > 1000 and totals() == sums()


def every_day(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def totals() -> dict[tuple[Any, ...], tuple[int, int]]:
    """Debit and credit that are kept of each closed day, by lender, product, currency and account."""
    posted = DayTotal.objects.exclude(account__startswith="accrued_")
    rows = posted.values_list(
        "day", "lender_id", "product_id", "currency", "account", "debit_minor", "credit_minor"
    )
    found = {tuple(key): (debit, credit) for *key, debit, credit in rows}
    assert len(found) == len(rows)
    return found


def sums() -> dict[tuple[Any, ...], tuple[int, int]]:
    """The same, added up from the postings one by one."""
    debits, credits = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    products = dict(Loan.objects.values_list("id", "product_id"))
    last = ClosedDay.objects.latest("day").day
    for each in Posting.objects.filter(booked_on__lte=last):
        key = (each.booked_on, each.lender_id, products.get(each.loan_id), each.currency)
        debits[*key, each.debit] += each.amount_minor
        credits[*key, each.credit] += each.amount_minor
    return {key: (debits[key], credits[key]) for key in debits.keys() | credits.keys()}


def test_nobody_uses_more_credit_than_was_granted(seeded: Seeded) -> None:
    for line in CreditLine.objects.select_related("lender"):
        limit = limits.read(line.borrower_id, line.lender_id, today=TODAY)
        assert line.lender.code == LENDER
        assert limit.used_minor <= limit.granted_minor and not limit.frozen_minor


@pytest.mark.urls("anqi.config.urls.borrower")
def test_order_pages_open(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))
    cache.clear()
    for way, loan in every_way().items():
        client = signed_in(loan.borrower_id)
        order = f"/orders/{loan.order_id}"
        pages = ["/", "/me", "/orders", order, f"{order}/agreement", "/receipts", *papers(loan)]
        told = {page: client.get(page) for page in pages}
        assert {page: answer.status_code for page, answer in told.items()} == dict.fromkeys(pages, 200), way
        assert loan.number in told[order].content.decode(), way


def papers(loan: Loan) -> list[str]:
    """The pages of the last charge that paid the loan and of its receipt."""
    parts = ChargePart.objects.filter(borrower_id=loan.borrower_id, loan_id=loan.id).order_by("id")
    payments = Payment.objects.filter(borrower_id=loan.borrower_id, charge_id__in=parts.values("charge_id"))
    last = payments.order_by("id").last()
    if not last:
        return []
    receipt = Document.objects.get(borrower_id=loan.borrower_id, subject_id=last.id)
    return [f"/charges/{last.charge_id}", f"/receipts/{receipt.id}"]


def test_personal_data_stand_nowhere_in_clear(seeded: Seeded) -> None:
    who = Borrower.objects.first()
    assert who and who.name and who.id_number and who.phone.startswith("+861")
    with connection.cursor() as cursor:
        for table in seeded.rows:
            cursor.execute(
                f"select count(*) from {table} t where position(%s in t::text) + position(%s in t::text) > 0",
                [who.id_number, who.phone[3:]],
            )
            assert cursor.fetchone() == (0,), table


def test_one_seed_is_taken_once_and_another_one_adds_to_it(seeded: Seeded) -> None:
    with pytest.raises(SeedTaken):
        books.seed(loans=10, seed=SEED, today=TODAY, processes=1)
    books.seed(loans=10, seed=SEED + 1, today=TODAY, processes=1)
    assert Loan.objects.count() == LOANS + 10
    assert verification.verify(today=TODAY).is_clean


def test_the_next_days_go_on(seeded: Seeded) -> None:
    for days in (1, 2, 3, 30):
        today = TODAY + timedelta(days=days)
        assert loans.wake(now=at(today, 1), limit=10_000)
        assert not Loan.objects.filter(next_wake_on__lte=today).exists()
        assert verification.verify(today=today).is_clean, days


def digests() -> dict[str, str]:
    """Each table's rows as one hash, without what is never alike."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_stat_user_tables where relname ~ '^(people|lending|payments|ledger|documents|notices)_'")
        for (table,) in cursor.fetchall():
            without = " - ".join(["to_jsonb(t)", *(f"'{name}'" for name in _NEVER_ALIKE)])
            cursor.execute(f"select ({without} #- '{{body,evidence}}')::text from {table} t")
            rows = sorted(row for (row,) in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_one_seed_is_one_book(shared_server: Postgres, django_db_blocker: Any) -> None:
    told = []
    for processes, seed in ((1, 3), (2, 3), (1, 4)):
        with empty_database(django_db_blocker):
            books.seed(loans=12, seed=seed, today=TODAY, processes=processes)
            told.append({table: each for table, each in digests().items() if table not in _OF_ACTIONS})
    assert told[0] == told[1]
    assert all(told[0][table] != told[2][table] for table in ("lending_loan", "ledger_posting", "people_borrower"))


_OF_ACTIONS = (
    "lending_lender", "lending_product", "lending_merchant", "lending_merchant_key", "ledger_day_total",
    "lending_settlement", "lending_settlement_line",
)  # fmt: skip


@pytest.mark.usefixtures("clone_database")
def test_people_who_were_not_seeded_are_in_the_way() -> None:
    plant_loan(starts_on=date(2026, 9, 1))
    with pytest.raises(HoldsOthers):
        books.seed(loans=8, seed=SEED, today=TODAY, processes=1)
    assert Loan.objects.count() == 1
    books.seed(loans=8, seed=SEED, today=TODAY, processes=1, adds=True)
    assert Loan.objects.count() == 9
    assert not ClosedDay.objects.exists(), "a loan that nobody has brought to its days"


@pytest.mark.usefixtures("clone_database")
def test_days_that_were_closed_before_stay_as_they_were() -> None:
    plant_loan(starts_on=TODAY - 20 * DAY)
    last = TODAY - 10 * DAY
    assert close.run(now=lambda: at(last + DAY, 1))
    closed, kept, booked = list(ClosedDay.objects.order_by("day").values()), totals(), books_until(last)
    books.seed(loans=8, seed=SEED, today=TODAY, processes=1, adds=True)
    assert list(ClosedDay.objects.filter(day__lte=last).order_by("day").values()) == closed
    assert books_until(last) == booked
    assert {key: each for key, each in totals().items() if key[0] <= last} == kept
    assert close.run(now=lambda: at(TODAY, 1)) == []
    assert totals() == sums()


def books_until(day: date) -> int:
    return Posting.objects.filter(booked_on__lte=day).count()


@pytest.mark.usefixtures("clone_database")
def test_a_lenders_own_books_are_no_place_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "ANQI_MODE", "production")
    with pytest.raises(NotHere):
        books.seed(loans=8, seed=SEED, today=TODAY, processes=1)
    assert not Borrower.objects.exists()


@pytest.mark.usefixtures("clone_database")
def test_a_lean_book_has_the_same_loans_and_no_mail() -> None:
    lean = books.seed(loans=20, seed=SEED, today=TODAY, processes=1, is_lean=True)
    assert verification.verify(today=TODAY).is_clean
    assert Loan.objects.count() == 20 and Fact.objects.filter(kind="payment").exists()
    assert not {table for table in lean.rows if table.startswith(("payments_", "notices_", "documents_"))}
    assert loans.wake(now=at(TODAY + timedelta(days=31), 1), limit=100)
    assert verification.verify(today=TODAY + timedelta(days=31)).is_clean
