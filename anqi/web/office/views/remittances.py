"""What channels remit to the bank: what is on its way, what came, which line is which, and what takes two."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import remittances
from anqi.payments import bank_inspection
from anqi.payments import remittance_inspection as inspection
from anqi.payments import remittances as kept
from anqi.payments.models import BankLine, Remittance
from anqi.payments.remitters import remitter
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.bank_rows import standing
from anqi.web.office.forms import MatchForm, ReasonForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def board(request: HttpRequest) -> HttpResponse:
    """By channel: what is open, the oldest first; the bank's lines that no channel told of; and what has ended."""
    return _board(request)


def _board(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    today = clock.today()
    lines = kept.free_lines()[: inspection.PAGE]
    context = {
        "open": [(each, standing(each, today), (today - each.day).days) for each in inspection.open_ones()],
        "untold": [(each, remitter(each.name, each.memo), (today - each.at.date()).days) for each in lines],
        "ended": inspection.ended(),
        "refusal": refusal,
    }
    return show(request, "office/remittances.html", context, place="remittances", status=status)


@require_safe
@staff_required()
def remittance(request: HttpRequest, remittance_id: UUID) -> HttpResponse:
    """One of them: the channel's word and the bank's line beside each other, and which line it may be."""
    found = _find(remittance_id)
    note(request, "view_remittance", object_id=remittance_id)
    return _page(request, found)


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, remittance_id: UUID, verb: str) -> HttpResponse:
    """It is that line, or never comes; and what another person says of that."""
    form = MatchForm(request.POST)
    stated: dict[str, Any] = form.cleaned_data if form.is_valid() else {"line_id": None, "reason": ""}
    told: dict[str, Any] = {"remittance_id": remittance_id, "actor": staff(request), "now": clock.now()}
    acts: dict[str, Callable[[], Remittance]] = {
        "match": lambda: remittances.ask(**told, line_id=stated["line_id"], reason=stated["reason"]),
        "dismiss": lambda: remittances.ask(**told, line_id=None, reason=stated["reason"]),
        "approve": lambda: remittances.approve(**told),
        "refuse": lambda: remittances.refuse(**told, reason=stated["reason"]),
    }
    found = _find(remittance_id)
    if verb not in acts or (verb == "match" and form.is_valid() and not stated["line_id"]):
        raise Http404
    try:
        after = acts[verb]()
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, wording.word(wording.REMITTANCE_DONE, after.state))
    return HttpResponseRedirect(reverse("office:remittance", args=[remittance_id]))


@require_POST
@staff_required(roles=ACTORS)
def release(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """The line is no channel's."""
    if not bank_inspection.line(line_id):
        raise Http404
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        remittances.release(line_id=line_id, reason=reason, actor=staff(request), now=clock.now())
    except Refused as refused:
        return _board(request, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已记为不是渠道的，现在和其他流水一起处理。"))
    return HttpResponseRedirect(reverse("office:bank_line", args=[line_id]))


def _find(remittance_id: UUID) -> Remittance:
    found = inspection.find(remittance_id)
    if not found:
        raise Http404
    return found


def _page(request: HttpRequest, found: Remittance, *, refusal: str = "", status: int = 200) -> HttpResponse:
    names = people.staff_names([each for each in (found.asked_by, found.decided_by) if each])
    is_open = found.state in (Remittance.State.TOLD, Remittance.State.DIFFERING)
    line_minor = found.line.amount_minor if found.line else None
    context = {
        "remittance": found,
        "standing": standing(found, clock.today()),
        "off_minor": None if line_minor is None else line_minor - (found.amount_minor if found.is_told else 0),
        "candidates": [
            (each, _whose(each), each.amount_minor - found.amount_minor)
            for each in (inspection.candidates(found) if is_open else ())
        ],
        "asked_by": names.get(found.asked_by, "") if found.asked_by else "",
        "decided_by": names.get(found.decided_by, "") if found.decided_by else "",
        "is_open": is_open,
        "form": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/remittance.html", context, place="remittances", status=status)


def _whose(line: BankLine) -> str:
    """A channel by its name, anybody else masked."""
    channel = remitter(line.name, line.memo)
    return wording.word(wording.CHANNELS, channel) if channel else people.mask_name(line.name)
