"""Auto-debit of a plan whose borrower asked for help: paused, unless they want it, and it follows the new plan."""

from datetime import date
from typing import Any

import pytest

from anqi.actions import hardship as acts
from anqi.lending.hardship import Wish
from anqi.rows.ids import uuid7
from tests.actions.debit_days import live
from tests.actions.test_autodebits import DAY, DUE, SIGNED, Street, hour, street, told

__all__ = ["street"]
pytestmark = pytest.mark.django_db


def ask(street: Street, on: date, **wish: Any) -> dict[str, Any]:
    stated: dict[str, Any] = {"reason": "short"} | wish
    row = acts.ask(
        borrower_id=street.lin.borrower_id, loan_id=street.lin.loan_id, case_id=uuid7(), wish=Wish(**stated),
        now=hour(on, 8),
    )  # fmt: skip
    return {"borrower_id": row.borrower_id, "case_id": row.id}


def test_nothing_is_debited_while_a_case_is_open_and_it_goes_on_afterwards(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE - DAY, 8))
    whose = ask(street, DUE - DAY)
    live(hour(DUE - DAY, 8), hour(DUE + DAY, 20))
    assert street.debits == [] and told() == ["mandate_begun", "debit_coming", "hardship_choosing"]
    acts.withdraw(**whose, now=hour(DUE + DAY, 20))
    live(hour(DUE + DAY, 20), hour(DUE + 2 * DAY, 9, 31))
    assert [charge.amount_minor for charge in street.debits] == [53309]


def test_who_wants_it_is_debited_all_the_same(street: Street) -> None:
    street.bind("alipay")
    whose = ask(street, DUE - DAY)
    acts.pause_debits(**whose, pauses=False, now=hour(DUE - DAY, 9))
    live(SIGNED, hour(DUE, 9, 31))
    assert len(street.debits) == 1


def test_debits_follow_the_new_plan(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE - DAY, 8))
    whose = ask(street, DUE - DAY, from_on=date(2026, 11, 2))
    shown = acts.present(**whose, choice="longer", now=hour(DUE - DAY, 9))
    acts.accept(**whose, choice="longer", sha256=shown.draft.sha256, now=hour(DUE - DAY, 9))
    live(hour(DUE - DAY, 9), hour(date(2026, 11, 1), 20))
    assert street.debits == []
    assert [(plan.due_on, plan.why) for plan in street.plans] == [(DUE, "moved"), (date(2026, 11, 2), "")]
    live(hour(date(2026, 11, 1), 20), hour(date(2026, 11, 2), 9, 31))
    [debit] = street.debits
    assert debit.amount_minor == shown.option.dues[0][1]
