"""Notices before something bad is reported (《征信业管理条例》 15): once of each debt that was missed, while it helps to pay.

Told on the day after the due day, in grace where there is any, so that who pays in time prevents it. Nobody is told of
what is on hold, being paid, helped with or in dispute; it is looked at again the next day.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi import reporting
from anqi.actions.notices.following import media_of
from anqi.engine.contact import Contact, Debt, Situation, Wish, debt_of, may_contact
from anqi.engine.refusals import Refused
from anqi.lending import reported_loans
from anqi.lending.models import ReportedLoan
from anqi.notices import messages, reminders, report_notices, texts
from anqi.notices.models import Message, ReportNotice
from anqi.people import calls, holds, wishes
from anqi.people.wishes import Wishes
from anqi.reporting import Look
from anqi.rows.days import day_of, next_month

# One that reached nobody is said once more after so long, so many times in all; then people have to see to it.
_AGAIN_AFTER = timedelta(days=7)
_MOST = 3
_DAY = timedelta(days=1)
_log = logging.getLogger("anqi.reports")


@dataclass(frozen=True, kw_only=True)
class _Saying:
    """What one borrower is told of one debt: in fen, by when paying prevents it, and from when it may be reported."""

    look: Look
    due_on: date
    nth: int
    template: str
    amount_minor: int
    pay_by_on: date | None
    from_on: date


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What is to be said of one loan now, and when it is looked at next."""

    saying: _Saying | None
    next_at: datetime | None


def warn(*, now: datetime, limit: int) -> int:
    """How many borrowers had reported loans to look at. In one transaction; killed, all of it is still due."""
    borrower_ids = reported_loans.due(now=now, limit=limit)
    if borrower_ids:
        with transaction.atomic(durable=True):
            holds.hold_all(borrower_ids)
            _warn(reported_loans.due_of(borrower_ids, now=now), now)
    return len(borrower_ids)


def _warn(rows: Sequence[ReportedLoan], now: datetime) -> None:
    borrower_ids = {row.borrower_id for row in rows}
    if not rows:
        return
    wanted, written = wishes.read_all(borrower_ids), reminders.made_today(borrower_ids, now=now)
    called = calls.recent(borrower_ids, now=now)
    made = {id: [*written.get(id, ()), *calls.contacts(called.get(id, ()))] for id in borrower_ids}
    found = {
        each.pair: _try(each, wanted.get(each.pair[0], Wishes()), made[each.pair[0]], now)
        for each in reporting.look(rows, on=day_of(now))
    }
    said = [each.saying for each in found.values() if each.saying]
    composed = {saying.look.pair: _compose(saying, now) for saying in said}
    report_notices.keep(
        list(composed.values()), [_row(saying, composed[saying.look.pair].id, now) for saying in said]
    )
    nothing: dict[tuple[UUID, UUID], datetime | None] = {(row.borrower_id, row.loan_id): None for row in rows}
    reported_loans.schedule(nothing | {pair: each.next_at for pair, each in found.items()})


def _try(look: Look, wanted: Wishes, made: Sequence[Contact], now: datetime) -> _Found:
    """One that the engine can't count keeps nobody else from being told: the end of day sets it aside for people."""
    try:
        return _find(look, wanted, made, now)
    except Refused as refused:
        _log.warning("loan_not_looked_at", extra={"loan": str(look.held.id), "why": refused.code})
        return _Found(saying=None, next_at=wanted.hour_on(day_of(now) + _DAY))


def _find(look: Look, wanted: Wishes, made: Sequence[Contact], now: datetime) -> _Found:
    debt, today = _debt(look), day_of(now)
    if debt is None:
        return _Found(saying=None, next_at=None)
    if debt.due_on >= today:
        return _Found(saying=None, next_at=wanted.hour_on(debt.due_on + _DAY))
    tomorrow, hour = wanted.hour_on(today + _DAY), wanted.hour_on(today)
    given = report_notices.last_of(look.notices).get(debt.due_on)
    if given and (given.row.nth >= _MOST or not given.has_failed):
        # Until it has arrived, whether it will is asked once a day.
        return _Found(saying=None, next_at=_after(look, debt, wanted) if given.proof else tomorrow)
    if look.waits_for:
        return _Found(saying=None, next_at=tomorrow)
    not_before = max(hour, given.row.said_at + _AGAIN_AFTER) if given else hour
    if now < not_before:
        return _Found(saying=None, next_at=not_before)
    kind = "overdue" if today >= debt.overdue_on else "reminder"
    medium = next(iter(media_of(report_notices.TEMPLATES[0], wanted)))
    answer = may_contact(
        Wish(kind=kind, channel=medium),  # type: ignore[arg-type]
        Situation(debt=debt, made=made, agreed=wanted.agreed), at=now, lender=str(look.held.lender_id),
    )
    if not answer.may:
        return _Found(saying=None, next_at=answer.next_at or tomorrow)
    return _Found(saying=_saying(look, debt, given.row.nth + 1 if given else 1), next_at=tomorrow)


def _debt(look: Look) -> Debt | None:
    """The oldest that is open; None where nothing is owed."""
    standing = look.held.standing(look.on)
    return None if standing.status in ("settled", "void") else debt_of(look.held.terms, standing)


def _after(look: Look, debt: Debt, wanted: Wishes) -> datetime | None:
    """The day after the next due day: what is missed then is another debt, if this one is paid by then."""
    days = [row.due_on for row in look.held.standing(look.on).instalments if row.remaining_minor]
    later = [day for day in days if day > max(debt.due_on, look.on)]
    # With nothing left to fall due it is this debt until it is paid.
    return wanted.hour_on(min(later) + _DAY) if later else None


def _saying(look: Look, debt: Debt, nth: int) -> _Saying:
    """What is promised is what the engine says would follow, and nothing else."""
    in_grace = debt.overdue_on > look.on
    pay_by_on = {
        "clean": debt.overdue_on - _DAY if in_grace else look.this_month, "made_good": look.this_month, "": None
    }[look.paying_today]  # fmt: skip
    month = max(debt.overdue_on, look.on).replace(day=1)
    told = look.on + timedelta(days=look.row.notice_days)
    return _Saying(
        look=look, due_on=debt.due_on, nth=nth, template=_TEMPLATES[look.paying_today], pay_by_on=pay_by_on,
        amount_minor=look.held.standing(look.on).due_now_minor,
        from_on=told if look.is_past else max(told, next_month(month)),
    )  # fmt: skip


_TEMPLATES = {"clean": "report_notice", "made_good": "report_notice_late", "": "report_notice_still"}


def _compose(saying: _Saying, now: datetime) -> Message:
    row = saying.look.row
    words: dict[str, object] = {
        "loan": saying.look.held.number, "due_on": saying.due_on, "amount": texts.yuan(saying.amount_minor),
        "bureau": row.bureau, "from_on": saying.from_on,
    }  # fmt: skip
    if saying.pay_by_on:
        words["pay_by_on"] = saying.pay_by_on
    return messages.composed(
        borrower_id=row.borrower_id, template=saying.template, words=words, medium=Message.Medium.SMS, now=now
    )


def _row(saying: _Saying, message_id: UUID, now: datetime) -> ReportNotice:
    return ReportNotice(
        borrower_id=saying.look.held.borrower_id, loan_id=saying.look.held.id, due_on=saying.due_on, nth=saying.nth,
        amount_minor=saying.amount_minor, pay_by_on=saying.pay_by_on, from_on=saying.from_on, message_id=message_id,
        said_at=now,
    )  # fmt: skip


def still_true(leased: Sequence[Message], *, now: datetime) -> list[Message]:
    """Those of these messages that may leave: of notices the ones whose debt and amount are what the engine says now.

    The others are withdrawn and their loans looked at again, unless a gateway may have them.
    """
    asked = [message for message in leased if message.template in report_notices.TEMPLATES]
    if not asked:
        return list(leased)
    with transaction.atomic(durable=True):
        holds.hold_all({message.borrower_id for message in asked if message.borrower_id})
        told = report_notices.of_messages(message.id for message in asked)
        untrue = _untrue(told, now)
        _withdraw([message for message in asked if message.id in untrue], told, now)
    return [message for message in leased if message.id not in untrue]


def _untrue(told: Sequence[ReportNotice], now: datetime) -> set[UUID]:
    rows = reported_loans.read({(each.borrower_id, each.loan_id) for each in told})
    looks = {each.pair: each for each in reporting.look(list(rows.values()), on=day_of(now))}
    return {each.message_id for each in told if not _is_true(looks, each)}


def _is_true(looks: Mapping[tuple[UUID, UUID], Look], told: ReportNotice) -> bool:
    look = looks.get((told.borrower_id, told.loan_id))
    debt = _debt(look) if look and not look.waits_for else None
    if look is None or debt is None or debt.due_on != told.due_on:
        return False
    is_in_time = told.pay_by_on is None or look.on <= told.pay_by_on
    return is_in_time and look.held.standing(look.on).due_now_minor == told.amount_minor


def _withdraw(untrue: Sequence[Message], told: Sequence[ReportNotice], now: datetime) -> None:
    messages.withdraw(message.id for message in untrue)
    untold = {message.id for message in untrue if not message.tries and messages.tried(message) == {message.medium}}
    if untold:
        report_notices.take_back(untold)
        pairs = {(each.borrower_id, each.loan_id) for each in told if each.message_id in untold}
        reported_loans.schedule(dict.fromkeys(pairs, now))
