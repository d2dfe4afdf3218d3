"""Hardship cases behind the counts of the queue, and one kind of help as staff try it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.engine.loan import StandingInstalment
from anqi.lending import inspection as lending
from anqi.lending.hardship_options import Option
from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One kind of help with its figures, as a row of a table. Amounts in fen."""

    title: str
    option: Option
    why_not: str
    why_another: str

    @property
    def first_on(self) -> date:
        """The first due day after it."""
        return min(row.due_on for row in self.option.foreseen.after)

    @property
    def plans(self) -> list[tuple[StandingInstalment | None, StandingInstalment | None]]:
        """The plan before and after it, row by row."""
        foreseen = self.option.foreseen
        before, after = (sorted(rows, key=lambda row: row.due_on) for rows in (foreseen.before, foreseen.after))
        length = max(len(before), len(after))
        return list(zip(_filled(before, length), _filled(after, length), strict=True))


def _filled(rows: list[StandingInstalment], length: int) -> list[StandingInstalment | None]:
    return [*rows, *[None] * (length - len(rows))]


def exceptional(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Who asked for help, and until when somebody answers."""
    numbers = lending.numbers(row.loan_id for row in found)
    return [
        Exceptional(
            id=row.id,
            title=numbers.get(row.loan_id, ""),
            note=_note(row),
            since_at=row.asked_at,
            url=reverse("office:hardship", args=[row.borrower_id, row.id]),
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def _note(row: Any) -> str:
    reason = word(wording.HARDSHIP_REASONS, row.reason)
    if row.answer_by is None:
        return reason
    by = _("最晚 %(day)s 答复") % {"day": write_day(row.answer_by, this_year=row.asked_at.year)}
    again = f" · {_('约定没有做到')}" if row.broken_at else f" · {_('借款人有疑问')}" if row.questioned_at else ""
    return f"{reason} · {by}{again}"
