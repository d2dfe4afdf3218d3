"""Channels' statements that can't be had or read: tried now, handed in as a file, or given up."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import payouts
from anqi.payments import unread_statements
from anqi.payments.models import UnreadStatement
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import HandedInForm, ReasonForm
from anqi.web.office.frame import show


@require_safe
@staff_required()
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One of them: which day's, how often it was tried, why it is not there."""
    return _page(request, _find(statement_id))


@require_POST
@staff_required(roles=ACTORS)
def try_now(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """The channel is asked for it at once."""
    return _do(request, statement_id, lambda: _told(payouts.try_statement(
        statement_id=statement_id, actor=staff(request), now=clock.now()
    )))  # fmt: skip


@require_POST
@staff_required(roles=SUPERVISORS)
def hand_in(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """A file that was fetched by hand is looked through."""
    form = HandedInForm(request.POST, request.FILES, auto_id="file_%s")
    if not form.is_valid():
        return _page(request, _find(statement_id), form=form, status=422)
    file, reason = form.cleaned_data["file"].read(), form.cleaned_data["reason"]
    return _do(request, statement_id, lambda: _told(payouts.take_statement(
        statement_id=statement_id, file=file, reason=reason, actor=staff(request), now=clock.now()
    )))  # fmt: skip


@require_POST
@staff_required(roles=SUPERVISORS)
def give_up(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """It is not tried any more."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""

    def act() -> str:
        payouts.give_up_statement(statement_id=statement_id, reason=reason, actor=staff(request), now=clock.now())
        return _("已放弃，不再去取。谁、什么时候、为什么，都已留痕。")

    return _do(request, statement_id, act)


def _do(request: HttpRequest, statement_id: UUID, act: Callable[[], str]) -> HttpResponse:
    _find(statement_id)
    try:
        done = act()
    except Refused as refused:
        return _page(request, _find(statement_id), refusal=wording.refusal(refused), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("office:statement", args=[statement_id]))


def _told(found: int) -> str:
    if not found:
        return _("已读完，没有退回的放款。")
    return ngettext("已读完，有 %(n)d 笔放款被退回，已入账。", "已读完，有 %(n)d 笔放款被退回，已入账。", found) % {"n": found}


def _find(statement_id: UUID) -> UnreadStatement:
    found = unread_statements.find(statement_id)
    if not found:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: UnreadStatement, *, form: HandedInForm | None = None, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "statement": found,
        "channel": wording.word(wording.CHANNELS, found.channel),
        "is_open": not found.read_at and not found.given_up_at,
        "given_up_by": people.staff_names([found.given_up_by]).get(found.given_up_by, "") if found.given_up_by else "",
        "others": unread_statements.given_up(),
        "form": form or HandedInForm(auto_id="file_%s"),
        "reason": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/statement.html", context, place="queue", status=status)
