"""What is posted is hashed as the chain spells it, and is read back as what each account holds."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from anqi.ledger import books
from anqi.ledger.books import Entry
from anqi.ledger.models import Posting
from anqi.people import holds
from anqi.rows.chain import GENESIS, Chain, digest
from anqi.rows.ids import uuid7
from tests.planting import at, plant_borrower

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
SHUT = date(2026, 11, 20)
LOAN, OTHER = uuid7(), uuid7()
OWED, HELD = "receivable_principal", "unapplied"


def entry(loan_id: UUID | None, *moves: tuple[str, str, int], cause: str = "day", cause_id: UUID | None = None) -> Entry:
    return Entry(
        loan_id=loan_id, lender_id=uuid7(), currency="CNY", moves=moves, counts_on=SHUT, cause=cause, cause_id=cause_id
    )


def post_one(chain: Chain, entries: list[Entry]) -> None:
    books.post(chain, entries, first_open_on=TODAY, now=at(TODAY, 9))


def post_many(chain: Chain, entries: list[Entry]) -> None:
    books.post_all([(chain, entries)], first_open_on=TODAY, now=at(TODAY, 9))


@pytest.mark.parametrize("post", [post_one, post_many])
def test_a_posting_is_hashed_as_the_chain_spells_it(post: Callable[[Chain, list[Entry]], None]) -> None:
    chain = holds.hold(plant_borrower("+8613900000001", now=at(TODAY)))
    post(chain, [
        entry(LOAN, (OWED, HELD, 1), (HELD, OWED, 2**60), cause='"退"\\\n\u2028', cause_id=uuid7()),
        entry(None, ("written_off", OWED, 7)),
    ])  # fmt: skip
    previous = GENESIS
    for seq, row in enumerate(Posting.objects.order_by("seq"), start=1):
        stated = {field.attname: getattr(row, field.attname) for field in Posting._meta.concrete_fields}
        assert bytes(row.hash) == digest(previous, seq, books.recorded(stated))
        previous = bytes(row.hash)
    assert (chain.seq, chain.hash) == (3, previous)
    assert set(Posting.objects.values_list("counts_on", "booked_on")) == {(SHUT, TODAY)}


def test_each_loan_holds_its_own_and_nothing_of_others() -> None:
    first, second = (plant_borrower(f"+861390000000{n}", now=at(TODAY)) for n in (1, 2))
    for borrower_id, amount_minor in ((first, 100), (second, 5)):
        moves = ((OWED, HELD, amount_minor), ("goodwill", OWED, amount_minor), (HELD, "recovered", 3))
        post_many(holds.hold(borrower_id), [entry(LOAN, *moves), entry(OTHER, (OWED, HELD, 50)), entry(None, *moves)])
    wanted = {"goodwill": 100, HELD: -97, "recovered": -3}
    assert books.read(first, [LOAN]).balances == {LOAN: wanted}, "an account at zero is left out"
    assert books.read_pairs([(first, LOAN)]).balances == {LOAN: wanted}
    nothing = uuid7()
    found = books.read_pairs([(first, LOAN), (second, OTHER), (second, nothing)])
    assert found.balances == {LOAN: wanted, OTHER: {OWED: 50, HELD: -50}, nothing: {}}
    assert found.first_open_on == date(1, 1, 2)
