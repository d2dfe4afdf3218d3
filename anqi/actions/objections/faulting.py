"""Faults of ours or of a channel's, on whose days the borrower could not pay: one says so, a second person agrees."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.objections.answering import hold, keep
from anqi.lending import report_faults, reported_loans
from anqi.lending.models import Objection, ReportFault
from anqi.lending.report_faults import NothingToDecide, State
from anqi.people import authority
from anqi.people.models import User


def blame(
    *, borrower_id: UUID, objection_id: UUID, since_on: date, until_on: date, reason: str, actor: User, now: datetime
) -> ReportFault:
    """From the one day to the other it was not the borrower's fault, says the actor; the same again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs, ObjectionNotOpen, FaultUnsound.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = hold(borrower_id, objection_id)
        known = report_faults.asked(row)
        if known:
            return known
        fault = report_faults.put(row, since_on=since_on, until_on=until_on, why=reason, by=actor.id, now=now)
        keep(row, "fault", f"{since_on} – {until_on}: {reason.strip()}", actor, now)
        return fault


def agree(*, borrower_id: UUID, objection_id: UUID, actor: User, now: datetime) -> ReportFault:
    """The second person agrees: from now on those days excuse what fell due on them, as far as the rules go.

    Refuses NeedsSupervisor, OwnRequest, NotTheirs, ObjectionNotOpen, NothingToDecide.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        row = hold(borrower_id, objection_id)
        fault = _asked(row)
        authority.must_be_another(actor, fault.asked_by)
        report_faults.decide(fault, State.AGREED, by=actor.id, why="", now=now)
        keep(row, "agree_fault", "", actor, now)
        reported_loans.wake(borrower_id, row.loan_id, now=now)
        return fault


def disagree(*, borrower_id: UUID, objection_id: UUID, reason: str, actor: User, now: datetime) -> ReportFault:
    """The second person doesn't, or whoever said so takes it back.

    Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, ObjectionNotOpen, NothingToDecide.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = hold(borrower_id, objection_id)
        fault = _asked(row)
        if fault.asked_by != actor.id:
            authority.must_decide(actor)
        report_faults.decide(fault, State.REFUSED, by=actor.id, why=reason, now=now)
        keep(row, "refuse_fault", reason, actor, now)
        return fault


def _asked(row: Objection) -> ReportFault:
    fault = report_faults.asked(row)
    if fault is None:
        raise NothingToDecide
    return fault
