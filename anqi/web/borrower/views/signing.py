"""Signing: what it costs, the agreement, time to read it, and a yes or a no."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anqi import clock
from anqi.actions import purchases
from anqi.lending import queries as lending
from anqi.lending.agreements import AgreementChanged, ConsentMissing
from anqi.lending.limits import LimitExceeded
from anqi.lending.merchant_orders import NoSuchOrder, OrderCancelled, OrderLapsed, StateConflict
from anqi.lending.offers import AlreadySigned, NotVerified
from anqi.lending.readings import ReadingTooShort
from anqi.rows.refusals import Refused
from anqi.web.borrower import debit_pages, signing_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.refusals import told
from anqi.web.borrower.troubles import order_over
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import CONSENTS
from anqi.web.shared import pages


@borrower_required
@require_GET
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the merchant sends the borrower: the order becomes theirs, and the signing page shows it."""
    try:
        order = purchases.open(token=token, borrower_id=borrower_id(request), now=clock.now())
    except NoSuchOrder:
        raise Http404 from None
    except (OrderLapsed, OrderCancelled) as refused:
        return order_over(request, refused)
    return HttpResponseRedirect(reverse("borrower:sign", args=[order.id]))


@pages.keeps("reading")
@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, order_id: UUID) -> HttpResponse:
    try:
        if request.method == "POST":
            return _sign(request, order_id)
        return _show(request, order_id, stated_reading=request.GET.get("reading", ""))
    except NoSuchOrder:
        raise Http404 from None
    except AlreadySigned:
        return HttpResponseRedirect(reverse("borrower:signed", args=[order_id]))
    except NotVerified:
        return HttpResponseRedirect(_verify_address(order_id))
    except (OrderLapsed, OrderCancelled) as refused:
        return order_over(request, refused, back_url=lending.way_back(borrower_id(request), order_id))


@borrower_required
@require_GET
def gate(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The gate as a fragment: closed while there is reading time to go, then with boxes and button."""
    return sign(request, order_id)


def _verify_address(order_id: UUID) -> str:
    return f"{reverse('borrower:verify')}?next={reverse('borrower:sign', args=[order_id])}"


def _show(
    request: HttpRequest, order_id: UUID, *, stated_reading: str, note: str = "", status: int = 200
) -> HttpResponse:
    now, who = clock.now(), borrower_id(request)
    offer = purchases.present(borrower_id=who, order_id=order_id, now=now)
    context = signing_pages.show(offer, of=order_id, stated_reading=stated_reading, words=CONSENTS, now=now) | {
        "today": clock.today(),
        "order": own_order(request, order_id),
        "back_url": lending.way_back(who, order_id),
        "verify_url": _verify_address(order_id),
        "sign_url": reverse("borrower:sign", args=[order_id]),
        "gate_url": reverse("borrower:sign-gate", args=[order_id]),
        "note": note,
    }
    return pages.render_part(request, "borrower/sign.html", "gate", context, status=status)


def _sign(request: HttpRequest, order_id: UUID) -> HttpResponse:
    said = signing_pages.stated(request)
    try:
        purchases.sign(borrower_id=borrower_id(request), order_id=order_id, now=clock.now(), **said)
    except (ReadingTooShort, ConsentMissing) as refused:
        return _refused(request, order_id, refused, said["reading_token"], status=422)
    except (AgreementChanged, LimitExceeded) as refused:
        return _refused(request, order_id, refused, said["reading_token"], status=409)
    return HttpResponseRedirect(reverse("borrower:signed", args=[order_id]))


def _refused(request: HttpRequest, order_id: UUID, refused: Refused, reading: str, *, status: int) -> HttpResponse:
    note = told(refused, now=clock.now())
    return _show(request, order_id, stated_reading=reading, note=note, status=status)


@borrower_required
@require_POST
def decline(request: HttpRequest, order_id: UUID) -> HttpResponse:
    try:
        purchases.decline(borrower_id=borrower_id(request), order_id=order_id, now=clock.now())
    except NoSuchOrder:
        raise Http404 from None
    except AlreadySigned:
        return HttpResponseRedirect(reverse("borrower:signed", args=[order_id]))
    except StateConflict:
        return HttpResponseRedirect(reverse("borrower:order", args=[order_id]))
    messages.success(request, _("没有签约，订单已取消，不产生任何费用。"))
    return HttpResponseRedirect(reverse("borrower:order", args=[order_id]))


@borrower_required
@require_GET
def signed(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    if not found.loan:
        return HttpResponseRedirect(reverse("borrower:order", args=[order_id]))
    back_url = lending.way_back(borrower_id(request), order_id)
    context = {
        "today": clock.today(), "order": found, "loan": found.loan, "back_url": back_url,
        "can_debit": debit_pages.can_debit(),
    }  # fmt: skip
    return render(request, "borrower/signed.html", context)
