"""Signing: agreement, loan and payout in one transaction, so that nobody who dies over it leaves half of it.

The payout is a row like the others; who sends it is the worker, under its own number (decision 11). Signing again,
whether the answer was lost or the button pressed twice, finds the loan that there is.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.lending import agreements, applications, loans, reported_loans, reserves, store
from anqi.lending.agreements import AgreementChanged, Draft
from anqi.lending.models import Application, Loan, Order
from anqi.lending.offers import AlreadySigned, Signature, Signer
from anqi.lending.reserves import Offer
from anqi.lending.store import NewFact
from anqi.notices import messages, texts
from anqi.payments import payees, payouts
from anqi.payments.payouts import PayTo
from anqi.people import holds
from anqi.people.models import Borrower, Consent
from anqi.rows import keyring
from anqi.rows.chain import Chain, canonical
from anqi.rows.days import day_of


def present(*, borrower_id: UUID, application_id: UUID, now: datetime) -> Offer:
    """What the borrower may sign now. Writes nothing.

    Refuses NoSuchApplication, AlreadySigned, OfferLapsed, NotOpen.
    """
    row = applications.get(borrower_id, application_id)
    if row.state == Application.State.SIGNED:
        raise AlreadySigned(order_id=row.id)
    applications.refuse_closed(row, now=now)
    return reserves.make(row, _signer(Borrower.objects.get(id=borrower_id)), now=now)


def sign(
    *, borrower_id: UUID, application_id: UUID, sha256: str, reading_token: str, consents: tuple[str, ...],
    address: str, agent: str, now: datetime,
) -> Loan:  # fmt: skip
    """The loan of what the borrower has read and signed, and its payout; signing again gives the same one.

    Refuses NoSuchApplication, OfferLapsed, NotOpen, NotVerified, AgreementChanged, ReadingTooShort, ConsentMissing,
    TooLong, CostAboveCap, CapUnknown, LimitExceeded, and a payee as `payees.find`.
    """
    signature = Signature(
        sha256=sha256, reading_token=reading_token, consents=consents, address=address, agent=agent
    )
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = applications.get(borrower_id, application_id)
        signed = loans.of_order(borrower_id, row.id)
        if signed:
            return signed
        applications.refuse_closed(row, now=now)
        who = Borrower.objects.get(id=borrower_id)
        draft = reserves.agree(row, _signer(who), signature, now=now)
        to = _payee(row, who)
        loan = _sign(chain, row, draft, signature, to, now)
        holds.keep(chain)
        return loan


def _signer(who: Borrower) -> Signer:
    is_verified = who.verified_at is not None
    return Signer(id=who.id, name=who.name or "", id_number=who.id_number or "", is_verified=is_verified)


def _payee(row: Application, who: Borrower) -> PayTo:
    to = payees.find(row.borrower_id, holder=who.name or "", card_id=row.card_id, wallet=row.wallet or "")
    # The agreement names the account: it is that one or none.
    if (to.channel, to.label) != (row.channel, row.label):
        raise AgreementChanged
    return to


def _sign(
    chain: Chain, row: Application, draft: Draft, signature: Signature, to: PayTo, now: datetime
) -> Loan:
    order = _order(row, now)
    agreement = agreements.put(order, draft, now=now)
    loan = loans.put(order, agreement, product=row.product, terms=draft.body["terms"], now=now)
    # Where and with what it was signed proves the signature, but points at a person: so it stands encrypted.
    sealed = keyring.encrypt(canonical(signature.evidence).decode()).hex()
    body: dict[str, Any] = {"agreement_sha256": draft.sha256, "evidence": sealed}
    fact = NewFact(
        loan_id=loan.id, kind="signed", counts_on=day_of(now), body=body, actor="borrower", key=f"signed:{order.id}"
    )
    store.record(chain, [fact], now=now)
    Consent.objects.bulk_create(
        Consent(borrower_id=row.borrower_id, purpose=purpose, version=version, given_at=now)
        for purpose, version in agreements.asked(draft.body).items()
    )
    reported_loans.put(loan, draft.body, signature.consents, now=now)
    _pay_out(row, loan, to, now)
    applications.move(row, Application.State.SIGNED, now=now)
    words = {"reserve": row.product.title, "amount": texts.yuan(row.amount_minor), "account": row.label}
    messages.announce(borrower_id=row.borrower_id, template="reserve_signed", words=words, now=now)
    return loan


def _order(row: Application, now: datetime) -> Order:
    """What the loan is for; it is known by the application's id, so that there can't be two."""
    order = Order(
        borrower_id=row.borrower_id, id=row.id, order_number=f"BY{row.id.hex[-10:].upper()}", goods=[],
        amount_minor=row.amount_minor, currency=row.currency, opened_at=row.applied_at, confirmed_at=now,
        state=Order.State.CONFIRMED,
    )  # fmt: skip
    Order.objects.bulk_create([order])
    return order


def _pay_out(row: Application, loan: Loan, to: PayTo, now: datetime) -> None:
    lender = row.product.lender
    payouts.put(
        borrower_id=row.borrower_id, loan_id=loan.id, lender_id=lender.id, to=to, amount_minor=row.amount_minor,
        currency=row.currency, why=payouts.WHY, must_be_released=lender.looks_at(row.amount_minor), now=now,
    )  # fmt: skip
