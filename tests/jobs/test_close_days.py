"""The end of day on days that are out of the ordinary: by the calendar, by the clock, by what came late."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction

from anqi.actions import closing, loans
from anqi.jobs import close
from anqi.ledger import books, trial
from anqi.ledger.models import ClosedDay, DayTotal, Posting
from anqi.lending import inspection
from anqi.lending.models import Loan
from anqi.notices.models import Webhook
from tests.happening import happen
from tests.jobs import close_book
from tests.jobs.close_left import left
from tests.jobs.close_nights import (
    EVE,
    FIRST_DUE,
    LAST,
    STARTED,
    all_days,
    assert_sound,
    closed_days,
    night_after,
    plant_credit,
    plant_many,
    run_until,
    shut,
    undisturbed,
)
from tests.planting import at, days

pytestmark = pytest.mark.usefixtures("clone_database")


class Clock:
    """A clock that jumps once, as soon as the run of a day tells of that step."""

    def __init__(self, begins: datetime, *, jumps_to: datetime, at_step: str, of: date) -> None:
        self._shows, self._then, self._when = begins, jumps_to, (at_step, of)

    def __call__(self) -> datetime:
        return self._shows

    def told(self, what: str, day: date, _done: int, _of: int | None) -> None:
        if (what, day) == self._when:
            self._shows = self._then


@pytest.mark.parametrize(
    ("starts_on", "instalments", "dues"),
    [
        (date(2027, 11, 30), 4, ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]),
        (date(2026, 10, 31), 4, ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        (date(2028, 2, 29), 3, ["2028-03-29", "2028-04-29", "2028-05-29"]),
    ],
)
def test_what_falls_due_on_the_last_of_a_month_is_booked_on_it(
    starts_on: date, instalments: int, dues: list[str]
) -> None:
    last = date.fromisoformat(dues[-1])
    plant_credit(starts_on, "6200.00", instalments=instalments)
    assert [each.day for each in run_until(last)] == all_days(starts_on, last)
    earned = Posting.objects.filter(credit="interest_income").order_by("booked_on")
    assert [(each.counts_on.isoformat(), each.booked_on.isoformat()) for each in earned] == [(on, on) for on in dues]
    assert closed_days() == all_days(starts_on, last)
    assert_sound(last)


def test_a_loan_of_thirty_years_is_settled_on_its_last_day() -> None:
    last = date(2027, 1, 31)
    who = plant_credit(date(1997, 1, 31), "139000.00", principal="36000.00", instalments=360)
    shut_on = last - days(40)
    loans.wake(now=at(shut_on), limit=1)
    shut(shut_on)
    ran = run_until(last)
    assert [each.day for each in ran if each.brought.count] == [date(2026, 12, 31), last]
    loan = Loan.objects.get(id=who.loan_id)
    assert (loan.settled_on, loan.next_wake_on) == (last, None)
    assert Posting.objects.filter(credit="interest_income").count() == 360
    assert Webhook.objects.filter(kind="order.settled").count() == 1
    assert_sound(last)


def test_days_on_which_nothing_runs_have_their_run() -> None:
    last = date(2026, 11, 30)
    plant_credit(STARTED, "6200.00", instalments=3)
    run_until(last)
    ran = run_until(last + days(30))
    assert [(each.day, each.brought.count) for each in ran] == [(last + days(n), 0) for n in range(1, 31)]
    assert not DayTotal.objects.filter(day__gt=last).exists()
    assert closed_days() == all_days(STARTED, last + days(30))


def test_a_book_in_which_nothing_has_begun_has_no_day_to_close() -> None:
    close_book.plant_unshipped()
    assert run_until(close_book.LAST) == []
    assert not ClosedDay.objects.exists()


def test_loans_in_every_condition_are_brought_on_and_proved() -> None:
    close_book.plant()
    Loan.objects.filter(terms={"nonsense": True}).update(terms=Loan.objects.filter(starts_on=STARTED)[0].terms)
    ran = run_until(close_book.LAST)
    assert [each.brought.set_aside for each in ran] == [0] * 10
    assert all(each.brought.count for each in ran)
    nights = [ran[0].day, close_book.LAST]
    seen = {each.condition for who in borrowers() for on in nights for each in inspection.loans(who, on=on)}
    assert seen == close_book.CONDITIONS
    # One fen is astray.
    assert close.prove_all(now=lambda: close_book.NIGHT) == closing.Proved(count=begun(), differing=1)


def borrowers() -> set[Any]:
    return set(Loan.objects.values_list("borrower_id", flat=True))


def begun() -> int:
    return Loan.objects.exclude(starts_on=None).count()


@pytest.mark.parametrize("step", ["loans", "proved", "finished"])
def test_a_clock_that_jumps_ahead_by_weeks_leaves_no_day_out(step: str) -> None:
    plant_many(3)
    wanted = undisturbed(LAST + days(21))
    clock = Clock(night_after(LAST), jumps_to=night_after(LAST + days(21)), at_step=step, of=FIRST_DUE)
    assert [each.day for each in close.run(now=clock, told=clock.told)] == all_days(EVE + days(1), LAST)
    assert [each.day for each in close.run(now=clock)] == all_days(LAST + days(1), LAST + days(21))
    found = left(today=LAST + days(21))
    # On the last day of each of the two runs more loans are proved.
    assert (found.sums, found.totals, found.loans) == (wanted.sums, wanted.totals, wanted.loans)
    assert closed_days() == all_days(EVE, LAST + days(21))
    assert_sound(LAST + days(21))


@pytest.mark.parametrize("step", ["loans", "proved", "finished"])
def test_a_clock_that_falls_back_by_a_day_opens_no_day_again(step: str) -> None:
    plant_many(3)
    wanted = undisturbed(LAST)
    clock = Clock(night_after(LAST), jumps_to=night_after(LAST - days(1)), at_step=step, of=FIRST_DUE + days(4))
    assert [each.day for each in close.run(now=clock, told=clock.told)] == all_days(EVE + days(1), LAST)
    assert left(today=LAST) == wanted
    assert close.run(now=clock) == [], "by that clock the last day has not ended, and has had its run"
    assert run_until(EVE - days(9)) == []
    assert left(today=LAST) == wanted
    assert books.first_open_on() == LAST + days(1)


def test_a_fact_of_a_day_closed_two_months_ago_is_booked_on_the_open_day() -> None:
    lin, _ = plant_many(2)
    today = FIRST_DUE + days(61)
    run_until(today - days(1))
    shown = {day: trial.trial_balance(day, known="then") for day in all_days(EVE, today - days(1))}
    kept = totals(today)
    with transaction.atomic():
        fact_id = happen(lin, "payment", FIRST_DUE, today=today, amount="533.09")
    written = Posting.objects.filter(cause_id=fact_id)
    assert {(each.counts_on, each.booked_on) for each in written} == {(FIRST_DUE, today)}
    assert {day: trial.trial_balance(day, known="then") for day in shown} == shown
    run_until(today)
    assert {day: trial.trial_balance(day, known="then") for day in shown} == shown
    assert (arrived(FIRST_DUE - days(1)), arrived(FIRST_DUE)) == (0, 53_309), "as it is known now"
    assert [row for row in totals(today) if row[0] < today] == kept
    assert (today, "in_transit_alipay", 53_309, 0) in totals(today)
    assert_sound(today)


def totals(until: date) -> list[tuple[Any, ...]]:
    found = DayTotal.objects.filter(day__lte=until)
    return sorted(found.values_list("day", "account", "debit_minor", "credit_minor"))


def arrived(on: date) -> int:
    return next(row.debit_minor for row in trial.trial_balance(on, known="now") if row.code == "in_transit_alipay")
