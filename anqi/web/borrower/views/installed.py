"""The site as an app on a phone: its manifest, its worker, and the page that is there without a network."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.lending import queries as lending
from anqi.web.borrower import due_days
from anqi.web.borrower.access import borrower_id, is_borrower
from anqi.web.borrower.due_days import DueDay

_SIZES = (192, 512)
# A phone without a network is no place for a long list.
_MOST = 12
_STYLED = ("shared/anqi.css", "shared/anqi.js", "shared/htmx-4.0.1.min.js", "shared/digits.woff2", "shared/mark.svg")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    stated = {
        "name": _("按期"),
        "short_name": _("按期"),
        "start_url": reverse("borrower:home"),
        "scope": reverse("borrower:home"),
        "display": "standalone",
        "theme_color": "#0f6473",
        "background_color": "#f4f6f5",
        "icons": [
            {
                "src": static(f"borrower/icon-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for size in _SIZES
        ],
    }
    return JsonResponse(stated, content_type="application/manifest+json")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for times without a network. What it keeps is named by what it holds."""
    context = {"kept": [static(name) for name in _STYLED], "page": reverse("borrower:offline")}
    return render(request, "borrower/worker.js", context, content_type="text/javascript")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the browser keeps for times without a network: the next due dates as of now; nothing for a stranger."""
    today = clock.today()
    days = _days(request) if is_borrower(request) else []
    context = {"now": clock.now(), "today": today, "days": days[:_MOST], "is_known": is_borrower(request)}
    return render(request, "borrower/offline.html", context)


def _days(request: HttpRequest) -> list[DueDay]:
    today, who = clock.today(), borrower_id(request)
    days = due_days.of(who, lending.running(who, today=today), today=today)
    return [day for day in days.values() if day.remaining_minor]
