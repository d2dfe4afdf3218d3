"""The auditor of debits would notice: each rule broken on purpose, in a town of a few borrowers who are debited."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from anqi.actions.autodebits import excusing, sending, stepping, telling
from anqi.payments import debiting
from anqi.payments.channels.protocol import DebitRequest
from anqi.payments.models import ChargePart
from anqi.rows import records
from anqi.rows.days import SHANGHAI
from tests.simulation.debit_town import DebitTown
from tests.simulation.story import OPENS_ON


def send_under_another_number(patch: pytest.MonkeyPatch) -> None:
    """Each sending has a number of its own, so that what was lost on the way back is taken again."""
    sent: list[str] = []

    def numbered(*, key: str, **more: Any) -> DebitRequest:
        sent.append(key)
        return DebitRequest(key=f"{key}{len(sent)}", **more)

    patch.setattr(sending, "DebitRequest", numbered)


def take_more_than_is_due(patch: pytest.MonkeyPatch) -> None:
    amount = debiting._amount
    patch.setattr(debiting, "_amount", lambda *args: amount(*args) and amount(*args) + 1)


def take_by_night(patch: pytest.MonkeyPatch) -> None:
    def nightly(day: date, *_: object) -> Iterator[tuple[datetime, datetime]]:
        yield datetime.combine(day, time(22, 15), SHANGHAI), datetime.combine(day, time(23, 0), SHANGHAI)

    patch.setattr(debiting, "_hours", nightly)
    patch.setattr(sending, "_is_in_hours", lambda *_: True)


def announce_nothing(patch: pytest.MonkeyPatch) -> None:
    rules = stepping._rules
    patch.setattr(stepping, "_rules", lambda mandate: replace(rules(mandate), announced_days=0))


def tell_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(telling, "failures", lambda *args, **more: None)


def excuse_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(excusing, "settle", lambda *args, **more: None)


def forget_what_is_on_its_way(patch: pytest.MonkeyPatch) -> None:
    """An open debit counts as one that has failed; nor does it claim its loan."""
    attempt = stepping.debit_plans.attempt

    def failed(charge: Any) -> Any:
        known = attempt(charge)
        return replace(known, state="failed", reason="system") if known.state == "open" else known

    def insert(row: Any) -> None:
        if isinstance(row, ChargePart):
            row.claims = False
        kept(row)

    kept = records.insert
    patch.setattr(stepping.debit_plans, "attempt", failed)
    patch.setattr(records, "insert", insert)


# What becomes of each debit meanwhile, and what the auditor says.
BREAKS = {
    send_under_another_number: ("lost_after", "debit of loan .*(is on its way|took)"),
    take_more_than_is_due: ("later", "debit of loan .* of .*(is due|announced was|agreed was)"),
    take_by_night: ("later", "outside of its hours"),
    announce_nothing: ("later", "announced was 0"),
    tell_nobody: ("no_money", "nobody was told"),
    excuse_nobody: ("system", "for being late for"),
    forget_what_is_on_its_way: ("unknown", "debit of loan .*(is on its way|took)"),
}


@pytest.mark.parametrize("break_it", [None, *BREAKS], ids=lambda it: getattr(it, "__name__", "whole"))
def test_a_rule_that_is_broken_is_noticed(
    clone_database: str, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None] | None
) -> None:
    if not break_it:
        live(monkeypatch)
        return
    break_it(monkeypatch)
    luck, says = BREAKS[break_it]
    with pytest.raises(AssertionError, match=says):
        live(monkeypatch, luck)


def live(patch: pytest.MonkeyPatch, luck: str = "") -> None:
    town = DebitTown(3, borrowers=6, looks_every=3)
    town.lucks_of_debits.only = luck
    town.open(patch)
    for count in range(70):
        day = OPENS_ON + timedelta(days=count)
        town.pass_day(day)
        if count % 10 == 9:
            town.audit(day)
    town.debit_auditor.audit_lateness()
