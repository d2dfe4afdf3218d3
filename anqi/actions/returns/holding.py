"""Holds by staff: a merchant that is gone, goods in dispute. Opened, prolonged and ended with a reason."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.actions.returns import counting, writing
from anqi.lending import holding, inspection, lenders, merchant_orders, orders, returning, store
from anqi.lending.holding import DayTooSoon, NothingAsked
from anqi.lending.models import Hold
from anqi.lending.returning import State
from anqi.lending.store import LoanInHand
from anqi.notices import messages
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.chain import Chain
from anqi.rows.days import day_of

_TOMORROW = timedelta(days=1)


def open(
    *, borrower_id: UUID, loan_id: UUID, hold_id: UUID, kind: Hold.Kind, until: date, reason: str, actor: User,
    now: datetime,
) -> Hold:  # fmt: skip
    """The plan on hold from now on; longer than one person may hold it, the rest waits for a second one.

    The same id again changes nothing. Refuses MayNotAct, ReasonMissing, NotTheirs, DayTooSoon, LoanNotRunning.
    """
    _must(actor, reason, until, now)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        known = holding.find(borrower_id, hold_id)
        if known:
            return known
        held = _running(borrower_id, loan_id, now)
        alone_until = min(until, day_of(now) + holding.ALONE)
        hold, fact = holding.put(
            id=hold_id, held=held, kind=kind, reason=reason, until=alone_until, by=_by(actor), now=now
        )
        recording.write(chain, held, [fact], now=now)
        if alone_until < until:
            holding.ask(hold, until=until, by=actor.id, why=reason, now=now)
        _note("open_hold", hold, actor, reason, now)
        _tell(hold, "hold_opened", now)
        return hold


def prolong(
    *, borrower_id: UUID, hold_id: UUID, until: date, reason: str, actor: User, now: datetime
) -> Hold:
    """The hold, until that day; or with a wish for it that a second person decides about.

    Refuses MayNotAct, ReasonMissing, DayTooSoon, NoSuchHold, HoldOver, ProlongingWaits.
    """
    _must(actor, reason, until, now)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        hold = holding.read_open(borrower_id, hold_id)
        if holding.may_alone(day_of(hold.opened_at), until):
            holding.prolong(hold, until=until)
            _note("prolong_hold", hold, actor, reason, now)
        else:
            holding.ask(hold, until=until, by=actor.id, why=reason, now=now)
            _note("request_prolonging", hold, actor, reason, now)
        return hold


def approve(*, borrower_id: UUID, hold_id: UUID, actor: User, now: datetime) -> Hold:
    """The second person says yes to the later day. Refuses NeedsSupervisor, OwnRequest, HoldOver, NothingAsked."""
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        hold = _asked(borrower_id, hold_id)
        authority.must_be_another(actor, hold.asked_by)
        assert hold.asked_until
        holding.prolong(hold, until=hold.asked_until)
        _note("approve_prolonging", hold, actor, "", now)
        return hold


def refuse(*, borrower_id: UUID, hold_id: UUID, reason: str, actor: User, now: datetime) -> Hold:
    """The second person says no, or whoever asked takes it back.

    Refuses NeedsSupervisor, ReasonMissing, HoldOver, NothingAsked.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        hold = _asked(borrower_id, hold_id)
        if hold.asked_by != actor.id:
            authority.must_decide(actor)
        holding.forget_wish(hold)
        _note("refuse_prolonging", hold, actor, reason, now)
        return hold


def end(*, borrower_id: UUID, hold_id: UUID, reason: str, actor: User, now: datetime) -> Hold:
    """The plan goes on from today; a return that was asked for under this hold is refused, and the merchant told.

    Refuses MayNotAct, ReasonMissing, NoSuchHold, HoldOver.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        hold = holding.read_open(borrower_id, hold_id)
        goods = returning.of_hold(borrower_id, hold_id)
        if goods:
            theirs = merchant_orders.lock(goods.merchant_order_id)
            counting.give_up(chain, theirs, goods, State.REFUSED, by=_by(actor), why=reason, now=now)
        else:
            _end(chain, hold, reason, actor, now)
        _note("end_hold", hold, actor, reason, now)
        return hold


def _end(chain: Chain, hold: Hold, reason: str, actor: User, now: datetime) -> None:
    held = writing.loan_of(chain.borrower_id, hold.loan_id)
    fact = holding.end(hold, why=reason, by=_by(actor), now=now)
    recording.write(chain, held, [fact], now=now)
    _tell(hold, "hold_ended", now)


def _must(actor: User, reason: str, until: date, now: datetime) -> None:
    authority.must_act(actor)
    authority.must_say_why(reason)
    if until < day_of(now) + _TOMORROW:
        raise DayTooSoon


def _running(borrower_id: UUID, loan_id: UUID, now: datetime) -> LoanInHand:
    held = store.read(borrower_id, [loan_id]).get(loan_id)
    if not held:
        raise NotTheirs(what="loan")
    inspection.check_running(held, lender_id=held.lender_id, currency=held.currency, today=day_of(now))
    return held


def _asked(borrower_id: UUID, hold_id: UUID) -> Hold:
    hold = holding.read_open(borrower_id, hold_id)
    if not hold.asked_until:
        raise NothingAsked
    return hold


def _tell(hold: Hold, template: str, now: datetime) -> None:
    held = writing.loan_of(hold.borrower_id, hold.loan_id)
    shop = orders.shop_of(hold.borrower_id, held.order_id)
    if shop:
        words = {"merchant": shop.name}
    else:
        template, words = f"{template}_cash", {"lender": lenders.name_of(held.lender_id)}
    messages.announce(borrower_id=hold.borrower_id, template=template, words=words, now=now)


def _by(actor: User) -> str:
    return f"staff:{actor.id}"


def _note(verb: str, hold: Hold, actor: User, reason: str, now: datetime) -> None:
    asked = hold.asked_until.isoformat() if hold.asked_until else None
    detail = {"loan_id": str(hold.loan_id), "until": hold.until.isoformat(), "asked_until": asked}
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=hold.borrower_id, object_id=hold.id, reason=reason, detail=detail,
        now=now,
    )  # fmt: skip
