"""Paying several plans at once: which, what of each, what it would do, and on to one cashier."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anqi import clock
from anqi.actions.charges import (
    ChannelUnavailable,
    DebitOnItsWay,
    OtherChargeOpen,
    SeveralLenders,
    TooLateToday,
    TooSlowToSettle,
    Wish,
)
from anqi.lending.repaying import AmountOutOfRange, NothingToPay, QuoteOver
from anqi.payments import channels
from anqi.web.borrower import together
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import ChannelForm, TotalForm
from anqi.web.borrower.together import Together
from anqi.web.borrower.troubles import debit_on_its_way
from anqi.web.borrower.views import paying
from anqi.web.borrower.wording import CHANNELS
from anqi.web.shared import pages


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    """The plans to choose from; nothing is chosen that the link or the form does not name."""
    return _send(request) if request.method == "POST" else _show(request, _gather(request))


@borrower_required
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """What the choice would do, as a fragment for the form; the whole page without htmx."""
    return _show(request, _gather(request))


def _gather(request: HttpRequest, *, is_sent: bool = False) -> Together:
    asked = request.POST if request.method == "POST" else request.GET
    return together.gather(borrower_id(request), asked, today=clock.today(), is_sent=is_sent)


def _show(request: HttpRequest, page: Together, *, note: str = "", status: int = 200) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    echo = together.echo(page)
    context = {
        "today": clock.today(),
        "page": page,
        "note": note,
        "echo": urlencode(echo, doseq=True),
        "echoes": " ".join(echo),
        "channels": [CHANNELS[code] for code in channels.offered()],
        "total_form": TotalForm(asked) if "total" in asked else TotalForm(),
        "attempt": paying.attempt_of(asked.get("attempt", "")),
    }
    response = pages.render_part(request, "borrower/pay_together.html", "preview", context, status=status)
    return paying.allow_cashier(response)


def _send(request: HttpRequest) -> HttpResponse:
    form, page = ChannelForm(request.POST), _gather(request, is_sent=True)
    if not form.is_valid() or not page.is_ready:
        return _refuse(request, _("请选择还哪几笔、怎么付，再确认。"), status=422)
    if page.mark != form.cleaned_data["quote"]:
        return _refuse(request, _("这是最新的结果，请核对金额，没有问题再确认还款。"))
    try:
        return _collect(request, page, form)
    except OtherChargeOpen as refused:
        return paying.other(request, refused, back=together.address(line.order.id for line in page.chosen))
    except DebitOnItsWay as refused:
        claim = paying.refused_for(request, refused)
        debited = next(line.order for line in page.chosen if line.loan.id in claim.loan_ids)
        return debit_on_its_way(request, debited, claim)
    except TooLateToday:
        return _refuse(request, _("快到零点了，结清金额马上会变，没有扣款。请零点以后再结清，或先还到期的。"))
    except TooSlowToSettle:
        return _refuse(request, _("银行转账赶不上今天的结清金额，没有扣款。请换一种付款方式，或先还到期的。"))
    except (ChannelUnavailable, SeveralLenders, NothingToPay, QuoteOver, AmountOutOfRange) as refused:
        return _refuse(request, paying.changed(refused))


def _refuse(request: HttpRequest, note: str, *, status: int = 409) -> HttpResponse:
    return _show(request, _gather(request), note=note, status=status)


def _collect(request: HttpRequest, page: Together, form: ChannelForm) -> HttpResponse:
    quotes = page.quotes
    stated = "+".join(f"{quote.loan.id}:{quote.what}:{quote.amount_minor}" for quote in quotes)
    channel = form.cleaned_data["channel"]
    wishes = [
        Wish(loan_id=quote.loan.id, purpose=quote.purpose, amount_minor=quote.amount_minor) for quote in quotes
    ]
    attempt = paying.attempt_for(form.cleaned_data["attempt"], stated, channel)
    return paying.collect(request, wishes, channel=channel, attempt=attempt)
