"""What is done next about one instalment that is debited by itself. Pure: what is known goes in, one step comes out.

The order of a life: the borrower is reminded, the sources are tested, those that want it are announced, and from the
due day on they are tried at set hours, the next one at once after a failure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from anqi.payments import reasons
from anqi.payments.channels.protocol import DebitRules
from anqi.rows.days import SHANGHAI, day_of, start_of

_DAY = timedelta(days=1)
# When people are told things, and channels are asked about them.
_MORNING = time(9)
# A payment by hand that is open has the loan; it is over within minutes.
_AFTER_ANOTHER = timedelta(minutes=2)
# A debit that is begun in the last minutes of a channel's day may be refused for the hour.
_BEFORE_CLOSING = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """When a product's instalments are announced and tried: days before and after the due day, hours of Shanghai."""

    remind_days: int = 7
    test_days: int = 3
    hours: tuple[time, ...] = (time(9, 30), time(15, 30))
    days_after: int = 3


def read_timetable(stated: Mapping[str, Any]) -> Timetable:
    """The timetable that a product states, the usual one where it says nothing."""
    hours = {"hours": tuple(time.fromisoformat(hour) for hour in stated["hours"])} if "hours" in stated else {}
    return Timetable(**{**stated, **hours})


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """That a channel was to tell the payer of a debit of so much; `told_on` once it has taken it."""

    amount_minor: int
    told_on: date | None
    is_refused: bool


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where money may be taken from: an agreement that holds, in the borrower's order."""

    id: UUID
    rules: DebitRules
    most_minor: int | None
    """The least of what the agreement, the channel and its test say one debit may be."""
    announcement: Announcement | None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One debit of this instalment: open until somebody knows."""

    source_id: UUID
    at: datetime
    state: Literal["open", "failed", "succeeded"]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that is known of one instalment and its sources now, in fen."""

    due_on: date
    owed_minor: int
    """What is due of the loan now; nothing before the due day of a loan that is in order."""
    expected_minor: int
    """What will be due on the due day, as far as is known."""
    is_paid: bool
    is_held: bool
    """Whether the plan is on hold for another reason than a failure of ours."""
    is_claimed: bool
    """Whether somebody is paying the loan right now, by hand."""
    is_reminded: bool
    is_tested: bool
    is_stopped: bool
    """Whether somebody wants nothing more tried."""
    asked_at: datetime | None
    """When somebody wanted what is due tried at once."""
    excused_until: date | None
    """Until when nothing counts as late because the failure was not the borrower's."""
    sources: Sequence[Source]
    attempts: Sequence[Attempt]


@dataclass(frozen=True, kw_only=True)
class Remind:
    """The borrower is told what will be taken, when, and from where."""


@dataclass(frozen=True, kw_only=True)
class Test:
    """The sources are asked whether they will do."""


@dataclass(frozen=True, kw_only=True)
class Announce:
    """The channel is to tell the payer of a debit of so much."""

    source_id: UUID
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Try:
    """So much is debited from that source."""

    source_id: UUID
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Nothing is to be done until then; None: until what is open has ended."""

    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Nothing more is tried, and the days before then are the borrower's, to pay by hand without being late."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class End:
    """This instalment is done with, as far as debits go."""

    why: Literal["paid", "no_source", "given_up", "stopped"]


Step = Remind | Test | Announce | Try | Wait | Rest | End


def next_step(case: Case, timetable: Timetable, *, now: datetime) -> Step:
    """What is done now. The same answer to the same question: who dies over a step finds it again."""
    if case.is_paid:
        return End(why="paid")
    if any(attempt.state == "open" for attempt in case.attempts):
        return Wait(until=None)
    if case.is_stopped:
        return _end(case, "stopped", now)
    if not case.sources:
        return _end(case, "no_source", now)
    moments = sorted(_moments(case, timetable, now), key=lambda moment: moment[0])
    if case.is_held:
        return Wait(until=datetime.combine(day_of(now) + _DAY, _MORNING, SHANGHAI))
    # Of what is due at once the first in the order of a life, and of sources the first in the borrower's.
    ready = [(at, step) for at, step in moments if at <= now]
    if not ready:
        return _rest(case, moments, now)
    step = ready[0][1] if len(ready) == 1 else min(ready, key=lambda each: _rank(case, each[1]))[1]
    if isinstance(step, Try) and case.is_claimed:
        return Wait(until=now + _AFTER_ANOTHER)
    return step


def _rest(case: Case, moments: Sequence[tuple[datetime, Step]], now: datetime) -> Step:
    if moments:
        return Wait(until=moments[0][0])
    if any(_is_being_announced(source) for source in case.sources):
        return Wait(until=None)
    return _end(case, "given_up", now)


def _end(case: Case, why: Literal["no_source", "given_up", "stopped"], now: datetime) -> Step:
    """Nothing more is tried; but a day of which the borrower was told that it does not count as late never does."""
    if case.excused_until and day_of(now) <= case.excused_until:
        return Rest(until=start_of(case.excused_until + _DAY))
    return End(why=why)


def _rank(case: Case, step: Step) -> tuple[int, int]:
    order = (Remind, Test, Announce, Try)
    places = {source.id: place for place, source in enumerate(case.sources)}
    return order.index(type(step)), places[step.source_id] if isinstance(step, Announce | Try) else 0


def _moments(case: Case, timetable: Timetable, now: datetime) -> Iterator[tuple[datetime, Step]]:
    """What is still to be done, each with the first moment at which it can be."""
    if not case.is_reminded:
        yield _morning(case.due_on, timetable.remind_days), Remind()
    if not case.is_tested:
        yield _morning(case.due_on, timetable.test_days), Test()
    for source in case.sources:
        if _wants_announcing(case, source):
            yield _announcing(case, source, now), Announce(source_id=source.id, amount_minor=case.expected_minor)
        amount_minor = _amount(case, source)
        slot = next(_slots(case, source, timetable, now), None)
        if slot and amount_minor:
            yield slot, Try(source_id=source.id, amount_minor=amount_minor)


def _morning(due_on: date, days_before: int) -> datetime:
    return datetime.combine(due_on - days_before * _DAY, _MORNING, SHANGHAI)


def _wants_announcing(case: Case, source: Source) -> bool:
    if not source.rules.announced_days or source.announcement or not case.expected_minor:
        return False
    return source.most_minor is None or case.expected_minor <= source.most_minor


def _is_being_announced(source: Source) -> bool:
    said = source.announcement
    return said is not None and said.told_on is None and not said.is_refused


def _announcing(case: Case, source: Source, now: datetime) -> datetime:
    """On the day that the channel wants, in its hours; when that is over, in its next hours."""
    opens, closes = source.rules.hours
    wanted = datetime.combine(case.due_on - source.rules.announced_days * _DAY, max(opens, _MORNING), SHANGHAI)
    if now <= wanted:
        return wanted
    local = now.astimezone(SHANGHAI)
    if local.time() < opens:
        return datetime.combine(local.date(), opens, SHANGHAI)
    return now if local.time() < closes else datetime.combine(local.date() + _DAY, opens, SHANGHAI)


def _amount(case: Case, source: Source) -> int:
    """What may be taken from the source: all that is due, but for what lateness has added since it was announced.

    Nothing where it would not do for the instalment: half of one is no help and takes the borrower's money twice.
    """
    owed_minor = case.owed_minor or case.expected_minor
    caps = [source.most_minor, source.announcement.amount_minor if source.announcement else None]
    most_minor = min((cap for cap in caps if cap is not None), default=owed_minor)
    return min(owed_minor, most_minor) if most_minor >= min(owed_minor, case.expected_minor) else 0


def _slots(case: Case, source: Source, timetable: Timetable, now: datetime) -> Iterator[datetime]:
    """When the source can be tried from now on; a set hour lasts until the next one, or until the channel closes."""
    tried = [attempt for attempt in case.attempts if attempt.source_id == source.id]
    if _is_asked_for(case, source, tried, now):
        yield now
    first_on = _first_day(case, source, tried)
    if first_on is None:
        return
    last_on = case.due_on + min(source.rules.window_days, timetable.days_after) * _DAY
    latest = max((attempt.at for attempt in tried), default=None)
    for day in (first_on + n * _DAY for n in range((last_on - first_on).days + 1)):
        for opens, closes in _hours(day, source.rules, timetable):
            if now < closes and (latest is None or latest < opens):
                yield opens


def _is_asked_for(case: Case, source: Source, tried: Sequence[Attempt], now: datetime) -> bool:
    if case.asked_at is None or not case.owed_minor or any(attempt.at >= case.asked_at for attempt in case.attempts):
        return False
    opens, closes = source.rules.hours
    first_on = _first_day(case, source, tried) if source.rules.announced_days else day_of(now)
    return first_on is not None and first_on <= day_of(now) and opens <= now.astimezone(SHANGHAI).time() < closes


def _hours(day: date, rules: DebitRules, timetable: Timetable) -> Iterator[tuple[datetime, datetime]]:
    closing = datetime.combine(day, rules.hours[1], SHANGHAI) - _BEFORE_CLOSING
    starts = [max(hour, rules.hours[0]) for hour in timetable.hours if hour < rules.hours[1]]
    opening = [datetime.combine(day, hour, SHANGHAI) for hour in sorted(starts)]
    yield from zip(opening, [*opening[1:], closing], strict=True)


def _first_day(case: Case, source: Source, tried: Sequence[Attempt]) -> date | None:
    """The first day on which the source may be tried, or tried again; None: not for this instalment."""
    first_on = case.due_on
    if source.rules.announced_days:
        said = source.announcement
        if not said or said.told_on is None or said.is_refused:
            return None
        first_on = max(first_on, said.told_on + source.rules.announced_days * _DAY)
    for attempt in tried:
        if attempt.state == "succeeded" and source.rules.once_a_period:
            return None
        again = reasons.of(attempt.reason).again if attempt.state == "failed" else "soon"
        if again == "never":
            return None
        if again == "tomorrow":
            first_on = max(first_on, day_of(attempt.at) + _DAY)
    return first_on


def is_excused(case: Case) -> bool:
    """Whether every failure of this instalment was the channel's or ours: then no day of it counts as late."""
    failed = [attempt for attempt in case.attempts if attempt.state == "failed"]
    return bool(failed) and all(reasons.of(attempt.reason).whose != "payer" for attempt in failed)
