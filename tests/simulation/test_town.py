"""A town audited every ten days, and another with all channels reconciled: nothing is lost, taken twice or a fen off."""

import os
from datetime import date, timedelta

import pytest

from anqi.lending.models import Loan, MerchantPayout, Return
from anqi.payments import bank_inspection
from anqi.payments.models import Charge, DebitPlan, Inbox, Outbox, Payment, Payout, Refund, Unapplied
from anqi.rows.days import day_of
from tests.simulation.soak_town import SoakTown
from tests.simulation.story import OPENS_ON
from tests.simulation.town import Town

BORROWERS, DAYS, AUDIT_EVERY = 50, 200, 10
IS_SOAK = bool(os.environ.get("ANQI_SOAK"))
# In a hurry few borrowers, who come at once, and whose agreements are looked at every third day.
SOAK_DAYS, SOAK = (
    (90, {"borrowers": 200}) if IS_SOAK else (45, {"borrowers": 14, "looks_every": 3, "arrive_within": 8})
)
# A late notice takes nine days; a transfer that comes late, goes back and comes back takes twelve, of which each file is
# a day. Debits and returns go on meanwhile, so that among many it takes longer until nothing is under way on an evening.
ENDING_DAYS, LONGEST_ENDING_DAYS = 14, 60
FIRST_SEED = int(os.environ.get("ANQI_SEED", "20261125"))
SEEDS = range(FIRST_SEED, FIRST_SEED + (8 if IS_SOAK else 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_auditor_agrees(clone_database: str, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    town = Town(seed, borrowers=BORROWERS)
    town.open(monkeypatch)
    with town.story.told_where_it_fails():
        live(town, DAYS)
        assert_nothing_is_under_way(town)
        assert_all_money_is_here(town)
        assert_no_payout_left_twice(town)
        assert_much_has_happened(town)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_auditor_agrees_by_all_channels_and_their_files(
    clone_database: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    town = SoakTown(seed, **SOAK)
    town.open(monkeypatch)
    with town.story.told_where_it_fails():
        last = live(town, SOAK_DAYS)
        assert_nothing_is_under_way(town)
        assert_all_money_is_here(town)
        assert_no_payout_left_twice(town)
        town.debit_auditor.audit(is_end=True)
        town.reconciliation_auditor.audit(until=last - timedelta(days=1))
        assert_much_was_debited(town)


def live(town: Town, days: int) -> date:
    """The last day."""
    for count in range(1, days + 1):
        day = OPENS_ON + timedelta(days=count - 1)
        town.pass_day(day)
        if count % AUDIT_EVERY == 0:
            town.audit(day)
    town.stop_paying()
    for count in range(LONGEST_ENDING_DAYS):
        if count >= ENDING_DAYS and not under_way():
            break
        day += timedelta(days=1)
        town.pass_day(day)
    town.audit(day)
    return day


def under_way() -> list[object]:
    """What has no end yet."""
    found = (
        Inbox.objects.exclude(state="done"), Outbox.objects.filter(done_at=None),
        Charge.objects.filter(state__in=Charge.OPEN), Refund.objects.filter(state__in=Refund.OPEN),
        Payout.objects.filter(state__in=("waiting", "released", *Payout.SENT)),
    )  # fmt: skip
    return [row for rows in found for row in rows.values()]


def assert_nothing_is_under_way(town: Town) -> None:
    assert not any(taker.letters for taker in town.takers)
    assert not under_way()
    assert town.branch.is_idle
    assert town.branch.told == len(town.branch.ledger)
    assert not bank_inspection.open_lines().exists()
    assert not MerchantPayout.objects.filter(state__in=("proposed", "released")).exists()
    assert not MerchantPayout.objects.filter(is_booking=True).exists()


def assert_all_money_is_here(town: Town) -> None:
    """Each taking of a channel is one payment of ours, under its number, to the fen and second."""
    for taker in town.takers:
        taken = {each.ref: (each.amount_minor, each.paid_at) for t in taker.trades.values() for each in t.taken}
        payments = Payment.objects.filter(channel=taker.code)
        ours = {each.ref: (each.amount_minor, each.paid_at) for each in payments}
        assert ours == taken
        assert len(payments) == len(taken)
        gone = {each.ref: (each.amount_minor, each.done_at) for each in taker.returned.values() if each.done_at}
        refunds = Refund.objects.filter(channel=taker.code)
        told = {each.ref: (each.amount_minor, each.refunded_at) for each in refunds.filter(state="succeeded")}
        assert told == gone
        assert refunds.count() >= len(gone)


def assert_no_payout_left_twice(town: Town) -> None:
    """The channel's own account: what arrived and stayed is one begun loan each, to the fen and the day."""
    orders = town.cash.vault.orders.values()
    stayed = {each.key: each for each in orders if each.arrives_at and not each.comes_back_at}
    lent = {each.key: each for each in Payout.objects.filter(state="succeeded")}
    assert {key: each.amount_minor for key, each in lent.items()} == {k: e.amount_minor for k, e in stayed.items()}
    running = {loan.id: loan for loan in Loan.objects.filter(is_cash=True, starts_on__isnull=False)}
    for key, payout in lent.items():
        loan = running.pop(payout.loan_id)
        arrived_at = stayed[key].arrives_at
        assert arrived_at and (loan.starts_on, loan.principal_minor) == (day_of(arrived_at), payout.amount_minor)
    came_back = {each.key for each in orders if each.comes_back_at}
    assert {each.key for each in Payout.objects.filter(state="returned")} == came_back
    assert {each.loan_id for each in Payout.objects.filter(state="returned")} == set(running)


def assert_much_has_happened(town: Town) -> None:
    """A town in which nothing goes wrong proves nothing."""
    assert all(town.lucks.values()), town.lucks
    assert {"second_payment", "amount_differs"} <= set(Unapplied.objects.values_list("reason", flat=True))
    assert {"completed", "withdrawn"} <= set(Return.objects.values_list("state", flat=True))
    assert Unapplied.objects.filter(reason="goods_returned").exists()
    assert {"succeeded", "failed"} <= set(Refund.objects.values_list("state", flat=True))
    assert all(town.cash.vault.lucks.values()), town.cash.vault.lucks
    assert all(town.transfers.lucks.values()), town.transfers.lucks
    assert all(town.treasury.lucks.values()), town.treasury.lucks
    assert {"charge", "send_back", "not_ours"} <= set(town.treasury.used.values()), town.treasury.used
    assert all(town.shops.lucks.values()), town.shops.lucks
    assert {"paid", "returned", "withdrawn"} <= set(MerchantPayout.objects.values_list("state", flat=True))
    assert {"returned", "failed", "stopped"} <= set(Payout.objects.values_list("state", flat=True))
    print(f"{town.transfers.lucks} {town.treasury.lucks} {town.shops.lucks} {town.shops.refused}")
    print(f"{town.cash.vault.lucks} {town.lucks} {town.refused} {Payment.objects.count()} payments, {town.auditor.compared} loans compared")


def assert_much_was_debited(town: SoakTown) -> None:
    """Of everything something; in a hurry there are too few debits for all of it."""
    for lot in (town.lucks_of_files, town.lucks_of_debits, town.tellings, town.signers.habits, town.signers.signings):
        assert sum(map(bool, lot.drawn.values())) >= len(lot.drawn) * (1 if IS_SOAK else 0.5), lot.drawn
    whys = set(DebitPlan.objects.values_list("why", flat=True))
    assert "paid" in whys, whys
    in_cash = [each for each in town.debit_auditor.asked.values() if each.whose.loan_id in town.reserves]
    assert in_cash, f"none of {len(town.reserves)} reserves was debited"
    asked, excused = town.debit_auditor.asked, town.debit_auditor.excused
    print(f"{len(asked)} debits, {len(in_cash)} of them for {len(town.reserves)} reserves, plans {whys}, {excused} times the channel was late")
    print(f"{town.lucks_of_files.drawn} {town.reconcilers.did}")
    print(f"{town.lucks_of_debits.drawn} {town.tellings.drawn} {town.signers.habits.drawn} {town.signers.refused}")
