"""How pages are answered: security headers, fragments for htmx, and the reader's chosen look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

SIZES = ("normal", "big")
THEMES = ("auto", "light", "dark")
SIZE_COOKIE = "anqi_size"
THEME_COOKIE = "anqi_theme"
READING = ("GET", "HEAD", "OPTIONS")
Marked = TypeVar("Marked", bound=Callable[..., object])
HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
CONTENT_RULES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)


class SecurityHeaders:
    """Middleware: a strict content policy, no copies of personal pages, no address handed to other sites."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = content_policy(getattr(response, "form_origins", ()))
        response.headers["Referrer-Policy"] = getattr(response, "referrer_policy", "same-origin")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        # A page is personal unless its view says otherwise: phones are shared, and so are caches.
        response.headers.setdefault("Cache-Control", "no-store")
        return whole_page_redirect(response) if wants_part(request) else response


def content_policy(form_origins: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy of a page whose forms may lead to these origins besides our own."""
    origins = dict.fromkeys([*getattr(settings, "ANQI_FORM_ORIGINS", ()), *form_origins])
    return "; ".join([*CONTENT_RULES, " ".join(["form-action 'self'", *origins])])


def whole_page_redirect(response: HttpResponse) -> HttpResponse:
    """A redirect as htmx understands it for the whole page; else a log-in page would land inside a sheet."""
    if response.status_code not in (301, 302, 303, 307, 308):
        return response
    # 200, not 204: htmx 2 and 4 both read the header there, and an empty body swaps nothing harmful.
    answer = HttpResponse(headers={**response.headers, "HX-Redirect": response.headers["Location"]})
    answer.headers.pop("Location", None)
    answer.headers["HX-Reswap"] = "none"
    answer.cookies = response.cookies
    return answer


def allow_form_to(response: HttpResponse, url: str) -> HttpResponse:
    """Let this page's forms lead, by redirect, to the origin of `url`: a cashier, the borrower's shop.

    Browsers hold form-action against every redirect after a submit, so the form's own page names the origin.
    """
    parts = urlsplit(url)
    # urlsplit lets `https://a;script-src *` pass as a host, which would rewrite the policy.
    assert parts.scheme in ("http", "https"), f"not an address of a site: {url!r}"
    assert HOST.fullmatch(parts.netloc), f"not the name of a site: {parts.netloc!r}"
    origin = f"{parts.scheme}://{parts.netloc}"
    response.form_origins = (*getattr(response, "form_origins", ()), origin)  # type: ignore[attr-defined]
    return response


def name_us(response: HttpResponse, *, with_page: bool = False) -> HttpResponse:
    """Let the site that this redirect leads to see which site leads there, and which page only if it wants that.

    WeChat turns away a browser that hides the site; where payers sign it leads back to the page, so that one must be
    named in the very words that it prescribes.
    """
    policy = "no-referrer-when-downgrade" if with_page else "origin"
    response.referrer_policy = policy  # type: ignore[attr-defined]
    return response


def render_part(
    request: HttpRequest, template: str, part: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The named partial of a template when htmx asks for a part of the page, else the whole page."""
    name = f"{template}#{part}" if wants_part(request) else template
    return render(request, name, dict(context), status=status)


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx will put the answer inside the page it stands on."""
    if request.headers.get("HX-Request") != "true":
        return False
    # htmx 4 says it in a header; htmx 2 asks for whole pages only when boosted or restoring history.
    kind = request.headers.get("HX-Request-Type")
    whole = (
        request.headers.get("HX-Boosted") == "true"
        or request.headers.get("HX-History-Restore-Request") == "true"
    )
    return kind == "partial" if kind else not whole


def page_asked_for(request: HttpRequest) -> str:
    """The page to come back to: never a fragment, and never the address of a form that was sent."""
    if not wants_part(request) and request.method in READING:
        return own_page(request.get_full_path())
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "/")
    return own_page(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def own_page(address: str | None) -> str:
    """The address if it is a page of this site, else the home page."""
    is_ours = bool(address) and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if address and is_ours and address.startswith("/") else "/"


def keeps(*fields: str) -> Callable[[Marked], Marked]:
    """Marks a view: these fields stay filled when its form came too late and is opened again.

    They stand in the address then, so nothing personal may be among them.
    """

    def mark(view: Marked) -> Marked:
        view.kept_fields = fields  # type: ignore[attr-defined]
        return view

    return mark


def reopened(request: HttpRequest) -> str:
    """Where a form that came too late is filled in again: the page that it stood on, with what may be kept of it."""
    is_told = request.headers.get("Referer") or request.headers.get("HX-Current-URL")
    parts = urlsplit(page_asked_for(request) if is_told else request.path)
    view = request.resolver_match.func if request.resolver_match else None
    kept = {name: request.POST[name] for name in getattr(view, "kept_fields", ()) if name in request.POST}
    query = urlencode(dict(parse_qsl(parts.query)) | kept)
    return f"{parts.path}?{query}" if query else parts.path


def look(request: HttpRequest) -> dict[str, str]:
    """Context processor: the letter size and the colours the reader chose, from their cookies."""
    return {
        "look_size": chosen(request, cookie=SIZE_COOKIE, among=SIZES),
        "look_theme": chosen(request, cookie=THEME_COOKIE, among=THEMES),
    }


def chosen(request: HttpRequest, *, cookie: str, among: tuple[str, ...]) -> str:
    value = request.COOKIES.get(cookie, "")
    return value if value in among else among[0]
