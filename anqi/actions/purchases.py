"""Purchases: a merchant's order, opened and signed by a borrower, begun when the goods leave, or ended before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.lending import (
    agreements,
    courses,
    loans,
    merchant_orders,
    merchants,
    offers,
    orders,
    products,
    quotes,
    reported_loans,
    store,
)
from anqi.lending.agreements import Draft
from anqi.lending.merchant_orders import KeyReused, NewOrder, NoSuchOrder, State, StateConflict
from anqi.lending.models import Loan, MerchantOrder, Order, Product
from anqi.lending.offers import AlreadySigned, Offer, Signature, Signer
from anqi.lending.store import NewFact
from anqi.notices import messages, texts, webhooks
from anqi.payments import mandates
from anqi.people import holds
from anqi.people.models import Borrower, Consent
from anqi.rows import keyring
from anqi.rows.chain import Chain, canonical
from anqi.rows.days import day_of

DECLINED = "declined by the borrower"


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A merchant's order, locked, and the end of its borrower's chain where it has a borrower."""

    theirs: MerchantOrder
    chain: Chain | None


def create(
    *, merchant_id: UUID, key: str, body: NewOrder, body_hash: str, now: datetime
) -> tuple[MerchantOrder, bool]:
    """The order that stands under this key, and whether it stood there before.

    Refuses KeyReused, OrderNumberTaken, GoodsDoNotAddUp, ReturnUrlUnknown, PlanUnavailable, AmountOutOfRange,
    QuoteForged, QuoteExpired.
    """
    with transaction.atomic(durable=True):
        standing, is_new = merchant_orders.keyed(merchant_id, key), False
        if standing is None:
            product = _sold(merchant_id, body, now)
            standing, is_new = merchant_orders.put(
                body, merchant_id=merchant_id, product=product, key=key, body_hash=body_hash, now=now
            )
        if standing.body_hash != body_hash:
            raise KeyReused
        return standing, not is_new


def _sold(merchant_id: UUID, body: NewOrder, now: datetime) -> Product:
    merchant_orders.refuse_unsound(body, merchants.get(merchant_id))
    products.refuse_unfit(products.find(body.plan, day_of(now)), body.amount_minor)
    return quotes.read(
        body.quote, merchant_id=merchant_id, plan=body.plan, amount_minor=body.amount_minor, now=now
    )


def open(*, token: str, borrower_id: UUID, now: datetime) -> Order:
    """The borrower's own order behind a confirm_url: the first borrower who opens it owns it from then on.

    Refuses NoSuchOrder (also where it is somebody else's), OrderLapsed, OrderCancelled.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        theirs = merchant_orders.lock(merchant_orders.find_by_token(token))
        if theirs.borrower_id not in (None, borrower_id):
            raise NoSuchOrder
        merchant_orders.refuse_ended(theirs, now=now)
        if theirs.order_id:
            return orders.find(borrower_id, theirs.order_id)
        return orders.bear(theirs, borrower_id, now=now)


def present(*, borrower_id: UUID, order_id: UUID, now: datetime) -> Offer:
    """What the borrower may sign now. Writes nothing.

    Refuses NoSuchOrder, AlreadySigned, OrderLapsed, OrderCancelled.
    """
    order = orders.find(borrower_id, order_id)
    theirs = merchant_orders.get(order.theirs_id)
    merchant_orders.refuse_ended(theirs, now=now)
    if loans.of_order(borrower_id, order_id):
        raise AlreadySigned(order_id=order_id)
    return offers.make(order, theirs, _signer(borrower_id), now=now)


def _signer(borrower_id: UUID) -> Signer:
    who = Borrower.objects.get(id=borrower_id)
    is_verified = who.verified_at is not None
    return Signer(id=who.id, name=who.name or "", id_number=who.id_number or "", is_verified=is_verified)


def sign(
    *, borrower_id: UUID, order_id: UUID, sha256: str, reading_token: str, consents: tuple[str, ...],
    address: str, agent: str, now: datetime,
) -> Loan:  # fmt: skip
    """The loan of what the borrower has read and signed; signing again gives the same one.

    Refuses NoSuchOrder, OrderLapsed, OrderCancelled, NotVerified, AgreementChanged, ReadingTooShort,
    ConsentMissing, LimitExceeded.
    """
    signature = Signature(
        sha256=sha256, reading_token=reading_token, consents=consents, address=address, agent=agent
    )
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        order = orders.find(borrower_id, order_id)
        theirs = merchant_orders.lock(order.theirs_id)
        merchant_orders.refuse_ended(theirs, now=now)
        signed = loans.of_order(borrower_id, order_id)
        if signed:
            return signed
        draft = offers.agree(order, theirs, _signer(borrower_id), signature, now=now)
        loan = _sign(chain, order, theirs, draft, signature, now)
        holds.keep(chain)
        return loan


def _sign(
    chain: Chain, order: Order, theirs: MerchantOrder, draft: Draft, signature: Signature, now: datetime
) -> Loan:
    agreement = agreements.put(order, draft, now=now)
    loan = loans.put(order, agreement, product=theirs.product, terms=draft.body["terms"], now=now)
    # Where and with what it was signed proves the signature, but points at a person: so it stands encrypted.
    sealed = keyring.encrypt(canonical(signature.evidence).decode()).hex()
    body = {"agreement_sha256": draft.sha256, "evidence": sealed}
    store.record(chain, [_fact(loan, "signed", body, "borrower", now)], now=now)
    Consent.objects.bulk_create(
        Consent(borrower_id=order.borrower_id, purpose=purpose, version=version, given_at=now)
        for purpose, version in agreements.asked(draft.body).items()
    )
    reported_loans.put(loan, draft.body, signature.consents, now=now)
    orders.move(theirs, State.CONFIRMED, now=now)
    _tell_merchant(theirs, "order.confirmed", now)
    total = texts.yuan(draft.body["cost_statement"]["total_minor"])
    words = {"merchant": theirs.merchant.name, "instalments": len(draft.body["plan"]), "total": total}
    _tell_borrower(chain, "order_confirmed", words, now)
    return loan


def ship(*, merchant_id: UUID, merchant_order_id: UUID, tracking_number: str, now: datetime) -> MerchantOrder:
    """The goods have left: the loan begins today. Saying so again changes nothing.

    Refuses NoSuchOrder, StateConflict, OrderLapsed.
    """
    with transaction.atomic(durable=True):
        theirs = merchant_orders.of_merchant(merchant_id, merchant_order_id)
        # Only a borrower signs, so what has none can't be shipped and needs no lock.
        if theirs.borrower_id is None:
            raise StateConflict(state=theirs.state)
        chain = holds.hold(theirs.borrower_id)
        theirs = merchant_orders.lock(theirs.id)
        if theirs.state in (State.SHIPPED, State.SETTLED):
            return theirs
        merchant_orders.refuse_over(theirs, now=now)
        if theirs.state != State.CONFIRMED:
            raise StateConflict(state=theirs.state)
        _begin(chain, theirs, tracking_number, now)
        orders.move(theirs, State.SHIPPED, now=now, tracking_number=tracking_number)
        _tell_merchant(theirs, "order.shipped", now)
        return theirs


def _begin(chain: Chain, theirs: MerchantOrder, tracking_number: str, now: datetime) -> None:
    today, loan = day_of(now), loans.signed_for(theirs)
    loans.begin(chain.borrower_id, loan.id, on=today)
    mandates.look_now(chain.borrower_id, loan.id, now=now)
    held = store.read(chain.borrower_id, [loan.id])[loan.id]
    fact = _fact(loan, "shipped", {"tracking_number": tracking_number}, "merchant", now)
    recording.post(chain, held, [fact], [courses.reached(held, by=fact, today=today)], now=now)
    first = products.plan_of(held.signed_terms, today).instalments[0]
    due = {"first_due_on": first.due_on, "first_due": texts.yuan(first.total_minor)}
    _tell_borrower(chain, "order_shipped", {"merchant": theirs.merchant.name, **due}, now)


def cancel(*, merchant_id: UUID, merchant_order_id: UUID, reason: str, now: datetime) -> MerchantOrder:
    """The merchant calls the order off before shipping: nobody owes anything. Doing it again changes nothing.

    Refuses NoSuchOrder, StateConflict.
    """
    return _end(merchant_id, merchant_order_id, State.CANCELLED, actor="merchant", reason=reason, now=now)


def decline(*, borrower_id: UUID, order_id: UUID, now: datetime) -> MerchantOrder:
    """The borrower says no before signing. Doing it again changes nothing.

    Refuses NoSuchOrder, AlreadySigned, StateConflict.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        order = orders.find(borrower_id, order_id)
        theirs = merchant_orders.lock(order.theirs_id)
        if loans.of_order(borrower_id, order_id):
            raise AlreadySigned(order_id=order_id)
        held = _Held(theirs=theirs, chain=chain)
        return _write_end(held, State.CANCELLED, actor="borrower", reason=DECLINED, now=now)


def lapse(*, now: datetime, limit: int) -> int:
    """How many orders lapsed, at most `limit`: their time is over, and neither signature nor goods came.

    Each in its own transaction: one that breaks doesn't keep the others, and is raised at the end.
    """
    waiting, broken = merchant_orders.waited_too_long(now=now, limit=limit), []
    for theirs in waiting:
        try:
            _end(theirs.merchant_id, theirs.id, State.LAPSED, actor="anqi", reason="", now=now)
        except StateConflict:
            # Shipped, or signed, while we were on our way to it.
            continue
        except Exception as error:
            broken.append(error)
    if broken:
        raise ExceptionGroup("orders that could not lapse", broken)
    return len(waiting)


def _end(
    merchant_id: UUID, merchant_order_id: UUID, state: State, *, actor: str, reason: str, now: datetime
) -> MerchantOrder:
    while True:
        with transaction.atomic(durable=True):
            held = _hold(merchant_id, merchant_order_id)
            if held:
                return _write_end(held, state, actor=actor, reason=reason, now=now)


def _hold(merchant_id: UUID, merchant_order_id: UUID) -> _Held | None:
    """The order locked, its borrower first. Nothing when a borrower opened it between our looking and our lock."""
    seen = merchant_orders.of_merchant(merchant_id, merchant_order_id)
    chain = holds.hold(seen.borrower_id) if seen.borrower_id else None
    theirs = merchant_orders.lock(merchant_order_id)
    return _Held(theirs=theirs, chain=chain) if theirs.borrower_id == seen.borrower_id else None


def _write_end(held: _Held, state: State, *, actor: str, reason: str, now: datetime) -> MerchantOrder:
    theirs = held.theirs
    if theirs.state == state:
        return theirs
    is_due = state != State.LAPSED or merchant_orders.is_over(theirs, now=now)
    if theirs.state not in merchant_orders.OPEN or not is_due:
        raise StateConflict(state=theirs.state)
    if held.chain and theirs.state == State.CONFIRMED:
        _cancel_loan(held.chain, theirs, state, actor, reason, now)
        holds.keep(held.chain)
    orders.move(theirs, state, now=now, reason=reason)
    _tell_merchant(theirs, f"order.{state}", now)
    return theirs


def _cancel_loan(
    chain: Chain, theirs: MerchantOrder, state: State, actor: str, reason: str, now: datetime
) -> None:
    loan = loans.signed_for(theirs)
    body = {"order": str(state), "reason": reason}
    store.record(chain, [_fact(loan, "cancelled", body, actor, now)], now=now)
    loans.cancel(chain.borrower_id, loan.id, on=day_of(now))
    template = "order_lapsed" if state == State.LAPSED else "order_cancelled"
    _tell_borrower(chain, template, {"merchant": theirs.merchant.name}, now)


def _fact(loan: Loan, kind: str, body: dict[str, Any], actor: str, now: datetime) -> NewFact:
    """Each of these happens once to an order, and the key says so."""
    key = f"{kind}:{loan.order_id}"
    return NewFact(loan_id=loan.id, kind=kind, counts_on=day_of(now), body=body, actor=actor, key=key)


def _tell_merchant(theirs: MerchantOrder, kind: str, now: datetime) -> None:
    for event in orders.events(theirs, kind):
        webhooks.enqueue(**event, now=now)


def _tell_borrower(chain: Chain, template: str, words: dict[str, Any], now: datetime) -> None:
    borrower = Borrower.objects.get(id=chain.borrower_id)
    text = texts.write(template, language=borrower.language, **words)
    messages.enqueue(borrower_id=borrower.id, phone=borrower.phone, template=template, text=text, now=now)
