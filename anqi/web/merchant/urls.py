"""The merchants' site: the API, and the page that explains it."""

from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from anqi.web.merchant import api, docs, problems

urlpatterns = [
    path("", RedirectView.as_view(url="/docs")),
    path("docs", docs.page),
    path("v1/", include((api.doors(), "ninja"), namespace=api.api.urls_namespace)),
    re_path("^v1(/|$)", csrf_exempt(problems.nothing_here)),
]
