"""What happens in a cell: the borrower's and our own part of it, up to the last thing that is due."""

from anqi import clock
from anqi.actions import refunds
from anqi.payments.models import Charge, Unapplied
from anqi.people.models import User
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_stand import Ground

_QUERIED = ("alipay.trade.query", "query")
_REFUND_QUERIED = ("alipay.trade.fastpay.refund.query", "refund_query")


def play(ground: Ground, cell: Cell) -> Charge:
    """The cell, played to its end; the charge that it is about comes back."""
    if cell.fault.name == "replay":
        # Something must have been said that can be said again.
        collect(ground)
    return _SCENES[cell.operation](ground, cell)


def _pay(ground: Ground, cell: Cell) -> Charge:
    charge = ground.begin()
    ground.strike(cell, charge.key)
    if cell.step in _QUERIED:
        ground.fault("never", charge, operation="paid", next=1)
    ground.offer(charge)
    ground.visit(charge)
    ground.pay(charge)
    ground.rest()
    return charge


def _close(ground: Ground, cell: Cell) -> Charge:
    charge = ground.begin()
    ground.strike(cell, charge.key)
    ground.offer(charge)
    ground.visit(charge)
    # A notice of it is only sent when the time runs out.
    if cell.fault.kind != "notify":
        ground.give_up(charge)
    ground.rest()
    return charge


def _refund(ground: Ground, cell: Cell) -> Charge:
    charge = ground.begin()
    ground.strike(cell, charge.key)
    if cell.step in _REFUND_QUERIED:
        ground.fault("never", charge, operation="refunded", next=1)
    give_back(ground, charge, told=cell.step == "paid")
    return charge


def give_back(ground: Ground, charge: Charge, *, told: bool = False) -> None:
    """It is paid, of no use, and goes back to its source."""
    _find_no_use(ground, charge, told=told)
    clerk = User.objects.create(
        kind="staff", role="clerk", email="he@example.com", name="何静", created_at=clock.now()
    )
    case = Unapplied.objects.get()
    refunds.begin(
        borrower_id=case.borrower_id, case_id=case.id, actor=clerk, reason="本人要求退回", now=clock.now()
    )
    ground.rest()


def _find_no_use(ground: Ground, charge: Charge, *, told: bool) -> None:
    """Given up, and paid in the same moment; the channel shows it when the loan has gone on to another charge."""
    if ground.channel == "unionpay":
        _pay_after_giving_up(ground, charge, told=told)
        return
    ground.fault("paid_after_close" if told else "closed_yet_paid", charge, next=1)
    ground.fault("query_not_exist", charge, operation=_QUERIED[ground.channel == "wechat"], next=2)
    ground.offer(charge)
    ground.visit(charge)
    ground.give_up(charge)
    ground.rest(until=lambda: ground.current(charge).state == Charge.State.CLOSED)
    collect(ground)
    ground.rest(until=Unapplied.objects.exists)


def _pay_after_giving_up(ground: Ground, charge: Charge, *, told: bool) -> None:
    """Nobody can close an order there: given up while UnionPay doesn't show it, it is paid on a page left open."""
    if not told:
        ground.fault("never", charge, operation="paid", next=1)
    ground.fault("query_not_found", charge, operation="query", next=2)
    ground.offer(charge)
    ground.visit(charge)
    ground.give_up(charge)
    ground.rest(until=lambda: ground.current(charge).state == Charge.State.CLOSED)
    ground.pay(charge)
    collect(ground)
    ground.rest(until=Unapplied.objects.exists)


def collect(ground: Ground) -> Charge:
    """A payment with which nothing goes wrong."""
    charge = ground.begin(amount_minor=10_000)
    ground.offer(charge)
    ground.visit(charge)
    ground.pay(charge)
    ground.rest(until=lambda: ground.current(charge).state == Charge.State.SUCCEEDED)
    assert ground.current(charge).state == Charge.State.SUCCEEDED
    return charge


_SCENES = {"pay": _pay, "query": _pay, "close": _close, "refund": _refund}
