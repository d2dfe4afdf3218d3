"""What staff say of a request, what happens when its waiting time is over, and its borrower's no."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.account_requests import telling
from anqi.people import account_requests, authority, holds, identities, sign_ins, staff
from anqi.people.account_requests import WAIT, NoSuchRequest, PhoneTaken, RequestOver
from anqi.people.authority import NotTheirs
from anqi.people.models import AccountRequest, Borrower, User
from anqi.rows.days import day_of

State = AccountRequest.State


def approve(*, borrower_id: UUID, request_id: UUID, reason: str, actor: User, now: datetime) -> AccountRequest:
    """Another number waits for two days, in which both phones know; another identity holds at once. Again: nothing.

    Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, RequestOver, IdentityTaken.
    """
    with transaction.atomic(durable=True):
        row = _hold(borrower_id, request_id, reason, actor)
        if row.state in (State.WAITING, State.DONE) and row.decided_by == actor.id:
            return row
        _decide(row, "approve", reason, actor, now)
        if row.kind == AccountRequest.Kind.PHONE:
            old = Borrower.objects.only("phone").get(id=borrower_id).phone
            account_requests.change(row, state=State.WAITING, due_at=now + WAIT)
            telling.tell(row, "phone_change_agreed", phones={old, row.phone or old}, now=now)
        else:
            identity = identities.read(name=row.name or "", number=row.id_number or "", today=day_of(now))
            account_requests.move_identity(borrower_id, identity)
            account_requests.end(row, State.DONE, now=now)
        return row


def refuse(*, borrower_id: UUID, request_id: UUID, reason: str, actor: User, now: datetime) -> AccountRequest:
    """Nothing changes, and the borrower reads why. Again changes nothing.

    Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, RequestOver.
    """
    with transaction.atomic(durable=True):
        row = _hold(borrower_id, request_id, reason, actor)
        if row.state == State.REFUSED and row.decided_by == actor.id:
            return row
        new = row.phone
        _decide(row, "refuse", reason, actor, now)
        account_requests.end(row, State.REFUSED, now=now)
        if new:
            telling.tell(row, "phone_change_refused", phones={new}, now=now)
        return row


def _hold(borrower_id: UUID, request_id: UUID, reason: str, actor: User) -> AccountRequest:
    authority.must_decide(actor)
    authority.must_say_why(reason)
    holds.hold(borrower_id)
    row = account_requests.find(borrower_id, request_id)
    if row is None:
        raise NotTheirs(what="request")
    return row


def _decide(row: AccountRequest, verdict: str, reason: str, actor: User, now: datetime) -> None:
    if row.state != State.REVIEW:
        raise RequestOver(state=row.state)
    account_requests.change(row, decided_by=actor.id, decided_at=now, reason=reason.strip())
    staff.note(
        actor_id=actor.id, verb=f"change_{row.kind}_{verdict}", borrower_id=row.borrower_id, object_id=row.id,
        reason=reason.strip(), now=now,
    )  # fmt: skip


def carry_out(*, borrower_id: UUID, request_id: UUID, now: datetime) -> None:
    """The waiting time is over: the account has the new number, unless somebody else has it by now."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = account_requests.find(borrower_id, request_id)
        if row is None or row.state != State.WAITING or row.due_at is None or row.due_at > now:
            return
        try:
            with transaction.atomic():
                telling.move(row, now=now)
                # Whoever has the lost phone may be signed in on it.
                sign_ins.end(borrower_id, now=now)
        except PhoneTaken:
            account_requests.end(row, State.REFUSED, now=now)


def withdraw(*, borrower_id: UUID, kind: str, now: datetime) -> None:
    """Its borrower says no; again changes nothing. Refuses NoSuchRequest."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = account_requests.alive(borrower_id, kind)
        if row is None and account_requests.latest(borrower_id, kind) is None:
            raise NoSuchRequest
        if row:
            account_requests.end(row, State.WITHDRAWN, now=now)
