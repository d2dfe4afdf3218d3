"""Whatever account the engine speaks of, the books take, and staff can read."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from anqi.engine import accounts
from anqi.ledger import books, chart
from anqi.ledger.models import Account, Posting
from anqi.lending.models import Lender
from anqi.rows.ids import uuid7
from anqi.web.office import wording
from tests.planting import at, plant_borrower, reference_rows

TODAY = date(2026, 11, 24)


def test_the_chart_has_every_account_of_the_engine() -> None:
    assert set(accounts.ACCOUNTS) <= set(chart.ACCOUNTS)
    assert len(set(chart.ACCOUNTS)) == len(chart.ACCOUNTS)


@pytest.mark.django_db
def test_the_table_says_what_the_chart_says() -> None:
    of_days = {*chart.ACCRUED, chart.ACCRUED_INCOME}
    assert set(Account.objects.values_list("code", flat=True)) == {*chart.ACCOUNTS, *of_days}


@pytest.mark.django_db
def test_every_account_has_its_words_in_both_languages() -> None:
    names = dict(Account.objects.values_list("code", "name"))
    with translation.override("zh-hans"):
        assert {code: str(wording.ACCOUNTS[code]) for code in names} == names
    with translation.override("en"):
        told = [str(wording.ACCOUNTS[code]) for code in names]
    assert not [word for word in told if re.search(r"[\u4e00-\u9fff]", word)]
    assert len(set(told)) == len(told)


@pytest.mark.django_db
def test_an_account_stands_on_its_side() -> None:
    sides = dict(Account.objects.values_list("code", "side"))
    assert {code: sides[code] for code in ("subsidy_receivable", "merchant_fee_income", "recovered")} == {
        "subsidy_receivable": "asset", "merchant_fee_income": "income", "recovered": "income",
    }  # fmt: skip
    assert (sides["goodwill"], sides["written_off"]) == ("expense", "expense")


def post(lender: Lender, debit: str, credit: str, seq: int) -> None:
    Posting.objects.create(
        borrower_id=plant_borrower(f"+8613900{seq:06}", now=at(TODAY)), id=uuid7(), seq=seq, hash=b"",
        entry_id=uuid7(), cause="test", debit=debit, credit=credit, amount_minor=1, currency="CNY",
        lender_id=lender.id, counts_on=TODAY, booked_on=TODAY, recorded_at=at(TODAY),
    )  # fmt: skip


@pytest.mark.django_db
def test_the_books_take_every_account_and_no_other() -> None:
    lender, _product, _merchant = reference_rows(at(TODAY))
    for seq, code in enumerate(chart.ACCOUNTS):
        post(lender, code, "unapplied" if code != "unapplied" else "waived", seq)
    with pytest.raises(IntegrityError, match="ledger_posting_accounts"), transaction.atomic():
        post(lender, "suspense", "unapplied", 99)


@pytest.mark.parametrize(
    ("wanted", "booked", "moves"),
    [
        (
            {"receivable_interest": 3787, "subsidy_receivable": 1262, "interest_income": -5049}, {},
            [("receivable_interest", "interest_income", 3787), ("subsidy_receivable", "interest_income", 1262)],
        ),
        (
            {"written_off": 700, "merchant_payable": -700},
            {"receivable_principal": 600, "receivable_penalty": 100, "merchant_payable": -700},
            [("written_off", "receivable_penalty", 100), ("written_off", "receivable_principal", 600)],
        ),
        (
            {"written_off": 700, "recovered": -200, "unapplied": 200, "merchant_payable": -700},
            {"written_off": 700, "merchant_payable": -700},
            [("unapplied", "recovered", 200)],
        ),
        (
            {"goodwill": 150, "receivable_principal": 450, "merchant_payable": -600},
            {"receivable_principal": 600, "merchant_payable": -600},
            [("goodwill", "receivable_principal", 150)],
        ),
        (
            {"goodwill": 150, "receivable_interest": 3787, "interest_income": -3787, "receivable_principal": -150}, {},
            [("receivable_interest", "interest_income", 3787), ("goodwill", "receivable_principal", 150)],
        ),
        (
            {"goodwill": 150, "receivable_fee": -20, "receivable_penalty": -30, "receivable_principal": -100}, {},
            [
                ("goodwill", "receivable_penalty", 30), ("goodwill", "receivable_fee", 20),
                ("goodwill", "receivable_principal", 100),
            ],
        ),
        (
            {"merchant_payable": -980, "merchant_fee_income": -20, "receivable_principal": 1000},
            {"merchant_payable": -1000, "receivable_principal": 1000},
            [("merchant_payable", "merchant_fee_income", 20)],
        ),
        (
            {"receivable_principal_m1": 600, "receivable_penalty_m1": 7, "penalty_income": -7, "merchant_payable": -600},
            {"receivable_principal": 600, "merchant_payable": -600},
            [("receivable_principal_m1", "receivable_principal", 600), ("receivable_penalty_m1", "penalty_income", 7)],
        ),
        (
            {"receivable_principal": 500, "interest_income": -6, "unapplied": 106, "merchant_payable": -600},
            {
                "receivable_principal_m2": 600, "receivable_interest_m2": 6, "interest_income": -6,
                "merchant_payable": -600,
            },
            [
                ("receivable_principal", "receivable_principal_m2", 500),
                ("unapplied", "receivable_interest_m2", 6), ("unapplied", "receivable_principal_m2", 100),
            ],
        ),
    ],
)  # fmt: skip
def test_an_entry_reads_by_its_pairs(
    wanted: dict[str, int], booked: dict[str, int], moves: list[tuple[str, str, int]]
) -> None:
    assert books.difference(wanted=wanted, booked=booked) == moves
