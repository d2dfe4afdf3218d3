"""What bureaus were told: each file against its hash and its lines, each record against what was known that day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from anqi.config.verified_sides import Told
from anqi.engine.classes import Fault
from anqi.engine.refusals import Refused
from anqi.engine.report_codes import BAD, look
from anqi.lending import report_files, reported_loans, store
from anqi.lending.models import Fact, ReportAnnotation, ReportedLoan, ReportFault, ReportFile, ReportRecord
from anqi.lending.store import LoanInHand
from anqi.rows.pairs import among

# So many loans are held against the engine together.
_TOGETHER = 200
# What was written while a file was made may have been known to it or not.
_MEANWHILE = timedelta(minutes=10)


def wrong() -> Iterator[Told]:
    """(what, borrower id, where) of all that is not as it must be."""
    yield from _check_files()
    yield from _check_signatures()
    yield from _check_records()


def _check_files() -> Iterator[Told]:
    last: dict[tuple[UUID, str, str], str] = {}
    for file in ReportFile.objects.order_by("made_at", "id").iterator(chunk_size=20):
        whose, where = (file.lender_id, file.bureau, file.institution), f"file {file.id}"
        if file.previous != last.get(whose, ""):
            yield "report_chain", None, f"{where} does not name the file before it"
        last[whose] = file.sha256
        # What is no longer to be kept is blank.
        if file.body:
            yield from (("report_file", None, f"{where}: {off}") for off in _off(file))


def _off(file: ReportFile) -> Iterator[str]:
    body = file.body.encode()
    if report_files.hash_of(body) != file.sha256:
        yield "body and hash differ"
        return
    _, lines = report_files.read(body)
    told = {each["line"]: each for each in lines}
    kept = dict(_kept(file))
    for number in sorted(told.keys() | kept.keys()):
        if kept.get(number) != _stated(told.get(number)):
            yield f"line {number} and its row differ"


def _kept(file: ReportFile) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for row in ReportRecord.objects.filter(file_id=file.id).select_related("loan"):
        of = str(row.corrects_id) if row.corrects_id else None
        yield row.line, (
            "record", str(row.id), row.loan.number, f"{row.month:%Y-%m}", row.code, row.overdue_minor,
            row.balance_minor, of,
        )  # fmt: skip
    for each in ReportAnnotation.objects.filter(file_id=file.id).select_related("objection__loan"):
        yield each.line, ("annotation", str(each.id), each.objection.loan.number, each.kind, each.text or "")


def _stated(line: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if line is None:
        return None
    if line["kind"] == "annotation":
        return tuple(line[name] for name in ("kind", "id", "loan", "word", "text"))
    return tuple(line[name] for name in _OF_RECORDS)


_OF_RECORDS = ("kind", "id", "loan", "month", "code", "overdue_minor", "balance_minor", "of")


def _check_signatures() -> Iterator[Told]:
    for borrower_id, loan_id in reported_loans.unsigned():
        yield "report_consent", borrower_id, f"loan {loan_id}: its agreement doesn't say that it is reported"


def _check_records() -> Iterator[Told]:
    reported = ReportedLoan.objects.order_by("borrower_id", "loan_id").values_list("borrower_id", "loan_id")
    pairs = reported.iterator()
    while some := list(islice(pairs, _TOGETHER)):
        mine = among(some)
        records = ReportRecord.objects.filter(mine).select_related("file").defer("file__body").order_by("id")
        learned = dict(Fact.objects.filter(mine).values_list("id", "recorded_at"))
        faults = list(ReportFault.objects.filter(mine, state=ReportFault.State.AGREED))
        held = {each.id: each for each in store.read_pairs(some)}
        for row in records:
            yield from _check_record(row, held[row.loan_id], learned, faults)


def _check_record(
    row: ReportRecord, held: LoanInHand, learned: Mapping[UUID, datetime], faults: Sequence[ReportFault]
) -> Iterator[Told]:
    if row.code in BAD and not row.proof:
        yield "report_unannounced", row.borrower_id, f"record {row.id}: nothing proves that its borrower was told"
    made_at = row.file.made_at
    known = {_code(row, held, learned, faults, at=at) for at in (made_at, made_at - _MEANWHILE)}
    if row.code != "#" and row.code not in known:
        where = f"record {row.id}: {row.code} was told, {' or '.join(sorted(known))} was known"
        yield "report_record", row.borrower_id, where


def _code(
    row: ReportRecord, held: LoanInHand, learned: Mapping[UUID, datetime], faults: Sequence[ReportFault], *,
    at: datetime,
) -> str:  # fmt: skip
    """The month's code by what was recorded by then."""
    facts = [fact for fact in held.facts if learned[UUID(fact.id)] <= at]
    excused = [
        Fault(since=each.since_on, until=each.until_on) for each in faults
        if each.loan_id == row.loan_id and each.decided_at and each.decided_at <= at
    ]  # fmt: skip
    try:
        return look(held.terms, facts, row.month, faults=excused, otherwise=()).code
    except Refused as refused:
        return refused.code
