"""The demonstration's past is told so that on any day something of everything is to be seen."""

from datetime import date, timedelta

import pytest

from anqi.lending import products
from anqi.payments.debiting import Timetable
from demo import story
from demo.story import Purchase
from demo.street import TERMS
from sandbox.unionpay import cards

DAY = timedelta(days=1)
TODAY = date(2026, 11, 27)
# Every week of four years, and days after short months.
SOME_DAYS = [*(TODAY + n * 7 * DAY for n in range(4 * 52)), date(2027, 3, 31), date(2027, 5, 1), date(2028, 2, 29)]


def debited(today: date) -> list[tuple[Purchase, list[date]]]:
    """What is debited, with its due dates."""
    found = [each for each in story.purchases(today) if each.debited_after is not None]
    terms = TERMS | {"principal": "2000.00", "instalments": 6, "currency": "CNY", "version": 1}
    return [(each, [row.due_on for row in products.plan_of(terms, each.on).instalments]) for each in found]


@pytest.mark.parametrize("today", SOME_DAYS, ids=str)
def test_one_instalment_was_debited_and_the_next_is_announced(today: date) -> None:
    [(told, due), _] = debited(today)
    began_on = told.on + (told.debited_after or 0) * DAY
    assert began_on < due[0] and due[1] < today - 20 * DAY
    assert DAY <= due[2] - today < Timetable().remind_days * DAY


@pytest.mark.parametrize("today", SOME_DAYS, ids=str)
def test_one_was_paid_by_hand_and_the_next_is_being_tried(today: date) -> None:
    [_, (told, due)] = debited(today)
    assert due[0] < told.on + (told.debited_after or 0) * DAY < due[1]
    assert DAY <= today - due[1] <= Timetable().days_after * DAY


def test_every_card_is_one_of_the_sandbox() -> None:
    told = [*story.purchases(TODAY), *story.reserves(TODAY)]
    assert {each.card for each in told if each.card} <= set(cards.ROWS.split("'")[3::8])
    assert all(each.card for each in story.reserves(TODAY))
    assert all(each.card for each, _ in debited(TODAY))


def test_as_many_orders_as_the_reader_is_promised() -> None:
    assert len(story.purchases(TODAY)) == 32
