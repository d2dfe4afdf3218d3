"""Signing a reserve: what it costs, where it is paid to, the agreement, time to read it, and a yes or a no."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anqi import clock
from anqi.actions import reserves
from anqi.lending.agreements import AgreementChanged, ConsentMissing
from anqi.lending.applications import NoSuchApplication, NotOpen, OfferLapsed
from anqi.lending.limits import LimitExceeded
from anqi.lending.offers import AlreadySigned, NotVerified
from anqi.lending.products import CapUnknown, CostAboveCap, TooLong
from anqi.lending.readings import ReadingTooShort
from anqi.payments import queries as payments
from anqi.rows.refusals import Refused
from anqi.web.borrower import debit_pages, polling, signing_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.payout_notice import payout_notice
from anqi.web.borrower.refusals import told
from anqi.web.borrower.troubles import offer_over
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import CASH_CONSENTS, sentences
from anqi.web.shared import pages

_NOT_THERE = (reserves.NoSuchCard, reserves.CreditCard, reserves.NotAWallet, reserves.CannotPayThere)
_CHANGED = (AgreementChanged, LimitExceeded, TooLong, CostAboveCap, CapUnknown)


@pages.keeps("reading")
@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, application_id: UUID) -> HttpResponse:
    try:
        if request.method == "POST":
            return _sign(request, application_id)
        return _show(request, application_id, stated_reading=request.GET.get("reading", ""))
    except NoSuchApplication:
        raise Http404 from None
    except AlreadySigned:
        return _to("reserve-signed", application_id)
    except NotVerified:
        return HttpResponseRedirect(_verify_address(application_id))
    except OfferLapsed as refused:
        return offer_over(request, application_id, refused)
    except NotOpen:
        return _to("reserve", application_id)


@borrower_required
@require_GET
def gate(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The gate as a fragment: closed while there is reading time to go, then with boxes and button."""
    return sign(request, application_id)


def _to(page: str, application_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"borrower:{page}", args=[application_id]))


def _verify_address(application_id: UUID) -> str:
    return f"{reverse('borrower:verify')}?next={reverse('borrower:reserve-sign', args=[application_id])}"


def _show(
    request: HttpRequest, application_id: UUID, *, stated_reading: str, note: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    offer = reserves.present(borrower_id=borrower_id(request), application_id=application_id, now=now)
    shown = signing_pages.show(
        offer, of=application_id, stated_reading=stated_reading, words=CASH_CONSENTS, now=now
    )
    context = shown | {
        "today": clock.today(),
        "application": offer.application,
        "verify_url": _verify_address(application_id),
        "sign_url": reverse("borrower:reserve-sign", args=[application_id]),
        "gate_url": reverse("borrower:reserve-sign-gate", args=[application_id]),
        "note": note,
    }
    return pages.render_part(request, "borrower/reserve_sign.html", "gate", context, status=status)


def _sign(request: HttpRequest, application_id: UUID) -> HttpResponse:
    said = signing_pages.stated(request)
    try:
        reserves.sign(borrower_id=borrower_id(request), application_id=application_id, now=clock.now(), **said)
    except (ReadingTooShort, ConsentMissing) as refused:
        note, status = _note(refused), 422
    except _CHANGED as refused:
        note, status = _note(refused), 409
    except _NOT_THERE as refused:
        # What was decided looked at this account: money to another one is another application.
        again = _("这笔申请只能打到申请时的账户。要换账户，请先不签这笔，再重新申请。")
        note, status = sentences(_note(refused), _("没有签约。"), again), 409
    else:
        return _to("reserve-signed", application_id)
    return _show(request, application_id, stated_reading=said["reading_token"], note=note, status=status)


def _note(refused: Refused) -> str:
    return told(refused, now=clock.now())


@borrower_required
@require_GET
def signed(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """That it is signed, and what becomes of the money while the borrower looks on."""
    found, step = own_order(request, application_id), polling.step_of(request)
    if not found.loan or not found.is_cash:
        raise Http404
    result = payout_notice(payments.latest_payout(borrower_id(request), found.loan.id), now=clock.now())
    context = {
        "today": clock.today(),
        "order": found,
        "loan": found.loan,
        "result": result,
        "wait": polling.wait_after(step) if result.is_open else 0,
        "next_step": step + 1,
        "can_debit": result.state != "failed" and debit_pages.can_debit(),
    }
    return pages.render_part(request, "borrower/reserve_signed.html", "state", context)
