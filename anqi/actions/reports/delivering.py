"""A file handed over: taken along by a supervisor, under the bureau's receipt, and what the bureau did not take."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.lending import report_files, report_records
from anqi.lending.models import Lender, ReportFile, ReportRejection, ReportStep
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.refusals import Refused

Kind = ReportStep.Kind


class NotHandedOver(Refused):
    """The bureau can't have answered what it was not given."""

    code = "report_not_handed_over"


class ReceiptMissing(Refused):
    """Say under which number the bureau has it."""

    code = "report_receipt_missing"


class HandedOver(Refused):
    """The bureau has it already, under {receipt}."""

    code = "report_handed_over"


class AnsweredBefore(Refused):
    """The bureau's answer to this file is on record."""

    code = "report_answered_before"


class NoSuchLine(Refused):
    """The file has no records in these lines: {lines}."""

    code = "report_no_such_line"


class NotRejected(Refused):
    """This was let go already."""

    code = "report_not_rejected"


def download(*, file_id: UUID, reason: str, actor: User, now: datetime) -> tuple[ReportFile, bytes]:
    """The file in clear, and that somebody took it, and why. Refuses NeedsSupervisor, ReasonMissing, NotTheirs."""
    authority.must_decide(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        file = _hold(file_id)
        _step(file, Kind.DOWNLOADED, actor, now)
        _note("take_report", file, actor, reason, now)
        return file, report_files.open_again(file.id)


def hand_over(*, file_id: UUID, receipt: str, actor: User, now: datetime) -> ReportFile:
    """The bureau has it under that number; the same again changes nothing.

    Refuses NeedsSupervisor, NotTheirs, ReceiptMissing, HandedOver.
    """
    authority.must_decide(actor)
    receipt = receipt.strip()[:64]
    if not receipt:
        raise ReceiptMissing
    with transaction.atomic(durable=True):
        file = _hold(file_id)
        known = report_records.delivery(file).receipt
        if known and known != receipt:
            raise HandedOver(receipt=known)
        if not known:
            _step(file, Kind.SENT, actor, now, receipt=receipt)
            _note("hand_over_report", file, actor, "", now)
        return file


def answer(*, file_id: UUID, rejected: Mapping[int, str], actor: User, now: datetime) -> ReportFile:
    """What the bureau says of it: all was taken but these lines, each with why. They count as never sent.

    Refuses MayNotAct, NotTheirs, NotHandedOver, AnsweredBefore, NoSuchLine.
    """
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        file = _hold(file_id)
        _refuse_answer(report_records.delivery(file).state)
        by_line = {row.line: row for row in report_records.of_file(file)}
        unknown = sorted(line for line in rejected if line not in by_line)
        if unknown:
            raise NoSuchLine(lines=", ".join(map(str, unknown)))
        named = [(by_line[line], why) for line, why in sorted(rejected.items())]
        report_records.reject(named, by=actor.id, now=now)
        _step(file, Kind.ANSWERED, actor, now, rejected=len(named))
        _note("note_report_answer", file, actor, "", now)
        return file


def _refuse_answer(state: str) -> None:
    if state == "made":
        raise NotHandedOver
    if state == "answered":
        raise AnsweredBefore


def release(*, borrower_id: UUID, rejection_id: UUID, reason: str, actor: User, now: datetime) -> ReportRejection:
    """What was wrong with it is put right, and the next file tells it again. Again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = report_records.find_rejection(borrower_id, rejection_id)
        if row is None:
            raise NotTheirs(what="record")
        if row.released_at is None:
            report_records.release(row, by=actor.id, why=reason, now=now)
            staff.note(
                actor_id=actor.id, verb="release_report_record", borrower_id=borrower_id, object_id=row.record_id,
                reason=reason, now=now,
            )  # fmt: skip
        return row


def _hold(file_id: UUID) -> ReportFile:
    found = report_files.find(file_id)
    if found is None:
        raise NotTheirs(what="file")
    # A file itself is never changed; what is done with it is decided about one after the other.
    Lender.objects.select_for_update(no_key=True).get(id=found.lender_id)
    return found


def _step(
    file: ReportFile, kind: Kind, actor: User, now: datetime, *, receipt: str = "", rejected: int | None = None
) -> None:
    step = ReportStep(file_id=file.id, kind=kind, receipt=receipt, rejected=rejected, by=actor.id, at=now)
    ReportStep.objects.bulk_create([step])


def _note(verb: str, file: ReportFile, actor: User, reason: str, now: datetime) -> None:
    detail = {"month": f"{file.month:%Y-%m}", "version": file.version}
    staff.note(actor_id=actor.id, verb=verb, object_id=file.id, reason=reason, detail=detail, now=now)
