"""Which loans are looked at next for a reminder, and what was said of each instalment: each step once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db.models import Min, Q

from anqi.engine.contact import Contact
from anqi.engine.contact_rules import Channel
from anqi.notices.models import Message, Reminder, Reminding
from anqi.rows import sql
from anqi.rows.days import day_of, start_of
from anqi.rows.ids import uuid7
from anqi.rows.pairs import Pair, among

DEBIT = "debit"
"""The step by which the debits tell of an instalment."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One step that a message says: of which loan and due day, with what amount in fen."""

    borrower_id: UUID
    loan_id: UUID
    due_on: date
    step: str
    amount_minor: int
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at a loan leaves: when it is looked at next, and its oldest due day that is overdue."""

    next_at: datetime | None = None
    late_since: date | None = None


def wake(borrower_id: UUID, loan_id: UUID, *, now: datetime) -> None:
    """Something has changed of the loan: it is looked at at once."""
    sql.write(_WAKE, [borrower_id, uuid7(), loan_id, now])


def wake_of(borrower_id: UUID, *, now: datetime) -> None:
    """The borrower wants it otherwise: all their loans are looked at at once."""
    Reminding.objects.filter(borrower_id=borrower_id).update(next_try_at=now)


def wake_pairs(pairs: Iterable[Pair], *, now: datetime) -> None:
    """What was to be said of these loans was not: they are looked at at once."""
    given = [f'{{"borrower_id":"{borrower_id}","loan_id":"{loan_id}"}}' for borrower_id, loan_id in pairs]
    sql.write(_WAKE_PAIRS, [sql.as_rows(given), now])


def due(*, now: datetime, limit: int) -> list[UUID]:
    """Borrowers with loans that are to be looked at, in the order in which they are locked; not locked yet."""
    found = Reminding.objects.filter(next_try_at__lte=now).order_by("next_try_at")
    return sorted(set(found.values_list("borrower_id", flat=True)[:limit]))


def due_of(borrower_ids: Iterable[UUID], *, now: datetime) -> list[Pair]:
    """Those loans of these borrowers, (borrower id, loan id). Lock the borrowers first."""
    found = Reminding.objects.filter(borrower_id__in=list(borrower_ids), next_try_at__lte=now)
    return list(found.order_by("borrower_id", "loan_id").values_list("borrower_id", "loan_id"))


def late(*, limit: int) -> list[UUID]:
    """Borrowers of whom something was overdue when it was last looked at, the longest first. One statement."""
    found = Reminding.objects.exclude(late_since=None).values("borrower_id").annotate(since=Min("late_since"))
    return list(found.order_by("since", "borrower_id").values_list("borrower_id", flat=True)[:limit])


def schedule(looks: Mapping[Pair, Look]) -> None:
    """What was seen of each of these loans; looked at never again: when something changes of it. One statement."""
    rows = [
        f'{{"borrower_id":"{borrower_id}","loan_id":"{loan_id}","at":{_spelt(look.next_at)},'
        f'"since":{_spelt(look.late_since)}}}'
        for (borrower_id, loan_id), look in looks.items()
    ]
    sql.write(_SCHEDULE, [sql.as_rows(rows)])


def said(pairs: Sequence[Pair]) -> dict[Pair, frozenset[tuple[date, str]]]:
    """The (due day, step) of each of these loans that were said. One statement."""
    steps: dict[Pair, set[tuple[date, str]]] = {pair: set() for pair in pairs}
    found = Reminder.objects.filter(among(pairs))
    for borrower_id, loan_id, due_on, step in found.values_list("borrower_id", "loan_id", "due_on", "step"):
        steps[borrower_id, loan_id].add((due_on, step))
    return {pair: frozenset(each) for pair, each in steps.items()}


def made_today(borrower_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, list[Contact]]:
    """The contacts that the day's reminders, and notices of what will be reported, were, by borrower. One statement."""
    made: dict[UUID, list[Contact]] = {}
    today = Message.objects.filter(
        Q(template__startswith="reminder_") | Q(template__startswith="report_notice"),
        borrower_id__in=list(borrower_ids), created_at__gte=start_of(day_of(now)),
    ).exclude(state=Message.State.WITHDRAWN)
    for borrower_id, medium, at in today.values_list("borrower_id", "medium", "created_at"):
        assert borrower_id, "a reminder is somebody's"
        made.setdefault(borrower_id, []).append(Contact(at=at, channel=cast(Channel, medium), kind="reminder"))
    return made


def keep(messages: Sequence[Message], said: Iterable[Said], *, now: datetime) -> None:
    """The messages, to be sent, and what each of them says. A step that was said before ends the transaction."""
    Message.objects.bulk_create(messages)
    Reminder.objects.bulk_create([Reminder(**vars(each), said_at=now) for each in said])


def prove(said: Said, *, now: datetime) -> None:
    """That this was said by a message that is there; what was said of it before counts no more."""
    sql.write(_PROVE, [*vars(said).values(), uuid7(), now])


def proof(borrower_id: UUID, loan_id: UUID, due_on: date, step: str) -> Reminder | None:
    """What proves that the step was said."""
    return Reminder.objects.filter(borrower_id=borrower_id, loan_id=loan_id, due_on=due_on, step=step).first()


def of_messages(message_ids: Iterable[UUID]) -> list[Said]:
    """What these messages say. One statement."""
    found = Reminder.objects.filter(message_id__in=list(message_ids))
    names = ("borrower_id", "loan_id", "due_on", "step", "amount_minor", "message_id")
    return [Said(**row) for row in found.values(*names)]


def take_back(message_ids: Iterable[UUID]) -> None:
    """These messages have said nothing: their steps may be said again."""
    Reminder.objects.filter(message_id__in=list(message_ids)).delete()


def _spelt(at: date | None) -> str:
    return f'"{at.isoformat()}"' if at else "null"


_WAKE = """
    insert into notices_reminding (borrower_id, id, loan_id, next_try_at) values ($1, $2, $3, $4)
    on conflict (borrower_id, loan_id) do update set next_try_at = excluded.next_try_at
"""
_PROVE = """
    insert into notices_reminder (borrower_id, loan_id, due_on, step, amount_minor, message_id, id, said_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (borrower_id, loan_id, due_on, step) do update
    set amount_minor = excluded.amount_minor, message_id = excluded.message_id, said_at = excluded.said_at
"""
_WAKE_PAIRS = f"""
    update notices_reminding r set next_try_at = $2
    from {sql.rows("$1", {"borrower_id": "uuid", "loan_id": "uuid"})}
    where r.borrower_id = given.borrower_id and r.loan_id = given.loan_id
"""
_SCHEDULE = f"""
    update notices_reminding r set next_try_at = given.at, late_since = given.since
    from {sql.rows("$1", {"borrower_id": "uuid", "loan_id": "uuid", "at": "timestamptz", "since": "date"})}
    where r.borrower_id = given.borrower_id and r.loan_id = given.loan_id
"""
