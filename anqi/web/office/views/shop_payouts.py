"""Payouts to shops: proposed, released, taken back, reported, confirmed, and the file for the bank."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions.settlements import payouts
from anqi.engine.money import write_amount
from anqi.lending import payouts_to_shops
from anqi.payments.channels.bank import reference
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note
from anqi.web.office.settlement_forms import ProposeForm, ReportForm
from anqi.web.office.views.settlements import find, shop_page
from anqi.web.shared import sheets


@require_POST
@staff_required(roles=ACTORS)
def propose(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """All that is ready up to a day is to be paid."""
    merchant, form = find(merchant_id), ProposeForm(request.POST)
    if not form.is_valid():
        return shop_page(request, merchant, refusal=_("请选一天。"), status=422)
    try:
        payouts.propose(merchant_id=merchant_id, actor=staff(request), now=clock.now(), **form.cleaned_data)
    except Refused as refused:
        return shop_page(request, merchant, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已提交，等另一位复核放行。"))
    return HttpResponseRedirect(reverse("office:settlement_shop", args=[merchant_id]))


@require_POST
@staff_required(roles=ACTORS)
def act(request: HttpRequest, merchant_id: UUID, payout_id: UUID, step: str) -> HttpResponse:
    """One step of a payout: release, withdraw, report or confirm."""
    merchant, payout = find(merchant_id), payouts_to_shops.find(payout_id)
    if payout is None or payout.merchant_id != merchant_id or step not in _STEPS:
        raise Http404
    try:
        _STEPS[step](request, payout_id)
    except Refused as refused:
        return shop_page(request, merchant, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已记录。"))
    return HttpResponseRedirect(reverse("office:settlement_shop", args=[merchant_id]))


def _release(request: HttpRequest, payout_id: UUID) -> None:
    payouts.release(payout_id=payout_id, actor=staff(request), now=clock.now())


def _withdraw(request: HttpRequest, payout_id: UUID) -> None:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    payouts.withdraw(payout_id=payout_id, reason=reason, actor=staff(request), now=clock.now())


def _report(request: HttpRequest, payout_id: UUID) -> None:
    form = ReportForm(request.POST)
    if not form.is_valid():
        raise payouts_to_shops.BadDay if "on" in form.errors else payouts_to_shops.NotReported
    told = form.cleaned_data
    payouts.report(
        payout_id=payout_id, is_paid=told["outcome"] == "paid", ref=told["ref"], on=told["on"], actor=staff(request),
        now=clock.now(),
    )  # fmt: skip


def _confirm(request: HttpRequest, payout_id: UUID) -> None:
    payouts.confirm(payout_id=payout_id, actor=staff(request), now=clock.now())


_STEPS = {"release": _release, "withdraw": _withdraw, "report": _report, "confirm": _confirm}


@require_POST
@staff_required(roles=ACTORS)
def hand_over(request: HttpRequest) -> HttpResponse:
    """A new file for the bank of all released payouts that are in none yet."""
    try:
        payouts.hand_over(actor=staff(request), now=clock.now())
        messages.success(request, _("付款文件已生成，可以下载了。"))
    except Refused as refused:
        messages.error(request, wording.refusal(refused))
    return HttpResponseRedirect(reverse("office:settlements"))


@require_safe
@staff_required(roles=ACTORS)
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The file for the bank."""
    lines = list(_lines(file_id))
    if len(lines) == 1:
        raise Http404
    # It holds whole account numbers.
    note(request, "download_payment_file", object_id=file_id)
    return sheets.file(lines, name=f"payments-{file_id}")


def _lines(file_id: UUID) -> Iterator[list[str]]:
    yield [_("收款人户名"), _("收款账号"), _("开户行"), _("金额（元）"), _("币种"), _("附言")]
    for payout in payouts_to_shops.in_file(file_id):
        account = payout.account
        amount = write_amount(payout.amount_minor, currency=payout.currency)
        yield [account.name, account.number, account.bank, amount, payout.currency, reference(payout.number)]
