"""What happens in a cell of money that leaves, of a card, or of a channel's statement, up to the last that is due."""

from datetime import timedelta

from anqi import clock
from anqi.actions import cards, payouts
from anqi.payments.models import Card, Payout
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_desk import Desk
from tests.faults.matrix_places import OF_NO_ORDER

_LATE = timedelta(days=1)
_ASKED = ("alipay.fund.trans.common.query", "query")


def play(desk: Desk, cell: Cell) -> Payout | Card:
    """The cell, played to its end; what it is about comes back."""
    if cell.fault.name == "replay":
        # Something must have been said that can be said again.
        desk.bind(desk.open_card())
    return _SCENES[cell.operation](desk, cell)


def _payout(desk: Desk, cell: Cell) -> Payout:
    payout = desk.ask_for(desk.pay_to())
    desk.strike(cell, _order(cell, payout))
    if cell.step in _ASKED:
        # Else it would have arrived before anybody asked.
        desk.fault(*_SILENT[desk.channel], payout)
    desk.rest(until=lambda: _is_left_to_people(desk, payout))
    return desk.current(payout)


_SILENT = {"alipay": ("transfer_dealing", "alipay.fund.trans.uni.transfer"), "unionpay": ("never", "paid_out")}


def _is_left_to_people(desk: Desk, payout: Payout) -> bool:
    now = desk.current(payout)
    return now.state in Payout.SENT and bool(now.sent_at and now.sent_at + _LATE <= clock.now())


def _card(desk: Desk, cell: Cell) -> Card:
    card = desk.open_card()
    if cell.step != "remove":
        desk.strike(cell, card.key)
        card = desk.bind(card)
    else:
        card = desk.bind(card)
        desk.strike(cell, None)
        card = cards.end(borrower_id=card.borrower_id, card_id=card.id, now=clock.now())
    desk.rest()
    card.refresh_from_db()
    return card


def _statement(desk: Desk, cell: Cell) -> Payout:
    payout = desk.ask_for(desk.pay_to())
    desk.rest(until=lambda: desk.current(payout).state == Payout.State.SUCCEEDED)
    desk.reads = True
    desk.rest(until=lambda: not payouts.unread(now=clock.now()))
    answer = desk.sandbox.control("unionpay/return", out_trade_no=payout.key)
    assert answer.status_code == 200, answer.text
    came_back_at = clock.now()
    desk.strike(cell, _order(cell, payout))
    desk.rest()
    if desk.current(payout).state != Payout.State.RETURNED:
        desk.say_it_came_back(payout, at=came_back_at)
    return desk.current(payout)


def _order(cell: Cell, payout: Payout) -> str | None:
    is_line = cell.fault.name.startswith("line_")
    return None if cell.step in OF_NO_ORDER and not is_line else payout.key


_SCENES = {"payout": _payout, "card": _card, "statement": _statement}
