"""What a credit bureau is to be told of loans, gathered from all rooms. Nothing here locks or writes.

Whoever sends, tells beforehand, answers or shows a page asks the same door, so that all of them say the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal
from uuid import uuid4

from anqi.engine import report_codes, reporting
from anqi.engine.facts import Payment
from anqi.engine.report_codes import BAD, Month
from anqi.engine.reporting import Account, Report, Rules
from anqi.lending import hardship, holding, objections, report_faults, report_records, reported_loans, store
from anqi.lending.models import ReportedLoan
from anqi.lending.report_records import Sent
from anqi.lending.store import LoanInHand
from anqi.notices import report_notices
from anqi.notices.report_notices import Given
from anqi.payments import known_months, loan_claims
from anqi.people import complaints
from anqi.rows.days import next_month
from anqi.rows.pairs import Pair

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A record that is not sent, why, and from which day it may be: None while nobody can know."""

    month: date
    code: str
    why: str
    may_from: date | None


@dataclass(frozen=True, kw_only=True)
class ToSend:
    """A record to send now: amounts in fen at the month's end, what it corrects, and the notice before what is bad."""

    month: date
    code: str
    overdue_minor: int
    balance_minor: int
    of: str | None
    notice: Given | None


@dataclass(frozen=True, kw_only=True)
class Look:
    """One reported loan as the bureau is concerned, on a day."""

    on: date
    row: ReportedLoan
    held: LoanInHand
    account: Account
    sent: Sent
    notices: tuple[Given, ...]
    waits_for: str
    """Why nothing bad is said for now: a payment, help, an objection, a complaint, a hold; empty where nothing does."""

    @property
    def pair(self) -> Pair:
        return self.held.borrower_id, self.held.id

    @cached_property
    def _report(self) -> Report:
        told = tuple(each.as_engine for each in self.notices)
        rules = Rules(notice_days=self.row.notice_days)
        return reporting.report(self.account, sent=self.sent.taken, notices=told, on=self.on, rules=rules)

    def to_send(self, *, until: date) -> list[ToSend]:
        """What is to be sent of the months that end by then. Refuses as the engine's `standing` does."""
        return [each for each in self._to_tell if each.month <= until]

    @cached_property
    def _to_tell(self) -> list[ToSend]:
        return [self._to_send(each) for each in self._report.to_send if self._is_told(each.month)]

    @property
    def withheld(self) -> list[Withheld]:
        """What is not sent, in the order of the months; a rejected record waits until people let it go again."""
        waiting = [
            Withheld(month=each.month, code=each.code, why="rejected", may_from=None)
            for each in self._report.to_send if each.month in self.sent.waiting_months
        ]  # fmt: skip
        late = [
            Withheld(month=each.month, code=each.code, why=each.why, may_from=each.may_from)
            for each in self._report.withheld if each.month >= reported_loans.records_since(self.on)
        ]  # fmt: skip
        return sorted([*waiting, *late], key=lambda each: each.month)

    def _is_told(self, month: date) -> bool:
        return month >= reported_loans.records_since(self.on) and month not in self.sent.waiting_months

    def _to_send(self, asked: reporting.ToSend) -> ToSend:
        month = self.month(asked.month)
        notice = self._notice_before(month) if asked.code in BAD else None
        return ToSend(
            month=asked.month, code=asked.code, overdue_minor=month.overdue_minor, of=asked.of, notice=notice,
            balance_minor=self.held.standing(asked.month).outstanding_principal_minor,
        )  # fmt: skip

    def month(self, ends_on: date, *, if_paid_on: date | None = None) -> Month:
        """What the month says of the loan with all that is known, or as if all that is due were paid on that day."""
        facts = self.account.facts
        if if_paid_on:
            due_minor = self.held.standing(if_paid_on).due_now_minor
            paid = Payment(id=str(uuid4()), on=if_paid_on, amount_minor=due_minor, goal="due")
            facts = (*facts, paid) if due_minor else facts
        return report_codes.look(self.account.terms, facts, ends_on, faults=self.account.faults, otherwise=())

    def _notice_before(self, month: Month) -> Given | None:
        assert month.since, "what is bad began on some day"
        proven = [each for each in self.notices if each.proof and each.as_engine.given_on >= month.since]
        return min(proven, key=lambda each: each.as_engine.given_on, default=None)

    @property
    def this_month(self) -> date:
        """The last day of the month that runs."""
        return next_month(self.on.replace(day=1)) - _DAY

    @property
    def would_be(self) -> str:
        """The code of the month that runs if nothing more happens in it."""
        return self.month(self.this_month).code

    @property
    def is_past(self) -> bool:
        """Whether what is missed now was bad at the end of a month already, of which nothing was sent yet."""
        open_rows = (row for row in self.held.standing(self.on).instalments if row.remaining_minor)
        due_on = min((row.due_on for row in open_rows), default=self.on)
        return any(each.code in BAD and each.month >= due_on for each in self.withheld)

    @property
    def paying_today(self) -> Literal["clean", "made_good", ""]:
        """What paying all that is due today leads to: nothing bad at all, late but paid within the month, or neither.

        Nothing is promised beyond that, and nothing where a month that is over is bad already.
        """
        if self.is_past:
            return ""
        code = self.month(self.this_month, if_paid_on=self.on).code
        return "made_good" if code == "M" else "" if code in BAD else "clean"


def look(rows: Collection[ReportedLoan], *, on: date) -> list[Look]:
    """Those of these loans that have begun, each as it is known now. So many statements for any number of them."""
    by_pair = {(row.borrower_id, row.loan_id): row for row in rows}
    held = [each for each in store.read_pairs(by_pair) if _runs(each, on)] if by_pair else []
    if not held:
        return []
    pairs = [(each.borrower_id, each.id) for each in held]
    sent, notices, faults = report_records.read(pairs), report_notices.read(pairs), report_faults.agreed(pairs)
    unknown, waiting = known_months.unknown(pairs, until=on), _waiting(held, on)
    return [
        Look(
            on=on, row=by_pair[pair], held=each, sent=sent[pair], notices=notices.get(pair, ()),
            waits_for=waiting[pair],
            account=Account(
                terms=each.terms, facts=each.facts, faults=faults.get(pair, ()), unknown=unknown[pair],
                is_waiting=bool(waiting[pair]),
            ),
        )
        for pair, each in zip(pairs, held, strict=True)
    ]  # fmt: skip


def _runs(held: LoanInHand, on: date) -> bool:
    return held.has_begun and held.starts_on is not None and held.starts_on <= on


def _waiting(held: Collection[LoanInHand], on: date) -> dict[Pair, str]:
    """Why nothing bad is said of each of these loans for now; empty where nothing stands in the way."""
    pairs = [(each.borrower_id, each.id) for each in held]
    claims, helped, disputed = loan_claims.read(pairs), hardship.standstills(pairs), objections.disputed(pairs)
    complaining = complaints.disputing({borrower_id for borrower_id, _ in pairs})
    return {
        (each.borrower_id, each.id): _why(
            {
                "hold": bool(holding.on(each, on)),
                "payment": claims[each.borrower_id, each.id].is_claimed,
                "help": (each.borrower_id, each.id) in helped,
                "objection": (each.borrower_id, each.id) in disputed,
                "complaint": each.borrower_id in complaining,
            }
        )
        for each in held
    }


def _why(reasons: dict[str, bool]) -> str:
    return next((why for why, is_so in reasons.items() if is_so), "")
