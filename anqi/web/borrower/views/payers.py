"""What somebody else sees who pays for a borrower: an amount, a cashier, a result. No name, no order, no shop."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anqi import clock
from anqi.actions import charges
from anqi.actions.charges import ChannelUnavailable, DebitOnItsWay, OtherChargeOpen, TooLateToday, links
from anqi.lending.repaying import AmountOutOfRange, NothingToPay, QuoteOver
from anqi.payments import channels, pay_links
from anqi.payments import queries as payments
from anqi.payments.models import Charge, PayLink
from anqi.payments.pay_links import LinkOver
from anqi.people import tries
from anqi.people.tries import TooOften
from anqi.web.borrower import asking, pacing, payer_pages, polling
from anqi.web.borrower.access import network_address, takes_return
from anqi.web.borrower.forms import ChannelForm
from anqi.web.borrower.views import paying
from anqi.web.borrower.views.charges import lead_on, picture_of
from anqi.web.borrower.wording import CHANNELS
from anqi.web.shared import pages


@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked of whoever has the link; sent, it leads on to the cashier. Unknown tokens are 404, and counted."""
    link = pay_links.find(token)
    try:
        if not link or request.method == "POST":
            tries.spend_address("pay_for", address=network_address(request), now=clock.now())
    except TooOften as refused:
        return pacing.too_often(request, refused)
    if not link:
        raise Http404
    return _pay(request, link) if request.method == "POST" else _show(request, link)


def _show(
    request: HttpRequest, link: PayLink, *, why: str = "", note: str = "", status: int = 200
) -> HttpResponse:
    state = why or pay_links.state(link, now=clock.now())
    being_paid = pay_links.open_charge(link) if state == "alive" else None
    said = None if state == "alive" else payer_pages.over(state)
    context = {
        "today": clock.today(),
        "link": link,
        "said": said,
        "note": note,
        "going": pay_links.payer_address(being_paid) if being_paid else "",
        "channels": [CHANNELS[code] for code in channels.at_a_cashier()],
        "attempt": paying.attempt_of(request.POST.get("attempt", "")),
    }
    status = 410 if said and state != "paid" and status == 200 else status
    return paying.allow_cashier(_unlisted(render(request, "borrower/pay_for.html", context, status=status)))


def _pay(request: HttpRequest, link: PayLink) -> HttpResponse:
    form = ChannelForm(request.POST)
    if not form.is_valid():
        return _show(request, link, note=_("请选择怎么付，再确认。"), status=422)
    try:
        return _collect(request, link, form)
    except LinkOver as refused:
        return _show(request, link, why=str(refused.facts["why"]), status=409)
    except (QuoteOver, AmountOutOfRange, NothingToPay):
        return _show(request, link, why="changed", status=409)
    except (OtherChargeOpen, DebitOnItsWay):
        return _show(request, link, note=_("现在有另一笔付款正在处理，没有扣款。请过一会儿再来。"), status=409)
    except TooLateToday:
        return _show(request, link, note=_("这个链接马上过期，来不及付了。没有扣款，请对方再发一个。"), status=409)
    except ChannelUnavailable as refused:
        return _show(request, link, note=paying.changed(refused), status=409)


def _collect(request: HttpRequest, link: PayLink, form: ChannelForm) -> HttpResponse:
    now, channel = clock.now(), form.cleaned_data["channel"]
    attempt = hashlib.sha256(f"{link.id}:{form.cleaned_data['attempt']}:{channel}".encode()).hexdigest()
    charge = links.pay(
        link=link, channel=channel, how="wap" if paying.is_phone(request) else "page", attempt=attempt,
        payer_ip=network_address(request), now=now,
    )  # fmt: skip
    charges.deliver(borrower_id=link.borrower_id, charge_id=charge.id, now=now)
    found = payments.charge(link.borrower_id, charge.id)
    assert found
    address = pay_links.payer_address(charge)
    if not (found.has_cashier and found.may_be_paid(now)):
        return HttpResponseRedirect(address)
    url = found.cashier_url or f"{address}/cashier"
    return paying.allow_cashier(pages.name_us(HttpResponseRedirect(url)))


@takes_return
@require_GET
def paid(request: HttpRequest, key: str, proof: str) -> HttpResponse:
    """What became of the payment, for whoever made it, and its receipt."""
    charge, now, step = _charge(key, proof), clock.now(), polling.step_of(request)
    found = asking.look(charge.borrower_id, charge.id, now=now)
    assert found
    context: Mapping[str, Any] = {
        "today": clock.today(),
        "charge": found,
        "key": key,
        "proof": proof,
        "said": payer_pages.tell(found, now=now, step=step),
        "receipts": [payer_pages.receipt(found, each, key=key, today=clock.today()) for each in found.payments],
        "next_step": step + 1,
        "may_be_paid": found.may_be_paid(now),
    }
    return _unlisted(pages.render_part(request, "borrower/paid_for.html", "state", context))


@require_GET
def cashier(request: HttpRequest, key: str, proof: str) -> HttpResponse:
    """On to the cashier once more, while the payment is open."""
    charge = _charge(key, proof)
    found = payments.charge(charge.borrower_id, charge.id)
    assert found
    return lead_on(request, charge.borrower_id, found, back=pay_links.payer_address(charge))


@require_GET
def code(request: HttpRequest, key: str, proof: str) -> HttpResponse:
    """The code to scan, as a picture."""
    charge = _charge(key, proof)
    found = payments.charge(charge.borrower_id, charge.id)
    assert found
    return picture_of(found)


@require_POST
def give_up(request: HttpRequest, key: str, proof: str) -> HttpResponse:
    """The payer wants out, or another way to pay: the channel is asked to close it, and has the last word."""
    charge, now = _charge(key, proof), clock.now()
    charges.give_up(borrower_id=charge.borrower_id, charge_id=charge.id, now=now)
    found = payments.charge(charge.borrower_id, charge.id)
    assert found
    if found.is_open:
        asking.close(charge.borrower_id, found, now=now)
    return HttpResponseRedirect(reverse("borrower:paid-for", args=[key, proof]))


def _charge(key: str, proof: str) -> Charge:
    found = pay_links.find_paid(key, proof)
    if not found:
        raise Http404
    return found


def _unlisted(response: HttpResponse) -> HttpResponse:
    # An address that is all there is to know must not be found by searching.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
