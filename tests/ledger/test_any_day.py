"""The books of any day, as known now and as known then; and the postings behind each figure."""

from datetime import date
from itertools import pairwise
from typing import get_args

import pytest

from anqi.ledger import chart, journal, trial
from anqi.ledger.journal import Share
from anqi.ledger.trial import Known, ProductRow
from anqi.lending import inspection
from anqi.lending.models import Lender, Loan
from tests import books_town
from tests.books_town import BEGUN, COUNTED, LATE_MINOR, LEARNED, SHUT, TODAY, Town, all_days
from tests.happening import happen
from tests.planting import at, days, plant_borrower, plant_loan

pytestmark = pytest.mark.django_db
KNOWN: tuple[Known, ...] = get_args(Known)
PRODUCTS = inspection.PRODUCTS_OF_LOANS


@pytest.fixture
def town() -> Town:
    return books_town.live()


def balances(on: date, known: Known) -> dict[str, int]:
    return {row.code: row.balance_minor for row in trial.trial_balance(on, known=known)}


def principal(found: dict[str, int]) -> int:
    return sum(minor for account, minor in found.items() if account.startswith("receivable_principal"))


def test_money_learned_of_late_changes_what_is_known_now_and_not_what_was_known_then(town: Town) -> None:
    for on in (COUNTED, COUNTED + days(5), SHUT):
        now, then = balances(on, "now"), balances(on, "then")
        assert now["in_transit_alipay"] - then["in_transit_alipay"] == LATE_MINOR, on
        assert principal(now) < principal(then), on
    for on in (COUNTED - days(1), LEARNED):
        assert balances(on, "now") == balances(on, "then"), on


def test_what_was_shown_when_a_day_was_shut_is_shown_for_ever() -> None:
    lin = plant_loan(starts_on=BEGUN)
    shown = {}
    for day in (BEGUN + days(n) for n in range(5)):
        shown[day] = trial.trial_balance(day, known="now")
        assert trial.trial_balance(day, known="then") == shown[day], "nothing is late yet"
        books_town.shut(day)
        happen(lin, "payment", BEGUN, today=day + days(1), amount="10.00")
    assert {day: trial.trial_balance(day, known="then") for day in shown} == shown
    assert trial.trial_balance(BEGUN, known="now") != shown[BEGUN]


def test_a_day_that_is_not_shut_may_still_change() -> None:
    lin = plant_loan(starts_on=BEGUN)
    shown = trial.trial_balance(BEGUN, known="then")
    happen(lin, "payment", BEGUN, today=BEGUN + days(1), amount="10.00")
    assert trial.trial_balance(BEGUN, known="then") != shown


@pytest.mark.parametrize("known", KNOWN)
def test_both_sides_are_equal_on_every_day(town: Town, known: Known) -> None:
    for on in all_days():
        rows = trial.trial_balance(on, known=known)
        assert sorted(row.code for row in rows) == sorted((*chart.ACCOUNTS, *chart.ACCRUED, chart.ACCRUED_INCOME))
        assert trial.total(rows).is_balanced, on
    assert trial.total(trial.trial_balance(BEGUN - days(1), known=known)).debit_minor == 0
    assert trial.total(trial.trial_balance(TODAY, known=known)).debit_minor > 900_000


@pytest.mark.parametrize("known", KNOWN)
def test_products_come_to_the_whole_on_every_day(town: Town, known: Known) -> None:
    for on in all_days():
        whole = {row.code: (row.debit_minor, row.credit_minor) for row in trial.trial_balance(on, known=known)}
        parts = dict.fromkeys(whole, (0, 0))
        for row in trial.by_product(on, known=known, loans=PRODUCTS, products=inspection.PRODUCTS):
            debit, credit = parts[row.code]
            parts[row.code] = debit + row.debit_minor, credit + row.credit_minor
        assert parts == whole, on


def test_a_product_has_its_own_figures_and_money_that_arrived_is_on_no_loan(town: Town) -> None:
    codes = inspection.lender_codes()
    rows = trial.by_product(TODAY, loans=PRODUCTS, products=inspection.PRODUCTS)
    found = {(row.code, row.product, codes[row.lender_id]): row.balance_minor for row in rows}
    assert found["merchant_payable", "p12", "qhxj"] == -600_000
    assert found["merchant_payable", "p6", "qhxj"] == -300_000, "booked before the loan was the other lender's"
    assert found["in_transit_alipay", None, "qhxj"] == 53_309 + 30_000
    assert found["in_transit_alipay", None, "other"] == LATE_MINOR
    assert ("goodwill", "p12", "qhxj") not in found, "what never moved is left out"


def test_assets_come_first_and_no_product_last(town: Town) -> None:
    rows = trial.by_product(TODAY, loans=PRODUCTS, products=inspection.PRODUCTS)
    assert list(dict.fromkeys(row.side for row in rows)) == ["asset", "liability", "income", "expense"]
    unapplied = [row.product for row in rows if row.code == "unapplied"]
    assert unapplied == ["p12", "p6", None, None]


def test_a_product_is_one_in_all_its_versions(town: Town) -> None:
    again = plant_loan(borrower_id=plant_borrower("+8613900002222", now=at(TODAY)), starts_on=TODAY)
    product = Loan.objects.get(id=town.zhou.loan_id).product
    product.pk, product.version = None, 4
    product = type(product).objects.create(
        **{field.attname: getattr(product, field.attname) for field in product._meta.fields if field.attname != "id"}
    )
    Loan.objects.filter(borrower_id=again.borrower_id).update(product=product)
    rows = trial.by_product(TODAY, loans=PRODUCTS, products=inspection.PRODUCTS)
    assert [row.credit_minor for row in rows if (row.code, row.product) == ("merchant_payable", "p6")] == [900_000]


@pytest.mark.parametrize("known", KNOWN)
def test_each_takes_one_statement(town: Town, known: Known, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        trial.trial_balance(TODAY, known=known)
        trial.by_product(TODAY, known=known, loans=PRODUCTS, products=inspection.PRODUCTS)


@pytest.mark.parametrize("known", KNOWN)
def test_every_figure_is_the_sum_of_its_days(town: Town, known: Known) -> None:
    """What a day adds to an account in the trial balance are the day's postings to it, and nothing else."""
    for before, on in pairwise(all_days()):
        grown = {
            row.code: (row.debit_minor - was.debit_minor, row.credit_minor - was.credit_minor)
            for was, row in zip(trial.trial_balance(before, known=known), trial.trial_balance(on, known=known), strict=True)
        }
        for account, both in grown.items():
            told = journal.turnover(on, account, known=known)
            assert (told.debit_minor, told.credit_minor) == both, (on, account)
            lines = journal.lines(on, account, known=known)
            assert len(lines) == told.count
            assert sum(line.amount_minor for line in lines if line.debit == account) == told.debit_minor


@pytest.mark.parametrize("known", KNOWN)
def test_every_figure_of_a_product_is_the_sum_of_its_days(town: Town, known: Known) -> None:
    def share(row: ProductRow) -> Share:
        return Share(product=row.product, lender_id=row.lender_id, loans=PRODUCTS)

    for row in trial.by_product(TODAY, known=known, loans=PRODUCTS, products=inspection.PRODUCTS):
        told = [journal.turnover(on, row.code, known=known, share=share(row)) for on in all_days()]
        assert sum(each.debit_minor for each in told) == row.debit_minor, row
        assert sum(each.credit_minor for each in told) == row.credit_minor, row


def test_late_postings_stand_on_their_day_now_and_on_the_day_they_were_booked_then(town: Town) -> None:
    [now] = journal.lines(COUNTED, "in_transit_alipay", known="now")
    assert (now.counts_on, now.booked_on, now.amount_minor) == (COUNTED, LEARNED, LATE_MINOR)
    assert journal.lines(COUNTED, "in_transit_alipay", known="then") == []
    assert journal.lines(LEARNED, "in_transit_alipay", known="then") == [now]
    assert journal.lines(LEARNED, "in_transit_alipay", known="now") == []


def test_a_long_day_is_read_in_pages(town: Town) -> None:
    lines = journal.lines(date(2026, 9, 30), "unapplied", known="now")
    assert len(lines) >= 3
    first = journal.lines(date(2026, 9, 30), "unapplied", known="now", limit=2)
    rest = journal.lines(date(2026, 9, 30), "unapplied", known="now", after=first[-1].id)
    assert [*first, *rest] == lines


def test_another_lenders_share_is_not_told(town: Town) -> None:
    other = Lender.objects.get(code="other").id
    nobodys = Share(product="p12", lender_id=other, loans=PRODUCTS)
    assert journal.turnover(date(2026, 9, 30), "unapplied", known="now", share=nobodys).count == 0
