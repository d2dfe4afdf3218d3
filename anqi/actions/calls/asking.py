"""Whether a borrower may be called now about what is overdue. Nothing here writes.

A call reaches a person and no loan: help that was asked for, a payment under way or a complaint stills all calls.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from anqi.engine.contact import Answer, Contact, Situation, Standstill, Wish, may_contact
from anqi.engine.promises import Promise, is_broken
from anqi.lending import arrears, hardship, holding, store
from anqi.lending.store import LoanInHand
from anqi.notices import reminders
from anqi.notices.reminding import Case
from anqi.payments import loan_claims
from anqi.people import calls, complaints, wishes
from anqi.people.models import Call
from anqi.people.wishes import Wishes
from anqi.rows.days import day_of, start_of
from anqi.rows.pairs import Pair

_WISH = Wish(kind="overdue", channel="call")
_NOTHING = Answer(why_not="not_overdue", next_at=None)
# So many of the longest late are looked at for the list; who is called today is among them.
_MOST = 300
_log = logging.getLogger("anqi.calls")


@dataclass(frozen=True, kw_only=True)
class Owing:
    """A loan of which something is overdue: since which due day, what is owed now in fen, and whether one may call."""

    held: LoanInHand
    late_since: date
    days_past_due: int
    due_now_minor: int
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The last promise, with what was paid since on what it was about, in fen."""

    promise: Promise
    paid_minor: int
    is_broken: bool


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One borrower: what is overdue, the oldest first, and the calls of late, the latest first."""

    borrower_id: UUID
    owing: Sequence[Owing]
    called: Sequence[Call]
    promised: Promised | None

    @property
    def answer(self) -> Answer:
        """Whether one may call: yes if about any loan, else the no that is over first."""
        said = [each.answer for each in self.owing]
        yes = next((each for each in said if each.may), None)
        return yes or min(said, key=lambda each: (each.next_at is None, each.next_at), default=_NOTHING)

    @property
    def about(self) -> list[Owing]:
        """What one may speak of now."""
        return [each for each in self.owing if each.answer.may]

    @property
    def alive(self) -> Call | None:
        """The call that has not been written down yet."""
        return next((each for each in self.called if each.ended_at is None), None)

    @property
    def due_now_minor(self) -> int:
        return sum(each.due_now_minor for each in self.owing)

    @property
    def has_broken(self) -> bool:
        """Whether the last promise was not kept."""
        return self.promised is not None and self.promised.is_broken


def look_at_late(*, now: datetime) -> list[Looked]:
    """Those of the longest late whom one may call now or later today; broken promises first, then the oldest debt."""
    broken = calls.promised_since(now).values_list("borrower_id", flat=True)[:_MOST]
    found = look([*reminders.late(limit=_MOST), *broken], now=now).values()
    today = [each for each in found if each.owing and _is_today(each.answer, now)]
    return sorted(today, key=lambda each: (not each.has_broken, each.owing[0].late_since, each.borrower_id))


def _is_today(answer: Answer, now: datetime) -> bool:
    return answer.may or (answer.next_at is not None and day_of(answer.next_at) == day_of(now))


def look(borrower_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, Looked]:
    """Each of these borrowers, of a number of statements that doesn't grow. Lock one before acting on the answer."""
    ids = set(borrower_ids)
    known = _read(ids, arrears.running(ids), now)
    return {borrower_id: _look(borrower_id, known, now) for borrower_id in ids}


@dataclass(frozen=True, kw_only=True)
class _Known:
    """All that was read, of all borrowers."""

    loans: Mapping[UUID, Sequence[LoanInHand]]
    claimed: set[UUID]
    helped: Mapping[UUID, Standstill]
    complained: Mapping[UUID, datetime]
    wanted: Mapping[UUID, Wishes]
    called: Mapping[UUID, Sequence[Call]]
    written: Mapping[UUID, Sequence[Contact]]
    paid: Mapping[Pair, int]


def _read(ids: set[UUID], pairs: Sequence[Pair], now: datetime) -> _Known:
    called, loans = calls.recent(ids, now=now), dict[UUID, list[LoanInHand]]()
    for held in store.read_pairs(pairs) if pairs else ():
        loans.setdefault(held.borrower_id, []).append(held)
    claims = loan_claims.read(pairs) if pairs else {}
    promised = [row for rows in called.values() if (row := calls.last_promise(rows))]
    since = {(row.borrower_id, loan_id): row.begun_at for row in promised for loan_id in row.loan_ids}
    return _Known(
        loans=loans, claimed={borrower_id for (borrower_id, _), claim in claims.items() if claim.is_claimed},
        helped={borrower_id: still for (borrower_id, _), still in hardship.standstills(pairs).items()},
        complained=complaints.open_since(ids), wanted=wishes.read_all(ids), called=called,
        written=reminders.made_today(ids, now=now), paid=arrears.paid_since(since),
    )  # fmt: skip


def _look(borrower_id: UUID, known: _Known, now: datetime) -> Looked:
    owing = [found for held in known.loans.get(borrower_id, ()) if (found := _owing(held, known, now))]
    called = known.called.get(borrower_id, ())
    return Looked(
        borrower_id=borrower_id, owing=sorted(owing, key=lambda each: (each.late_since, each.held.number)),
        called=called, promised=_promised(called, known, day_of(now)),
    )  # fmt: skip


def _promised(called: Sequence[Call], known: _Known, today: date) -> Promised | None:
    row = calls.last_promise(called)
    promise = calls.promise_of(row) if row else None
    if row is None or promise is None:
        return None
    paid_minor = sum(known.paid[row.borrower_id, loan_id] for loan_id in row.loan_ids)
    return Promised(
        promise=promise, paid_minor=paid_minor, is_broken=is_broken(promise, paid_minor=paid_minor, today=today)
    )


def _owing(held: LoanInHand, known: _Known, now: datetime) -> Owing | None:
    """The loan with the rules' answer; None where nothing of it is overdue, or it can't be counted."""
    today = day_of(now)
    if held.starts_on is None or held.starts_on > today:
        return None
    try:
        standing = held.standing(today)
    except Exception:
        # The end of day sets it aside for people; until then nobody can say what is owed.
        _log.exception("loan_not_called", extra={"borrower": str(held.borrower_id), "loan": str(held.id)})
        return None
    case = Case(terms=held.terms, standing=standing, steps=frozenset(), debited=None, said=frozenset())
    if case.late_since is None:
        return None
    return Owing(
        held=held, late_since=case.late_since, days_past_due=standing.days_past_due,
        due_now_minor=standing.due_now_minor, answer=_answer(held, case, known, now),
    )  # fmt: skip


def _answer(held: LoanInHand, case: Case, known: _Known, now: datetime) -> Answer:
    who = held.borrower_id
    called = known.called.get(who, ())
    situation = Situation(
        debt=case.debt, standstills=[*_stills(held, known, now), *calls.standstills(called)],
        made=[*known.written.get(who, ()), *calls.contacts(called)], agreed=known.wanted.get(who, Wishes()).agreed,
    )  # fmt: skip
    return may_contact(_WISH, situation, at=now, lender=str(held.lender_id))


def _stills(held: LoanInHand, known: _Known, now: datetime) -> list[Standstill]:
    """What stills calls to the borrower, and about this loan; of most nobody knows the end."""
    who, since = held.borrower_id, start_of(day_of(now))
    wanted = known.wanted.get(who, Wishes())
    found = [
        Standstill(why="hold", since=since) if holding.on(held, day_of(now)) else None,
        Standstill(why="payment_open", since=since) if who in known.claimed else None,
        Standstill(why="dispute", since=known.complained[who]) if who in known.complained else None,
        Standstill(why="no_calls", since=wanted.no_calls_at) if wanted.no_calls_at else None,
        Standstill(why="wrong_number", since=wanted.doubted_at) if wanted.doubted_at else None,
        known.helped.get(who),
    ]
    return [each for each in found if each]
