"""Unapplied money: put to use on a loan of the same borrower; the larger sums need a second person.

Refused
├── AlreadyAsked         one wish at a time about one case
├── AlreadyDecided
├── OthersMoney          it goes back to whoever paid for the borrower
└── OtherRequest         the same id with other contents
Who may act, and on what, is refused by `people.authority`.
What the loan itself can't take is refused by `lending.inspection`.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.lending import inspection, store
from anqi.lending.repaying import Purpose
from anqi.lending.store import LoanInHand, NewFact
from anqi.payments import inspection as payments_inspection
from anqi.payments import pay_links, unapplied
from anqi.payments.models import Application, Unapplied
from anqi.people import authority, holds, staff
from anqi.people.authority import ALONE_MINOR, NotTheirs
from anqi.people.models import User
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class AlreadyAsked(Refused):
    """An application about this case still waits to be decided."""

    code = "already_asked"


class AlreadyDecided(Refused):
    """This application has been decided: it is {state}."""

    code = "already_decided"


class OthersMoney(Refused):
    """Somebody else has paid this money for the borrower: it goes back to them, and is put to no other use."""

    code = "others_money"


class OtherRequest(Refused):
    """This form has been sent before with other contents."""

    code = "other_request"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How so much of a case's money, in fen, is to be used, and why."""

    case_id: UUID
    loan_id: UUID
    amount_minor: int
    purpose: Purpose
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What using the money will write, and to what, decided before the first write."""

    case: Unapplied
    held: LoanInHand
    fact: NewFact


def apply(*, borrower_id: UUID, application_id: UUID, wish: Wish, actor: User, now: datetime) -> Application:
    """The application: done at once where one person may decide, else waiting for a second one.

    Everything is checked at once, so that what waits could be done today. The same id again changes nothing.
    Refuses MayNotAct, ReasonMissing, NotTheirs, AlreadyAsked, OtherRequest, OthersMoney, LeftTooSmall, and what the
    loan can't take.
    """
    authority.must_act(actor)
    authority.must_say_why(wish.reason)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        known = payments_inspection.application(borrower_id, application_id)
        if known and _wish_of(known) != wish:
            raise OtherRequest
        if known:
            return known
        plan = _decide(borrower_id, application_id, wish, actor, now)
        application = _ask(borrower_id, application_id, wish, actor, now)
        if _may_decide_alone(application):
            _carry_out(chain, application, plan, actor, now)
        verb = "apply_unapplied" if application.state == Application.State.DONE else "request_application"
        _note(verb, application, actor, wish.reason, now)
        return application


def approve(*, borrower_id: UUID, application_id: UUID, actor: User, now: datetime) -> Application:
    """The application, done. A supervisor's answer to somebody else's wish; again changes nothing.

    Refuses NeedsSupervisor, OwnRequest, NotTheirs, AlreadyDecided, LeftTooSmall, and what the loan can't take.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        application = _find(borrower_id, application_id)
        if _is_decided(application, Application.State.DONE, actor):
            return application
        authority.must_be_another(actor, application.requested_by)
        plan = _decide(borrower_id, application_id, _wish_of(application), actor, now)
        _carry_out(chain, application, plan, actor, now)
        _note("approve_application", application, actor, "", now)
        return application


def refuse(*, borrower_id: UUID, application_id: UUID, reason: str, actor: User, now: datetime) -> Application:
    """The application, refused; the money is free for another one. Whoever asked may take it back.

    Refuses NeedsSupervisor, ReasonMissing, NotTheirs and AlreadyDecided.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        application = _find(borrower_id, application_id)
        if application.requested_by != actor.id:
            authority.must_decide(actor)
        if _is_decided(application, Application.State.REFUSED, actor):
            return application
        _close(application, Application.State.REFUSED, actor, now)
        _note("refuse_application", application, actor, reason, now)
        return application


def _find(borrower_id: UUID, application_id: UUID) -> Application:
    found = payments_inspection.application(borrower_id, application_id)
    if not found:
        raise NotTheirs(what="application")
    return found


def _wish_of(application: Application) -> Wish:
    return Wish(**{field.name: getattr(application, field.name) for field in fields(Wish)})


def _is_decided(application: Application, as_wanted: str, actor: User) -> bool:
    """Whether this actor has decided so before: a second tap. Refuses AlreadyDecided when it was otherwise."""
    if application.state == Application.State.REQUESTED:
        return False
    if application.state == as_wanted and application.decided_by == actor.id:
        return True
    raise AlreadyDecided(state=application.state)


def _decide(borrower_id: UUID, application_id: UUID, wish: Wish, actor: User, now: datetime) -> _Plan:
    today = day_of(now)
    case = _read_case(borrower_id, wish)
    held = store.read(borrower_id, [wish.loan_id]).get(wish.loan_id)
    if not held:
        raise NotTheirs(what="loan")
    inspection.check_running(held, lender_id=case.lender_id, currency=case.payment.currency, today=today)
    fact = _fact(application_id, wish, case, held, actor)
    inspection.taking(held, fact, today=today)
    return _Plan(case=case, held=held, fact=fact)


def _read_case(borrower_id: UUID, wish: Wish) -> Unapplied:
    try:
        case = unapplied.read(borrower_id, wish.case_id)
    except Unapplied.DoesNotExist:
        raise NotTheirs(what="case") from None
    if not 0 < wish.amount_minor <= case.left_minor:
        raise unapplied.LeftTooSmall(left_minor=case.left_minor)
    if pay_links.is_others_money(borrower_id, case.payment.charge_id):
        raise OthersMoney
    return case


def _fact(application_id: UUID, wish: Wish, case: Unapplied, held: LoanInHand, actor: User) -> NewFact:
    assert held.starts_on
    return NewFact(
        loan_id=held.id,
        kind="payment",
        # Money that came before the loan began can count from its first day only.
        counts_on=max(case.payment.counts_on, held.starts_on),
        body={"amount_minor": wish.amount_minor, "for": wish.purpose, "payment_id": str(case.payment_id),
              "case_id": str(case.id)},
        actor=f"staff:{actor.id}",
        key=f"application:{application_id}",
    )  # fmt: skip


def _ask(borrower_id: UUID, application_id: UUID, wish: Wish, actor: User, now: datetime) -> Application:
    if payments_inspection.has_waiting_application(borrower_id, wish.case_id):
        raise AlreadyAsked
    asked = {"requested_by": actor.id, "requested_at": now}
    return Application.objects.create(borrower_id=borrower_id, id=application_id, **vars(wish), **asked)


def _may_decide_alone(application: Application) -> bool:
    """Whether one person may decide: counted over the whole case, or slices would need nobody."""
    before_minor = payments_inspection.decided_alone_minor(application.borrower_id, application.case_id)
    return before_minor + application.amount_minor <= ALONE_MINOR


def _carry_out(chain: Chain, application: Application, plan: _Plan, actor: User, now: datetime) -> None:
    recording.write(chain, plan.held, [plan.fact], now=now)
    unapplied.draw(plan.case, application.amount_minor, now=now)
    _close(application, Application.State.DONE, actor, now)


def _close(application: Application, state: str, actor: User, now: datetime) -> None:
    application.state, application.decided_by, application.decided_at = state, actor.id, now
    Application.objects.filter(borrower_id=application.borrower_id, id=application.id).update(
        state=state, decided_by=actor.id, decided_at=now
    )


def _note(verb: str, application: Application, actor: User, reason: str, now: datetime) -> None:
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=application.borrower_id, object_id=application.id, reason=reason,
        detail={"case_id": str(application.case_id), "amount_minor": application.amount_minor}, now=now,
    )  # fmt: skip
