"""How pages are answered: headers, fragments, redirects, error pages, the chosen look."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import include, path
from django.views.decorators.cache import cache_control

from anqi.web.shared import pages

HTMX_4 = {"HX-Request": "true", "HX-Request-Type": "partial"}
HTMX_2 = {"HX-Request": "true"}


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


@cache_control(public=True, max_age=60)
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("public")


def shop(request: HttpRequest) -> HttpResponse:
    return pages.allow_form_to(HttpResponse("sign"), "https://shop.example:8443/orders/1?x=1;script-src *")


def away(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect("/login?next=/pay")
    response.set_cookie("kept", "yes")
    return response


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def odd(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def fall(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def part(request: HttpRequest) -> HttpResponse:
    return pages.render_part(request, "trial.html", "preview", {"amount": "¥441.35"}, status=422)


urlpatterns = [
    path("", include("anqi.web.shared.urls")),
    path("plain", plain),
    path("public", public),
    path("shop", shop),
    path("away", away),
    path("refuse", refuse),
    path("odd", odd),
    path("fall", fall),
    path("part", part),
]
handler400 = "anqi.web.shared.errors.bad_request"
handler403 = "anqi.web.shared.errors.forbidden"
handler404 = "anqi.web.shared.errors.not_found"
handler500 = "anqi.web.shared.errors.broken"


@pytest.fixture
def client(settings: Any, tmp_path: Any) -> Client:
    (tmp_path / "trial.html").write_text(
        "<p>whole</p>{% partialdef preview inline %}<b>{{ amount }}</b>{% endpartialdef %}"
    )
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CSRF_FAILURE_VIEW = "anqi.web.shared.errors.stale_form"
    # The look alone, without a site and its sessions around it.
    settings.CSRF_USE_SESSIONS = False
    settings.ANQI_FORM_ORIGINS = ["https://cashier.example"]
    settings.MIDDLEWARE = [
        "anqi.web.shared.pages.SecurityHeaders",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [tmp_path],
            "OPTIONS": {
                "context_processors": ["anqi.web.shared.pages.look"],
                "builtins": ["template_partials.templatetags.partials"],
                "loaders": [
                    (
                        "template_partials.loader.Loader",
                        [
                            "django.template.loaders.filesystem.Loader",
                            "django.template.loaders.app_directories.Loader",
                        ],
                    )
                ],
            },
        }
    ]
    return Client(raise_request_exception=False, headers={"Accept-Language": "zh-hans"})


def test_every_answer_carries_the_headers(client: Client) -> None:
    headers = client.get("/plain").headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self' https://cashier.example" in policy
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_error_pages_carry_the_headers_too(client: Client) -> None:
    for address in ("/nowhere", "/fall", "/refuse"):
        assert "default-src 'none'" in client.get(address).headers["Content-Security-Policy"]
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_public_page_may_be_kept(client: Client) -> None:
    assert "max-age=60" in client.get("/public").headers["Cache-Control"]


def test_a_form_may_lead_to_the_shop_and_nothing_else_slips_in(client: Client) -> None:
    policy = client.get("/shop").headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://cashier.example https://shop.example:8443")
    assert "*" not in policy
    assert "shop.example" not in client.get("/plain").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "/orders",
        "https://",
        "data:text/html,x",
        "https://a;script-src *",
        "https://a b/",
        "https://a@b/",
    ],
)
def test_a_form_leads_only_to_sites(address: str) -> None:
    with pytest.raises(AssertionError):
        pages.allow_form_to(HttpResponse(), address)


@pytest.mark.parametrize("address", ["http://localhost:8000/x", "http://[::1]:9/x", "https://shop.example"])
def test_the_usual_addresses_of_shops_fit(address: str) -> None:
    response = pages.allow_form_to(HttpResponse(), address)
    assert response.form_origins == (address.removesuffix("/x"),)  # type: ignore[attr-defined]


@pytest.mark.parametrize("headers", [HTMX_4, HTMX_2])
def test_htmx_gets_the_fragment(client: Client, headers: dict[str, str]) -> None:
    response = client.get("/part", headers=headers)
    assert (response.status_code, response.content.decode().strip()) == (422, "<b>¥441.35</b>")


@pytest.mark.parametrize(
    "headers",
    [{}, {"HX-Request": "true", "HX-Request-Type": "full"}, {"HX-Request": "true", "HX-Boosted": "true"}],
)
def test_others_get_the_whole_page(client: Client, headers: dict[str, str]) -> None:
    assert "<p>whole</p>" in client.get("/part", headers=headers).content.decode()


@pytest.mark.parametrize("headers", [HTMX_4, HTMX_2])
def test_a_redirect_of_a_fragment_moves_the_whole_page(client: Client, headers: dict[str, str]) -> None:
    response = client.get("/away", headers=headers)
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/login?next=/pay"
    assert "Location" not in response.headers
    assert response.cookies["kept"].value == "yes"
    assert "default-src" in response.headers["Content-Security-Policy"]


def test_a_plain_redirect_stays_one(client: Client) -> None:
    response = client.get("/away")
    assert (response.status_code, response.headers["Location"]) == (302, "/login?next=/pay")


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/nowhere", 404, "没有找到这个页面"),
        ("/refuse", 403, "这个页面不对你开放"),
        ("/odd", 400, "这个请求看不懂"),
        ("/fall", 500, "我们这边出错了"),
    ],
)
def test_an_error_page_says_what_happened_what_we_did_what_you_can_do(
    client: Client, address: str, status: int, said: str
) -> None:
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == status
    for words in (said, "发生了什么", "我们做了什么", "你可以怎么做", '<a class="aq-btn"'):
        assert words in page
    assert '<html lang="zh-Hans"' in page
    assert "RuntimeError" not in page


def test_an_error_inside_a_page_is_a_fragment(client: Client) -> None:
    page = client.get("/fall", headers=HTMX_4).content.decode()
    assert "我们这边出错了" in page
    assert "<html" not in page
    assert 'role="alert"' in page


def test_error_pages_speak_english_too(client: Client) -> None:
    page = client.get("/nowhere", headers={"Accept-Language": "en"}).content.decode()
    assert "This page was not found" in page
    assert '<html lang="en"' in page


def test_a_form_without_proof_of_origin_is_explained(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/look", {"size": "big"})
    assert response.status_code == 403
    assert "页面放得太久了" in response.content.decode()
    assert "anqi_size" not in response.cookies


def test_the_chosen_look_is_kept_and_shown(client: Client) -> None:
    response = client.post("/look", {"size": "big", "next": "/nowhere"})
    assert (response.status_code, response.headers["Location"]) == (302, "/nowhere")
    assert response.cookies["anqi_size"]["samesite"] == "Lax"
    assert response.cookies["anqi_size"]["httponly"]
    assert 'data-size="big"' in client.get("/nowhere").content.decode()
    client.post("/look", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/nowhere").content.decode()
    client.post("/look", {"language": "en"})
    assert "not found" in client.get("/nowhere").content.decode()
    client.post("/look", {"size": "normal"})
    assert "data-size" not in client.get("/nowhere").content.decode()


def test_an_unknown_look_changes_nothing(client: Client) -> None:
    response = client.post("/look", {"size": "huge", "theme": '"><script>', "language": "xx"})
    assert not response.cookies
    client.cookies["anqi_theme"] = "pink"
    assert "data-theme" not in client.get("/nowhere").content.decode()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_look_never_leads_away(client: Client, address: str) -> None:
    assert client.post("/look", {"size": "big", "next": address}).headers["Location"] == "/"


def test_the_look_is_chosen_by_post_only(client: Client) -> None:
    assert client.get("/look").status_code == 405


def test_the_gallery_is_for_builders_only(client: Client, settings: Any) -> None:
    assert client.get("/gallery").status_code == 404
    settings.DEBUG = True
    for address in ("/gallery", "/gallery?late", "/gallery?office", "/gallery?door", "/gallery?language=en"):
        assert client.get(address).status_code == 200
