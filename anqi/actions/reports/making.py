"""The file of a month: what is to be told of all reported loans, as facts, and the file itself, in one transaction.

What speaks against somebody is looked at once more under their borrower's lock: who pays now comes first or waits.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi import reporting
from anqi.engine.refusals import Refused as EngineRefused
from anqi.engine.report_codes import BAD
from anqi.lending import objections, report_files, reported_loans
from anqi.lending.models import Lender, Objection, ReportAnnotation, ReportFile, ReportRecord
from anqi.lending.report_files import Heading, Lines
from anqi.payments import known_months
from anqi.people import holds
from anqi.people.models import Borrower
from anqi.reporting import Look, ToSend
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.pairs import Pair
from anqi.rows.refusals import Refused

# So many loans are looked at together.
_TOGETHER = 500
# Until that day of the month the file waits for days that are not reconciled; then it says of those that they aren't.
_WAITS_UNTIL = 8
_DAY = timedelta(days=1)
_BY_JOB = "anqi"
_log = logging.getLogger("anqi.reports")


class MonthNotOver(Refused):
    """Of {month} nothing is told before it is over."""

    code = "month_not_over"


class NoReportedLoans(Refused):
    """This lender has no loans that are reported."""

    code = "no_reported_loans"


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A line of a file and the row that keeps it as a fact."""

    look: Look
    row: ReportRecord | ReportAnnotation
    stated: dict[str, Any]


def due(*, now: datetime) -> list[tuple[str, date]]:
    """(lender's code, last day of the month) of files that are to be made now: the month is over and reconciled.

    A month that is not reconciled by the eighth is told as far as it is known.
    """
    month = day_of(now).replace(day=1) - _DAY
    lenders = Lender.objects.filter(id__in=reported_loans.lenders()).order_by("code")
    waiting = [lender for lender in lenders if not report_files.of_month(lender, month)]
    return [(lender.code, month) for lender in waiting if _is_ready(lender, month, day_of(now))]


def _is_ready(lender: Lender, month: date, today: date) -> bool:
    pairs = reported_loans.running(lender, on=today)
    if not pairs:
        return False
    unknown = known_months.unknown(pairs, until=month)
    return today.day >= _WAITS_UNTIL or not any(month in months for months in unknown.values())


def make(*, lender: str, month: date, again: bool = False, by: str = _BY_JOB, now: datetime) -> list[ReportFile]:
    """The files of the month that ends on that day, one for each bureau; what was made before stays as it is.

    `again`: what can be told since then goes into another version; where there is nothing, none is made. Refuses
    MonthNotOver, NoReportedLoans.
    """
    today = day_of(now)
    if month >= today or (month + _DAY).day != 1:
        raise MonthNotOver(month=f"{month:%Y-%m}")
    with transaction.atomic(durable=True):
        found = Lender.objects.select_for_update(no_key=True).filter(code=lender).first()
        if found is None or found.id not in reported_loans.lenders():
            raise NoReportedLoans
        made = report_files.of_month(found, month)
        if made and not again:
            return made
        lines = _lines(found, month, today)
        for (bureau, institution), theirs in sorted(_by_bureau(lines).items()):
            heading = Heading(
                lender=found, bureau=bureau, institution=institution, month=month, made_by=by, now=now, today=today
            )
            _keep(heading, theirs)
        return report_files.of_month(found, month)


def _by_bureau(lines: Iterable[_Line]) -> dict[tuple[str, str], list[_Line]]:
    found: dict[tuple[str, str], list[_Line]] = {}
    for line in lines:
        found.setdefault((line.look.row.bureau, line.look.row.institution), []).append(line)
    return found


def _lines(lender: Lender, month: date, today: date) -> Iterator[_Line]:
    pairs = iter(reported_loans.running(lender, on=today))
    while some := list(islice(pairs, _TOGETHER)):
        looks = _look(some, month, today)
        whose = Borrower.objects.in_bulk({borrower_id for borrower_id, _ in some})
        objected, said = _objections(some)
        for each in filter(_is_counted, looks):
            who = whose[each.held.borrower_id]
            yield from (_record(each, told, who, today) for told in each.to_send(until=month))
            yield from _annotations(each, objected.get(each.pair, ()), said, who, today)


def _look(pairs: Sequence[Pair], month: date, today: date) -> list[Look]:
    rows = reported_loans.read(pairs)
    looks = reporting.look(list(rows.values()), on=today)
    counted = filter(_is_counted, looks)
    bad = [each.pair for each in counted if any(told.code in BAD for told in each.to_send(until=month))]
    if not bad:
        return looks
    holds.hold_all({borrower_id for borrower_id, _ in bad})
    seen = {each.pair: each for each in reporting.look([rows[pair] for pair in bad], on=today)}
    return [seen.get(each.pair, each) for each in looks]


def _is_counted(look: Look) -> bool:
    """Of a loan that the engine can't count nothing is told: the end of day sets it aside for people."""
    try:
        look.to_send(until=look.on)
    except EngineRefused as refused:
        _log.warning("loan_not_reported", extra={"loan": str(look.held.id), "why": refused.code})
        return False
    return True


def _record(look: Look, told: ToSend, who: Borrower, today: date) -> _Line:
    notice = told.notice
    row = ReportRecord(
        borrower_id=look.held.borrower_id, id=uuid7(), loan_id=look.held.id, month=told.month, code=told.code,
        overdue_minor=told.overdue_minor, balance_minor=told.balance_minor, sent_on=today,
        corrects_id=UUID(told.of) if told.of else None, notice_id=notice.row.id if notice else None,
        told_on=notice.as_engine.given_on if notice else None, proof=notice.proof if notice else "",
    )  # fmt: skip
    stated = _whose(look, who) | {
        "kind": "record", "id": str(row.id), "of": told.of, "month": f"{told.month:%Y-%m}", "code": told.code,
        "overdue_minor": told.overdue_minor, "balance_minor": told.balance_minor, "currency": look.held.currency,
        "principal_minor": look.held.signed_minor, "opened_on": f"{look.held.starts_on}",
        "told_on": row.told_on.isoformat() if row.told_on else None,
    }  # fmt: skip
    return _Line(look=look, row=row, stated=stated)


def _whose(look: Look, who: Borrower) -> dict[str, Any]:
    """Whose it is, in clear: the bureau knows people by name and identity card."""
    return {"loan": look.held.number, "name": who.name or "", "id_type": "id_card", "id_number": who.id_number or ""}


def _objections(pairs: Sequence[Pair]) -> tuple[dict[Pair, list[Objection]], dict[UUID, set[str]]]:
    """Those about each of these loans, and what words about each objection the bureau has."""
    rows, found = objections.of_loans(pairs), dict[Pair, list[Objection]]()
    for row in rows:
        found.setdefault((row.borrower_id, row.loan_id), []).append(row)
    return found, objections.words_sent(rows)


def _annotations(
    look: Look, objected: Iterable[Objection], said: Mapping[UUID, set[str]], who: Borrower, today: date
) -> Iterator[_Line]:
    """A word for each that the bureau doesn't know yet: that it is in dispute, no longer, or the borrower's own."""
    for row in objected:
        for kind, text in _words(row, said[row.id]):
            kept = ReportAnnotation(
                borrower_id=row.borrower_id, id=uuid7(), loan_id=row.loan_id, objection_id=row.id, kind=kind, text=text,
                sent_on=today,
            )  # fmt: skip
            stated = _whose(look, who) | {
                "kind": "annotation", "id": str(kept.id), "objection": row.number, "word": str(kind),
                "text": text or "", "objected_on": day_of(row.opened_at).isoformat(),
            }  # fmt: skip
            yield _Line(look=look, row=kept, stated=stated)


def _words(row: Objection, said: set[str]) -> Iterator[tuple[ReportAnnotation.Kind, str | None]]:
    kinds, is_open = ReportAnnotation.Kind, row.state == Objection.State.OPEN
    if is_open and kinds.DISPUTED not in said:
        yield kinds.DISPUTED, None
    if not is_open and kinds.DISPUTED in said and kinds.ENDED not in said:
        yield kinds.ENDED, None
    if row.statement and kinds.STATEMENT not in said:
        yield kinds.STATEMENT, row.statement


def _keep(heading: Heading, lines: Sequence[_Line]) -> ReportFile:
    """The file and what it says as facts, numbered by its lines; its heading is the first."""
    records = [line for line in lines if isinstance(line.row, ReportRecord)]
    annotations = [line for line in lines if isinstance(line.row, ReportAnnotation)]
    numbered = [*records, *annotations]
    for number, line in enumerate(numbered, start=2):
        line.row.line = line.stated["line"] = number
    file = report_files.put(
        heading, Lines(records=[line.stated for line in records], annotations=[line.stated for line in annotations])
    )
    for line in numbered:
        line.row.file_id = file.id
    ReportRecord.objects.bulk_create([line.row for line in records], batch_size=1000)  # type: ignore[misc]
    ReportAnnotation.objects.bulk_create([line.row for line in annotations], batch_size=1000)  # type: ignore[misc]
    return file

