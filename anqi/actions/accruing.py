"""What stands accrued on the evening of a day that is shut, over all loans."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from anqi.ledger import accruals as ledger
from anqi.lending import accruals, courses, store
from anqi.lending.accruals import Accrued

Pair = tuple[UUID, UUID]
_TOGETHER = 200


def on(day: date) -> list[Accrued]:
    """By lender, product and part, in fen; what belongs together may come in several pieces.

    The lines beside the loans are summed in one statement. The loans of whoever has paid since the day was over stand
    on later lines: what they had earned on the day is counted one by one.
    """
    with transaction.atomic():
        connection.cursor().execute("set transaction isolation level repeatable read, read only")
        return [*accruals.total_on(day), *_touched(day)]


def _touched(day: date) -> Iterator[Accrued]:
    products = accruals.touched_since(day)
    pairs = iter(products)
    while together := list(islice(pairs, _TOGETHER)):
        yield from _one_by_one(together, day, products)


def _one_by_one(pairs: Sequence[Pair], day: date, products: dict[Pair, UUID]) -> Iterator[Accrued]:
    booked = ledger.booked_by(day, pairs, account="penalty_income")
    for held in store.read_pairs(pairs):
        if not held.has_begun:
            continue
        for part, amount_minor in courses.accrued(held, on=day, penalty_booked_minor=-booked.get(held.id, 0)).items():
            yield Accrued(
                lender_id=held.lender_id, product_id=products[held.borrower_id, held.id], currency=held.currency,
                part=part, amount_minor=amount_minor,
            )  # fmt: skip
