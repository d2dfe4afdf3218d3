"""The fault matrix where money leaves: every fault at a payout, a bound card and a channel's statement."""

import logging
from typing import Any

import pytest
from django.db.models import Q

from anqi import clock
from anqi.ledger.models import Posting
from anqi.lending.models import Fact, Loan
from anqi.payments import channels, payout_inspection
from anqi.payments.models import Card, Inbox, Payout
from tests.channels import card_desk
from tests.faults import matrix_out_scenes, matrix_out_story
from tests.faults.conftest import forget
from tests.faults.matrix_cells import Cell, chosen
from tests.faults.matrix_checks import assert_sound, sum_of
from tests.faults.matrix_desk import AMOUNT_MINOR, Desk
from tests.faults.matrix_operations import OF_MONEY_OUT
from tests.planting import plant_borrower
from tests.sandbox.sandbox_stand import Sandbox

CHOSEN = chosen("alipay", "unionpay", of=OF_MONEY_OUT, most=5)
# What the log is to say of a statement: nothing else may be an error.
_LOGGED = {
    "statement_broken": {"statement_unreadable"}, "statement_encoding": {"statement_unreadable"},
    "statement_cut": {"statement_unreadable"}, "line_stranger": {"returned_payout_not_ours"},
}  # fmt: skip


@pytest.fixture
def desk(clone_database: str, sandbox: Sandbox, hooks: str, settings: Any, cell: Cell) -> Desk:
    """A borrower on a database of the cell's own; both channels pay out, and knock at our door."""
    files = ("app_cert", "alipay_cert", "alipay_root_cert")
    keyless = {name: value for name, value in settings.ANQI_ALIPAY.items() if name != "alipay_public_key"}
    settings.ANQI_ALIPAY = keyless | {name: str(sandbox.home / f"{name}.pem") for name in files}
    settings.ANQI_UNIONPAY = card_desk.stated(sandbox)
    channels.find.cache_clear()
    if cell.operation == "statement" or cell.fault.name in ("replay", "returned"):
        # Its statements are of this cell only.
        forget(sandbox)
    return Desk(
        sandbox=sandbox, channel=cell.channel, borrower_id=plant_borrower(now=clock.now()),
        reads=cell.fault.name == "returned",
    )  # fmt: skip


@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_comes_to_a_known_end(desk: Desk, cell: Cell, caplog: pytest.LogCaptureFixture) -> None:
    before_minor = desk.balance_minor()
    about = matrix_out_scenes.play(desk, cell)
    assert desk.strikes(), "the fault never struck"
    logged = [each for each in caplog.records if each.levelno >= logging.ERROR]
    story = matrix_out_story.tell(desk, cell, about, logged=logged)
    print(f"\n{cell.name}: {story.resolved}; {story.seconds} s")
    assert {each.getMessage() for each in logged} == _LOGGED.get(cell.fault.name, set())
    assert_nothing_is_under_way()
    assert_each_loan_left_once(desk, left_minor=before_minor - desk.balance_minor())
    assert_the_same_cards_are_open(desk)
    assert_sound()
    story.keep()


def assert_nothing_is_under_way() -> None:
    """No payout, no card and no message waits for anything but a day on which it may come back, or for people."""
    seen = set(payout_inspection.troubled(clock.now()).values_list("id", flat=True))
    waiting = Payout.objects.filter(state__in=(Payout.State.WAITING, Payout.State.RELEASED, *Payout.SENT))
    assert set(waiting.values_list("id", flat=True)) <= seen
    assert not Payout.objects.filter(state=Payout.State.FAILED, lapsed_at=None).exists()
    assert not Card.objects.filter(~Q(state=Card.State.BOUND), next_try_at__isnull=False).exists()
    assert not Inbox.objects.filter(state=Inbox.State.WAITING).exists()


def assert_each_loan_left_once(desk: Desk, *, left_minor: int) -> None:
    """By the channel's own rows: one payout of a loan at most, which began it and stands in the books to the fen."""
    out = [payout for payout in Payout.objects.all() if _is_out(desk.at_channel(payout))]
    assert len({payout.loan_id for payout in out}) == len(out)
    held = [payout for payout in Payout.objects.all() if _is_under_way(desk.at_channel(payout))]
    assert left_minor == AMOUNT_MINOR * (len(out) + len(held))
    begun = set(Loan.objects.filter(starts_on__isnull=False).values_list("id", flat=True))
    void = set(Fact.objects.filter(kind="void").values_list("loan_id", flat=True))
    assert begun - void == {payout.loan_id for payout in out}
    account = f"in_transit_{desk.channel}"
    moved = Posting.objects.filter(borrower_id=desk.borrower_id)
    debited, credited = (sum_of(moved.filter(**{side: account}), "amount_minor") for side in ("debit", "credit"))
    assert credited - debited == AMOUNT_MINOR * len(out)


def _is_out(row: dict[str, Any] | None) -> bool:
    return row is not None and row["state"] == "SUCCESS" and not row["returned_at"]


def _is_under_way(row: dict[str, Any] | None) -> bool:
    return row is not None and row["state"] in ("PROCESSING", "DEALING")


def assert_the_same_cards_are_open(desk: Desk) -> None:
    """What the channel would take money for is what is bound here; of a card that ended nothing is kept."""
    bound = {card.token for card in Card.objects.filter(state=Card.State.BOUND)}
    assert bound == (desk.tokens() if desk.channel == "unionpay" else set())
    assert not Card.objects.filter(state=Card.State.ENDED, token__isnull=False).exists()
