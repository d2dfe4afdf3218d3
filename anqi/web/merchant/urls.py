"""The merchants' site: the API, and the page that explains it."""

from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from anqi.web.merchant import api, docs, pages, problems

urlpatterns = [
    path("", RedirectView.as_view(url="/docs")),
    path("docs", docs.page),
    path("v1/", include((api.doors(), "ninja"), namespace=api.api.urls_namespace)),
    path("enter/<str:token>", pages.enter, name="merchant_enter"),
    path("leave", pages.leave, name="merchant_leave"),
    path("settlements", pages.month, name="merchant_settlements"),
    path("settlements/<uuid:settlement_id>", pages.day, name="merchant_day"),
    path("settlements/<uuid:settlement_id>.csv", pages.day_file, name="merchant_day_file"),
    path("settlements/<str:month>.csv", pages.month_file, name="merchant_month_file"),
    path("settlements/<uuid:settlement_id>.pdf", pages.day_document, name="merchant_day_document"),
    path("settlements/<str:month>.pdf", pages.month_document, name="merchant_month_document"),
    re_path("^v1(/|$)", csrf_exempt(problems.nothing_here)),
]
