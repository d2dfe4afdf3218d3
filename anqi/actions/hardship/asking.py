"""What borrowers do: ask for help, ask for something else, leave debits on, withdraw, question a no."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi.actions.hardship import keeping
from anqi.lending import hardship
from anqi.lending.hardship import AlreadyAsked, State, Wish
from anqi.lending.models import HardshipCase, HardshipOffer
from anqi.notices import messages
from anqi.people import holds
from anqi.rows.days import day_of, end_of
from anqi.rows.refusals import Refused

_QUESTIONED_WITHIN = timedelta(days=30)


class NotDeclined(Refused):
    """Only a no can be questioned; this case is {state}."""

    code = "hardship_not_declined"


class QuestionedBefore(Refused):
    """This was questioned before, and somebody else has looked at it."""

    code = "hardship_questioned_before"


class TooLateToQuestion(Refused):
    """This was declined too long ago. Ask again, please."""

    code = "hardship_too_late_to_question"


def ask(*, borrower_id: UUID, loan_id: UUID, case_id: UUID, wish: Wish, now: datetime) -> HardshipCase:
    """The case, with something to choose from where the rules offer it, else before a person at once.

    The same id again changes nothing. Refuses NothingToHelp, OnHold, AlreadyAsked.
    """
    assert wish.reason in hardship.REASONS, "forms know the reasons"
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        known = hardship.find(borrower_id, case_id)
        if known:
            return known
        held = keeping.running(borrower_id, loan_id, now=now)
        _make_way(borrower_id, loan_id, now=now)
        rules = hardship.rules_of(borrower_id, loan_id, on=day_of(now))
        has_own = bool(keeping.own_options(wish, held, rules, now=now))
        hardship.put(
            borrower_id, case_id, loan_id, wish, now=now,
            state=State.CHOOSING if has_own else State.WAITING,
            expires_at=end_of(day_of(now) + timedelta(days=rules.choose_within_days)) if has_own else None,
            answer_by=None if has_own else day_of(now) + timedelta(days=rules.answers_within_days),
        )  # fmt: skip
        row = hardship.get(borrower_id, case_id)
        keeping.wake_debits(row, now=now)
        _tell_received(row, now)
        holds.keep(chain)
        return row


def _make_way(borrower_id: UUID, loan_id: UUID, *, now: datetime) -> None:
    alive = hardship.alive(borrower_id, loan_id)
    if alive is None:
        return
    if not hardship.is_lapsed(alive, now=now):
        raise AlreadyAsked(case_id=alive.id)
    hardship.change(alive, state=State.LAPSED, ended_at=now)
    hardship.close_offers(alive, state=HardshipOffer.State.OVER)


def _tell_received(row: HardshipCase, now: datetime) -> None:
    words: dict[str, str | date] = {"lender": row.loan.product.lender.name}
    if row.state == State.CHOOSING:
        assert row.expires_at
        words["last_on"] = day_of(row.expires_at - timedelta(seconds=1))
    else:
        assert row.answer_by
        words["answer_on"] = row.answer_by
    template = "hardship_choosing" if row.state == State.CHOOSING else "hardship_received"
    messages.announce(borrower_id=row.borrower_id, template=template, words=words, now=now)


def ask_otherwise(*, borrower_id: UUID, case_id: UUID, text: str, now: datetime) -> HardshipCase:
    """None of it will do: a person answers. Again changes nothing. Refuses NoSuchCase, HelpLapsed, HardshipNotOpen."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        if row.state in (State.WAITING, State.PROPOSED):
            return row
        hardship.refuse_closed(row, now=now, among=(State.CHOOSING, State.OFFERED))
        said = "\n".join(part for part in (row.said, text.strip()[: hardship.LONGEST]) if part)
        rules = keeping.rules_of(row, now=now)
        answer_by = day_of(now) + timedelta(days=rules.answers_within_days)
        hardship.close_offers(row, state=HardshipOffer.State.OVER)
        hardship.change(row, state=State.WAITING, said=said, expires_at=None, answer_by=answer_by)
        _tell_received(row, now)
        return row


def pause_debits(*, borrower_id: UUID, case_id: UUID, pauses: bool, now: datetime) -> HardshipCase:
    """Whether the loan is debited while the case is open, as its borrower wants it. Refuses as `ask_otherwise`."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        hardship.refuse_closed(row, now=now)
        hardship.change(row, pauses_debits=pauses)
        keeping.wake_debits(row, now=now)
        return row


def withdraw(*, borrower_id: UUID, case_id: UUID, now: datetime) -> HardshipCase:
    """The borrower wants no help any more; the plan goes on as it was. Again changes nothing.

    Refuses NoSuchCase, HardshipNotOpen.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        if row.state in (State.WITHDRAWN, State.LAPSED):
            return row
        if row.state not in HardshipCase.ALIVE:
            raise hardship.HardshipNotOpen(state=row.state)
        hardship.close_offers(row, state=HardshipOffer.State.OVER)
        keeping.end(chain, row, State.WITHDRAWN, why="withdrawn", now=now, ended_at=now)
        return row


def question(*, borrower_id: UUID, case_id: UUID, text: str, now: datetime) -> HardshipCase:
    """Somebody else looks at a no, once. Again changes nothing.

    Refuses NoSuchCase, NotDeclined, QuestionedBefore, TooLateToQuestion, NothingToHelp, AlreadyAsked.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        if row.state == State.WAITING and row.questioned_at:
            return row
        if row.state != State.DECLINED or row.decided_at is None:
            raise NotDeclined(state=row.state)
        if row.questioned_at:
            raise QuestionedBefore
        if now > row.decided_at + _QUESTIONED_WITHIN:
            raise TooLateToQuestion
        keeping.running(borrower_id, row.loan_id, now=now)
        _make_way(borrower_id, row.loan_id, now=now)
        answer_by = day_of(now) + timedelta(days=keeping.rules_of(row, now=now).answers_within_days)
        hardship.change(
            row, state=State.WAITING, question=text.strip()[: hardship.LONGEST], questioned_at=now, answer_by=answer_by,
            looked_at=None, looked_by=None, ended_at=None,
        )  # fmt: skip
        keeping.wake_debits(row, now=now)
        return row
