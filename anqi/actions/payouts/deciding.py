"""What staff decide about payouts: let them leave, stop them, and say how one ended of which nobody else can tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.actions.payouts import ending, learning
from anqi.lending import store
from anqi.payments import payouts
from anqi.payments.channels.protocol import Failed, Result, Succeeded
from anqi.payments.models import Payout
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.refusals import Refused


class NotWaiting(Refused):
    """This payout can't be decided about: it is {state}."""

    code = "not_waiting"


class OwnVerdict(Refused):
    """Whoever said how it ended can't agree to it."""

    code = "own_verdict"


class BadVerdict(Refused):
    """How it ended is not told completely: {field}."""

    code = "bad_verdict"


def release(*, borrower_id: UUID, payout_id: UUID, actor: User, now: datetime) -> Payout:
    """The payout may leave; a supervisor says so. Again changes nothing.

    Refuses NeedsSupervisor, NotTheirs, NotWaiting.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        payout = _find(borrower_id, payout_id)
        if payout.state == Payout.State.RELEASED:
            return payout
        _refuse_unless(payout, Payout.State.WAITING)
        payouts.release(payout, by=actor.id, now=now)
        _note("release_payout", payout, actor, "", now)
        return payout


def stop(*, borrower_id: UUID, payout_id: UUID, actor: User, reason: str, now: datetime) -> Payout:
    """The payout will not leave, and its loan is cancelled at no cost. Again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs, NotWaiting: what was sent can't be stopped.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        payout = _find(borrower_id, payout_id)
        if payout.state == Payout.State.STOPPED:
            return payout
        _refuse_unless(payout, Payout.State.WAITING, Payout.State.RELEASED)
        payouts.stop(payout, reason="stopped_by_staff", now=now)
        held = store.read(borrower_id, [payout.loan_id])[payout.loan_id]
        ending.cancel(chain, held, actor=str(actor.id), reason=reason, template="payout_stopped", now=now)
        _note("stop_payout", payout, actor, reason, now)
        return payout


def ask_now(*, borrower_id: UUID, payout_id: UUID, actor: User, now: datetime) -> Payout:
    """The channel is asked about the payout at once, or it is tried again if it has not left.

    Refuses MayNotAct, NotTheirs, NotWaiting.
    """
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        payout = _find(borrower_id, payout_id)
        _refuse_unless(payout, Payout.State.RELEASED, *Payout.SENT, Payout.State.SUCCEEDED)
        payouts.ask_now(payout, now=now)
        return payout


def judge(
    *, borrower_id: UUID, payout_id: UUID, verdict: Mapping[str, str], actor: User, reason: str, now: datetime
) -> Payout:
    """How the payout ended, by the channel's papers: outcome succeeded, failed or returned, ref, at (with its zone).

    It counts once a supervisor has agreed. Refuses MayNotAct, ReasonMissing, NotTheirs, NotWaiting, BadVerdict.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        payout = _find(borrower_id, payout_id)
        _refuse_unless(payout, *_JUDGED[_outcome(verdict)])
        _result(payout, verdict, now)
        payouts.judge(payout, verdict=dict(verdict), by=actor.id)
        _note("judge_payout", payout, actor, reason, now)
        return payout


def agree(*, borrower_id: UUID, payout_id: UUID, actor: User, now: datetime) -> Payout:
    """The payout ended as somebody else has said. Refuses NeedsSupervisor, OwnVerdict, NotTheirs, NotWaiting."""
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        payout = _judged(borrower_id, payout_id)
        if payout.verdict_by == actor.id:
            raise OwnVerdict
        verdict: dict[str, str] = payout.verdict or {}
        _refuse_unless(payout, *_JUDGED[_outcome(verdict)])
        learning.hear(chain, payout, _result(payout, verdict, now), "staff", now)
        _note("agree_payout", payout, actor, "", now)
        return payout


def drop(*, borrower_id: UUID, payout_id: UUID, actor: User, now: datetime) -> Payout:
    """What somebody said of the payout does not count. Refuses MayNotAct, NotTheirs, NotWaiting."""
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        payout = _judged(borrower_id, payout_id)
        payouts.judge(payout, verdict=None, by=None)
        _note("drop_verdict", payout, actor, "", now)
        return payout


_JUDGED: dict[str, tuple[str, ...]] = {
    "succeeded": Payout.SENT,
    "failed": Payout.SENT,
    "returned": (Payout.State.SUCCEEDED,),
}


def _outcome(verdict: Mapping[str, str]) -> str:
    outcome = verdict.get("outcome", "")
    if outcome not in _JUDGED:
        raise BadVerdict(field="outcome")
    return outcome


def _result(payout: Payout, verdict: Mapping[str, str], now: datetime) -> Result:
    outcome = _outcome(verdict)
    if outcome == "failed":
        return Failed(reason="by_statement", code="")
    at = _moment(verdict, now)
    if outcome == "returned":
        return Failed(reason="returned", code="", at=at)
    if not verdict.get("ref"):
        raise BadVerdict(field="ref")
    return Succeeded(ref=verdict["ref"][:64], amount_minor=payout.amount_minor, paid_at=at)


def _moment(verdict: Mapping[str, str], now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(verdict.get("at", ""))
    except ValueError:
        raise BadVerdict(field="at") from None
    if at.tzinfo is None or at > now:
        raise BadVerdict(field="at")
    return at


def _find(borrower_id: UUID, payout_id: UUID) -> Payout:
    try:
        return payouts.read(borrower_id, payout_id)
    except Payout.DoesNotExist:
        raise NotTheirs(what="payout") from None


def _judged(borrower_id: UUID, payout_id: UUID) -> Payout:
    payout = _find(borrower_id, payout_id)
    if payout.verdict is None:
        raise NotWaiting(state=payout.state)
    return payout


def _refuse_unless(payout: Payout, *states: str) -> None:
    if payout.state not in states:
        raise NotWaiting(state=payout.state)


def _note(verb: str, payout: Payout, actor: User, reason: str, now: datetime) -> None:
    detail: dict[str, Any] = {"amount_minor": payout.amount_minor, "verdict": payout.verdict}
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=payout.borrower_id, object_id=payout.id, reason=reason,
        detail=detail, now=now,
    )  # fmt: skip
