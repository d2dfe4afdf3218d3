"""A borrower's credit line with one lender: granted, until when, locked, and everything that was decided about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import credit_lines
from anqi.lending import line_inspection as inspection
from anqi.lending.line_inspection import LineShown
from anqi.lending.models import LineDecision
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import limit_words, wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show
from anqi.web.office.limit_forms import ExpiryForm, GrantForm


@require_safe
@staff_required()
def limit(request: HttpRequest, borrower_id: UUID, lender_id: UUID) -> HttpResponse:
    """The line as it stands today."""
    found = _find(borrower_id, lender_id)
    note(request, "view_limit", borrower_id=borrower_id, object_id=lender_id)
    return _page(request, found)


@require_POST
@staff_required(roles=SUPERVISORS)
def grant(request: HttpRequest, borrower_id: UUID, lender_id: UUID) -> HttpResponse:
    """So much in all from now on; more than before waits for the borrower."""
    done = _("已记录。降低马上生效，提高要等借款人同意。")
    return _decide(request, borrower_id, lender_id, "grant", GrantForm(request.POST, auto_id="grant_%s"),
                   credit_lines.grant, done)  # fmt: skip


@require_POST
@staff_required(roles=SUPERVISORS)
def expiry(request: HttpRequest, borrower_id: UUID, lender_id: UUID) -> HttpResponse:
    """Nothing new is lent after a day."""
    done = _("已记录，那天以后不再借出新的。已有的照常还款。")
    return _decide(request, borrower_id, lender_id, "expiry", ExpiryForm(request.POST, auto_id="expiry_%s"),
                   credit_lines.end, done)  # fmt: skip


@require_POST
@staff_required(roles=ACTORS)
def lock(request: HttpRequest, borrower_id: UUID, lender_id: UUID) -> HttpResponse:
    """Nothing new is lent until it is unlocked."""
    done = _("已冻结，不再借出新的。已有的照常还款。")
    return _decide(request, borrower_id, lender_id, "lock", ReasonForm(request.POST, auto_id="lock_%s"),
                   credit_lines.lock, done)  # fmt: skip


@require_POST
@staff_required(roles=ACTORS)
def unlock(request: HttpRequest, borrower_id: UUID, lender_id: UUID, lock_id: UUID) -> HttpResponse:
    """The lender's own lock ends."""
    form = ReasonForm(request.POST, auto_id="unlock_%s")
    return _decide(request, borrower_id, lender_id, "unlock", form, credit_lines.unlock, _("已解冻。"), lock_id=lock_id)


def _decide(
    request: HttpRequest, borrower_id: UUID, lender_id: UUID, name: str, form: ReasonForm,
    act: Callable[..., object], done: str, **more: UUID,
) -> HttpResponse:  # fmt: skip
    found = _find(borrower_id, lender_id)
    if not form.is_valid():
        return _page(request, found, forms={name: form}, status=422)
    stated = {"borrower_id": borrower_id, "lender_id": lender_id, **form.cleaned_data, **more}
    try:
        act(**stated, actor=staff(request), now=clock.now())
    except Refused as refused:
        return _page(request, found, forms={name: form}, refusal=wording.refusal(refused), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("office:limit", args=[borrower_id, lender_id]))


def _find(borrower_id: UUID, lender_id: UUID) -> LineShown:
    found = inspection.line(borrower_id, lender_id, today=clock.today())
    if not found:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: LineShown, *, forms: dict[str, ReasonForm] | None = None, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    forms = forms or {}
    context: dict[str, Any] = {
        "shown": found,
        "line": found.row,
        "limit": found.limit,
        "who": people.identity(found.row.borrower_id),
        "locks": found.limit.locks,
        "history": _history(found.decisions),
        "grant": forms.get("grant") or GrantForm(auto_id="grant_%s"),
        "expiry": forms.get("expiry") or ExpiryForm(auto_id="expiry_%s"),
        "lock": forms.get("lock") or ReasonForm(auto_id="lock_%s"),
        "unlock": forms.get("unlock") or ReasonForm(auto_id="unlock_%s"),
        "refusal": refusal,
    }
    return show(request, "office/limit.html", context, status=status)


def _history(decisions: tuple[LineDecision, ...]) -> list[tuple[LineDecision, str, str]]:
    """What was decided, its figure, and who did."""
    ids = {each.actor: UUID(each.actor.removeprefix("staff:")) for each in decisions if each.actor.startswith("staff:")}
    names = people.staff_names(ids.values())
    who = {actor: names.get(id, str(id)[:8]) for actor, id in ids.items()}
    return [(each, limit_words.told(each), who.get(each.actor, _("借款人"))) for each in decisions]
