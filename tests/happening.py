"""What happens to a planted loan, written as an action writes it: the days missed, the fact, the books, its next day."""

from datetime import date
from typing import Any
from uuid import UUID

from anqi.engine.facts import Payment
from anqi.ledger import books
from anqi.ledger.books import Entry
from anqi.lending import courses, store
from anqi.lending.store import LoanInHand, NewFact
from anqi.people import holds
from anqi.rows.ids import uuid7
from tests.planting import Planted, at

# What arrives at the channel, or leaves it again, is booked beside the loan.
_ARRIVES, _LEAVES = ("payment", "recovery"), ("refund", "chargeback", "reversal")


def happen(who: Planted, kind: str, on: date, *, today: date | None = None, **body: Any) -> UUID:
    """The id of the fact, which is known since that day unless told otherwise; a payment's `amount` is in yuan too."""
    today = today or on
    chain = holds.hold(who.borrower_id)
    held, booked = hold(who), books.read(who.borrower_id, [who.loan_id])
    fact = NewFact(
        loan_id=who.loan_id, kind=kind, counts_on=on, body=_body(kind, body), actor="staff", key=str(uuid7())
    )
    after = courses.advance(held, [fact])
    entries = [
        *_moves(held, fact, kind, body),
        *books.bring_to(
            [*courses.missed(held, today=today), courses.reached(after, by=fact, today=today)],
            booked=booked.balances[held.id], loan_id=held.id, lender_id=held.lender_id, currency=held.currency,
            discloses=held.discloses,
        ),
    ]  # fmt: skip
    store.record(chain, [fact], now=at(today))
    books.post(chain, entries, first_open_on=booked.first_open_on, now=at(today))
    store.wake(who.borrower_id, who.loan_id, courses.outlook(after, today=today))
    holds.keep(chain)
    return fact.id


def hold(who: Planted) -> LoanInHand:
    """The loan as it is stored now."""
    return store.read(who.borrower_id, [who.loan_id])[who.loan_id]


def _body(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind not in ("payment", "waiver", "return"):
        return body
    in_fen = {"amount_minor": int(body["amount"].replace(".", ""))}
    rest = {name: value for name, value in body.items() if name != "amount"}
    return in_fen | rest | ({"for": body.get("for", "due"), "payment_id": str(uuid7())} if kind == "payment" else {})


def _moves(held: LoanInHand, fact: NewFact, kind: str, body: dict[str, Any]) -> list[Entry]:
    amount_minor = _moved_minor(held, kind, body)
    debit, credit = ("in_transit_alipay", "unapplied") if kind in _ARRIVES else ("unapplied", "in_transit_alipay")
    cause = "arrival" if kind in _ARRIVES else "refund"
    return [
        Entry(
            loan_id=None, lender_id=held.lender_id, currency=held.currency, counts_on=fact.counts_on,
            moves=[(debit, credit, amount_minor)], cause=cause, cause_id=fact.id,
        )
    ] if amount_minor else []  # fmt: skip


def _moved_minor(held: LoanInHand, kind: str, body: dict[str, Any]) -> int:
    if kind not in (*_ARRIVES, *_LEAVES):
        return 0
    if "amount" in body:
        return int(body["amount"].replace(".", ""))
    [undone] = [fact for fact in held.facts if fact.id == body["of"]]
    return undone.amount_minor if isinstance(undone, Payment) else 0
