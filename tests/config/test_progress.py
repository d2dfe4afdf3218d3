"""What the close and the proof say while they are at work: how many, of how many, how fast, and for how long yet."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from anqi.config.cli.close import Told
from anqi.jobs import close
from anqi.ledger.models import ClosedDay
from anqi.lending.models import Loan
from tests.planting import at, days, plant_borrower, plant_loan

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
# The second at which each is said, and what.
SAID = [
    (0.0, ("loans", FIRST_DUE, 50, 4000)),
    (1.0, ("loans", FIRST_DUE, 150, 4000)),
    (5.0, ("loans", FIRST_DUE, 550, 4000)),
    (5.1, ("loans", FIRST_DUE, 600, 4000)),
    (6.0, ("proved", FIRST_DUE, 200, None)),
    (16.0, ("proved", FIRST_DUE, 1200, None)),
    (17.0, ("finished", FIRST_DUE, 4000, None)),
]
DAY = "2026-09-30"


def say_all() -> None:
    seconds: Iterator[float] = iter([second for second, _ in SAID])
    with Told(now=lambda: next(seconds)) as told:
        for _, each in SAID:
            told(*each)


def test_in_a_log_plain_lines_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    say_all()
    assert capsys.readouterr().err.splitlines() == [
        f"{DAY} loans: 50 of 4000",
        f"{DAY} loans: 550 of 4000 (100/s, 0:00:34 left)",
        f"{DAY} proved: 200",
        f"{DAY} proved: 1200 (100/s)",
        f"{DAY} finished: 4000",
    ]


def test_in_a_terminal_one_line_that_is_gone_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    say_all()
    written = capsys.readouterr().err
    assert "\n" not in written
    assert written.split("\r")[1:4] == [
        f"{DAY} loans: 50 of 4000\x1b[K",
        f"{DAY} loans: 150 of 4000 (100/s, 0:00:38 left)\x1b[K",
        f"{DAY} loans: 550 of 4000 (100/s, 0:00:34 left)\x1b[K",
    ]
    assert written.endswith("\r\x1b[K")


def test_nothing_done_since_promises_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter([0.0, 9.0])
    told = Told(now=lambda: next(seconds))
    for _ in range(2):
        told("loans", FIRST_DUE, 50, 4000)
    assert capsys.readouterr().err.splitlines()[-1] == f"{DAY} loans: 50 of 4000 (0/s)"


@pytest.mark.usefixtures("clone_database")
def test_the_close_and_the_proof_say_of_how_many() -> None:
    for n, starts_on in enumerate((STARTED, STARTED, STARTED + days(1), STARTED)):
        who = plant_loan(starts_on=starts_on, borrower_id=plant_borrower(f"+86139{n:08}", now=at(STARTED)))
    # The last one was signed, and never shipped.
    Loan.objects.filter(id=who.loan_id).update(starts_on=None, next_wake_on=None)
    # Nights on which nothing is due.
    ClosedDay.objects.bulk_create(
        ClosedDay(day=STARTED + days(n), shut_at=at(STARTED), finished_at=at(STARTED), closed_at=at(STARTED))
        for n in range((FIRST_DUE - STARTED).days)
    )
    said: list[tuple[Any, ...]] = []
    close.run(now=lambda: at(FIRST_DUE + days(1), 1), told=lambda *each: said.append(each))
    assert [each for each in said if each[:2] == ("loans", FIRST_DUE)] == [("loans", FIRST_DUE, 2, 2)]
    said.clear()
    close.prove_all(now=lambda: at(FIRST_DUE + days(1), 1), told=lambda *each: said.append(each))
    assert said == [("proved", FIRST_DUE + days(1), 3, 3)]
