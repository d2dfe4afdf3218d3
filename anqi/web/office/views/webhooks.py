"""What merchants were told, each attempt, and sending it again."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.lending import inspection as lending
from anqi.lending.models import Merchant
from anqi.notices import inspection as notices
from anqi.notices.models import Webhook
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff_required
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def merchants(request: HttpRequest) -> HttpResponse:
    """All merchants."""
    return show(request, "office/merchants.html", {"merchants": lending.merchants()}, place="merchants")


@require_safe
@staff_required()
def log(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """A merchant's events, newest first, with what its server answered."""
    merchant = _find(merchant_id)
    found = notices.webhooks(merchant_id, before=_before(request))
    context = {
        "merchant": merchant,
        "rows": [(row, wording.word(wording.WEBHOOKS, row.state), _tone(row)) for row in found],
        "older": found[-1].created_at.isoformat() if len(found) == notices.PAGE else "",
    }
    return show(request, "office/webhooks.html", context, place="merchants")


@require_POST
@staff_required(roles=ACTORS)
def send_again(request: HttpRequest, merchant_id: UUID, webhook_id: UUID) -> HttpResponse:
    """The event is due now. The merchant tells a repeat by its id."""
    if not notices.webhook(_find(merchant_id).id, webhook_id):
        raise Http404
    note(request, "send_webhook_again", object_id=webhook_id)
    notices.send_again(webhook_id, now=clock.now())
    messages.success(request, _("几秒内会再发一次。"))
    return HttpResponseRedirect(reverse("office:webhooks", args=[merchant_id]))


def _find(merchant_id: UUID) -> Merchant:
    found = lending.merchant(merchant_id)
    if not found:
        raise Http404
    return found


def _before(request: HttpRequest) -> datetime | None:
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        raise Http404 from None
    return before if before and before.tzinfo else None


def _tone(row: Webhook) -> str:
    return {Webhook.State.GIVEN_UP: "bad", Webhook.State.DELIVERED: "good"}.get(Webhook.State(row.state), "warn")
