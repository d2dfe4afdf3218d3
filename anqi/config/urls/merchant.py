"""The merchants' API, the page that documents it, and each shop's own pages."""

from django.urls import include, path

from anqi.config.urls.errors import handler400, handler403, handler404, handler500
from anqi.web.health import healthz

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("healthz", healthz),
    path("", include("anqi.web.shared.urls")),
    path("", include("anqi.web.merchant.urls")),
]
