"""The exceptions about goods that come back and plans on hold."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi import clock
from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day


def holds(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Plans on hold, with what each waits for."""
    return [
        Exceptional(
            id=row.id,
            title=f"{row.loan.number} {word(wording.HOLDS, row.kind)}",
            note=_("期限 %(until)s，%(who)s") % {"until": _until(row), "who": _waits_for(row)},
            since_at=row.opened_at,
            url=reverse("office:holds", args=[row.borrower_id, row.loan_id]),
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def returns(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Returns that staff want to take in a merchant's place."""
    return [
        Exceptional(
            id=row.id,
            title=row.loan.number,
            note=row.asked_why,
            since_at=row.asked_at,
            url=reverse("office:holds", args=[row.borrower_id, row.loan_id]),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def _until(hold: Any) -> str:
    until, over = write_day(hold.until, this_year=None), (clock.today() - hold.until).days
    if over <= 0:
        return until
    return ngettext("%(until)s（已过 %(days)d 天）", "%(until)s（已过 %(days)d 天）", over) % {"until": until, "days": over}


def _waits_for(hold: Any) -> str:
    if hold.asked_until:
        return _("等复核同意延长")
    return _("等商户收货或撤回") if hold.kind == "return" else _("等我们处理")
