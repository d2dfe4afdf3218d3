"""What every page of the office has around it: the queue, who is asking, and what they may do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anqi import clock
from anqi.actions import staff as staff_acts
from anqi.web.office import queue, wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, place: str = "", status: int = 200
) -> HttpResponse:
    """The page with its frame; `place` is the entry of the navigation it belongs to."""
    member, now = staff(request), clock.now()
    lanes = queue.lanes(now)
    frame = {
        "today": now.date(),
        "now": now,
        "lanes": lanes,
        "waiting": sum(lane.count for lane in lanes),
        "place": place,
        "member": member,
        "role": wording.word(wording.ROLES, member.role),
        "may_act": member.role in ACTORS,
        "may_decide": member.role in SUPERVISORS,
        "path": request.get_full_path() if request.method == "GET" else "/",
    }
    # A page that had one of these words for itself would write it into the frame.
    assert not frame.keys() & context.keys(), frame.keys() & context.keys()
    return render(request, template, frame | dict(context), status=status)


def note(
    request: HttpRequest, verb: str, *, borrower_id: UUID | None = None, object_id: UUID | None = None,
    reason: str = "", **detail: Any,
) -> None:  # fmt: skip
    """Keeps what the asker is about to see or to do."""
    staff_acts.note(
        actor=staff(request), verb=verb, now=clock.now(), borrower_id=borrower_id, object_id=object_id,
        reason=reason, detail=detail,
    )  # fmt: skip
