"""Statements that can't be had or read, behind the count of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day


def exceptional(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Which channel's of which day, how often it was tried, and why it is not there."""
    return [
        Exceptional(
            id=row.id,
            title=_("%(channel)s %(on)s的对账单") % {
                "channel": word(wording.CHANNELS, row.channel), "on": write_day(row.day, this_year=None),
            },
            note=_("%(why)s，试过 %(tries)d 次") % {"why": word(wording.UNREAD, row.reason), "tries": row.tries},
            since_at=row.first_tried_at,
            url=reverse("office:statement", args=[row.id]),
        )
        for row in found
    ]  # fmt: skip
