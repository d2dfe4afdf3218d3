"""The auditor of debits: judges each as it comes to its channel, and what the channels' own accounts show of all."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from anqi.payments.channels.protocol import DebitRequest, Failed, Succeeded
from anqi.rows.days import SHANGHAI, day_of
from tests.simulation.auditor import Auditor, Course
from tests.simulation.desks import Debit, Desk
from tests.simulation.reading import rows
from tests.simulation.signers import Whose
from tests.simulation.story import Story

OPENS, CLOSES = time(7), time(22)
_THEIR_FAULT = {"system", "bank_closed"}
# The days on which a debit is tried, and those that are left to pay by hand after them.
_EXCUSED_FOR = timedelta(days=6)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A debit as it was asked for first, and what its loan owed then."""

    key: str
    channel: str
    token: str
    amount_minor: int
    whose: Whose
    at: datetime
    due_on: date
    due_minor: int
    penalty_minor: int


@dataclass(kw_only=True)
class DebitAuditor:
    """`loans` is for whose loan each agreement was given, by the channel's number of it."""

    auditor: Auditor
    desks: Mapping[str, Desk]
    loans: Mapping[str, Whose]
    story: Story
    asked: dict[str, Asked] = field(default_factory=dict)
    excused: int = 0

    def see(self, desk: Desk, request: DebitRequest) -> None:
        """Before the channel does anything about it."""
        whose, now = self.loans[request.token], desk.now
        loan_id, known = whose.loan_id, self.asked.get(request.key)
        self.story.tell(now, f"loan {loan_id}: {desk.code} is to debit {request.amount_minor}, {request.key}")
        self._must(OPENS <= now.astimezone(SHANGHAI).time() < CLOSES, loan_id, f"at {now}: outside of its hours")
        if known:
            same = (known.token, known.amount_minor) == (request.token, request.amount_minor)
            self._must(same, loan_id, f"is another under its number {request.key}")
            latest = [each.key for each in self._of(loan_id)][-1]
            self._must(latest == request.key, loan_id, f"is sent again though {latest} came after it")
            return
        course = self.auditor.course(loan_id, today=day_of(now))
        self._must(bool(course.due), loan_id, "before anything was due")
        self._judge(desk, request, course, whose)
        self.asked[request.key] = Asked(
            key=request.key, channel=desk.code, token=request.token, amount_minor=request.amount_minor, whose=whose,
            at=now, due_on=course.due[-1].due_on, due_minor=course.due_now, penalty_minor=_penalty(course),
        )  # fmt: skip

    def _judge(self, desk: Desk, request: DebitRequest, course: Course, whose: Whose) -> None:
        loan_id, minor, due_on = whose.loan_id, request.amount_minor, course.due[-1].due_on
        for other in self._of(loan_id):
            heard = self._heard(other)
            is_over = heard is None or heard.known_at is not None
            self._must(is_over, loan_id, f"while {other.key} is on its way")
        self._must(minor <= course.due_now, loan_id, f"of {minor}, where {course.due_now} is due")
        self._must(not rows(_HOLDS, loan_id), loan_id, "while the plan is on hold")
        single_minor = desk.agreements[request.token].single_minor
        self._must(single_minor is None or minor <= single_minor, loan_id, f"of {minor}, agreed was {single_minor}")
        if desk.rules.announced_days:
            until = day_of(desk.now) - timedelta(days=desk.rules.announced_days)
            said = [each for each in desk.announced.values() if (each.token, each.on) == (request.token, due_on)]
            most_minor = max((each.amount_minor for each in said if each.told_on <= until), default=0)
            self._must(minor <= most_minor, loan_id, f"of {minor}, announced was {most_minor}")
        if desk.rules.once_a_period:
            again = [each for each in self._of(loan_id) if (each.token, each.due_on) == (request.token, due_on)]
            taken = any(isinstance(heard.result, Succeeded) for each in again if (heard := self._heard(each)))
            self._must(not taken, loan_id, f"a second time in the period of {due_on}")

    def audit(self, *, is_end: bool = False) -> None:
        """Each instalment taken once, each failure told; at the end also what is left of agreements and plans."""
        self._audit_taken()
        self._audit_told(is_end)
        if is_end:
            self._audit_agreements()
            self._audit_plans()
            self.audit_lateness()

    def _audit_taken(self) -> None:
        for (whose, due_on), debits in self._by_instalment().items():
            taken_minor = sum(heard.amount_minor for each in debits if (heard := self._taken(each)))
            grown_minor = max(debits[-1].penalty_minor - debits[0].penalty_minor, 0)
            most_minor = debits[0].due_minor + grown_minor
            self._must(taken_minor <= most_minor, whose.loan_id, f"took {taken_minor} of {most_minor} due by {due_on}")

    def _audit_told(self, is_end: bool) -> None:
        told = Counter(
            (row["borrower_id"], row["words"]["source_word"], row["words"]["amount"], row["words"]["reason_word"])
            for row in rows(_TOLD)
        )
        failed: Counter[tuple[UUID, str, str, str]] = Counter()
        for each in self.asked.values():
            reason = self._failure(each, is_end=is_end)
            if reason:
                of = (each.whose.borrower_id, each.channel, _yuan(each.amount_minor), reason)
                failed[of] += 1
                is_told = failed[of] <= told[of] or not self._owes(each)
                self._must(is_told, each.whose.loan_id, f"has failed and nobody was told: {of}")
        # One that ended before it was ever sent is told as well.
        made_up = [of for of in told - failed if of[3] != "system"]
        assert not made_up, f"debits that were told to have failed, and did not: {made_up}"

    def _owes(self, asked: Asked) -> bool:
        """Whether anything was owed on the day on which its end was known; else there is nothing to be told about it."""
        heard = self._heard(asked)
        # One that the channel never had ends within the hour.
        known_at = heard.known_at if heard and heard.known_at else asked.at
        return bool(self.auditor.course(asked.whose.loan_id, today=day_of(known_at)).owes)

    def _failure(self, asked: Asked, *, is_end: bool) -> str:
        """Why it failed, as the channel has told; one that the channel never had is found out in the end."""
        heard = self._heard(asked)
        if heard is None:
            return "system" if is_end else ""
        return heard.result.reason if isinstance(heard.result, Failed) and heard.known_at else ""

    def _audit_agreements(self) -> None:
        states = {row["key"]: row["state"] for row in rows(_AGREEMENTS)}
        for desk in self.desks.values():
            for each in desk.agreements.values():
                told = f"agreement {each} at {desk.code}: {states.get(each.key)}"
                assert each.holds == (states.get(each.key) in ("active", "bound")), told

    def _audit_plans(self) -> None:
        assert not rows(_LEFT_OPEN), f"plans or agreements of loans that are over: {rows(_LEFT_OPEN)}"

    def audit_lateness(self) -> None:
        """Where none but the channel failed from the due day on, the days until the borrower could pay are no delay."""
        ended = {(row["loan_id"], row["due_on"]): row["why"] for row in rows("select * from payments_debit_plan")}
        for (whose, due_on), debits in self._by_instalment().items():
            failures = {reason for each in debits if (reason := self._failure(each, is_end=True))}
            is_theirs = bool(failures) and failures <= _THEIR_FAULT and day_of(debits[0].at) == due_on
            if is_theirs and ended.get((whose.loan_id, due_on)) in ("paid", "given_up"):
                course = self.auditor.course(whose.loan_id, today=due_on + _EXCUSED_FOR)
                penalty_minor = sum(row.penalty for row in course.rows if row.due_on == due_on)
                self.excused += 1
                self._must(not penalty_minor, whose.loan_id, f"costs {penalty_minor} for being late for {failures}")

    def _of(self, loan_id: UUID) -> Iterator[Asked]:
        return (each for each in self.asked.values() if each.whose.loan_id == loan_id)

    def _by_instalment(self) -> dict[tuple[Whose, date], list[Asked]]:
        found: dict[tuple[Whose, date], list[Asked]] = {}
        for each in self.asked.values():
            found.setdefault((each.whose, each.due_on), []).append(each)
        return found

    def _heard(self, asked: Asked) -> Debit | None:
        return self.desks[asked.channel].debits.get(asked.key)

    def _taken(self, asked: Asked) -> Debit | None:
        heard = self._heard(asked)
        return heard if heard and isinstance(heard.result, Succeeded) else None

    def _must(self, holds: bool, loan_id: UUID, what: str) -> None:
        if not holds:
            told = [line for line in self.story.lines if str(loan_id) in line]
            raise AssertionError("\n".join((f"debit of loan {loan_id} {what}", *told)))


def _penalty(course: Course) -> int:
    return sum(row.penalty for row in course.rows)


def _yuan(minor: int) -> str:
    return f"¥{minor // 100:,}.{minor % 100:02}"


_HOLDS = """
    select h.id from lending_fact h where h.loan_id = %s and h.kind = 'hold' and h.body ->> 'reason' <> 'debit_failed'
        and not exists (select from lending_fact r
            where r.loan_id = h.loan_id and r.kind = 'release' and r.body ->> 'of' = h.id::text)
"""
_TOLD = """
    select borrower_id, words from notices_message
    where template in ('debit_failed', 'debit_failed_next', 'debit_failed_again')
"""
_AGREEMENTS = "select key, state from payments_mandate where card_id is null union all select key, state from payments_card"
_LEFT_OPEN = """
    select l.id, p.due_on::text as what from payments_debit_plan p join lending_loan l on l.id = p.loan_id
    where p.state = 'open' and (l.settled_on is not null or l.cancelled_on is not null)
    union all
    select l.id, m.key from payments_mandate m join lending_loan l on l.id = m.loan_id
    where m.state in ('active', 'pending') and (l.settled_on is not null or l.cancelled_on is not null)
"""
