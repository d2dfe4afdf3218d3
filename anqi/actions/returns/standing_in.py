"""Staff in a merchant's place: the shop is gone or doesn't answer, and the goods count as returned all the same."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.returns import counting, writing
from anqi.lending import holding, merchant_orders, orders, returning
from anqi.lending.holding import NothingAsked
from anqi.lending.models import Hold, MerchantOrder, Return
from anqi.lending.returning import NewReturn, State
from anqi.people import authority, holds, staff
from anqi.people.models import User
from anqi.rows.chain import Chain
from anqi.rows.ids import uuid7


def accept(
    *, borrower_id: UUID, hold_id: UUID, amount_minor: int | None, reason: str, actor: User, now: datetime
) -> Return:
    """The return under this hold, completed; beyond what one person decides about, waiting for a second one.

    A hold without a return gets one of so much in fen, or of all that is left, as of the day of the hold. Refuses
    MayNotAct, ReasonMissing, NoSuchHold, HoldOver, MoreThanShipped, NothingShippedLeft, CannotCount, AcceptanceWaits.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        hold = holding.read_open(borrower_id, hold_id)
        theirs = merchant_orders.lock(_order_id(hold))
        goods = returning.of_hold(borrower_id, hold_id) or _put(hold, theirs, amount_minor, reason)
        if returning.alone_minor(borrower_id, hold.loan_id) + goods.amount_minor <= authority.ALONE_MINOR:
            _complete(chain, theirs, goods, actor, now)
            verb = "accept_return"
        else:
            returning.ask(goods, by=actor.id, why=reason, now=now)
            verb = "request_return"
        _note(verb, goods, actor, reason, now)
        return goods


def approve(*, borrower_id: UUID, return_id: UUID, actor: User, now: datetime) -> Return:
    """The second person says yes: the return, completed.

    Refuses NeedsSupervisor, OwnRequest, NoSuchReturn, NothingAsked, CannotCount.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        goods = _asked(borrower_id, return_id)
        authority.must_be_another(actor, goods.asked_by)
        _complete(chain, merchant_orders.lock(goods.merchant_order_id), goods, actor, now)
        _note("approve_return", goods, actor, "", now)
        return goods


def refuse(*, borrower_id: UUID, return_id: UUID, reason: str, actor: User, now: datetime) -> Return:
    """The second person says no, or whoever asked takes it back; the hold goes on.

    Refuses NeedsSupervisor, ReasonMissing, NoSuchReturn, NothingAsked.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        goods = _asked(borrower_id, return_id)
        if goods.asked_by != actor.id:
            authority.must_decide(actor)
        returning.forget_wish(goods)
        _note("refuse_return", goods, actor, reason, now)
        return goods


def _order_id(hold: Hold) -> UUID:
    held = writing.loan_of(hold.borrower_id, hold.loan_id)
    return orders.find(hold.borrower_id, held.order_id).theirs_id


def _put(hold: Hold, theirs: MerchantOrder, asked_minor: int | None, reason: str) -> Return:
    amount_minor = returning.amount_of(theirs, asked_minor)
    asked, return_id = NewReturn(amount_minor=amount_minor, reason=reason), uuid7()
    goods = returning.put(
        asked, id=return_id, held=writing.loan_of(hold.borrower_id, hold.loan_id), hold_id=hold.id,
        merchant_order_id=theirs.id, amount_minor=amount_minor, key=f"staff:{return_id}", body_hash="",
        requested_at=hold.opened_at,
    )  # fmt: skip
    goods.hold = hold
    return goods


def _complete(chain: Chain, theirs: MerchantOrder, goods: Return, actor: User, now: datetime) -> None:
    held = writing.loan_of(chain.borrower_id, goods.loan_id)
    counting.complete(chain, held, theirs, goods, before=[], by=f"staff:{actor.id}", now=now)


def _asked(borrower_id: UUID, return_id: UUID) -> Return:
    goods = returning.read(borrower_id, return_id)
    if goods.state != State.REQUESTED or goods.asked_by is None:
        raise NothingAsked
    return goods


def _note(verb: str, goods: Return, actor: User, reason: str, now: datetime) -> None:
    detail = {"loan_id": str(goods.loan_id), "amount_minor": goods.amount_minor}
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=goods.borrower_id, object_id=goods.id, reason=reason, detail=detail,
        now=now,
    )  # fmt: skip
