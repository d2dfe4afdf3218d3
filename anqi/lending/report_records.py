"""Records that were sent of loans, those that the bureau did not take, and the words beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from anqi.engine.reporting import Record
from anqi.lending.models import ReportAnnotation, ReportFile, ReportRecord, ReportRejection, ReportStep
from anqi.rows.pairs import Pair, among


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the bureau has of one loan: every record with the file it went in, and what of them was not taken."""

    records: tuple[ReportRecord, ...] = ()
    rejections: tuple[ReportRejection, ...] = ()

    @property
    def taken(self) -> tuple[Record, ...]:
        """Those that count as sent, as the engine reads them."""
        rejected = {each.record_id for each in self.rejections}
        return tuple(_record(each) for each in self.records if each.id not in rejected)

    @property
    def waiting_months(self) -> frozenset[date]:
        """Months of which a record was rejected and nobody has let it go again."""
        waiting = {each.record_id for each in self.rejections if each.released_at is None}
        return frozenset(each.month for each in self.records if each.id in waiting)


def _record(row: ReportRecord) -> Record:
    of = str(row.corrects_id) if row.corrects_id else None
    return Record(id=str(row.id), month=row.month, code=row.code, sent_on=row.sent_on, of=of)


def read(pairs: Collection[Pair]) -> dict[Pair, Sent]:
    """That of each of these loans, (borrower id, loan id), the oldest first. Two statements."""
    records: dict[Pair, list[ReportRecord]] = {}
    rejections: dict[Pair, list[ReportRejection]] = {}
    for row in ReportRecord.objects.filter(among(pairs)).select_related("file").defer("file__body").order_by("id"):
        records.setdefault((row.borrower_id, row.loan_id), []).append(row)
    for each in ReportRejection.objects.filter(among(pairs)).order_by("noted_at"):
        rejections.setdefault((each.borrower_id, each.loan_id), []).append(each)
    return {
        pair: Sent(records=tuple(records.get(pair, ())), rejections=tuple(rejections.get(pair, ()))) for pair in pairs
    }


def of_file(file: ReportFile) -> QuerySet[ReportRecord]:
    """The file's records by their lines, each with its loan."""
    return ReportRecord.objects.filter(file=file).select_related("loan").order_by("line")


def annotations_of(file: ReportFile) -> list[ReportAnnotation]:
    """The words beside records in that file, by their lines."""
    found = ReportAnnotation.objects.filter(file=file).select_related("objection__loan")
    return list(found.order_by("line"))


def rejections_of(file: ReportFile) -> list[ReportRejection]:
    """What the bureau did not take of that file."""
    return list(ReportRejection.objects.filter(file=file).select_related("record__loan").order_by("noted_at", "id"))


def rejected() -> QuerySet[ReportRejection]:
    """Rejected records that wait for people, the oldest first."""
    return ReportRejection.objects.filter(released_at=None).select_related("record__loan").order_by("noted_at")


def find_rejection(borrower_id: UUID, rejection_id: UUID) -> ReportRejection | None:
    """That rejection of a record of this borrower's."""
    return ReportRejection.objects.filter(borrower_id=borrower_id, id=rejection_id).first()


def reject(records: Sequence[tuple[ReportRecord, str]], *, by: UUID, now: datetime) -> None:
    """The bureau did not take these, for these reasons."""
    ReportRejection.objects.bulk_create([
        ReportRejection(
            borrower_id=row.borrower_id, record_id=row.id, loan_id=row.loan_id, file_id=row.file_id, why=why[:400],
            noted_by=by, noted_at=now,
        )
        for row, why in records
    ])  # fmt: skip


def release(row: ReportRejection, *, by: UUID, why: str, now: datetime) -> None:
    """What was wrong is put right: the month may be told again."""
    row.released_by, row.released_at, row.released_why = by, now, why[:400]
    ReportRejection.objects.filter(borrower_id=row.borrower_id, id=row.id).update(
        released_by=by, released_at=now, released_why=row.released_why
    )


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How far a file has come: who took it along, and under which receipt the bureau has it."""

    steps: tuple[ReportStep, ...] = field(default=())

    @property
    def state(self) -> str:
        """made, sent or answered."""
        kinds = {each.kind for each in self.steps}
        return next((kind for kind in ("answered", "sent") if kind in kinds), "made")

    @property
    def receipt(self) -> str:
        """The bureau's number of it; empty until it was handed over."""
        return next((each.receipt for each in self.steps if each.receipt), "")


def delivery(file: ReportFile) -> Delivery:
    """That of the file."""
    return deliveries([file])[file.id]


def deliveries(files: Collection[ReportFile]) -> dict[UUID, Delivery]:
    """That of each of these files, by their ids. One statement."""
    steps: dict[UUID, list[ReportStep]] = {file.id: [] for file in files}
    for step in ReportStep.objects.filter(file__in=files).order_by("at", "id"):
        steps[step.file_id].append(step)
    return {file_id: Delivery(steps=tuple(theirs)) for file_id, theirs in steps.items()}
