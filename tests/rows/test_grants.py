"""The application's role may add facts and postings, never change them; nor may their owner."""

import pytest
from django.db import DatabaseError, connection, transaction

from anqi.config import grants

pytestmark = pytest.mark.django_db


def test_the_application_is_not_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("anqi_app",)


@pytest.mark.parametrize("change", ["update {} set borrower_id = borrower_id", "delete from {}", "truncate {}"])
def test_the_application_cannot_change_what_is_append_only(change: str) -> None:
    assert {"lending_fact", "ledger_posting", "payments_payment"} <= set(grants.append_only_tables())
    for table in ("lending_fact", "ledger_posting", "payments_payment", "lending_agreement"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change.format(table))


def test_granting_again_changes_nothing() -> None:
    """An upgrade migrates and grants on a database whose role is there already."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        grants.apply()
        grants.apply()
        cursor.execute("set role anqi_app")
