"""A borrower's rights over their data and their account: where each is exercised, and who looked at what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anqi import clock
from anqi.web.borrower import contacts, paging
from anqi.web.borrower.access import borrower_id, borrower_required


@borrower_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Where to find what."""
    return render(request, "borrower/account.html", {"places": _places()})


def _places() -> list[dict[str, str]]:
    return [
        {
            "url": reverse("borrower:looked-at"), "icon": "person", "title": _("谁看过我的资料"),
            "text": _("工作人员的每次查看，和发给你的短信"),
        },
    ]  # fmt: skip


@borrower_required
@require_GET
def looked_at(request: HttpRequest) -> HttpResponse:
    """Who looked at the borrower's data, and what they were sent."""
    found = contacts.latest(borrower_id(request), before=paging.before(request))
    shown = found[: contacts.PAGE]
    older = shown[-1].id if len(found) > contacts.PAGE else None
    return render(request, "borrower/looked_at.html", {"today": clock.today(), "contacts": shown, "older": older})
