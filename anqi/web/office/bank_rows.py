"""The exceptions about the bank account and between channels and bank, behind the counts of the queue."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi import clock
from anqi.payments import reconciliation_inspection, remittance_inspection
from anqi.payments.models import Remittance
from anqi.payments.remitters import remitter
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day


def lines(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Money that nobody stated a number for."""
    return [
        Exceptional(
            id=row.id, title=people.mask_name(row.name) or _("没有户名"), note=word(wording.BANK_LINES, row.state),
            since_at=row.at, url=reverse("office:bank_line", args=[row.id]), amount_minor=row.amount_minor,
        )
        for row in found
    ]  # fmt: skip


def unreconciled(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Which channel's day, by which file, what is open of it, and whose turn it is."""
    asked = reconciliation_inspection.asked_days(each.day for each in found)
    return [
        Exceptional(
            title=f"{word(wording.CHANNELS, each.channel)} {write_day(each.day, this_year=None)}",
            note=_("%(file)s，%(state)s，%(open)s，%(turn)s") % {
                "file": word(wording.STATEMENT_KINDS, each.kind), "state": word(wording.RECONCILED, each.state),
                "open": ngettext("%(n)d 条差异", "%(n)d 条差异", each.open_differences) % {"n": each.open_differences},
                "turn": _turn(each, asked),
            },
            since_on=each.day,
            url=reverse("office:reconciliation_day", args=[each.channel, each.day.isoformat()]),
            amount_minor=each.theirs_minor - each.ours_minor,
        )
        for each in found
    ]  # fmt: skip


def _turn(each: Any, asked: set[tuple[str, date, str]]) -> str:
    if each.state == "open":
        return _("等技术核对账务")
    return _("等复核") if (each.channel, each.day, each.kind) in asked else _("等经办")


def remittances(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """What a channel says it has remitted, and why it has not come to its end."""
    return [
        Exceptional(
            id=each.id,
            title=f"{word(wording.CHANNELS, each.channel)} {each.ref}",
            note=word(wording.REMITTANCES, standing(each, clock.today())),
            since_on=each.day,
            url=reverse("office:remittance", args=[each.id]),
            amount_minor=each.amount_minor,
        )
        for each in found
    ]


def standing(row: Remittance, today: date) -> str:
    """Its state; late is what the bank should have by now."""
    is_late = row.state == Remittance.State.TOLD and row.day < today - remittance_inspection.WAITS
    return "late" if is_late else row.state


def untold(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Lines of the bank's that are a channel's by name."""
    return [
        Exceptional(
            id=each.id,
            title=word(wording.CHANNELS, remitter(each.name, each.memo) or ""),
            note=_("银行有这一行，渠道没有说过"),
            since_at=each.at,
            url=reverse("office:remittances"),
            amount_minor=each.amount_minor,
        )
        for each in found
    ]
