"""The end of day while a plan's borrower waits for help, catches up, or pays by a new plan; and what a bureau is told."""

from datetime import date
from uuid import UUID

import pytest

from anqi.actions import hardship as acts
from anqi.engine.reporting import Account, report
from anqi.jobs import hardship as nights
from anqi.ledger.models import Posting
from anqi.lending import hardship
from anqi.lending.hardship import Wish
from anqi.rows.ids import uuid7
from tests.happening import hold
from tests.jobs.close_nights import assert_sound, run_until, shut
from tests.planting import Planted, at, days, plant_many

pytestmark = pytest.mark.usefixtures("clone_database")
STARTED, DUE = date(2026, 9, 9), date(2026, 10, 9)
ASKED = DUE + days(10)


def ask(who: Planted) -> dict[str, UUID]:
    case_id = uuid7()
    acts.ask(
        borrower_id=who.borrower_id, loan_id=who.loan_id, case_id=case_id, wish=Wish(reason="job"), now=at(ASKED)
    )
    return {"borrower_id": who.borrower_id, "case_id": case_id}


def sign(whose: dict[str, UUID], choice: str) -> None:
    seen = acts.present(**whose, choice=choice, now=at(ASKED))
    acts.accept(**whose, choice=choice, sha256=seen.draft.sha256, now=at(ASKED))


def penalty(who: Planted) -> int:
    return sum(Posting.objects.filter(loan_id=who.loan_id, credit="penalty_income").values_list("amount_minor", flat=True))


def told(who: Planted, on: date) -> tuple[list[str], list[str]]:
    """The codes of October that may be sent on that day, and why others may not."""
    held = hold(who)
    found = report(Account(terms=held.terms, facts=held.facts), sent=(), notices=(), on=on)
    october = date(2026, 10, 31)
    return (
        [each.code for each in found.to_send if each.month == october],
        [f"{each.code} {each.why}" for each in found.withheld if each.month == october],
    )


def test_nights_while_a_case_is_open_and_afterwards() -> None:
    waits, catches_up, spreads, lengthens = plant_many(4, starts_on=STARTED)
    shut(ASKED - days(1))
    whose = ask(waits)
    acts.ask_otherwise(**whose, text="", now=at(ASKED))
    for who, choice in ((catches_up, "catch_up"), (spreads, "spread"), (lengthens, "longer")):
        sign(ask(who), choice)
    # 473.09 at 0.05 %, ten days of October.
    so_far_minor = 237
    assert penalty(spreads) == penalty(lengthens) == penalty(catches_up) == so_far_minor
    run_until(ASKED + days(3))
    # Asking stops no penalty, and says so; being late in answering does.
    assert hold(waits).standing(ASKED + days(3)).days_past_due == 13
    nights._stand_in(hardship.get(**whose), at(ASKED + days(4)))
    run_until(ASKED + days(6))
    assert_sound(ASKED + days(6))
    assert hold(waits).standing(ASKED + days(6)).days_past_due == 13
    assert hold(catches_up).standing(ASKED + days(6)).days_past_due == 10
    assert [hold(who).standing(ASKED + days(6)).days_past_due for who in (spreads, lengthens)] == [0, 0]
    assert penalty(spreads) == penalty(lengthens) == so_far_minor
    november = date(2026, 11, 1)
    # On hold nothing bad is said; what was late before the new plan is said as it was, and no later than it ended.
    assert told(waits, november) == ([], ["1 held"])
    assert told(catches_up, november) == ([], ["1 held"])
    assert told(spreads, november) == told(lengthens, november) == ([], ["M no_notice"])
