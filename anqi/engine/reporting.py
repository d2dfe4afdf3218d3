"""What a credit bureau is told of a loan: which records are to be sent on a day, and which may not be sent yet.

A record that was sent is a fact and stays; what was wrong in it is put right by another record.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anqi.engine.classes import Fault, missed
from anqi.engine.facts import Fact
from anqi.engine.loan import standing
from anqi.engine.products import Terms
from anqi.engine.replay import replay
from anqi.engine.report_codes import BAD, LATE, Month, Otherwise, ends_of_months, look

Why = Literal["no_notice", "not_proven", "notice_too_fresh", "held", "waiting"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A loan as far as the bureau is concerned."""

    terms: Terms
    facts: Sequence[Fact]
    faults: tuple[Fault, ...] = ()
    otherwise: tuple[Otherwise, ...] = ()
    unknown: Collection[date] = frozenset()
    """The last days of months whose state nobody has reconciled."""
    is_waiting: bool = False
    """Whether a payment is on its way or something is in dispute: then nothing bad is said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """The borrower was told that something bad will be reported; without a proof of delivery nobody was told."""

    id: str
    given_on: date
    proof: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A record that was sent of the month that ends on that day; `of` names the one that it corrects."""

    id: str
    month: date
    code: str
    sent_on: date
    of: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToSend:
    """A record to send now; `of` names the one that it corrects."""

    month: date
    code: str
    of: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """A bad record that may not be sent yet, and from which day it may: None while nobody can know.

    Where nobody was told, the day is counted from a notice given today.
    """

    month: date
    code: str
    why: Why
    may_from: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What is to be done about one loan on a day, in the order of the months."""

    to_send: tuple[ToSend, ...]
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """Small old debts that the bureau itself shows as normal once they are paid: we never send their past again."""

    announced_on: date
    since: date
    until: date
    """The months that it forgives, from the one to the other."""
    most_minor: int
    paid_by: date
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How a lender reports."""

    notice_days: int = 3
    """Our own: the law wants to be told before; this leaves time to pay."""
    repairs: tuple[Repair, ...] = (
        Repair(
            announced_on=date(2025, 12, 22), since=date(2020, 1, 1), until=date(2025, 12, 31), most_minor=1_000_000,
            paid_by=date(2026, 3, 31), source="the People's Bank's one-off credit repair, 22 December 2025",
        ),
    )  # fmt: skip


OURS = Rules()


def report(
    account: Account, *, sent: Iterable[Record], notices: Iterable[Notice], on: date, rules: Rules = OURS
) -> Report:
    """What is to be sent on the day of all months that are over, and what must wait.

    Who sends all of it has nothing left to send. Nothing bad without a notice before it (《征信业管理条例》 15); what was
    sent and is wrong gets a correction (25). Refuses as `standing` does.
    """
    sent, notices = tuple(sent), tuple(notices)
    to_send: list[ToSend] = []
    withheld: list[Withheld] = []
    for month in _months(account, on):
        last = _last_sent(sent, month)
        code = _unsaid(account, month, last)
        if code is None or _is_repaired(account, month, code, on, rules):
            continue
        if _speaks_worse(code, last) and (why_not := _why_not(account, month, notices, on, rules)):
            why, may_from = why_not
            withheld.append(Withheld(month=month.ends_on, code=code, why=why, may_from=may_from))
        else:
            to_send.append(ToSend(month=month.ends_on, code=code, of=last.id if last else None))
    return Report(to_send=tuple(to_send), withheld=tuple(withheld))


def _months(account: Account, on: date) -> Iterator[Month]:
    for ends_on in ends_of_months(account.terms.starts_on, on):
        yield look(account.terms, account.facts, ends_on, faults=account.faults, otherwise=account.otherwise)


def _last_sent(sent: Iterable[Record], month: Month) -> Record | None:
    of_month = [record for record in sent if record.month == month.ends_on]
    corrected = {record.of for record in of_month}
    holding = (record for record in of_month if record.id not in corrected)
    return max(holding, key=lambda record: (record.sent_on, record.id), default=None)


def _unsaid(account: Account, month: Month, last: Record | None) -> str | None:
    """What the bureau should know of the month and doesn't; None where nothing."""
    if last is None:
        # After the end there is no record; one that was sent all the same is put right.
        return None if month.was_over else "#" if month.ends_on in account.unknown else month.code
    return None if month.ends_on in account.unknown or month.code == last.code else month.code


def _speaks_worse(code: str, last: Record | None) -> bool:
    """Whether the record is bad, and not milder than what was sent: that is put right without delay."""
    is_milder = last is not None and code in LATE and LATE.find(code) < LATE.find(last.code)
    return code in BAD and not is_milder


def _is_repaired(account: Account, month: Month, code: str, on: date, rules: Rules) -> bool:
    return code in LATE and any(_repairs(repair, account, month, on) for repair in rules.repairs)


def _repairs(repair: Repair, account: Account, month: Month, on: date) -> bool:
    if on < repair.announced_on or not repair.since <= month.ends_on <= repair.until:
        return False
    if month.overdue_minor > repair.most_minor:
        return False
    return not missed(standing(account.terms, account.facts, min(on, repair.paid_by)), account.faults)


def _why_not(
    account: Account, month: Month, notices: Iterable[Notice], on: date, rules: Rules
) -> tuple[Why, date | None] | None:
    if replay(account.terms, account.facts, on).held_by:
        return "held", None
    if account.is_waiting:
        return "waiting", None
    assert month.since, "what is bad began on some day"
    told = [notice for notice in notices if month.since <= notice.given_on <= on]
    proven = [notice.given_on for notice in told if notice.proof]
    days = timedelta(days=rules.notice_days)
    if not proven:
        return "not_proven" if told else "no_notice", on + days
    may_from = min(proven) + days
    return ("notice_too_fresh", may_from) if on < may_from else None
