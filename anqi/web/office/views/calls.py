"""Calls: whom to call today, whether one may call somebody now, how it went, and all calls of a day."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import calls as acts
from anqi.engine.contact_rules import RuleBook
from anqi.lending import inspection as lending
from anqi.notices import inspection as notices
from anqi.people import calls, complaints
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from anqi.web.office import call_words, wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.call_forms import BeginCallForm, EndCallForm
from anqi.web.office.frame import note, show
from anqi.web.office.views.loans import asked_day

_MOST = 100


@require_safe
@staff_required()
def listed(request: HttpRequest) -> HttpResponse:
    """Whom to call today, as far as the rules of contact allow; broken promises first, then the oldest debt."""
    found = acts.look_at_late(now=clock.now())[:_MOST]
    who = people.identities(each.borrower_id for each in found)
    written = notices.last_written(each.borrower_id for each in found)
    rows = [(each, who[each.borrower_id], written.get(each.borrower_id)) for each in found]
    return show(request, "office/calls.html", {"rows": rows, "most": _MOST}, place="calls")


@require_safe
@staff_required()
def day(request: HttpRequest) -> HttpResponse:
    """All calls of a day, and how many each borrower had."""
    on, form = asked_day(request, clock.today())
    found, rules = calls.of_day(on), RuleBook().on(on, lender="")
    who, names = people.identities(row.borrower_id for row in found), people.staff_names(row.by for row in found)
    objected = complaints.objected(row.id for row in found)
    counts = sorted(calls.counts(found).items(), key=lambda each: -each[1])
    context = {
        "on": on,
        "form": form,
        "counts": [(who[borrower_id], count) for borrower_id, count in counts],
        "rows": [(row, who[row.borrower_id], names.get(row.by, ""), row.id in objected) for row in found],
        "objections": len(objected),
        "most_calls": rules.most_a_day["call"] if rules else 0,
    }
    return show(request, "office/calls_day.html", context, place="calls")


@require_safe
@staff_required()
def borrower(request: HttpRequest, borrower_id: UUID) -> HttpResponse:
    """May I call now? And the calls so far."""
    who = _find(borrower_id)
    note(request, "view_calls", borrower_id=borrower_id)
    return _page(request, who)


@require_POST
@staff_required(roles=ACTORS)
def begin(request: HttpRequest, borrower_id: UUID) -> HttpResponse:
    """The call is on record; only now is the number shown."""
    who, form = _find(borrower_id), BeginCallForm(request.POST)
    call_id = form.cleaned_data["call_id"] if form.is_valid() else uuid7()
    try:
        acts.begin(borrower_id=borrower_id, call_id=call_id, actor=staff(request), now=clock.now())
    except Refused as refused:
        return _page(request, who, refusal=wording.refusal(refused), status=409)
    return _back(borrower_id)


@require_POST
@staff_required(roles=ACTORS)
def end(request: HttpRequest, borrower_id: UUID, call_id: UUID) -> HttpResponse:
    """How it went."""
    who, form, now = _find(borrower_id), EndCallForm(request.POST), clock.now()
    if not calls.find(borrower_id, call_id):
        raise Http404
    if not form.is_valid():
        return _page(request, who, form=form, status=422)
    try:
        acts.end(borrower_id=borrower_id, call_id=call_id, ending=form.ending, actor=staff(request), now=now)
    except Refused as refused:
        form.decline(refused, wording.refusal(refused), this_year=now.year)
        return _page(request, who, form=form, refusal=" ".join(map(str, form.non_field_errors())), status=409)
    messages.success(request, _("已记下。借款人在自己的页面上看得到这次电话。"))
    return _back(borrower_id)


def _find(borrower_id: UUID) -> Identity:
    who = people.identity(borrower_id)
    if not who:
        raise Http404
    return who


def _back(borrower_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("office:borrower_calls", args=[borrower_id]))


def _page(
    request: HttpRequest, who: Identity, *, form: EndCallForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    now, rows = clock.now(), calls.of_borrower(who.borrower_id)
    found = acts.look([who.borrower_id], now=now)[who.borrower_id]
    names, is_mine = people.staff_names(row.by for row in rows), _is_mine(request, found.alive)
    loan_ids = {loan_id for row in rows for loan_id in row.loan_ids}
    context: dict[str, Any] = {
        "who": who,
        "looked": found,
        "answer": found.answer,
        "why_not": call_words.why_not(found.answer),
        "rows": [(row, names.get(row.by, "")) for row in rows],
        "numbers": lending.numbers(loan_ids),
        "caller": names.get(found.alive.by, "") if found.alive else "",
        "is_mine": is_mine,
        "number": people.identity_in_clear(who.borrower_id).phone if is_mine else "",
        "begin_form": BeginCallForm.fresh(uuid7()),
        "form": form or EndCallForm(),
        "refusal": refusal,
    }
    return show(request, "office/borrower_calls.html", context, place="calls", status=status)


def _is_mine(request: HttpRequest, alive: Any) -> bool:
    return alive is not None and alive.by == staff(request).id
