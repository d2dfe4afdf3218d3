"""What became of a payment: the page that the cashier leads back to."""

from uuid import UUID

import qrcode
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from qrcode.image.svg import SvgPathFillImage

from anqi import clock
from anqi.actions import charges
from anqi.documents import queries as documents
from anqi.lending import queries as lending
from anqi.payments import channels
from anqi.payments import queries as payments
from anqi.payments.channels.protocol import Form
from anqi.web.borrower import asking, charge_pages, polling
from anqi.web.borrower.access import borrower_id, borrower_required, takes_return
from anqi.web.borrower.charge_pages import known, tell, transfer_lines
from anqi.web.borrower.receipt_pages import lines_of
from anqi.web.borrower.wording import channel_label
from anqi.web.shared import pages


@takes_return
@borrower_required
@require_GET
def charge(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    now, who = clock.now(), borrower_id(request)
    found = asking.look(who, charge_id, now=now)
    if not found:
        raise Http404
    step = polling.step_of(request)
    receipts = documents.receipts_of(who, [each.id for each in found.payments]) if found.payments else {}
    shares = charge_pages.shares(who, found, today=clock.today())
    order_id = None if shares else next(iter(lending.order_of_loans(who, found.loan_ids).values()), None)
    context = {
        "today": clock.today(),
        "now": now,
        "charge": found,
        "said": tell(found, now=now, step=step),
        "order_id": order_id,
        "shares": shares,
        "split": charge_pages.split(shares),
        "again": charge_pages.again(shares, order_id),
        "receipts": [
            (receipt, lines_of(receipt, today=clock.today())) for receipt in sorted(receipts.values(), key=_by_time)
        ],
        "step": step,
        "known": known(found, today=clock.today()) if _hangs(found, step) else (),
        "helpers": lending.helpers(who),
        "next_step": step + 1,
        "may_be_paid": found.may_be_paid(now) and not found.is_by_other,
        "transfer": transfer_lines(found) if found.transfer and found.may_be_paid(now) else (),
    }
    return pages.render_part(request, "borrower/charge.html", "state", context)


@borrower_required
@require_GET
def cashier(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """On to the cashier. Its address may have ended since the charge was opened; then the channel gives another."""
    who, back = borrower_id(request), reverse("borrower:charge", args=[charge_id])
    found = payments.charge(who, charge_id)
    if not found:
        raise Http404
    # What the borrower paid there would be taken for somebody else's money.
    return HttpResponseRedirect(back) if found.is_by_other else lead_on(request, who, found, back=back)


def lead_on(request: HttpRequest, who: UUID, found: payments.ChargeView, *, back: str) -> HttpResponse:
    """On to the charge's cashier, or back where it can't be paid any more."""
    now = clock.now()
    if found.may_be_paid(now) and found.channel in channels.offered():
        charges.deliver(borrower_id=who, charge_id=found.id, now=now)
        again = payments.charge(who, found.id)
        assert again
        found = again
    if not (found.has_cashier and found.may_be_paid(now)):
        return HttpResponseRedirect(back)
    if found.cashier_form:
        return _send_on(request, found, found.cashier_form, back=back)
    return pages.name_us(HttpResponseRedirect(found.cashier_url))


def _send_on(request: HttpRequest, found: payments.ChargeView, form: Form, *, back: str) -> HttpResponse:
    """A page of ours whose form goes to the cashier by itself."""
    context = {
        "form": form,
        "title": _("用%(channel)s付款") % {"channel": channel_label(found.channel)},
        "amount_minor": found.amount_minor,
        "back": back,
    }
    return pages.name_us(pages.allow_form_to(render(request, "borrower/onward.html", context), form.url))


@borrower_required
@require_GET
def code(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """The code to scan, as a picture; not found when there is nothing to scan any more."""
    found = payments.charge(borrower_id(request), charge_id)
    if not found or found.is_by_other:
        raise Http404
    return picture_of(found)


def picture_of(found: payments.ChargeView) -> HttpResponse:
    """The charge's code to scan; 404 where there is none any more."""
    if not found.code_text or not found.may_be_paid(clock.now()):
        raise Http404
    picture = qrcode.make(found.code_text, image_factory=SvgPathFillImage, border=2)
    return HttpResponse(picture.to_string(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _hangs(found: payments.ChargeView, step: int) -> bool:
    return found.is_open and not (found.code_text or found.transfer) and step > polling.LAST_STEP


def _by_time(receipt: documents.Receipt) -> UUID:
    return receipt.id


@borrower_required
@require_POST
def give_up(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """The borrower no longer wants this payment: it is closed at the channel, which has the last word."""
    who, now = borrower_id(request), clock.now()
    found = payments.charge(who, charge_id)
    if not found:
        raise Http404
    charges.give_up(borrower_id=who, charge_id=charge_id, now=now)
    after = asking.close(who, found, now=now)
    order_id = next(iter(lending.order_of_loans(who, after.loan_ids).values()), None)
    if after.state != "closed" or not order_id or len(after.loan_ids) > 1:
        return HttpResponseRedirect(reverse("borrower:charge", args=[charge_id]))
    messages.success(request, _("上一笔付款已关闭，没有扣款。可以重新选择怎么还。"))
    return HttpResponseRedirect(reverse("borrower:pay", args=[order_id]))
