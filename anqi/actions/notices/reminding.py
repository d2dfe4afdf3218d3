"""Reminders: what is due of whose loans, said once and by one message a borrower; and withdrawn where it was paid."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.actions.notices.following import media_of
from anqi.engine.contact import Answer, Contact, Situation, Standstill, Wish, may_contact
from anqi.lending import dues, hardship, holding, store
from anqi.lending.store import LoanInHand
from anqi.notices import messages, reminders, reminding, texts
from anqi.notices.models import Message
from anqi.notices.reminders import Look, Said
from anqi.notices.reminding import Case, Debited, Saying
from anqi.payments import loan_claims
from anqi.payments.loan_claims import LoanClaim
from anqi.people import calls, holds, wishes
from anqi.people.wishes import Wishes
from anqi.rows.days import day_of, start_of
from anqi.rows.pairs import Pair

# A payment that is open has the loan; whether it came to something is known by then.
_AFTER_A_PAYMENT = timedelta(hours=1)
_log = logging.getLogger("anqi.reminders")


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """A loan as it is looked at: itself, what payments know of it, what its borrower wants, and what was said."""

    held: LoanInHand
    claim: LoanClaim
    wanted: Wishes
    case: Case | None
    made: Sequence[Contact]
    stills: Sequence[Standstill]
    """Help that was asked for, and what was promised by telephone."""

    @property
    def pair(self) -> Pair:
        return self.held.borrower_id, self.held.id


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What is to be said of one loan now, and when it is looked at next."""

    looked: _Looked
    sayings: Sequence[Saying]
    next_at: datetime | None


def sweep(*, now: datetime, limit: int) -> int:
    """How many borrowers had loans to look at. In one transaction, of a number of statements that doesn't grow.

    Whoever pays waits for it or comes first: nobody is reminded of what was paid. Killed, all of it is still due.
    """
    borrower_ids = reminders.due(now=now, limit=limit)
    if borrower_ids:
        with transaction.atomic(durable=True):
            holds.hold_all(borrower_ids)
            _sweep(reminders.due_of(borrower_ids, now=now), now)
    return len(borrower_ids)


def _sweep(pairs: Sequence[Pair], now: datetime) -> None:
    if not pairs:
        return
    found = [_find(looked, now) for looked in _look(pairs, now)]
    by_borrower: dict[UUID, list[_Found]] = {}
    for each in found:
        if each.sayings:
            by_borrower.setdefault(each.looked.held.borrower_id, []).append(each)
    composed = [_compose(theirs, now) for theirs in by_borrower.values()]
    reminders.keep(
        [message for message, _ in composed], [said for _, theirs in composed for said in theirs], now=now
    )
    reminders.schedule(dict.fromkeys(pairs, Look()) | {each.looked.pair: _look_of(each) for each in found})


def _look_of(found: _Found) -> Look:
    case = found.looked.case
    return Look(next_at=found.next_at, late_since=case.late_since if case else None)


def _look(pairs: Sequence[Pair], now: datetime) -> list[_Looked]:
    borrower_ids = {borrower_id for borrower_id, _ in pairs}
    wanted, made = wishes.read_all(borrower_ids), reminders.made_today(borrower_ids, now=now)
    called = calls.recent(borrower_ids, now=now)
    claims, said, helped = loan_claims.read(pairs), reminders.said(pairs), hardship.standstills(pairs)
    looked = []
    for held in store.read_pairs(pairs):
        pair, theirs = (held.borrower_id, held.id), wanted.get(held.borrower_id, Wishes())
        case = _case(held, theirs, claims[pair], said[pair], day_of(now))
        their_calls = called.get(held.borrower_id, ())
        looked.append(
            _Looked(
                held=held, claim=claims[pair], wanted=theirs, case=case,
                made=[*made.get(held.borrower_id, ()), *calls.contacts(their_calls)],
                stills=[*filter(None, [helped.get(pair)]), *calls.standstills(their_calls, held.id)],
            )
        )  # fmt: skip
    return looked


def _case(
    held: LoanInHand, wanted: Wishes, claim: LoanClaim, said: frozenset[tuple[date, str]], today: date
) -> Case | None:
    """What the engine says of the loan today; None for one that has not begun or is over.

    One that the engine can't count keeps nobody else from being reminded: the end of day sets it aside for people.
    """
    if dues.is_over(held) or held.starts_on is None or held.starts_on > today:
        return None
    debited = (
        Debited(
            due_on=claim.due_on, channel=claim.channel, account=claim.account, reminded_on=claim.reminded_on,
            is_tried=claim.is_tried,
        )
        if claim.due_on
        else None
    )  # fmt: skip
    try:
        standing = held.standing(today)
    except Exception:
        _log.exception("loan_not_reminded", extra={"borrower": str(held.borrower_id), "loan": str(held.id)})
        return None
    return Case(terms=held.terms, standing=standing, steps=wanted.steps, debited=debited, said=said)


def _find(looked: _Looked, now: datetime) -> _Found:
    if looked.case is None:
        return _Found(looked=looked, sayings=(), next_at=None)
    next_on = reminding.next_day(looked.case)
    next_at = looked.wanted.hour_on(next_on) if next_on else None
    sayings = reminding.sayings(looked.case)
    at = looked.wanted.hour_on(day_of(now))
    if sayings and now < at:
        return _Found(looked=looked, sayings=(), next_at=at)
    answers = [(saying, _may(looked, saying, now)) for saying in sayings]
    later = [answer.next_at for _, answer in answers if answer.next_at and day_of(answer.next_at) == day_of(now)]
    if sayings and looked.claim.is_claimed:
        later.append(now + _AFTER_A_PAYMENT)
    # What may be said later today is: its day is today.
    next_at = min([each for each in (next_at, *later) if each], default=None)
    return _Found(looked=looked, sayings=[saying for saying, answer in answers if answer.may], next_at=next_at)


def _may(looked: _Looked, saying: Saying, now: datetime) -> Answer:
    """Whether it may be said now, by the lender's and the law's rules of contact."""
    assert looked.case
    wish = Wish(kind=saying.kind, channel=_medium(looked.wanted))
    situation = Situation(
        debt=looked.case.debt, standstills=_standstills(looked, now), made=looked.made, agreed=looked.wanted.agreed
    )
    return may_contact(wish, situation, at=now, lender=str(looked.held.lender_id))


def _standstills(looked: _Looked, now: datetime) -> list[Standstill]:
    since = start_of(day_of(now))
    kinds = {"hold": holding.on(looked.held, day_of(now)), "payment_open": looked.claim.is_claimed}
    # Until when nobody knows: what ends it wakes the loan, or the next step finds it ended.
    found = [Standstill(why=why, since=since) for why, is_so in kinds.items() if is_so]  # type: ignore[arg-type]
    return [*found, *(each for each in looked.stills if each.until is None or now < each.until)]


def _medium(wanted: Wishes) -> Any:
    return next(iter(media_of("reminder_due", wanted)), "app")


def _compose(found: Sequence[_Found], now: datetime) -> tuple[Message, list[Said]]:
    """One message for all that is to be said to one borrower now."""
    said = [(each.looked, saying) for each in found for saying in each.sayings]
    looked, first = said[0]
    template, words = _words(looked, first, now) if len(said) == 1 else ("reminder_many", _sum(said, now))
    message = messages.composed(
        borrower_id=looked.held.borrower_id, template=template, words=words, medium=_medium(looked.wanted), now=now
    )
    return message, [_said(each, saying, message.id) for each, saying in said]


def _said(looked: _Looked, saying: Saying, message_id: UUID) -> Said:
    return Said(
        borrower_id=looked.held.borrower_id, loan_id=looked.held.id, due_on=saying.due_on, step=saying.step,
        amount_minor=saying.amount_minor, message_id=message_id,
    )  # fmt: skip


def _words(looked: _Looked, saying: Saying, now: datetime) -> tuple[str, dict[str, object]]:
    words: dict[str, object] = {
        "loan": looked.held.number, "due_on": saying.due_on, "amount": texts.yuan(saying.amount_minor)
    }  # fmt: skip
    if saying.kind == "overdue":
        return "reminder_late", words | {"as_of_on": day_of(now)}
    if _is_debited(looked, saying):
        return "reminder_debited", words | {"source_word": looked.claim.channel, "account": looked.claim.account}
    return "reminder_today" if saying.due_on == day_of(now) else "reminder_due", words


def _sum(said: Sequence[tuple[_Looked, Saying]], now: datetime) -> dict[str, object]:
    listed = sorted(
        (saying.due_on.isoformat(), looked.held.number, texts.yuan(saying.amount_minor), _is_debited(looked, saying))
        for looked, saying in said
    )
    return {
        "count": len(said), "as_of_on": day_of(now), "amount": texts.yuan(sum(each.amount_minor for _, each in said)),
        "dues_list": [[loan, on, amount, is_debited] for on, loan, amount, is_debited in listed],
    }  # fmt: skip


def _is_debited(looked: _Looked, saying: Saying) -> bool:
    return looked.claim.due_on == saying.due_on and saying.kind == "reminder"


def still_true(leased: Sequence[Message], *, now: datetime) -> list[Message]:
    """Those of these messages that may leave: of reminders the ones whose every amount is what the engine says now.

    The others are withdrawn, and what of them is still to be said is composed anew, unless a gateway may have them.
    """
    asked = [message for message in leased if texts.is_reminder(message.template)]
    if not asked:
        return list(leased)
    with transaction.atomic(durable=True):
        holds.hold_all({message.borrower_id for message in asked if message.borrower_id})
        said = reminders.of_messages(message.id for message in asked)
        untrue = _untrue(said, now)
        _withdraw([message for message in asked if message.id in untrue], said, now)
    return [message for message in leased if message.id not in untrue]


def _untrue(said: Sequence[Said], now: datetime) -> set[UUID]:
    if not said:
        return set()
    pairs = sorted({(each.borrower_id, each.loan_id) for each in said})
    looked = {each.pair: each for each in _look(pairs, now)}
    return {each.message_id for each in said if not _is_true(looked[each.borrower_id, each.loan_id], each, now)}


def _is_true(looked: _Looked, said: Said, now: datetime) -> bool:
    if looked.case is None or _standstills(looked, now):
        return False
    return reminding.amount_of(looked.case, said.due_on, said.step) == said.amount_minor


def _withdraw(untrue: Sequence[Message], said: Iterable[Said], now: datetime) -> None:
    messages.withdraw(message.id for message in untrue)
    unsaid = {message.id for message in untrue if not message.tries and messages.tried(message) == {message.medium}}
    pairs = {(each.borrower_id, each.loan_id) for each in said if each.message_id in unsaid}
    if pairs:
        reminders.take_back(unsaid)
        reminders.wake_pairs(pairs, now=now)
