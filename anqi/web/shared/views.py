"""The doors of the shared look: choosing language, letter size and colours; the gallery of components."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from anqi.web.shared import examples, pages

A_YEAR_IN_SECONDS = 365 * 24 * 60 * 60


@require_POST
def choose_look(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language, size or colours in cookies and go back; unknown values change nothing."""
    response = HttpResponseRedirect(page_to_return_to(request))
    languages = tuple(code for code, _ in settings.LANGUAGES)
    keep(request, response, field="size", cookie=pages.SIZE_COOKIE, among=pages.SIZES)
    keep(request, response, field="theme", cookie=pages.THEME_COOKIE, among=pages.THEMES)
    keep(request, response, field="language", cookie=settings.LANGUAGE_COOKIE_NAME, among=languages)
    return response


def page_to_return_to(request: HttpRequest) -> str:
    next_page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(next_page, {request.get_host()}, require_https=request.is_secure())
    return next_page if ours else "/"


def keep(
    request: HttpRequest, response: HttpResponse, *, field: str, cookie: str, among: tuple[str, ...]
) -> None:
    value = request.POST.get(field)
    if value in among:
        response.set_cookie(
            cookie,
            value,
            max_age=A_YEAR_IN_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in its states, for those who build pages; only under DEBUG. `?late` shows overdue."""
    if not settings.DEBUG:
        raise Http404
    scene = examples.gallery(late="late" in request.GET)
    template = next(
        (f"shared/gallery_{page}.html" for page in ("office", "door") if page in request.GET),
        "shared/gallery.html",
    )
    with translation.override("en" if request.GET.get("language") == "en" else translation.get_language()):
        return render(request, template, {**scene, **look_asked_for(request)})


def look_asked_for(request: HttpRequest) -> dict[str, str]:
    """Sizes and colours may stand in the gallery's address, so that a link shows exactly one look."""
    asked = {"look_size": request.GET.get("size"), "look_theme": request.GET.get("theme")}
    return {name: value for name, value in asked.items() if value in (*pages.SIZES, *pages.THEMES)}
