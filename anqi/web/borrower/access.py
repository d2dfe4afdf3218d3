"""Who may see a borrower's pages: the borrower whose session it is, and nobody else."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from anqi.people.models import User
from anqi.web.borrower import devices
from anqi.web.shared import pages

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def borrower_required(view: View[Rest]) -> View[Rest]:
    """Sends everybody who is not signed in as a borrower to log in, staff too, and back here afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not is_borrower(request):
            return HttpResponseRedirect(login_address(pages.page_asked_for(request)))
        devices.see(request, borrower_id(request))
        return view(request, *args, **kwargs)

    return guarded


def takes_return(view: View[Rest]) -> View[Rest]:
    """A page to which a channel sends the browser back, some of them by a form of their own.

    Such a form comes without our cookie and proves nothing: it leads on to the page itself, which asks the channel.
    """

    @csrf_exempt
    @wraps(view)
    def taken(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        return HttpResponse(status=303, headers={"Location": request.path})

    return taken


def is_borrower(request: HttpRequest) -> bool:
    """Whether the session is that of a borrower who may come in."""
    user = request.user
    return isinstance(user, User) and user.is_active and user.kind == User.Kind.BORROWER


def borrower_id(request: HttpRequest) -> UUID:
    """The borrower of the session. Asked only behind `borrower_required`."""
    user = request.user
    assert isinstance(user, User) and user.kind == User.Kind.BORROWER, "a page without its guard"
    return user.id


def network_address(request: HttpRequest) -> str | None:
    """Where the request came from, as the outermost of our own proxies saw it; None where nobody can say."""
    stated = request.META.get("REMOTE_ADDR", "")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        seen = request.headers.get("X-Forwarded-For", "").split(",")[-settings.ALLAUTH_TRUSTED_PROXY_COUNT :]
        stated = seen[0].strip()
    try:
        return str(ipaddress.ip_address(stated))
    except ValueError:
        return None


def login_address(next_page: str) -> str:
    """Where to log in, and to come back to that page."""
    address = reverse("borrower:login")
    return address if next_page == "/" else f"{address}?{urlencode({'next': next_page})}"
