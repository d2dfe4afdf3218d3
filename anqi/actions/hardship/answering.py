"""What people answer: they look, offer, have a second one approve what is no matter for one, or decline."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.actions.hardship import keeping
from anqi.lending import amendments, hardship, hardship_options, hardship_shapes
from anqi.lending.hardship import State
from anqi.lending.hardship_options import Option
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import HardshipCase, HardshipOffer
from anqi.lending.store import LoanInHand
from anqi.notices import messages
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.chain import Chain
from anqi.rows.days import day_of, end_of
from anqi.rows.refusals import Refused

# So long at most an offer can be signed: its loan goes on changing.
_MOST_DAYS = 30


class AnotherMustLook(Refused):
    """Who declined it before doesn't look again."""

    code = "hardship_another_must_look"


class DaysOutOfRange(Refused):
    """An offer can be signed for one day at least and {most} at most."""

    code = "hardship_days_out_of_range"


class NothingProposed(Refused):
    """No offer waits for a second person in this case."""

    code = "hardship_nothing_proposed"


def look(*, borrower_id: UUID, case_id: UUID, actor: User, now: datetime) -> HardshipCase:
    """Somebody takes it in hand, which its borrower sees. Again changes nothing. Refuses MayNotAct, NotTheirs."""
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = _case(borrower_id, case_id)
        hardship.refuse_closed(row, now=now)
        _look(row, actor, now)
        return row


def offer(
    *, borrower_id: UUID, case_id: UUID, offer_id: UUID, shape: Shape, reason: str, days: int, actor: User,
    now: datetime,
) -> HardshipOffer:  # fmt: skip
    """The offer: open to its borrower at once where one person may make it, else before a second one.

    The same id again changes nothing. Refuses MayNotAct, ReasonMissing, NotTheirs, HelpLapsed, HardshipNotOpen,
    AnotherMustLook, DaysOutOfRange, NothingToHelp, OnHold, DoesNotFit, and what `amendments.refuse_unlawful` refuses.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    if not 1 <= days <= _MOST_DAYS:
        raise DaysOutOfRange(most=_MOST_DAYS)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = _case(borrower_id, case_id)
        known = next((each for each in hardship.offers(row) if each.id == offer_id), None)
        if known:
            return known
        hardship.refuse_closed(row, now=now, among=(State.CHOOSING, State.WAITING, State.OFFERED))
        _must_be_another(row, actor)
        held = _stood_in(chain, row, now)
        option = _foreseen(held, shape, now)
        hardship.close_offers(row, state=HardshipOffer.State.OVER)
        made = hardship.put_offer(
            row, shape, id=offer_id, reason=reason, days=days, costs_minor=option.waived_minor, by=actor.id, now=now,
            why_another=hardship_shapes.why_another(shape, held, keeping.rules_of(row, now=now), on=day_of(now)),
        )  # fmt: skip
        _look(row, actor, now)
        _note("offer_help", row, made, actor, reason, now)
        if made.state == HardshipOffer.State.OPEN:
            _open(chain, row, made, now)
        else:
            # Until the second person has answered the lender has not.
            hardship.change(row, state=State.PROPOSED, expires_at=None, answer_by=row.answer_by or day_of(now))
        return made


def approve(*, borrower_id: UUID, case_id: UUID, actor: User, now: datetime) -> HardshipOffer:
    """The second person says yes, and the borrower may sign.

    Refuses NeedsSupervisor, OwnRequest, NotTheirs, NothingProposed, and what `offer` refuses of the loan.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = _case(borrower_id, case_id)
        made = _proposed(row)
        authority.must_be_another(actor, made.made_by)
        _must_be_another(row, actor)
        _foreseen(_stood_in(chain, row, now), hardship_shapes.read(made.shape), now)
        hardship.change_offer(made, state=HardshipOffer.State.OPEN, decided_by=actor.id, decided_at=now)
        _note("approve_help", row, made, actor, "", now)
        _open(chain, row, made, now)
        return made


def refuse(*, borrower_id: UUID, case_id: UUID, reason: str, actor: User, now: datetime) -> HardshipOffer:
    """The second person says no, or whoever made the offer takes it back; the case still waits for an answer.

    Refuses NeedsSupervisor, ReasonMissing, NotTheirs, NothingProposed.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = _case(borrower_id, case_id)
        made = _proposed(row)
        if made.made_by != actor.id:
            authority.must_decide(actor)
        hardship.change_offer(
            made, state=HardshipOffer.State.REFUSED, decided_by=actor.id, decided_at=now,
            decided_why=reason[: hardship.LONGEST],
        )  # fmt: skip
        hardship.change(row, state=State.WAITING)
        _note("refuse_help", row, made, actor, reason, now)
        return made


def decline(*, borrower_id: UUID, case_id: UUID, reason: str, actor: User, now: datetime) -> HardshipCase:
    """A no, with a reason that its borrower reads. Again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs, HelpLapsed, HardshipNotOpen, AnotherMustLook.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = _case(borrower_id, case_id)
        if row.state == State.DECLINED and row.decided_by == actor.id:
            return row
        hardship.refuse_closed(row, now=now, among=(State.WAITING,))
        _must_be_another(row, actor)
        _stood_in(chain, row, now)
        _look(row, actor, now)
        keeping.end(
            chain, row, State.DECLINED, why="declined", now=now, decided_at=now, decided_by=actor.id,
            decided_why=reason[: hardship.LONGEST], ended_at=now,
        )  # fmt: skip
        _note("decline_help", row, None, actor, reason, now)
        words = {"lender": row.loan.product.lender.name}
        messages.announce(borrower_id=row.borrower_id, template="hardship_declined", words=words, now=now)
        return row


def _case(borrower_id: UUID, case_id: UUID) -> HardshipCase:
    row = hardship.find(borrower_id, case_id)
    if row is None:
        raise NotTheirs(what="case")
    return row


def _look(row: HardshipCase, actor: User, now: datetime) -> None:
    if row.looked_at is None:
        hardship.change(row, looked_at=now, looked_by=actor.id)
        _note("look_at_hardship", row, None, actor, "", now)


def _must_be_another(row: HardshipCase, actor: User) -> None:
    if row.questioned_at and row.decided_by == actor.id:
        raise AnotherMustLook


def _stood_in(chain: Chain, row: HardshipCase, now: datetime) -> LoanInHand:
    """The loan, whose days don't count where this answer is late and no worker has come by yet."""
    held = keeping.running(row.borrower_id, row.loan_id, now=now)
    if keeping.stand_in(chain, row, held, now=now):
        held = keeping.running(row.borrower_id, row.loan_id, now=now)
    return held


def _foreseen(held: LoanInHand, shape: Shape, now: datetime) -> Option:
    option = hardship_options.foresee(held, shape, on=day_of(now))
    amendments.refuse_unlawful(option.foreseen)
    return option


def _proposed(row: HardshipCase) -> HardshipOffer:
    made = hardship.offer_of(row)
    if row.state != State.PROPOSED or made is None:
        raise NothingProposed
    return made


def _open(chain: Chain, row: HardshipCase, made: HardshipOffer, now: datetime) -> None:
    last_on = day_of(now) + timedelta(days=made.days)
    keeping.end(chain, row, State.OFFERED, why="answered", now=now, expires_at=end_of(last_on), answer_by=None)
    words = {"lender": row.loan.product.lender.name, "last_on": last_on}
    messages.announce(borrower_id=row.borrower_id, template="hardship_offered", words=words, now=now)


def _note(
    verb: str, row: HardshipCase, made: HardshipOffer | None, actor: User, reason: str, now: datetime
) -> None:
    detail: dict[str, Any] = {"loan_id": str(row.loan_id)}
    if made:
        detail |= {"shape": made.shape, "costs_minor": made.costs_minor, "why_another": made.why_another}
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=row.borrower_id, object_id=row.id, reason=reason, detail=detail,
        now=now,
    )  # fmt: skip
