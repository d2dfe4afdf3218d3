"""The fault matrix at a bank: every fault of a transfer and of the account's statement, each to a known end."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from anqi import clock
from anqi.ledger.models import Posting
from anqi.payments import bank_inspection, channels, inspection
from anqi.payments.models import BankLine, Charge, Inbox, Payment, Refund
from anqi.people.models import User
from sandbox.bank.account import Account
from tests.faults import fault_stand, matrix_teller
from tests.faults.conftest import forget
from tests.faults.matrix_cells import Cell, chosen
from tests.faults.matrix_checks import assert_sound, sum_of
from tests.faults.matrix_story import Story
from tests.faults.matrix_teller import Teller
from tests.sandbox.sandbox_stand import Sandbox

OURS = Account()
CHOSEN = chosen("bank", of=("pay", "statement"))


@pytest.fixture
def teller(clone_database: str, sandbox: Sandbox, hooks: str, settings: Any) -> Teller:
    """A borrower on a database of the cell's own; the account's ledger begins with the cell."""
    settings.ANQI_BANK = {"account_name": OURS.name, "account_number": OURS.number, "bank_name": OURS.bank}
    channels.find.cache_clear()
    forget(sandbox)
    clerk = User.objects.create(
        kind="staff", role="clerk", email="he@example.com", name="何静", created_at=clock.now()
    )
    return Teller(sandbox=sandbox, channel="bank", who=fault_stand.settle_in(sandbox, hooks).who, clerk=clerk)


@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_comes_to_a_known_end(teller: Teller, cell: Cell, caplog: pytest.LogCaptureFixture) -> None:
    charge = matrix_teller.play(teller, cell)
    struck = teller.strikes()
    assert struck, "the fault never struck"
    story = tell(teller, cell, charge, struck=struck)
    print(f"\n{cell.name}: {story.resolved}; {story.seconds} s")
    assert [each.exc_text for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert_each_line_is_kept_once(teller)
    assert_all_money_has_its_place(teller)
    assert_sound()
    story.keep()


def assert_each_line_is_kept_once(teller: Teller) -> None:
    """What the bank has, in its order and to the fen, and nothing else."""
    theirs = [(each["serial"], each["amount_minor"], each["balance_minor"]) for each in teller.lines()]
    assert list(BankLine.objects.order_by("seq").values_list("serial", "amount_minor", "balance_minor")) == theirs


def assert_all_money_has_its_place(teller: Teller) -> None:
    """In the books by its payment, or before people as a line that states nothing; none is in both."""
    waiting = bank_inspection.open_lines()
    moved = Posting.objects.all()
    booked = sum_of(moved.filter(debit="bank"), "amount_minor") - sum_of(moved.filter(credit="bank"), "amount_minor")
    paid = sum_of(Payment.objects.all(), "amount_minor")
    assert booked == paid
    assert booked + sum_of(waiting, "amount_minor") == sum(each["amount_minor"] for each in teller.lines())
    assert not Inbox.objects.exclude(state=Inbox.State.DONE).exists()
    assert not Charge.objects.filter(state__in=Charge.OPEN).exists()
    made = {each.id for each in bank_inspection.to_make()}
    assert set(Refund.objects.filter(state__in=Refund.OPEN).values_list("id", flat=True)) == made


def tell(teller: Teller, cell: Cell, charge: Charge, *, struck: int) -> Story:
    """The story of a cell that has come to rest."""
    cases = [*_cases()]
    parts = [*_taken(teller), *_paid(charge), *cases]
    return Story(
        name=cell.name, channel=cell.channel, operation=cell.operation, step=cell.step, fault=cell.fault.name,
        title=cell.fault.title, english=cell.fault.english, struck=struck, resolved="; ".join(parts),
        seconds=None if cases else 0, needs_a_person=bool(cases),
    )  # fmt: skip


def _taken(teller: Teller) -> Iterator[str]:
    for code, count in teller.refused.items():
        yield f"file refused whole ({code})" + (f" ×{count}" if count > 1 else "") + ", downloaded again"
    if teller.in_vain:
        yield f"file without news ×{teller.in_vain}, downloaded again"


def _paid(charge: Charge) -> Iterator[str]:
    for payment in Payment.objects.filter(charge_id=charge.id):
        yield f"{payment.learned_by} booked it"
    now = Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id)
    if now.state != Charge.State.SUCCEEDED:
        yield f"the charge ended ({now.reason or now.state})"


def _cases() -> Iterator[str]:
    for case in inspection.open_cases():
        yield f"case: money waits for people ({case.reason})"
    for line in bank_inspection.unmatched():
        if line.memo not in ("租金", "水费"):
            yield "case: a line that states no number of ours (未匹配来款)"
    for each in bank_inspection.to_make():
        yield f"case: a transfer to be made by hand ({each.kind}, 银行账户)"
