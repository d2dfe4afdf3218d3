"""Files for a bureau: their lines as JSON, sealed, with a hash that the next one names. See docs/credit-report.md."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anqi.lending.models import Lender, ReportFile
from anqi.rows.chain import canonical
from anqi.rows.ids import uuid7

FORMAT = "anqi-credit-report/1"
PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Heading:
    """For whom a file is, of which month, and by whom it was made."""

    lender: Lender
    bureau: str
    institution: str
    month: date
    made_by: str
    now: datetime
    today: date


@dataclass(frozen=True, kw_only=True)
class Lines:
    """What a file says, in its order; each a mapping that becomes one line."""

    records: Sequence[Mapping[str, Any]] = field(repr=False)
    annotations: Sequence[Mapping[str, Any]] = field(repr=False)


def of_month(lender: Lender, month: date) -> list[ReportFile]:
    """All that was made of the lender's month, without the bodies, the first version of each bureau first."""
    found = ReportFile.objects.filter(lender=lender, month=month).defer("body").select_related("lender")
    return list(found.order_by("bureau", "institution", "version"))


def listed(*, limit: int = PAGE) -> QuerySet[ReportFile]:
    """The latest files of all lenders, without their bodies."""
    return ReportFile.objects.defer("body").select_related("lender").order_by("-made_at", "-id")[:limit]


def find(file_id: UUID) -> ReportFile | None:
    """That file, without its body."""
    return ReportFile.objects.defer("body").select_related("lender").filter(id=file_id).first()


def open_again(file_id: UUID) -> bytes:
    """The file as it is handed over, in UTF-8. It names people: whoever asks is on record."""
    body: str = ReportFile.objects.only("body").get(id=file_id).body
    return body.encode()


def put(heading: Heading, lines: Lines) -> ReportFile:
    """The next version of the month's file. Hold the lender first."""
    stated = _stated(heading, lines)
    body = "".join(f"{canonical(each).decode()}\n" for each in (stated, *lines.records, *lines.annotations))
    row = ReportFile(
        id=uuid7(), lender=heading.lender, bureau=heading.bureau, institution=heading.institution, month=heading.month,
        version=stated["version"], made_on=heading.today, made_at=heading.now, made_by=heading.made_by,
        records=stated["records"], corrections=stated["corrections"], annotations=stated["annotations"],
        overdue_minor=stated["overdue_minor"], balance_minor=stated["balance_minor"], previous=stated["previous"],
        sha256=hash_of(body.encode()), body=body,
    )  # fmt: skip
    ReportFile.objects.bulk_create([row])
    return row


def _stated(heading: Heading, lines: Lines) -> dict[str, Any]:
    mine = ReportFile.objects.filter(
        lender=heading.lender, bureau=heading.bureau, institution=heading.institution
    ).defer("body")
    before = mine.order_by("-made_at", "-id").first()
    return {
        "format": FORMAT,
        "lender": heading.lender.code,
        "bureau": heading.bureau,
        "institution": heading.institution,
        "month": f"{heading.month:%Y-%m}",
        "version": mine.filter(month=heading.month).count() + 1,
        "made_on": heading.today.isoformat(),
        "records": len(lines.records),
        "corrections": sum(bool(each["of"]) for each in lines.records),
        "annotations": len(lines.annotations),
        "overdue_minor": sum(each["overdue_minor"] for each in lines.records),
        "balance_minor": sum(each["balance_minor"] for each in lines.records),
        "previous": before.sha256 if before else "",
    }


def read(body: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The heading of a file and its lines."""
    heading, *lines = (json.loads(line) for line in body.decode().splitlines())
    return heading, lines


def hash_of(body: bytes) -> str:
    """By what the bureau and the next file know it."""
    return hashlib.sha256(body).hexdigest()
