"""What was taken stays as it was written: the role that the whole application has can only add to it."""

import pytest
from django.db import DatabaseError, connection, transaction

from anqi.config import grants
from anqi.jobs import tasks
from anqi.lending.models import Fact
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
        for change in ("update {} set borrower_id = borrower_id", "delete from {}", "truncate {}", "drop table {}"):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                connection.cursor().execute(change.format(table))
    paid.assert_sound()


def test_a_row_changed_by_the_owner_is_found_by_its_hash(paid: Stand) -> None:
    fact = Fact.objects.get(kind="payment")
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute(
            "update lending_fact set body = jsonb_set(body, '{amount_minor}', '1') where id = %s", [fact.id]
        )
    with pytest.raises(AssertionError):
        paid.assert_sound()
