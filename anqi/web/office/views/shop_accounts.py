"""A shop's bank account: asked for by one person, released or refused by another."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anqi import clock
from anqi.actions.settlements import accounts
from anqi.lending.shop_accounts import BadAccount
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.settlement_forms import AccountForm
from anqi.web.office.views.settlements import find, shop_page


@require_POST
@staff_required(roles=ACTORS)
def propose(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """Another account, waiting for its second person."""
    form = AccountForm(request.POST)

    def act() -> None:
        if not form.is_valid():
            raise BadAccount
        accounts.propose(merchant_id=merchant_id, actor=staff(request), now=clock.now(), **form.cleaned_data)

    return _act(request, merchant_id, act, _("已提交，等另一位复核放行。"))


@require_POST
@staff_required(roles=SUPERVISORS)
def release(request: HttpRequest, merchant_id: UUID, account_id: UUID) -> HttpResponse:
    """The second person says yes."""
    asked = {"merchant_id": merchant_id, "account_id": account_id}
    return _act(
        request, merchant_id, lambda: accounts.release(**asked, actor=staff(request), now=clock.now()),
        _("已放行，一天后启用；已通知商户。"),
    )  # fmt: skip


@require_POST
@staff_required(roles=ACTORS)
def refuse(request: HttpRequest, merchant_id: UUID, account_id: UUID) -> HttpResponse:
    """The second person says no, or the first takes it back."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    asked = {"merchant_id": merchant_id, "account_id": account_id}
    return _act(
        request, merchant_id,
        lambda: accounts.refuse(**asked, reason=reason, actor=staff(request), now=clock.now()), _("已驳回。"),
    )  # fmt: skip


def _act(request: HttpRequest, merchant_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    merchant = find(merchant_id)
    try:
        act()
    except Refused as refused:
        return shop_page(request, merchant, refusal=wording.refusal(refused), status=409)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("office:settlement_shop", args=[merchant_id]))
