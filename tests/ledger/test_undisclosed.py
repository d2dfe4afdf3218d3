"""Nothing is charged that the signed statement doesn't name: the books refuse it, whoever asks."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from anqi.engine import disclosure
from anqi.ledger import books
from anqi.ledger.books import Entry, Undisclosed
from anqi.ledger.chart import ACCOUNTS, CHARGES
from anqi.ledger.models import Posting
from anqi.lending.models import Fact
from anqi.people import holds
from anqi.rows.ids import uuid7
from tests.happening import happen, hold
from tests.planting import TERMS, Planted, at, days, plant_loan

pytestmark = pytest.mark.django_db
STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
# Lin buys in instalments that cost nothing, and is not even charged for being late.
FREE: dict[str, Any] = TERMS | {"annual_rate": "0", "penalty": None}


def post(who: Planted, *moves: tuple[str, str, int], discloses: tuple[str, ...] | None = None, many: bool = False) -> None:
    held, chain = hold(who), holds.hold(who.borrower_id)
    entry = Entry(
        loan_id=held.id, lender_id=held.lender_id, currency="CNY", moves=moves, counts_on=FIRST_DUE, cause="test",
        cause_id=uuid7(), discloses=held.discloses if discloses is None else discloses,
    )  # fmt: skip
    if many:
        books.post_all([(chain, [entry])], first_open_on=FIRST_DUE, now=at(FIRST_DUE))
    else:
        books.post(chain, [entry], first_open_on=FIRST_DUE, now=at(FIRST_DUE))
    holds.keep(chain)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("part", ["interest", "fee", "penalty"])
def test_an_undisclosed_charge_is_refused(part: str, many: bool) -> None:
    lin = plant_loan(starts_on=STARTED, terms=FREE)
    before = Posting.objects.count()
    with pytest.raises(Undisclosed) as refused:
        post(lin, (f"receivable_{part}", f"{part}_income", 100), many=many)
    assert refused.value.facts == {"part": part, "loan_id": lin.loan_id}
    assert refused.value.message == f"The signed cost statement names no {part}: it can't be charged."
    assert Posting.objects.count() == before


def test_interest_that_was_signed_is_no_leave_for_a_fee() -> None:
    lin = plant_loan(starts_on=STARTED)
    post(lin, ("receivable_interest", "interest_income", 100), ("receivable_penalty", "penalty_income", 1))
    with pytest.raises(Undisclosed):
        post(lin, ("receivable_fee", "fee_income", 100))


def test_what_was_charged_is_always_taken_back() -> None:
    lin = plant_loan(starts_on=STARTED, terms=FREE)
    post(lin, ("receivable_fee", "fee_income", 100), discloses=("fee",))
    post(lin, ("fee_income", "receivable_fee", 100))


def test_an_entry_that_says_nothing_charges_nothing() -> None:
    lin = plant_loan(starts_on=STARTED)
    with pytest.raises(Undisclosed):
        post(lin, ("receivable_interest", "interest_income", 100), discloses=())


def test_staff_who_raise_the_rate_of_a_free_plan_book_nothing() -> None:
    lin = plant_loan(starts_on=STARTED, terms=FREE)
    before = Fact.objects.count(), Posting.objects.count()
    with pytest.raises(Undisclosed), transaction.atomic():
        happen(lin, "rate_change", STARTED + days(1), annual_rate="0.12")
        happen(lin, "payment", FIRST_DUE, amount="505.00")
    assert (Fact.objects.count(), Posting.objects.count()) == before


def test_a_fee_by_staff_is_booked_where_its_code_was_signed() -> None:
    lin = plant_loan(starts_on=STARTED, terms=FREE | {"charges": {"notary": "80.00"}})
    happen(lin, "charge", STARTED + days(1), code="notary", amount="80.00", reason="公证")
    assert books.read(lin.borrower_id, [lin.loan_id]).balances[lin.loan_id]["fee_income"] == -8_000


def test_each_part_of_an_instalment_has_an_account_that_charges_it() -> None:
    assert CHARGES.keys() <= set(ACCOUNTS)
    assert set(CHARGES.values()) == {"interest", "fee", "penalty"}
    assert disclosure.parts_of(hold(plant_loan(starts_on=STARTED)).terms) == {"interest", "penalty"}
