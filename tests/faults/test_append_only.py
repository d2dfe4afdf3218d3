"""What was taken stays as it was written: the role that the whole application has can only add to it."""

import pytest
from django.db import DatabaseError, connection, transaction

from anqi.config import grants
from anqi.jobs import tasks
from tests.faults.fault_stand import Stand


@pytest.fixture
def paid(stand: Stand) -> Stand:
    charge = stand.offer()
    stand.pay(charge)
    stand.hear(charge)
    tasks.read_inbox()
    stand.assert_taken_once(charge)
    return stand


def test_nothing_that_a_payment_wrote_can_be_changed_or_taken_away(paid: Stand) -> None:
    tables = grants.append_only_tables()
    assert {"lending_fact", "ledger_posting", "payments_payment", "payments_exchange"} <= set(tables)
    for table in tables:
        for change in ("update {} set id = id", "delete from {}", "truncate {}", "drop table {}"):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                connection.cursor().execute(change.format(table))
    paid.assert_sound()


def test_not_even_the_owner_changes_a_row_by_accident(paid: Stand) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change_the_amount()


def test_a_row_changed_on_purpose_is_found_by_its_hash(paid: Stand) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("alter table lending_fact disable trigger all")
    change_the_amount()
    with pytest.raises(AssertionError):
        paid.assert_sound()


def change_the_amount() -> None:
    """As the owner, whom no grant holds back."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("update lending_fact set body = body || '{\"amount_minor\": 1}' where kind = 'payment'")
