"""The fault matrix of auto-debit: every fault of signing, ending, announcing and debiting, each to a known end."""

import logging
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from anqi import clock
from anqi.engine import loan
from anqi.lending import dues, store
from anqi.notices.models import Message
from anqi.payments import channels, charges, inspection
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Inbox, Mandate, Outbox, Refund
from tests.channels import card_desk, contract_desk
from tests.channels.signer import SCENE
from tests.faults import matrix_debit_scenes, matrix_debit_story, matrix_payer
from tests.faults.conftest import forget
from tests.faults.matrix_cells import Cell, chosen
from tests.faults.matrix_checks import (
    assert_each_payment_is_where_it_belongs,
    assert_sound,
    assert_the_channel_has_as_much,
)
from tests.faults.matrix_operations import OF_DEBITS
from tests.faults.matrix_payer import Payer
from tests.planting import plant_borrower, plant_loan
from tests.sandbox.sandbox_stand import Sandbox

CHOSEN = chosen("alipay", "wechat", "unionpay", of=OF_DEBITS)
# An instalment of 266.55, within what WeChat debits at once.
PRINCIPAL, AMOUNT_MINOR = "3000.00", 26_655
# What an agreement was at its channel when it holds here.
_HOLDS = {"alipay": ("status", "NORMAL"), "wechat": ("state", "SIGNED")}


@pytest.fixture
def payer(clone_database: str, sandbox: Sandbox, hooks: str, settings: Any, cell: Cell) -> Payer:
    """A borrower on a database of the cell's own; all channels debit, and knock at our door."""
    settings.ANQI_ALIPAY = settings.ANQI_ALIPAY | {"sign_scene": SCENE}
    settings.ANQI_WECHAT = contract_desk.stated(sandbox)
    settings.ANQI_UNIONPAY = card_desk.stated(sandbox)
    channels.find.cache_clear()
    if cell.fault.name == "replay":
        forget(sandbox)
    due_on = matrix_payer.begin(sandbox)
    began_on = (due_on.replace(day=1) - timedelta(days=1)).replace(day=due_on.day)
    borrower_id = plant_borrower(now=clock.now())
    who = plant_loan(borrower_id=borrower_id, starts_on=began_on, principal=PRINCIPAL)
    return Payer(sandbox=sandbox, channel=cell.channel, who=who, due_on=due_on)


@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_comes_to_a_known_end(payer: Payer, cell: Cell, caplog: pytest.LogCaptureFixture) -> None:
    mandate = matrix_debit_scenes.play(payer, cell)
    assert payer.strikes(), "the fault never struck"
    story = matrix_debit_story.tell(payer, cell, mandate)
    print(f"\n{cell.name}: {story.resolved}; {story.seconds} s")
    assert [each.exc_text for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert_nothing_is_under_way(payer)
    assert_it_was_taken_once(payer)
    assert_each_failure_was_told(payer)
    assert_the_channel_debits_nothing_more(payer)
    assert_each_payment_is_where_it_belongs(payer)
    assert_the_channel_has_as_much(payer, told_only=cell.fault.name == "paid_twice")
    assert_sound()
    assert_it_can_be_paid_by_hand(payer)
    story.keep()


def assert_nothing_is_under_way(payer: Payer) -> None:
    """No message, announcement or question waits; a debit without an end is people's, and is asked about."""
    assert not Inbox.objects.filter(state=Inbox.State.WAITING).exists()
    assert not Outbox.objects.filter(done_at=None).exists()
    assert not DebitNotice.objects.filter(state=DebitNotice.State.WAITING).exists()
    assert not Mandate.objects.filter(state=Mandate.State.PENDING).exists()
    assert set(Charge.objects.filter(state__in=Charge.OPEN)) == set(payer.endless())
    assert all(each.next_try_at for each in payer.endless())
    late = set(inspection.late_refunds(clock.now()).values_list("id", flat=True))
    assert set(Refund.objects.filter(state__in=Refund.OPEN).values_list("id", flat=True)) <= late


def assert_it_was_taken_once(payer: Payer) -> None:
    """By the channel's own ledger: the instalment once or not at all, each debit after the end of the one before."""
    taken = [each["total_minor"] for each in payer.trades() if each["paid_at"]]
    assert taken in ([], [AMOUNT_MINOR])
    held = store.read(payer.who.borrower_id, [payer.who.loan_id])[payer.who.loan_id]
    first = loan.standing(held.terms, held.facts, clock.today()).instalments[0]
    assert first.due_on == payer.due_on
    assert bool(first.remaining_minor) == (not taken)
    states = {plan.state for plan in payer.plans()}
    assert (DebitPlan.State.PAID in states) == bool(taken)
    debits = payer.debits()
    assert all(one.ended_at and one.ended_at <= next_.opened_at for one, next_ in pairwise(debits))


def assert_each_failure_was_told(payer: Payer) -> None:
    """One message of each debit that failed, of each agreement that the borrower didn't end, of each plan given up."""
    told = list(Message.objects.values_list("template", flat=True))
    failed = [each for each in payer.debits() if each.state in (Charge.State.FAILED, Charge.State.CLOSED)]
    assert sum(each.startswith("debit_failed") for each in told) == len(failed)
    # That of the next instalment, too, where this one's is over before the agreement's end is known.
    plans = DebitPlan.objects.filter(loan_id=payer.who.loan_id)
    assert sum(plan.told for plan in plans) == len(failed)
    ended = Mandate.objects.filter(state=Mandate.State.ENDED).exclude(ended_by="borrower")
    assert told.count("mandate_ended") == ended.count()
    given_up = plans.filter(state__in=(DebitPlan.State.GIVEN_UP, DebitPlan.State.STOPPED))
    assert sum(each in ("debit_given_up", "debit_stopped") for each in told) == given_up.count()


def assert_the_channel_debits_nothing_more(payer: Payer) -> None:
    """An agreement holds at its channel where it holds here, and nowhere else; of one that ended nothing is kept."""
    for mandate in Mandate.objects.filter(card_id=None):
        name, holds = _HOLDS[mandate.channel]
        row = payer.at_channel(mandate)
        assert (row is not None and row[name] == holds) == (mandate.state == Mandate.State.ACTIVE), row
        assert mandate.state == Mandate.State.ACTIVE or mandate.ref is None or mandate.ended_by != "borrower"


def assert_it_can_be_paid_by_hand(payer: Payer) -> None:
    """Whatever came of the debits, the page takes a payment, unless one is still on its way."""
    if payer.endless():
        return
    who = payer.who
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    if dues.owed_minor(held, on=clock.today()):
        assert payer.begin().amount_minor >= AMOUNT_MINOR
    assert not (claimed := charges.claiming(who.borrower_id, [who.loan_id])) or not claimed.is_debit
