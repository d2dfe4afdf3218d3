"""Whether a certificate is genuine, and what holds of it now: for anybody who has its code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.actions import papers
from anqi.people.addresses import TooManyChecks
from anqi.web.borrower.access import network_address
from anqi.web.borrower.forms import CertificateForm
from anqi.web.shared.errors import Trouble, home, tell
from anqi.web.shared.figures import write_moment


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The form; with a code, what is known of it. The code on a paper leads here by a link."""
    form = CertificateForm(request.GET) if "code" in request.GET else CertificateForm()
    context = {"today": clock.today(), "now": clock.now(), "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "borrower/certificates.html", context, status=422 if form.errors else 200)
    try:
        code, address = form.cleaned_data["code"], network_address(request)
        found = papers.check(code=code, now=clock.now(), address=address)
    except TooManyChecks as refused:
        return _too_many(request, refused)
    more = {"checked": found, "is_unknown": not found}
    return render(request, "borrower/certificates.html", context | more)


def _too_many(request: HttpRequest, refused: TooManyChecks) -> HttpResponse:
    at = write_moment(refused.facts["again_at"], this_year=clock.today().year)  # type: ignore[arg-type]
    return tell(request, status=429, trouble=Trouble(
        title=_("查得太多了"),
        happened=_("从你这个网络查的次数太多，先停一会儿。"),
        done=_("这一次没有查。"),
        can_do=_("%(at)s 以后可以再查。") % {"at": at},
        acts=(home(),),
    ))  # fmt: skip
