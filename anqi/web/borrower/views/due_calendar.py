"""The calendar of due dates: a month at a time, and the private address for a calendar program."""

import re
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import calendars as acts
from anqi.lending import queries as lending
from anqi.notices import calendars
from anqi.rows.days import next_month
from anqi.web.borrower import bill_months, calendar_file, due_days
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.due_days import DueDay
from anqi.web.borrower.tabs import tabs
from anqi.web.shared.figures import in_english

# As far as a loan may run, and as far back as people look.
_YEARS = 10


@borrower_required
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """One month's due dates, the running month's unless another is asked for."""
    today, who = clock.today(), borrower_id(request)
    first = _month(request.GET.get("month", ""), today)
    days = _days(who, today)
    of_month = [each for on, each in days.items() if on.replace(day=1) == first]
    feed = calendars.alive(who)
    address = _address(request, calendars.token_of(feed)) if feed else ""
    context = {
        "tabs": tabs(),
        "today": today,
        "first": first,
        "name": bill_months.month_name(first),
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": next_month(first),
        "weekdays": [pgettext("weekday", each) for each in "一二三四五六日"],
        "weeks": due_days.weeks_of(first, days),
        "days": [(each, [(line, bill_months.parts_of(line)) for line in each.lines]) for each in of_month],
        "total_minor": sum(each.total_minor for each in of_month),
        "remaining_minor": sum(each.remaining_minor for each in of_month),
        "feed": feed,
        "address": address,
        # Programs that know it take the dates in at once, and go on asking.
        "webcal": re.sub(r"^https?", "webcal", address),
    }
    return render(request, "borrower/due_calendar.html", context)


@borrower_required
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """A private address; with another wish as to amounts a new one, and the old one works no longer."""
    acts.share(
        borrower_id=borrower_id(request),
        shows_amounts=request.POST.get("amounts") == "yes",
        language="en" if in_english() else "zh-hans",
        now=clock.now(),
    )
    return redirect(reverse("borrower:calendar") + "#feed")


@borrower_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    acts.end(borrower_id=borrower_id(request), now=clock.now())
    return redirect(reverse("borrower:calendar") + "#feed")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The file itself, for whoever has the address; of one that was ended, that it is gone."""
    found = calendars.find(token)
    if not found:
        raise Http404
    if found.ended_at:
        return HttpResponse(status=410)
    today = clock.today()
    with translation.override(found.language):
        body = calendar_file.write(found, _days(found.borrower_id, today).values(), today=today)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _days(who: UUID, today: date) -> dict[date, DueDay]:
    return due_days.of(who, lending.begun(who, today=today), today=today)


def _month(stated: str, today: date) -> date:
    try:
        first = date.fromisoformat(f"{stated}-01") if stated else today.replace(day=1)
    except ValueError:
        raise Http404 from None
    if abs(first.year - today.year) > _YEARS:
        raise Http404
    return first


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("borrower:calendar-feed", args=[token]))
