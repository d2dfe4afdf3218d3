"""Settlements with shops: all shops, one shop, one day of it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.lending import inspection as lending
from anqi.lending import payouts_to_shops, settlements
from anqi.lending.models import Merchant
from anqi.lending.settlements import NoSuchSettlement
from anqi.web.office import settling
from anqi.web.office.access import staff_required
from anqi.web.office.frame import show
from anqi.web.office.settlement_words import CYCLES, LINES, STATES, TONES

_PAGE = 500


@require_safe
@staff_required()
def board(request: HttpRequest) -> HttpResponse:
    """What each shop is owed, and how far each payment has come."""
    context = {
        "rows": settling.board(today=clock.today()),
        "files": payouts_to_shops.files(),
        "unfiled": payouts_to_shops.count_unfiled(),
    }
    return show(request, "office/settlements.html", context, place="settlements")


@require_safe
@staff_required()
def shop(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """One shop: its days, payouts and accounts."""
    return shop_page(request, find(merchant_id))


@require_safe
@staff_required()
def day(request: HttpRequest, merchant_id: UUID, settlement_id: UUID) -> HttpResponse:
    """One day of a shop, order by order."""
    merchant = find(merchant_id)
    try:
        shown = settlements.find(merchant, settlement_id, today=clock.today())
    except NoSuchSettlement:
        raise Http404 from None
    lines = list(settlements.lines([settlement_id])[: _PAGE + 1])
    context = {
        "merchant": merchant,
        "shown": shown,
        "state": STATES[shown.state],
        "lines": [(line, LINES[line.kind]) for line in lines[:_PAGE]],
        "is_cut": len(lines) > _PAGE,
    }
    return show(request, "office/settlement_day.html", context, place="settlements")


def find(merchant_id: UUID) -> Merchant:
    """The shop of that id, or no page."""
    merchant = lending.merchant(merchant_id)
    if not merchant:
        raise Http404
    return merchant


def shop_page(request: HttpRequest, merchant: Merchant, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The shop's page, with why an act on it was declined."""
    context = settling.shop(merchant, now=clock.now())
    context["days"] = [(each, STATES[each.state], TONES.get(each.state, "")) for each in context["days"]]
    context |= {"refusal": refusal, "cycle": CYCLES[merchant.settlement_cycle]}
    return show(request, "office/settlement_shop.html", context, place="settlements", status=status)
