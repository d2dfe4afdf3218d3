"""The borrower's own page: orders, receipts, the look, the way out."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anqi.lending import queries as lending
from anqi.notices import queries as notices
from anqi.payments import channels, debit_queries
from anqi.payments import queries as payments
from anqi.people import queries as people
from anqi.web.borrower import debit_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.tabs import tabs


@borrower_required
def me(request: HttpRequest) -> HttpResponse:
    who = borrower_id(request)
    context = {
        "tabs": tabs(),
        "profile": people.profile(who),
        "counts": lending.counts(who),
        "unread": notices.unread(who),
        "card_count": _card_count(who),
        "debit_count": _debit_count(who),
        "helpers": lending.helpers(who),
    }
    return render(request, "borrower/me.html", context)


def _card_count(who: UUID) -> int | None:
    """How many cards are bound; None where there are none and none can be."""
    count = len(payments.cards(who))
    return count if count or channels.with_cards() else None


def _debit_count(who: UUID) -> int | None:
    """How many agreements to be debited there are; None where there are none and none can be."""
    count = debit_queries.count(who)
    return count if count or debit_pages.can_debit() else None
