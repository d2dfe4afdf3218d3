"""Loans in cash of the cast: applied for, signed, paid out to a bound card, and sent back by the payee's bank."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx

from anqi.actions import merchants, reserves
from anqi.jobs import tasks
from anqi.lending import products, shelf
from anqi.lending.applications import To, Wish
from anqi.lending.models import Application, Loan
from anqi.payments.models import Payout
from anqi.rows.ids import uuid7
from demo import bound_cards
from demo.story import Reserve

_READ = timedelta(seconds=45)


def sell(*, lender: str, now: datetime) -> None:
    """All that is on the shelf."""
    for plan in shelf.RESERVES:
        merchants.sell(lender=lender, kind=products.RESERVE, now=now, **plan)


def lend(sandbox: httpx.Client, told: Reserve, *, borrower_id: UUID, now: datetime) -> Loan:
    """The loan with its money on the card, or waiting for a supervisor where it is a large one."""
    card = bound_cards.bind(sandbox, borrower_id=borrower_id, who=told.who, card=told.card, now=now)
    row = _apply(told, borrower_id, To(card_id=card.id), now - _READ)
    loan = _sign(row, now)
    payout = Payout.objects.get(borrower_id=borrower_id, loan_id=loan.id)
    if payout.state == Payout.State.RELEASED:
        tasks.pay_out()
        bound_cards.await_news(sandbox, payout.key)
        tasks.read_inbox()
    loan.refresh_from_db()
    return loan


def come_back(sandbox: httpx.Client, loan_id: UUID) -> None:
    """The payee's bank sends the money back; we learn it from the channel's statement of that day."""
    payout = Payout.objects.get(loan_id=loan_id)
    sandbox.post("/_control/unionpay/return", json={"out_trade_no": payout.key}).raise_for_status()


def _apply(told: Reserve, borrower_id: UUID, to: To, now: datetime) -> Application:
    wish = Wish(product=told.plan, amount_minor=told.amount_minor, purpose=told.purpose, to=to)
    row = reserves.apply(borrower_id=borrower_id, attempt=uuid7(), wish=wish, now=now)
    assert row.state == Application.State.APPROVED, row.reasons
    return row


def _sign(row: Application, now: datetime) -> Loan:
    whose = {"borrower_id": row.borrower_id, "application_id": row.id}
    offer = reserves.present(**whose, now=now - _READ)
    return reserves.sign(
        **whose, sha256=offer.draft.sha256, reading_token=offer.reading_token, consents=offer.consents,
        address="127.0.0.1", agent="demo", now=now,
    )  # fmt: skip
