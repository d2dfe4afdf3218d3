"""The lender's own book: what a cause moved is brought to what it must be, in one chain, within the trial balance."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from anqi.config.verification import verify
from anqi.ledger import ages, books, days, house, journal, totals, trial
from anqi.ledger.books import Entry
from anqi.ledger.journal import Share
from anqi.ledger.models import HousePosting
from anqi.lending import inspection
from anqi.people import holds
from tests.planting import at, plant_borrower, reference_rows

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 30)
ONE = timedelta(days=1)
LOANS = inspection.PRODUCTS_OF_LOANS


@pytest.fixture
def lender_id() -> UUID:
    return reference_rows(at(DAY))[0].id


def bring(lender_id: UUID, cause_id: UUID, arrived: int, told: int = 0, on: date = DAY) -> int:
    """So much came to the bank of what Alipay says has left it; the rest it kept."""
    told = told or arrived
    wanted = {"bank": arrived, "channel_fees": told - arrived, "in_transit_alipay": -told}
    with transaction.atomic():
        return house.bring_to(
            wanted, lender_id=lender_id, currency="CNY", cause="remittance", cause_id=cause_id, counts_on=on, now=at(on)
        )


def arrive(lender_id: UUID, amount_minor: int, on: date, *, borrower_id: UUID | None = None) -> UUID:
    """A borrower's payment at Alipay."""
    borrower_id = borrower_id or plant_borrower(f"+8613{uuid4().int % 10**9:09}", now=at(on))
    with transaction.atomic():
        chain = holds.hold(borrower_id)
        moves = [("in_transit_alipay", "unapplied", amount_minor)]
        entry = Entry(
            loan_id=None, lender_id=lender_id, currency="CNY", moves=moves, counts_on=on, cause="arrival", cause_id=uuid4()
        )
        books.post(chain, [entry], first_open_on=books.first_open_on(), now=at(on))
        holds.keep(chain)
    return borrower_id


def balances(on: date) -> dict[str, int]:
    both = [trial.trial_balance(on, known=known) for known in ("now", "then")]
    assert all(trial.total(rows).is_balanced for rows in both)
    by_product = trial.by_product(on, loans=LOANS, products=inspection.PRODUCTS)
    told = {row.code: row.balance_minor for row in both[0] if row.balance_minor}
    split: dict[str, int] = {}
    for row in by_product:
        split[row.code] = split.get(row.code, 0) + row.balance_minor
    assert told == {code: minor for code, minor in split.items() if minor}
    return told


def test_a_cause_is_brought_to_what_it_must_be_and_stands_in_the_trial_balance(lender_id: UUID) -> None:
    arrive(lender_id, 10_000, DAY)
    one, another = uuid4(), uuid4()
    assert bring(lender_id, one, 900, 1_000) == 2
    assert bring(lender_id, one, 900, 1_000) == 0, "again"
    assert bring(lender_id, one, 950, 1_000) == 1, "the difference only"
    assert bring(lender_id, another, -300) == 1
    assert balances(DAY) == {"bank": 650, "channel_fees": 50, "in_transit_alipay": 9_300, "unapplied": -10_000}
    assert balances(DAY - ONE) == {}
    assert [(each.seq, each.amount_minor) for each in HousePosting.objects.order_by("seq")] == [
        (1, 900), (2, 100), (3, 50), (4, 300),
    ]  # fmt: skip


def test_what_is_shut_keeps_it_in_the_days_totals_and_later_postings_count_on_their_day(lender_id: UUID) -> None:
    arrive(lender_id, 10_000, DAY)
    one = uuid4()
    bring(lender_id, one, 900)
    days.shut(DAY, now=at(DAY, 23))
    days.sum_up(DAY, loans=LOANS)
    assert list(totals.differing(loans=LOANS)) == []
    bring(lender_id, one, 1_000)
    late = HousePosting.objects.get(amount_minor=100)
    assert (late.counts_on, late.booked_on) == (DAY, DAY + ONE)
    assert [row.balance_minor for row in trial.trial_balance(DAY) if row.code == "bank"] == [1_000]
    assert [row.balance_minor for row in trial.trial_balance(DAY, known="then") if row.code == "bank"] == [900]
    days.shut(DAY + ONE, now=at(DAY + ONE, 23))
    days.sum_up(DAY + ONE, loans=LOANS)
    assert balances(DAY + ONE) == {"bank": 1_000, "in_transit_alipay": 9_000, "unapplied": -10_000}
    with connection.cursor() as cursor:
        cursor.execute("update ledger_day_total set debit_minor = debit_minor + 1 where account = 'bank' and day = %s", [DAY])
    assert [(off.day, off.account) for off in totals.differing(loans=LOANS)] == [(DAY, "bank")]


def test_the_journal_shows_it_beside_borrowers_money(lender_id: UUID) -> None:
    borrower_id = arrive(lender_id, 10_000, DAY)
    bring(lender_id, uuid4(), 900)
    share = Share(product=None, lender_id=lender_id, loans=LOANS)
    for asked in (None, share):
        lines = journal.lines(DAY, "in_transit_alipay", known="now", share=asked)
        assert [(line.borrower_id, line.cause, line.amount_minor) for line in lines] == [
            (borrower_id, "arrival", 10_000), (None, "remittance", 900),
        ]  # fmt: skip
        told = journal.turnover(DAY, "in_transit_alipay", known="then", share=asked)
        assert (told.count, told.debit_minor, told.credit_minor) == (2, 10_000, 900)
    assert journal.lines(DAY, "bank", known="now", share=Share(product="p12", lender_id=lender_id, loans=LOANS)) == []


def test_only_the_accounts_between_lender_channels_and_bank_and_nothing_is_changed(lender_id: UUID) -> None:
    bring(lender_id, uuid4(), 900)
    with pytest.raises(IntegrityError, match="ledger_house_posting_accounts"), transaction.atomic():
        house.bring_to(
            {"bank": 1, "unapplied": -1}, lender_id=lender_id, currency="CNY", cause="x", cause_id=uuid4(), counts_on=DAY,
            now=at(DAY),
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        HousePosting.objects.update(amount_minor=901)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("update ledger_house_posting set amount_minor = 901 where seq = 1", "house_hash"),
        ("update ledger_house_posting set seq = 3 where seq = 2", "house_gap"),
        ("delete from ledger_house_posting where seq = 2", "house_end"),
    ],
)
def test_whatever_is_changed_is_found(lender_id: UUID, change: str, what: str) -> None:
    for amount_minor in (900, 700):
        bring(lender_id, uuid4(), amount_minor)
    assert not [each for each in verify(today=DAY).wrong if each.what.startswith("house")]
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("alter table ledger_house_posting disable trigger all")
        cursor.execute(change)
        cursor.execute("set role anqi_app")
    assert what in {each.what for each in verify(today=DAY).wrong}


def test_what_left_is_taken_from_what_came_first(lender_id: UUID) -> None:
    for before, amount_minor in ((20, 500), (8, 1_000), (7, 300), (3, 200), (0, 100)):
        arrive(lender_id, amount_minor, DAY - before * ONE)
    bring(lender_id, uuid4(), 600, on=DAY - ONE)
    for shut in (None, DAY - 8 * ONE, DAY - ONE):
        if shut:
            days.shut(shut, now=at(shut, 23))
            days.sum_up(shut, loans=LOANS)
        for known in ("now", "then"):
            alipay, wechat, _ = ages.in_transit(DAY, known=known)
            assert alipay.parts_minor == (100, 200, 300, 900)
            assert (alipay.account, alipay.oldest_on) == ("in_transit_alipay", DAY - 8 * ONE)
            assert (wechat.balance_minor, wechat.oldest_on) == (0, None)
    [earlier, *_] = ages.in_transit(DAY - 2 * ONE)
    assert (earlier.parts_minor, earlier.oldest_on) == ((200, 0, 1_300, 500), DAY - 20 * ONE)


def test_more_that_left_than_came_is_as_old_as_what_left_last(lender_id: UUID) -> None:
    arrive(lender_id, 500, DAY - 9 * ONE)
    bring(lender_id, uuid4(), 600, on=DAY - 5 * ONE)
    bring(lender_id, uuid4(), 200, on=DAY)
    [alipay, *_] = ages.in_transit(DAY)
    assert (alipay.parts_minor, alipay.oldest_on) == ((-200, 0, -100, 0), DAY - 5 * ONE)
