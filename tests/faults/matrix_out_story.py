"""How a cell of a payout, a card or a statement was resolved, told by what is on record."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from logging import LogRecord

from anqi import clock
from anqi.payments import payout_inspection
from anqi.payments.models import Card, Inbox, Payout, PayoutExchange
from anqi.people.models import StaffAct
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_desk import Desk
from tests.faults.matrix_stand import wire
from tests.faults.matrix_story import Story

_ASKED = {"payout": "payout", "query_payout": "query"}
_CLEAR = {"succeeded", "accepted", "failed"}


def tell(desk: Desk, cell: Cell, about: Payout | Card, *, logged: list[LogRecord]) -> Story:
    """The story of a cell that has come to rest."""
    cases = [*_cases(desk)] if isinstance(about, Payout) else []
    end = _of_payout(about) if isinstance(about, Payout) else _of_card(about)
    parts = [*_messages(desk, about), *_said(logged), *end, *cases]
    return Story(
        name=cell.name, channel=cell.channel, operation=cell.operation, step=cell.step, fault=cell.fault.name,
        title=cell.fault.title, english=cell.fault.english, struck=desk.strikes(), resolved="; ".join(parts),
        seconds=None if cases else _seconds(desk, about, cell), needs_a_person=bool(cases),
    )  # fmt: skip


def _messages(desk: Desk, about: Payout | Card) -> Iterator[str]:
    if desk.sighs:
        yield f"the holder tried again ×{desk.sighs}"
    letters = [each for order in desk.told() if order["out_trade_no"] == about.key for each in order["notifications"]]
    answers = [each["accepted"] for letter in letters for each in letter["deliveries"]]
    if refused := answers.count(False):
        yield f"notice refused at the door ×{refused}"
    kept = Inbox.objects.filter(key=about.key).count()
    if 0 < kept < (taken := answers.count(True)):
        yield f"{taken} notices, {kept} kept"
    for why, count in Counter(Inbox.objects.filter(state="refused").values_list("why", flat=True)).items():
        yield f"notice set aside for the office ({why})" + (f" ×{count}" if count > 1 else "")


def _said(logged: list[LogRecord]) -> Iterator[str]:
    for message, count in Counter(each.getMessage() for each in logged).items():
        yield f"logged: {message}" + (f" ×{count}" if count > 1 else "")


def _of_payout(payout: Payout) -> Iterator[str]:
    asked = list(PayoutExchange.objects.filter(payout_id=payout.id).order_by("at", "id"))
    if payout.sent_at and (waited := _whole_seconds(payout.sent_at, payout.requested_at)) > 60:
        yield f"not sent for {waited // 60} min: the balance was not known"
    for kind, name in _ASKED.items():
        unclear = [row for row in asked if row.kind == kind and row.outcome not in _CLEAR]
        if unclear:
            causes = ", ".join(dict.fromkeys(row.detail.get("cause") or "not there" for row in unclear))
            yield f"{name} unclear" + (f" ×{len(unclear)}" if len(unclear) > 1 else "") + f" ({causes})"
    yield from _end(payout, [row for row in asked if row.outcome in ("succeeded", "failed")])


def _end(payout: Payout, ends: list[PayoutExchange]) -> Iterator[str]:
    by = {None: "notice", "payout": "the answer", "query_payout": "query"}
    told = next((row.kind for row in ends if row.outcome == "succeeded"), None)
    if payout.paid_at:
        yield f"{by[told]} began the loan"
    if payout.state == Payout.State.RETURNED:
        last = next((row.kind for row in reversed(ends) if row.outcome == "failed"), None)
        by_people = StaffAct.objects.filter(verb="agree_payout").exists()
        who = "two people" if by_people else by[last] if last else "the statement"
        yield f"{who} said that it came back, and the loan is void"
    elif payout.state == Payout.State.FAILED:
        yield f"payout {payout.reason}" + ("; the loan lapsed at no cost" if payout.lapsed_at else "")


def _of_card(card: Card) -> Iterator[str]:
    times = f" ×{card.tries}" if card.tries > 1 else ""
    if card.state == Card.State.ENDED:
        yield f"asked to end it{times}; nobody can use the card"
    else:
        yield f"asked about it{times}; the card is {card.state}"


def _cases(desk: Desk) -> Iterator[str]:
    """What the office's page of payouts shows in the end, or has two people say."""
    if StaffAct.objects.filter(verb="agree_payout").exists():
        yield "case: only the channel's back office tells (放款)"
    for each in payout_inspection.troubled(clock.now()):
        if each.state in Payout.SENT:
            yield f"case: payout without an end after a day ({each.reason or each.state}, 放款)"
        elif each.state == Payout.State.SUCCEEDED:
            yield f"case: channel disagrees ({each.reason}, 放款)"


def _seconds(desk: Desk, about: Payout | Card, cell: Cell) -> int:
    if isinstance(about, Payout):
        came_back_at = (desk.at_channel(about) or {}).get("returned_at")
        began = wire(came_back_at) if came_back_at else about.requested_at
        return max(0, _whole_seconds(about.ended_at, began))
    if about.state == Card.State.ENDED:
        return _whole_seconds(about.asked_at, about.ended_at)
    done_at = next(each["done_at"] for each in desk.told() if each["out_trade_no"] == about.key)
    return max(0, _whole_seconds(about.bound_at, wire(done_at)))


def _whole_seconds(end: datetime | None, began: datetime | None) -> int:
    assert end and began
    return round((end - began).total_seconds())
