"""Two hundred days of fifty borrowers, audited every ten days; nothing is lost, taken twice or a fen off."""

import os
from datetime import timedelta

import pytest

from anqi.payments import channels
from anqi.payments.models import Charge, Inbox, Outbox, Payment, Refund, Unapplied
from tests.simulation.town import OPENS_ON, Town

BORROWERS, DAYS, AUDIT_EVERY = 50, 200, 10
# A late notice takes nine days, a charge's watch some minutes: afterwards nothing may be under way.
FIRST_SEED = int(os.environ.get("ANQI_SEED", "20261125"))
SEEDS = range(FIRST_SEED, FIRST_SEED + (8 if os.environ.get("ANQI_SOAK") else 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_auditor_agrees(clone_database: str, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    print(f"seed {seed}")
    town = Town(seed, borrowers=BORROWERS)
    monkeypatch.setattr(channels, "find", lambda code: town.rails)
    monkeypatch.setattr(channels, "offered", lambda: ("alipay",))
    for count in range(1, DAYS + 1):
        day = OPENS_ON + timedelta(days=count - 1)
        town.pass_day(day)
        if count % AUDIT_EVERY == 0:
            town.auditor.audit(today=day)
    town.stop_paying()
    for count in range(DAYS, DAYS + 12):
        town.pass_day(OPENS_ON + timedelta(days=count))
    town.auditor.audit(today=OPENS_ON + timedelta(days=DAYS + 11))
    assert_nothing_is_under_way(town)
    assert_all_money_is_here(town)
    assert_much_has_happened(town)


def assert_nothing_is_under_way(town: Town) -> None:
    assert not town.rails.letters
    assert not Inbox.objects.exclude(state="done").exists()
    assert not Outbox.objects.filter(done_at=None).exists()
    assert not Charge.objects.filter(state__in=Charge.OPEN).exists()
    assert not Refund.objects.filter(state__in=Refund.OPEN).exists()


def assert_all_money_is_here(town: Town) -> None:
    """Each taking of the channel is one payment of ours, under its number, to the fen and second."""
    taken = {each.ref: (each.amount_minor, each.paid_at) for t in town.rails.trades.values() for each in t.taken}
    ours = {each.ref: (each.amount_minor, each.paid_at) for each in Payment.objects.all()}
    assert ours == taken
    assert Payment.objects.count() == len(taken)
    gone = {f"R{each.key}": (each.amount_minor, each.done_at) for each in town.rails.returned.values() if each.done_at}
    told = {each.ref: (each.amount_minor, each.refunded_at) for each in Refund.objects.filter(state="succeeded")}
    assert told == gone
    assert Refund.objects.count() >= len(gone)


def assert_much_has_happened(town: Town) -> None:
    """A town in which nothing goes wrong proves nothing."""
    assert all(town.lucks.values()), town.lucks
    assert {"second_payment", "amount_differs"} <= set(Unapplied.objects.values_list("reason", flat=True))
    assert {"succeeded", "failed"} <= set(Refund.objects.values_list("state", flat=True))
    print(f"{town.lucks} {town.refused} {Payment.objects.count()} payments, {town.auditor.compared} loans compared")
