"""The borrower's site, and the doors that channels knock at."""

from django.urls import include, path

from anqi.config.urls.errors import handler400, handler403, handler404, handler500
from anqi.web.health import healthz

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("healthz", healthz),
    path("hooks/", include("anqi.web.hooks.urls")),
    path("", include("anqi.web.shared.urls")),
    path("", include("anqi.web.borrower.urls")),
]
