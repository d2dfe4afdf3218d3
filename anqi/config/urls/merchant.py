"""The merchants' API and the page that documents it."""

from django.urls import include, path

from anqi.web.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("", include("anqi.web.merchant.urls")),
]
