"""A lender that sells reserves, borrowers with bound cards, and a reserve brought as far as a test wants it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from anqi.actions import merchants, payouts, reserves
from anqi.lending import products, shelf
from anqi.lending.applications import To, Wish
from anqi.lending.models import Application, Loan
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Card, Payout
from anqi.people.models import Borrower
from anqi.rows import keyring
from anqi.rows.ids import uuid7
from demo import cast
from tests import purchasing
from tests.planting import at

TODAY = date(2026, 11, 24)
NOON = at(TODAY)
READ = timedelta(seconds=11)
LIN, ZHOU = "+8613800006021", "+8613900008866"


def open_shelf(*, now: datetime = NOON, **lender: Any) -> None:
    """The street's lender with all that is on the shelf."""
    stated = {"code": "qhxj", "name": "青禾消费金融", "kind": "consumer_finance", "limit_minor": 2_000_000} | lender
    merchants.open_lender(**stated)
    for plan in shelf.RESERVES:
        merchants.sell(lender=stated["code"], kind=products.RESERVE, now=now, **plan)


def bind(borrower_id: UUID, token: str, *, kind: str = "debit", last4: str = "0017") -> To:
    """A card of the borrower's, bound."""
    card = Card(
        borrower_id=borrower_id, id=uuid7(), channel="unionpay", key=f"ac{uuid4().hex[:30]}", token=token,
        token_hash=keyring.fingerprint(f"unionpay:{token}", purpose="card_token"), bank="招商银行", last4=last4,
        kind=kind, state=Card.State.BOUND, opened_at=NOON, bound_at=NOON,
    )  # fmt: skip
    Card.objects.bulk_create([card])
    return To(card_id=card.id)


def welcome(phone: str = LIN, *, token: str = "") -> tuple[UUID, To]:
    """A verified borrower of the cast with a credit line and a bound card of their own."""
    borrower_id = purchasing.welcome(phone)
    who = next((each for each in cast.EVERYBODY if f"+86{each.phone}" == phone), cast.LIN)
    Borrower.objects.filter(id=borrower_id).update(name=who.name, id_number=who.id_number)
    return borrower_id, bind(borrower_id, token or f"62352{phone[-8:]}")


def wish(to: To, **changed: Any) -> Wish:
    return Wish(**{"product": "reserve-m3", "amount_minor": 100_000, "purpose": "daily", "to": to} | changed)


def apply(borrower_id: UUID, to: To, *, attempt: UUID | None = None, device: str = "", now: datetime = NOON,
          **changed: Any) -> Application:  # fmt: skip
    return reserves.apply(
        borrower_id=borrower_id, attempt=attempt or uuid7(), wish=wish(to, **changed), device=device, now=now
    )


def sign(row: Application, *, now: datetime = NOON, after: timedelta = READ, **changed: Any) -> Loan:
    """The offer read and signed by its borrower."""
    offer = reserves.present(borrower_id=row.borrower_id, application_id=row.id, now=now)
    stated = {
        "sha256": offer.draft.sha256, "reading_token": offer.reading_token, "consents": offer.consents,
        "address": "203.0.113.7", "agent": "Mozilla/5.0",
    } | changed  # fmt: skip
    return reserves.sign(borrower_id=row.borrower_id, application_id=row.id, now=now + after, **stated)


def arrive(loan: Loan, *, paid_at: datetime, now: datetime | None = None) -> Payout:
    """The loan's payout is sent, and its money arrives."""
    payout = Payout.objects.get(borrower_id=loan.borrower_id, loan_id=loan.id)
    if payout.state == Payout.State.RELEASED:
        payouts.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=paid_at)
    result = Succeeded(ref="P1", amount_minor=payout.amount_minor, paid_at=paid_at)
    payouts.learn(channel=payout.channel, key=payout.key, result=result, learned_by="query", now=now or paid_at)
    loan.refresh_from_db()
    return payout
