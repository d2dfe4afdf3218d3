"""A call: on record before anybody dials, and how it went."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.calls.asking import look
from anqi.engine.promises import latest_day
from anqi.lending import dues, store
from anqi.lending.models import Loan
from anqi.notices import messages, reminders
from anqi.people import authority, calls, complaints, holds, staff, wishes
from anqi.people.calls import (
    LONGEST,
    CallEnded,
    Ending,
    MayNotCall,
    NoSuchCall,
    PromiseUnsound,
    SomebodyCalls,
    SomebodyElsesCall,
    UnknownOutcome,
)
from anqi.people.models import Call, User
from anqi.rows.days import day_of

_Outcome = Call.Outcome


def begin(*, borrower_id: UUID, call_id: UUID, actor: User, now: datetime) -> Call:
    """The call that may be made now; the same one again changes nothing. It counts from here on, answered or not.

    Of two who want to call at once the second is refused. Refuses MayNotAct, SomebodyCalls, MayNotCall.
    """
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = calls.find(borrower_id, call_id)
        if known and known.by == actor.id:
            return known
        found = look([borrower_id], now=now)[borrower_id]
        if found.alive or known:
            raise SomebodyCalls
        if not found.answer.may:
            raise MayNotCall(why=found.answer.why_not, next_at=found.answer.next_at)
        row = calls.put(
            borrower_id, call_id, loan_ids=[each.held.id for each in found.about], by=actor.id, now=now
        )
        staff.note(actor_id=actor.id, verb="begin_call", borrower_id=borrower_id, object_id=call_id, now=now)
        return row


def end(*, borrower_id: UUID, call_id: UUID, ending: Ending, actor: User, now: datetime) -> Call:
    """How it went, and what follows: who promised is left alone, and so is who wants no calls or isn't at that number.

    A complaint is opened in the borrower's name. The same again changes nothing. Refuses MayNotAct, UnknownOutcome,
    NoSuchCall, CallEnded, SomebodyElsesCall, PromiseUnsound, ReasonMissing.
    """
    authority.must_act(actor)
    ending = _read(ending)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = calls.find(borrower_id, call_id)
        if row is None:
            raise NoSuchCall
        if row.ended_at:
            if calls.is_ended_so(row, ending):
                return row
            raise CallEnded
        if row.by != actor.id and actor.role != User.Role.SUPERVISOR:
            raise SomebodyElsesCall
        if ending.outcome == _Outcome.PROMISE:
            _check_promise(row, ending, now)
        calls.end(row, ending, now=now)
        _follow(row, ending, now)
        staff.note(
            actor_id=actor.id, verb="end_call", borrower_id=borrower_id, object_id=call_id,
            detail={"outcome": ending.outcome}, now=now,
        )  # fmt: skip
        return row


def _read(ending: Ending) -> Ending:
    if ending.outcome not in _Outcome.values:
        raise UnknownOutcome
    note = ending.note.strip()[:LONGEST]
    if ending.outcome == _Outcome.COMPLAINT:
        authority.must_say_why(note)
    if ending.outcome != _Outcome.PROMISE:
        ending = replace(ending, promised_on=None, promised_minor=None)
    return replace(ending, note=note, lasted_minutes=ending.lasted_minutes or None)


def _check_promise(row: Call, ending: Ending, now: datetime) -> None:
    """A day from today on that the rules know, and an amount that will be owed by then."""
    last_on = latest_day(now)
    if ending.promised_on is None or not day_of(now) <= ending.promised_on <= last_on:
        raise PromiseUnsound(field="day", last_on=last_on)
    held = store.read(row.borrower_id, row.loan_ids)
    most_minor = sum(dues.owed_minor(each, on=ending.promised_on) for each in held.values())
    if ending.promised_minor is None or not 0 < ending.promised_minor <= most_minor:
        raise PromiseUnsound(field="amount", most_minor=most_minor)


def _follow(row: Call, ending: Ending, now: datetime) -> None:
    match ending.outcome:
        case _Outcome.NO_CALLS:
            wishes.stop_calls(row.borrower_id, now=now)
        case _Outcome.WRONG_PERSON:
            wishes.doubt_number(row.borrower_id, now=now)
        case _Outcome.COMPLAINT:
            _complain(row, ending.note, now)
        case _Outcome.PROMISE:
            # What was to be said next is held against the promise.
            reminders.wake_pairs([(row.borrower_id, loan_id) for loan_id in row.loan_ids], now=now)


def _complain(row: Call, text: str, now: datetime) -> None:
    """What the borrower complained of, under the call's own id: one, however often it is told."""
    lender_id = Loan.objects.get(borrower_id=row.borrower_id, id=row.loan_ids[0]).lender_id
    rule = complaints.rule_of(lender_id, on=day_of(now))
    wish = complaints.Wish(kind="other", text=text, about="call", about_id=row.id)
    made = complaints.put(row.borrower_id, row.id, wish, lender_id=lender_id, rule=rule, now=now)
    words: dict[str, str | date] = {"number": made.number, "answer_on": made.answer_by}
    messages.announce(borrower_id=row.borrower_id, template="complaint_received", words=words, now=now)
