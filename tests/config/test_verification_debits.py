"""What is not as it must be of agreements and debits is found, and named."""

from datetime import date, timedelta

import pytest

from anqi.config import verification
from anqi.payments.models import Charge, ChargePart, DebitPlan, Mandate
from anqi.rows.ids import uuid7
from tests.actions.debit_days import live
from tests.actions.test_autodebits import DAY, DUE, SIGNED, Street, hour, no, street
from tests.config.test_verification import tamper
from tests.planting import plant_loan

__all__ = ["street"]
pytestmark = pytest.mark.django_db


def found(on: date) -> set[str]:
    return {wrong.what for wrong in verification.verify(today=on).wrong} - {"agreement", "books"}


def debit_again(debit: Charge) -> None:
    """Another debit of the same plan, behind everybody's back."""
    columns = [field.column for field in Charge._meta.concrete_fields]
    kept = [column for column in columns if column not in ("id", "key", "attempt", "state")]
    tamper(
        f"insert into payments_charge (id, key, attempt, state, {', '.join(kept)})"
        f" select %s, 'again', 'again', 'processing', {', '.join(kept)} from payments_charge where id = %s",
        uuid7(), debit.id,
    )  # fmt: skip


def test_a_debited_loan_is_clean(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    assert found(DUE) == set()
    street.alipay.pay(street.debits[0].key, hour(DUE, 9, 32))
    live(hour(DUE, 9, 31), hour(DUE, 23))
    assert street.plans[0].state == DebitPlan.State.PAID
    assert found(DUE) == set()


def test_two_open_debits_of_a_plan_are_named(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    debit_again(street.debits[0])
    assert "debit_twice" in found(DUE)


@pytest.mark.parametrize("column", ["mandate_id", "plan_id"])
def test_a_debit_without_its_agreement_or_plan_is_named(street: Street, column: str) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    tamper(f"update payments_charge set {column} = null")
    assert found(DUE) == {"debit"}


@pytest.mark.parametrize("table", [Mandate, DebitPlan, ChargePart])
def test_a_debit_of_another_loan_is_named(street: Street, table: type) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    other = plant_loan(starts_on=date(2026, 9, 9), borrower_id=street.lin.borrower_id)
    tamper(f"update {table._meta.db_table} set loan_id = %s", other.loan_id)  # type: ignore[attr-defined]
    assert found(DUE) == {"debit"}


def test_a_plan_that_is_paid_and_still_due_is_named(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    tamper("update payments_debit_plan set state = 'paid', ended_at = %s", hour(DUE, 10))
    assert found(DUE) == {"debit_plan"}


def test_an_agreement_that_outlives_its_loan_is_named_once_it_has_had_a_day(street: Street) -> None:
    street.bind("alipay")
    tamper("update lending_loan set settled_on = %s", DUE - 2 * DAY)
    assert "mandate" in found(DUE)
    assert "mandate" not in found(DUE - timedelta(days=1))


def test_a_hold_that_outlives_its_plan_is_named(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE, 9, 35))
    assert found(DUE) == set()
    tamper("update payments_debit_plan set state = 'stopped'")
    assert found(DUE) == {"debit_hold"}
