"""Applying: one application a borrower, decided at once by the lender's rules, with every reason."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.engine import decision as engine_decision
from anqi.engine.decision import Decision
from anqi.lending import applications, policies, products, reserves, traces
from anqi.lending.applications import NotOpen, OtherRequest, PaidTo, Wish
from anqi.lending.models import Application, Product, Trace
from anqi.payments import payees
from anqi.payments.payouts import PayTo
from anqi.people import holds
from anqi.people.identities import Identity
from anqi.people.models import Borrower
from anqi.rows.days import day_of


def apply(*, borrower_id: UUID, attempt: UUID, wish: Wish, device: str = "", now: datetime) -> Application:
    """The application: approved for a day, refused, or for a person to look at; the same attempt again changes nothing.

    `device` is what a door knows the borrower's device by, where it knows any. Refuses OtherRequest, AlreadyApplied,
    PurposeUnknown, PlanUnavailable, AmountOutOfRange, TooLong, CostAboveCap, CapUnknown, and a payee as `payees.find`.
    """
    policies.refuse_unknown(wish.purpose)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = applications.find(borrower_id, attempt)
        if known and applications.wish_of(known) != wish:
            raise OtherRequest
        if known:
            return known
        applications.make_way(borrower_id, now=now)
        product, who = _sold(wish, day_of(now)), Borrower.objects.get(id=borrower_id)
        to = payees.find(borrower_id, holder=who.name or "", card_id=wish.to.card_id, wallet=wish.to.wallet)
        decision = _decide(who, wish, product, to, device, now)
        paid_to = PaidTo(channel=to.channel, label=to.label)
        return applications.put(
            borrower_id, attempt, wish, product=product, paid_to=paid_to, decision=decision, now=now
        )


def _sold(wish: Wish, today: date) -> Product:
    product = products.find(wish.product, today, kind=products.RESERVE)
    products.refuse_unfit(product, wish.amount_minor)
    products.refuse_long(product, wish.amount_minor, on=today)
    products.refuse_dear(product, wish.amount_minor, on=today)
    return product


def _decide(who: Borrower, wish: Wish, product: Product, to: PayTo, device: str, now: datetime) -> Decision:
    today = day_of(now)
    asked = reserves.asked(
        who.id, product, amount_minor=wish.amount_minor, purpose=wish.purpose, born_on=_born_on(who),
        verified_at=who.verified_at, earlier=applications.earlier(who.id, product.lender_id, today=today),
        account_borrowers=traces.leave(Trace.Kind.ACCOUNT, f"{to.channel}:{to.account}", who.id, now=now),
        device_borrowers=traces.leave(Trace.Kind.DEVICE, device, who.id, now=now) if device else 1,
        today=today,
    )  # fmt: skip
    return engine_decision.decide(asked, policies.of(product.lender))


def _born_on(who: Borrower) -> date | None:
    return Identity(name=who.name or "", number=who.id_number).born_on if who.id_number else None


def withdraw(*, borrower_id: UUID, application_id: UUID, now: datetime) -> Application:
    """The borrower wants nothing of it any more; a refusal that was questioned stays one. Again changes nothing.

    Refuses NoSuchApplication, NotOpen.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = applications.get(borrower_id, application_id)
        # Else a refusal would be forgotten by questioning it.
        ended = Application.State.REFUSED if row.questioned_at and row.state == Application.State.REVIEW else None
        if row.state in Application.ALIVE:
            applications.move(row, ended or Application.State.WITHDRAWN, now=now)
        elif row.state not in (Application.State.WITHDRAWN, Application.State.REFUSED):
            raise NotOpen(state=row.state)
        return row


def lapse(*, now: datetime, limit: int) -> int:
    """How many offers lapsed, at most `limit`: nobody signed in time."""
    over = applications.lapsed(now=now, limit=limit)
    for seen in over:
        with transaction.atomic(durable=True):
            holds.hold(seen.borrower_id)
            row = applications.get(seen.borrower_id, seen.id)
            if applications.is_lapsed(row, now=now):
                applications.move(row, Application.State.LAPSED, now=now)
    return len(over)
