"""The office: the lender's own staff."""

from django.urls import include, path

from anqi.config.urls.errors import handler400, handler403, handler404, handler500
from anqi.web.health import healthz
from anqi.web.office.access import DOORS

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("healthz", healthz),
    path("account/", include(DOORS)),
    path("", include("anqi.web.shared.urls")),
    path("", include("anqi.web.office.urls")),
]
