"""Auto-debit of one loan and of all: seen, opened with its terms first, put in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anqi import clock
from anqi.actions import mandates
from anqi.lending import dues
from anqi.lending import queries as lending
from anqi.lending.queries import LoanView, OrderView
from anqi.payments import channels, debit_queries, debiting
from anqi.payments import queries as payments
from anqi.payments.debit_queries import Agreement
from anqi.payments.debiting import Timetable
from anqi.payments.queries import CardView
from anqi.rows.refusals import Refused
from anqi.web.borrower import debit_pages, debit_words
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.refusals import told
from anqi.web.borrower.tabs import tabs
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import CHANNELS, Channel, card_name, channel_label
from anqi.web.shared import pages

REFUSALS = (mandates.CannotDebit, mandates.AmountAboveLimit, mandates.DaysDoNotFit, mandates.NothingToDebit)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where money could be taken from: a channel, or a card bound at one."""

    channel: str
    card: CardView | None

    @property
    def name(self) -> str:
        return card_name(self.card) if self.card else channel_label(self.channel)

    @property
    def way(self) -> Channel:
        return CHANNELS[self.channel]

    @property
    def named(self) -> tuple[str, UUID | None]:
        """As an agreement names what it takes from."""
        return self.channel, self.card.id if self.card else None

    @property
    def query(self) -> str:
        return f"channel={self.channel}" + (f"&card={self.card.id}" if self.card else "")


@borrower_required
@require_GET
def of_all(request: HttpRequest) -> HttpResponse:
    """All agreements of the borrower that are in force or being signed, loan by loan."""
    who = borrower_id(request)
    living = [each for each in debit_queries.agreements(who) if each.is_living]
    orders = lending.orders_of_loans(who, {each.loan_id for each in living}, today=clock.today())
    shown = [(order, _listed(living, loan_id)) for loan_id, order in orders.items()]
    return render(request, "borrower/auto_pays.html", {"tabs": tabs(), "today": clock.today(), "shown": shown})


def _listed(found: list[Agreement], loan_id: UUID) -> list[dict[str, Any]]:
    return [_shown(each) for each in found if each.loan_id == loan_id]


def _shown(each: Agreement) -> dict[str, Any]:
    return {
        "row": each, "way": CHANNELS.get(each.channel), "name": debit_words.source_name(each),
        "badge": debit_words.AGREEMENTS[each.state],
        "ended_by": "" if each.is_living else debit_words.ended_by(each),
    }  # fmt: skip


@borrower_required
@require_GET
def of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return _show(request, own_order(request, order_id))


def _show(request: HttpRequest, order: OrderView, *, note: str = "", status: int = 200) -> HttpResponse:
    loan, who, now = loan_of(order), borrower_id(request), clock.now()
    agreements = debit_queries.agreements(who, loan_id=loan.id)
    living = [each for each in agreements if each.is_living]
    found = debit_queries.debited(who, [loan.id])[loan.id]
    history, timetable = debit_queries.history(who, loan.id), _timetable(loan)
    context = {
        "today": clock.today(),
        "order": order,
        "note": note,
        "news": debit_pages.news(order, found, payments.claims(who, [loan.id]).get(loan.id), now=now),
        "coming": debit_pages.coming_lines(loan, found, history, timetable),
        "sources": [_shown(each) for each in living],
        "offers": _offers(who, loan, living, now),
        "can_bind": bool(channels.with_cards()) and order.condition not in ("settled", "void"),
        "terms": debit_pages.terms(timetable, None),
        "past": debit_pages.past(history, agreements, now=now),
        "ended": [_shown(each) for each in agreements if not each.is_living],
    }
    return render(request, "borrower/auto_pay.html", context, status=status)


def loan_of(order: OrderView) -> LoanView:
    """The loan of the order; not found before it is signed."""
    if not order.loan:
        raise Http404
    return order.loan


def _timetable(loan: LoanView) -> Timetable:
    return debiting.read_timetable(dues.timetable_of(loan.held.borrower_id, loan.id))


def _offers(who: UUID, loan: LoanView, living: list[Agreement], now: datetime) -> list[tuple[Source, str]]:
    """The sources that are not there yet, each with why it can't be added, where it can't."""
    taken = {(each.channel, each.card_id) for each in living}
    sources = [each for each in _sources(who) if each.named not in taken]
    why = {channel: _why_not(who, loan, channel, now) for channel in {each.channel for each in sources}}
    return [(each, why[each.channel]) for each in sources]


def _sources(who: UUID) -> Iterator[Source]:
    yield from (Source(channel=code, card=None) for code in channels.with_mandates())
    for code in channels.with_cards():
        yield from (Source(channel=code, card=card) for card in payments.cards(who))


def _why_not(who: UUID, loan: LoanView, channel: str, now: datetime) -> str:
    try:
        mandates.offer(borrower_id=who, loan_id=loan.id, channel=channel, now=now)
    except REFUSALS as refused:
        return told(refused, now=now)
    return ""


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The terms of one more source, and its button below them; nothing is opened before it is pressed.

    Whoever comes back to it from the channel's page learns what became of the signing.
    """
    order, who, now = own_order(request, order_id), borrower_id(request), clock.now()
    loan, source = loan_of(order), _stated_source(request)
    if request.method != "POST" and (known := _known(who, loan, source)):
        return HttpResponseRedirect(reverse("borrower:mandate", args=[known.id]))
    try:
        single_minor, _days = mandates.offer(borrower_id=who, loan_id=loan.id, channel=source.channel, now=now)
        if request.method == "POST" and request.POST.get("single") == str(single_minor):
            return _open(request, order, source, now)
    except (*REFUSALS, mandates.NoSuchCard) as refused:
        return refuse(request, order, refused)
    return _show_terms(request, order, source, single_minor)


def _stated_source(request: HttpRequest) -> Source:
    channel, card_id = request.GET.get("channel", ""), request.GET.get("card")
    for source in _sources(borrower_id(request)):
        if (source.channel, str(source.card.id) if source.card else None) == (channel, card_id):
            return source
    raise Http404


def _known(who: UUID, loan: LoanView, source: Source) -> Agreement | None:
    """The agreement that takes from this source already, or is being signed."""
    living = [each for each in debit_queries.agreements(who, loan_id=loan.id) if each.is_living]
    return next((each for each in living if (each.channel, each.card_id) == source.named), None)


def _show_terms(request: HttpRequest, order: OrderView, source: Source, single_minor: int) -> HttpResponse:
    loan = loan_of(order)
    rules = channels.find_debiting(source.channel).debit_rules()
    context = {
        "order": order, "loan": loan, "source": source, "single_minor": single_minor,
        "terms": debit_pages.terms(_timetable(loan), rules), "is_signed_there": source.card is None,
        "channel": channel_label(source.channel),
        "note": _("金额刚刚有变化，请再看一遍，没有问题再确认。") if request.method == "POST" else "",
    }  # fmt: skip
    status = 409 if request.method == "POST" else 200
    return _allow_signing(render(request, "borrower/auto_pay_add.html", context, status=status), source.channel)


def _allow_signing(response: HttpResponse, channel: str) -> HttpResponse:
    gateway = getattr(settings, f"ANQI_{channel.upper()}").get("gateway")
    return pages.allow_form_to(response, gateway) if gateway else response


def _open(request: HttpRequest, order: OrderView, source: Source, now: datetime) -> HttpResponse:
    mandate = mandates.open(
        borrower_id=borrower_id(request), loan_id=loan_of(order).id, channel=source.channel,
        card_id=source.card.id if source.card else None, now=now,
    )  # fmt: skip
    if mandate.state == "active":
        messages.success(request, _("已开通从%(source)s自动还款。") % {"source": source.name})
        return HttpResponseRedirect(debit_pages.auto_pay(order))
    return HttpResponseRedirect(reverse("borrower:mandate-sign", args=[mandate.id]))


def refuse(request: HttpRequest, order: OrderView, refused: Refused) -> HttpResponse:
    """The order's page with what was refused and why."""
    return _show(request, order, note=told(refused, now=clock.now()), status=409)


@borrower_required
@require_POST
def move(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One source a place up or down in the borrower's order."""
    order, who = own_order(request, order_id), borrower_id(request)
    loan = loan_of(order)
    ids = [each.id for each in debit_queries.agreements(who, loan_id=loan.id) if each.is_living]
    stated = {str(each): place for place, each in enumerate(ids)}
    place = stated.get(request.POST.get("mandate", ""))
    if place is None:
        raise Http404
    to = max(0, place - 1) if request.POST.get("to") == "up" else min(len(ids) - 1, place + 1)
    ids.insert(to, ids.pop(place))
    mandates.arrange(borrower_id=who, loan_id=loan.id, mandate_ids=ids, now=clock.now())
    return HttpResponseRedirect(debit_pages.auto_pay(order))
