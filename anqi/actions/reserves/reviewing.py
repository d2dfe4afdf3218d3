"""People look at applications: at those that the rules leave to them, and at refusals that a borrower questions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.engine import decision as engine_decision
from anqi.engine.decision import Decision, Review
from anqi.lending import applications
from anqi.lending.applications import Outcome
from anqi.lending.models import Application
from anqi.notices import messages, texts
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

_QUESTIONED_WITHIN = timedelta(days=30)


class NotRefused(Refused):
    """Only a refusal can be questioned; this application is {state}."""

    code = "not_refused"


class TooLateToQuestion(Refused):
    """This was refused too long ago. Apply again, please."""

    code = "too_late_to_question"


class NotWaiting(Refused):
    """Nobody is asked to look at this application: it is {state}."""

    code = "not_waiting"


class LookedBefore(Refused):
    """Somebody else must look at it: this person has done so."""

    code = "looked_before"


class CannotBeApproved(Refused):
    """No person may approve what speaks against this application: {reason}."""

    code = "cannot_be_approved"


def question(*, borrower_id: UUID, application_id: UUID, text: str = "", now: datetime) -> Application:
    """A person will look at the refusal (PIPL 24), whatever the borrower says against it. Again changes nothing.

    Refuses NoSuchApplication, NotRefused, TooLateToQuestion, AlreadyApplied.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = applications.get(borrower_id, application_id)
        if row.state == Application.State.REVIEW and row.questioned_at:
            return row
        if row.state != Application.State.REFUSED or row.decided_at is None:
            raise NotRefused(state=row.state)
        if now > row.decided_at + _QUESTIONED_WITHIN:
            raise TooLateToQuestion
        applications.make_way(borrower_id, now=now)
        applications.ask(row, text.strip(), now=now)
        return row


def review(
    *, borrower_id: UUID, application_id: UUID, outcome: Outcome, reason: str, actor: User, now: datetime
) -> Application:
    """What a person says of the application, and that holds. Again changes nothing.

    A supervisor turns a refusal round. Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, NotWaiting,
    LookedBefore, CannotBeApproved.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = applications.find(borrower_id, application_id)
        if row is None:
            raise NotTheirs(what="application")
        reviews = applications.reviews_of(row)
        if row.state != Application.State.REVIEW:
            return _again(row, reviews, outcome, actor)
        decision = applications.decision_of(row)
        if outcome == "approved" and decision.outcome == "refused":
            authority.must_decide(actor)
        _look_again(decision, reviews, outcome, reason, actor, now)
        applications.put_review(row, outcome=outcome, reason=reason, by=actor.id, now=now)
        _note(row, outcome, reason, actor, now)
        _tell(row, outcome, now)
        return row


def _again(row: Application, reviews: tuple[Review, ...], outcome: Outcome, actor: User) -> Application:
    """A second tap of the same person."""
    if reviews and (reviews[-1].by, reviews[-1].outcome, row.state) == (str(actor.id), outcome, outcome):
        return row
    raise NotWaiting(state=row.state)


def _look_again(
    decision: Decision, reviews: tuple[Review, ...], outcome: Outcome, reason: str, actor: User, now: datetime
) -> None:
    said = Review(id=str(uuid7()), on=day_of(now), by=str(actor.id), outcome=outcome, reason=reason)
    try:
        engine_decision.look_again(decision, reviews, said)
    except engine_decision.SamePerson:
        raise LookedBefore from None
    except engine_decision.CannotBeApproved as final:
        raise CannotBeApproved(reason=final.field) from None


def _note(row: Application, outcome: Outcome, reason: str, actor: User, now: datetime) -> None:
    detail: dict[str, Any] = {"outcome": outcome, "amount_minor": row.amount_minor, "reasons": row.reasons}
    staff.note(
        actor_id=actor.id, verb="review_application", borrower_id=row.borrower_id, object_id=row.id, reason=reason,
        detail=detail, now=now,
    )  # fmt: skip


def _tell(row: Application, outcome: Outcome, now: datetime) -> None:
    words = {"amount": texts.yuan(row.amount_minor), "reserve": row.product.title}
    messages.announce(borrower_id=row.borrower_id, template=f"reserve_{outcome}", words=words, now=now)
