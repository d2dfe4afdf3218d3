"""The trial balance out of the totals of shut days, whichever of them have any: always what all postings come to."""

from dataclasses import dataclass
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anqi.ledger import books, days, totals, trial
from anqi.ledger.books import Entry
from anqi.ledger.models import DayTotal
from anqi.ledger.trial import Known
from anqi.lending import inspection
from anqi.lending.models import Lender, Loan, Product
from anqi.people import holds
from tests import books_town
from tests.books_town import SHUT
from tests.planting import Planted, at, plant_borrower, plant_loan, reference_rows
from tests.planting import days as span

pytestmark = pytest.mark.django_db
KNOWN: tuple[Known, ...] = get_args(Known)
LOANS, PRODUCTS = inspection.PRODUCTS_OF_LOANS, inspection.PRODUCTS
ACCOUNTS = ("receivable_principal", "in_transit_alipay", "unapplied", "interest_income")
FIRST, LENGTH = date(2026, 9, 1), 8
# What all postings come to, in the plainest words there are.
_SUMS = """
    select account, {share}, sum(debited)::bigint, sum(credited)::bigint from (
        select borrower_id, loan_id, lender_id, booked_on, counts_on, debit as account,
            amount_minor as debited, 0 as credited from ledger_posting
        union all
        select borrower_id, loan_id, lender_id, booked_on, counts_on, credit, 0, amount_minor from ledger_posting
    ) side
    left join lending_loan loan on loan.borrower_id = side.borrower_id and loan.id = side.loan_id
    left join lending_product product on product.id = loan.product_id
    where {day} <= %s
    group by 1, 2
"""
Owner = tuple[UUID, UUID | None, UUID]
"""Borrower, loan and lender: whose a posting is."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A posting as it is drawn: when it counts and how late it is booked, in days, and whose it is."""

    counts_after: int
    late: int
    owner: int
    accounts: tuple[str, str]
    amount_minor: int


@pytest.fixture
def owners() -> list[Owner]:
    """Loans of two lenders, two products and two versions of one of them, and money on no loan."""
    ours, p12, _merchant = reference_rows(at(FIRST))
    other = Lender.objects.create(code="other", name="另一家", kind="microloan", limit_minor=2_000_000)
    lin = plant_loan(starts_on=FIRST)
    zhou = plant(p12, "+8613900001111", code="p6", lender=other)
    wu = plant(p12, "+8613900002222", version=2)
    return [
        (lin.borrower_id, lin.loan_id, ours.id), (lin.borrower_id, None, ours.id),
        (zhou.borrower_id, zhou.loan_id, other.id), (wu.borrower_id, wu.loan_id, ours.id),
    ]  # fmt: skip


def plant(like: Product, phone: str, **changed: Any) -> Planted:
    who = plant_loan(borrower_id=plant_borrower(phone, now=at(FIRST)), starts_on=FIRST)
    stated = {field.name: getattr(like, field.name) for field in Product._meta.fields if field.name != "id"}
    Loan.objects.filter(id=who.loan_id).update(product=Product.objects.create(**stated | changed))
    return who


moves = st.lists(
    st.builds(
        Moved,
        counts_after=st.integers(0, LENGTH),
        late=st.one_of(st.just(0), st.integers(1, LENGTH)),
        owner=st.integers(0, 3),
        accounts=st.sampled_from([(a, b) for a in ACCOUNTS for b in ACCOUNTS if a != b]),
        amount_minor=st.integers(1, 10**9),
    ),
    max_size=12,
)
LATE = Moved(counts_after=2, late=3, owner=2, accounts=("unapplied", "interest_income"), amount_minor=70_001)


@given(moved=moves, summed=st.sets(st.integers(0, LENGTH)), after=st.integers(-2, 2 * LENGTH + 1))
@example(moved=[LATE], summed={0, 1, 2, 3, 4, 5}, after=3)
@example(moved=[LATE], summed={0, 2}, after=5)
@example(moved=[LATE], summed=set(), after=4)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_and_what_has_none_come_to_all_postings(
    owners: list[Owner], moved: list[Moved], summed: set[int], after: int
) -> None:
    with transaction.atomic():
        for each in moved:
            post(owners[each.owner], each)
        for n in sorted(summed):
            days.sum_up(FIRST + span(n), loans=LOANS)
        assert list(totals.differing(loans=LOANS)) == []
        for known in KNOWN:
            assert_equal_to_the_postings(FIRST + span(after), known)
        transaction.set_rollback(True)


def post(owner: Owner, moved: Moved) -> None:
    borrower_id, loan_id, lender_id = owner
    counts_on = FIRST + span(moved.counts_after)
    entry = Entry(
        loan_id=loan_id, lender_id=lender_id, currency="CNY", moves=[(*moved.accounts, moved.amount_minor)],
        counts_on=counts_on, cause="day", cause_id=None, discloses=("interest",),
    )  # fmt: skip
    chain = holds.hold(borrower_id)
    books.post(chain, [entry], first_open_on=counts_on + span(moved.late), now=at(counts_on))
    holds.keep(chain)


def assert_equal_to_the_postings(on: date, known: Known) -> None:
    found = {row.code: (row.debit_minor, row.credit_minor) for row in trial.trial_balance(on, known=known)}
    sums = {account: (debit, credit) for account, _, debit, credit in plain_sums(on, known, "null")}
    assert {code: both for code, both in found.items() if any(both)} == sums
    shares = [
        (row.code, [row.product, str(row.lender_id)], row.debit_minor, row.credit_minor)
        for row in trial.by_product(on, known=known, loans=LOANS, products=PRODUCTS)
    ]
    by_share = plain_sums(on, known, "array[product.code, side.lender_id::text]")
    assert sorted(shares, key=str) == sorted(by_share, key=str)


def plain_sums(on: date, known: Known, share: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(share=share, day={"now": "counts_on", "then": "booked_on"}[known]), [on])
        return cursor.fetchall()


@pytest.mark.parametrize("known", KNOWN)
def test_on_every_day_of_the_town_too(known: Known) -> None:
    books_town.live()
    assert DayTotal.objects.filter(day__lt=SHUT).exists()
    for on in (*books_town.all_days(), date.min, date.max):
        assert_equal_to_the_postings(on, known)


def test_of_a_day_that_has_totals_no_posting_is_read() -> None:
    books_town.live()
    before = trial.total(trial.trial_balance(SHUT, known="then"))
    DayTotal.objects.update(credit_minor=F("credit_minor") + 1)
    after = trial.total(trial.trial_balance(SHUT, known="then"))
    assert after.credit_minor - before.credit_minor == DayTotal.objects.count() > 0
