"""Addresses for the tests of the office's doors: the doors themselves, and pages behind each kind of guard."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from anqi.config.urls.errors import handler400, handler403, handler404, handler500
from anqi.web.office.access import ANYBODY, DOORS, SUPERVISORS, staff, staff_required

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello {staff(request).name}")


urlpatterns = [
    path("account/", include(DOORS)),
    path("", include("anqi.web.shared.urls")),
    path("", staff_required()(page)),
    path("read", staff_required(roles=ANYBODY)(page)),
    path("decide", staff_required(roles=SUPERVISORS)(page)),
    path("forgotten", page),
]
