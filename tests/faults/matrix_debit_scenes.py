"""What happens in a cell of auto-debit: an agreement is signed, maybe ended, and its instalment debited or not."""

from anqi.payments.models import Mandate
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_debit_places import OF_NO_AGREEMENT
from tests.faults.matrix_payer import Payer

_BY_PAYER = ("unsigned", "ended")
# Else the answer or the notice would have told before anybody asked.
_SILENT = {
    "alipay.trade.query": (("debit_processing", "alipay.trade.pay"), ("never", "paid")),
    "debit_query": (("never", "debited"),),
    "query": (("never", "debited"),),
}  # fmt: skip


def play(payer: Payer, cell: Cell) -> Mandate:
    """The cell, played to its end; the agreement that it is about comes back."""
    if cell.fault.name == "replay" and cell.operation == "sign":
        # Something must have been said that can be said again.
        _sign_in_vain(payer)
    return _SCENES[cell.operation](payer, cell)


def _sign_in_vain(payer: Payer) -> None:
    mandate = payer.sign(payer.open())
    payer.end(mandate)
    payer.rest(until=lambda: payer.agreement(mandate).next_try_at is None)


def _sign(payer: Payer, cell: Cell) -> Mandate:
    mandate = payer.open()
    payer.strike(cell, mandate.key)
    mandate = payer.sign(mandate)
    payer.live()
    return payer.agreement(mandate)


def _end(payer: Payer, cell: Cell) -> Mandate:
    mandate = payer.sign(payer.open())
    payer.strike(cell, None if cell.step in OF_NO_AGREEMENT else mandate.key)
    if cell.step in _BY_PAYER:
        payer.end_at_channel(mandate)
    else:
        payer.end(mandate)
    payer.rest(until=lambda: _has_ended(payer.agreement(mandate)))
    payer.live()
    return payer.agreement(mandate)


def _move(payer: Payer, cell: Cell) -> Mandate:
    """The day that the channel keeps has stayed in the month before: it is moved, or nothing can be debited."""
    mandate = payer.sign(payer.open())
    payer.fall_behind(mandate)
    payer.strike(cell, None)
    payer.live()
    return payer.agreement(mandate)


def _has_ended(mandate: Mandate) -> bool:
    return mandate.state == Mandate.State.ENDED and mandate.next_try_at is None


def _debit(payer: Payer, cell: Cell) -> Mandate:
    mandate = payer.sign(payer.open())
    payer.strike(cell, None)
    for name, operation in _SILENT.get(cell.step, ()):
        payer.sandbox.fault(name, channel=payer.channel, operation=operation, next=1)
    payer.live()
    return payer.agreement(mandate)


_SCENES = {"sign": _sign, "look": _debit, "move": _move, "end": _end, "announce": _debit, "debit": _debit}
