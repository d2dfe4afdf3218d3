"""消息: everything that the borrower was sent, with what became of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.actions import notices
from anqi.notices import queries
from anqi.web.borrower import message_words, paging
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.tabs import tabs


@borrower_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What is on this page has been seen once it was shown; the marks stand until the next time."""
    who, now = borrower_id(request), clock.now()
    found = queries.listed(
        who, language=get_language() or "zh-hans", before=paging.before(request), limit=queries.PAGE + 1
    )
    shown = found[: queries.PAGE]
    context = {
        "tabs": tabs(),
        "today": now.date(),
        "messages_shown": [(each, message_words.proofs(each, now=now), message_words.place_of(each)) for each in shown],
        "older": shown[-1].id if len(found) > queries.PAGE else None,
    }
    unread = [each.id for each in shown if not each.is_read]
    if unread and request.method == "GET":
        notices.see(borrower_id=who, message_ids=unread, now=now)
    return render(request, "borrower/messages.html", context)
