"""How a cell was resolved, told by what is on record: exchanges, inbox, outcomes, cases. Nothing here is foreseen."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from anqi import clock
from anqi.payments import inspection
from anqi.payments.models import Charge, Difference, Exchange, Inbox, Payment, Refund, Unapplied
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_stand import Ground, wire
from tests.sandbox.sandbox_stand import ROOT

TOLD = ROOT / "build/faults"
_ASKED = {
    "charge": "charge", "query": "query", "close": "close", "refund": "refund", "query_refund": "refund query",
}  # fmt: skip
_CLEAR = {"succeeded", "accepted", "closed"}


@dataclass(frozen=True, kw_only=True)
class Story:
    """One row of the table: how often the fault struck, what became of it, and after how many business seconds."""

    name: str
    channel: str
    operation: str
    step: str
    fault: str
    title: str
    english: str
    struck: int
    resolved: str
    # None: nothing ends it but a person.
    seconds: int | None
    needs_a_person: bool

    def keep(self) -> None:
        """Leaves it to the tool that writes the table."""
        TOLD.mkdir(parents=True, exist_ok=True)
        file = TOLD / f"{self.name}.json"
        file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")


def tell(ground: Ground, cell: Cell, charge: Charge, *, struck: int) -> Story:
    """The story of a cell that has come to rest."""
    left = [*cases()]
    parts = [*_messages(ground, charge), *_answers(charge, cell), *_doubts(charge), *_end(charge, cell), *left]
    return Story(
        name=cell.name, channel=cell.channel, operation=cell.operation, step=cell.step, fault=cell.fault.name,
        title=cell.fault.title, english=cell.fault.english, struck=struck, resolved="; ".join(parts),
        seconds=None if left else _seconds(ground, charge, cell), needs_a_person=bool(left),
    )  # fmt: skip


def _messages(ground: Ground, charge: Charge) -> Iterator[str]:
    trade = next(each for each in ground.trades() if each["out_trade_no"] == charge.key)
    if ground.sighs:
        yield f"the borrower loaded the page again ×{ground.sighs}"
    answers = [each["accepted"] for letter in trade["notifications"] for each in letter["deliveries"]]
    kept = Inbox.objects.filter(key__in=[charge.key, *_refund_keys(charge)]).count()
    if refused := answers.count(False):
        yield f"notice refused at the door ×{refused}"
    if 0 < kept < (taken := answers.count(True)):
        yield f"{taken} notices, {kept} kept"
    for why, count in Counter(Inbox.objects.filter(state="refused").values_list("why", flat=True)).items():
        yield f"notice set aside for the office ({why})" + (f" ×{count}" if count > 1 else "")


def _refund_keys(charge: Charge) -> Iterable[str]:
    return Refund.objects.filter(charge_id=charge.id).values_list("key", flat=True)


def _answers(charge: Charge, cell: Cell) -> Iterator[str]:
    """Answers that decided nothing, each with its cause, and whether the same was asked again."""
    asked = Exchange.objects.filter(borrower_id=charge.borrower_id, charge_id=charge.id).order_by("at", "id")
    for kind, name in _ASKED.items():
        rows = [row for row in asked if row.kind == kind]
        unclear = [row for row in rows if row.outcome not in _CLEAR and _counts(row, cell)]
        if unclear:
            causes = ", ".join(dict.fromkeys(row.detail.get("cause") or _WORDS[row.outcome] for row in unclear))
            again = ", asked again by the same number" if rows[-1].outcome in _CLEAR else ""
            yield f"{name} unclear{_times(unclear)} ({causes}){again}"


_WORDS = {"notfound": "not there", "unknown": "unknown", "failed": "declined"}


def _counts(row: Exchange, cell: Cell) -> bool:
    # Money for a refund is found by a query that first doesn't see it: part of the scene, not of the cell.
    return cell.operation != "refund" or row.kind in ("charge", "refund", "query_refund")


def _times(rows: list[Exchange]) -> str:
    return f" ×{len(rows)}" if len(rows) > 1 else ""


def _doubts(charge: Charge) -> Iterator[str]:
    confirmed = Difference.objects.filter(charge_id=charge.id, decision="confirmed_by_channel").order_by("opened_at")
    for each in confirmed:
        yield f"{each.kind} told by {each.learned_by}, not believed, taken back by the channel when asked"


def _end(charge: Charge, cell: Cell) -> Iterator[str]:
    if cell.operation == "refund":
        yield from (_refund_end(refund) for refund in Refund.objects.filter(charge_id=charge.id))
        return
    payments = Payment.objects.filter(charge_id=charge.id).order_by("recorded_at")
    for n, payment in enumerate(payments):
        yield f"{payment.learned_by} booked it" if n == 0 else f"{payment.learned_by} booked a second payment"
    if not payments:
        now = Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id)
        yield f"nothing was taken, {_closer(charge)} ended the charge ({now.reason})"
    for refund in Refund.objects.filter(charge_id=charge.id):
        yield _refund_end(refund)


def _closer(charge: Charge) -> str:
    """Which word of the channel's it was: its answers are on record, and what isn't came by a notice."""
    ended_at = Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id).ended_at
    assert ended_at, "nothing ended it"
    said = Exchange.objects.filter(charge_id=charge.id, outcome__in=("closed", "failed", "notfound"), at=ended_at)
    last = said.order_by("id").last()
    return _ASKED[last.kind] if last else "notice"


def _refund_end(refund: Refund) -> str:
    if refund.state == Refund.State.FAILED:
        return f"refund {refund.reason}"
    if refund.state != Refund.State.SUCCEEDED:
        return f"refund {refund.state} ({refund.reason})" if refund.reason else f"refund {refund.state}"
    last = Exchange.objects.filter(charge_id=refund.charge_id, outcome="succeeded", detail__key=refund.key).first()
    by = {None: "notice", "refund": "the answer", "query_refund": "refund query"}
    return f"{by[last.kind if last else None]} booked the refund"


def cases() -> Iterator[str]:
    """What the office's queue shows in the end, for people to decide."""
    yield from (f"case: channel disagrees ({each.kind})" for each in inspection.open_differences())
    for case in inspection.open_cases():
        yield f"case: money waits for people ({case.reason})"
    yield from ("case: refund without an end after a day" for _ in inspection.late_refunds(clock.now()))


def _seconds(ground: Ground, charge: Charge, cell: Cell) -> int:
    began, ends = _span(ground, charge, cell)
    doubts = Difference.objects.filter(charge_id=charge.id).values_list("closed_at", flat=True)
    end = max(each for each in [*ends, *doubts] if each)
    return max(0, round((end - began).total_seconds()))


def _span(ground: Ground, charge: Charge, cell: Cell) -> tuple[datetime, Iterable[datetime | None]]:
    if cell.operation == "refund":
        refund = Refund.objects.get(charge_id=charge.id)
        return refund.requested_at, [refund.ended_at]
    now = Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id)
    if cell.operation == "close":
        return now.closing_at or now.expires_at, [now.ended_at]
    trade = next(each for each in ground.trades() if each["out_trade_no"] == charge.key)
    began = wire(trade["paid_at"]) if trade["paid_at"] else now.opened_at
    return began, [now.ended_at, *Unapplied.objects.values_list("closed_at", flat=True)]
