"""The components in a real browser: accessible in every look, large enough to hit, safe to tap twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from playwright.sync_api import Browser, Page, Route, expect

from tests import chromium as browsers

LOOKS = ["", "theme=dark", "size=big", "late", "late&theme=dark", "late&size=big&theme=dark", "language=en"]
PHONE, DESK = (390, 844), (1280, 800)

pytestmark = browsers.required

PAY_PAGE = """{% extends "shared/base.html" %}{% block title %}还款{% endblock %}{% block content %}
<div class="aq-body"><h1>还款</h1>
<form id="pay" class="aq-form" method="post" action="/paid" data-preview="preview" data-echoes="amount">
{% csrf_token %}
<div class="aq-field"><label for="amount">还款金额</label>
<input id="amount" name="amount" value="1.00" autocomplete="off" hx-get="/preview" hx-sync="this:replace"
  hx-trigger="load, input delay:50ms" hx-target="#preview" hx-swap="outerHTML"></div>
<div class="aq-preview" id="preview" role="status"></div>
<button class="aq-btn" data-awaits-preview data-sending="正在提交…">确认还款</button>
</form></div>{% endblock %}"""
PREVIEW = """<div class="aq-preview" id="preview" role="status" data-st="{{ state }}" data-echo="{{ echo }}">
  <p>{{ words }}</p></div>"""


@dataclass
class Counts:
    """What reached the server of the trial pages."""

    posts: int = 0
    asked: list[str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)


COUNTS = Counts()


def pay(request: HttpRequest) -> HttpResponse:
    return render(PAY_PAGE, request)


def preview(request: HttpRequest) -> HttpResponse:
    COUNTS.asked.append(request.get_full_path())
    amount = request.GET.get("amount", "")
    refused = amount == "9999"
    context = {"echo": request.GET.urlencode(), "state": "refused" if refused else "ready"}
    words = "最多可还 ¥3,407.28" if refused else f"还 {amount}"
    return render(PREVIEW, request, status=422 if refused else 200, words=words, **context)


def paid(request: HttpRequest) -> HttpResponse:
    COUNTS.posts += 1
    COUNTS.let_go.wait(5)
    return HttpResponse("<title>paid</title><h1>已提交</h1>")


def render(source: str, request: HttpRequest, *, status: int = 200, **context: str) -> HttpResponse:
    from django.template import engines

    return HttpResponse(engines["django"].from_string(source).render(context, request), status=status)


urlpatterns = [
    path("", include("anqi.web.shared.urls")),
    path("pay", pay),
    path("preview", preview),
    path("paid", paid),
]


class ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with override_settings(
        ROOT_URLCONF=__name__,
        DEBUG=True,
        ALLOWED_HOSTS=["127.0.0.1"],
        STATIC_URL="/static/",
        LANGUAGES=[("zh-hans", "简体中文"), ("en", "English")],
        SESSION_COOKIE_SECURE=False,
        CSRF_COOKIE_SECURE=False,
        MIDDLEWARE=["anqi.web.shared.pages.SecurityHeaders", "django.middleware.locale.LocaleMiddleware"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "anqi.web.shared.pages.look",
                    ]
                },
            }
        ],
    ):
        # No database and no test client behind it: a plain server shows pages exactly as they are sent.
        application = StaticFilesHandler(WSGIHandler())
        server = make_server(
            "127.0.0.1", 0, application, server_class=ThreadedServer, handler_class=QuietHandler
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsers.started() as (_, browser):
        yield browser


@dataclass(frozen=True, kw_only=True)
class Window:
    """One open page, with what its console said."""

    page: Page
    said: list[str]


@pytest.fixture
def window(chromium: Browser, site: str) -> Iterator[Window]:
    context = chromium.new_context(base_url=site, locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield Window(page=page, said=said)
    context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("look", [*LOOKS, "office", "office&theme=dark", "door", "door&size=big&theme=dark"])
def test_the_gallery_is_accessible(window: Window, look: str, size: tuple[int, int]) -> None:
    show(window.page, look, size)
    assert violations(window.page) == []
    assert overflow(window.page) == 0
    assert window.page.evaluate(OVERLAPS) == []
    assert window.said == []


@pytest.mark.parametrize("look", ["", "size=big&late", "theme=dark"])
def test_the_open_sheet_is_accessible(window: Window, look: str) -> None:
    show(window.page, look, PHONE)
    window.page.get_by_role("link", name="立即还款").click()
    sheet = window.page.get_by_role("dialog", name="还款")
    expect(sheet).to_be_visible()
    assert violations(window.page) == []
    sheet.get_by_role("radio", name="12月9日到期").check()
    sheet.get_by_role("button", name="关闭").click()
    expect(window.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("look", "tap"), [("", 44), ("size=big", 60), ("door", 44), ("door&size=big", 60)])
def test_every_target_is_large_enough(window: Window, look: str, tap: int) -> None:
    show(window.page, look, PHONE)
    assert window.page.evaluate(SMALL_TARGETS, tap) == []


def test_an_instalment_opens_to_its_parts(window: Window) -> None:
    show(window.page, "", PHONE)
    row = window.page.get_by_role("listitem").filter(has_text="第 5 期").first
    row.locator("summary").click()
    expect(row).to_contain_text("本金¥410.82")
    expect(row).to_contain_text("利息¥30.53")


def test_the_gallery_opens_its_link_without_script(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/gallery")
    page.get_by_role("link", name="立即还款").click()
    assert page.url.endswith("#pay-page")
    context.close()


def test_all_the_gallery_prints(window: Window) -> None:
    window.page.emulate_media(media="print")
    show(window.page, "", PHONE)
    expect(window.page.get_by_role("link", name="立即还款")).to_be_hidden()
    expect(window.page.get_by_text("剩余应还").first).to_be_visible()


def test_confirming_waits_for_the_preview_of_what_is_typed(window: Window) -> None:
    page, confirm = open_pay(window)
    expect(confirm).to_be_enabled()
    asked: list[Route] = []
    page.route("**/preview*", lambda route: asked.append(route))
    with page.expect_request("**/preview*"):
        page.get_by_label("还款金额").fill("441.35")
    expect(confirm).to_be_disabled()
    asked[0].continue_()
    expect(page.get_by_text("还 441.35")).to_be_visible()
    expect(confirm).to_be_enabled()


def test_a_refused_preview_is_shown_and_keeps_the_button_off(window: Window) -> None:
    page, confirm = open_pay(window)
    page.get_by_label("还款金额").fill("9999")
    expect(page.get_by_text("最多可还 ¥3,407.28")).to_be_visible()
    expect(confirm).to_be_disabled()


def test_a_lost_network_is_said_and_the_old_preview_is_dimmed(window: Window) -> None:
    page, confirm = open_pay(window)
    expect(confirm).to_be_enabled()
    page.context.set_offline(True)
    page.get_by_label("还款金额").fill("20.00")
    expect(page.get_by_text("网络没连上")).to_be_visible()
    expect(confirm).to_be_disabled()
    expect(page.locator("#preview[data-stale]")).to_have_count(1)
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_text("网络没连上")).to_have_count(0)


def test_a_double_tap_sends_once(window: Window) -> None:
    page, confirm = open_pay(window)
    COUNTS.posts = 0
    COUNTS.let_go.clear()
    expect(confirm).to_be_enabled()
    said = page.evaluate(TAP_TWICE, confirm.element_handle())
    assert said == "正在提交…"
    COUNTS.let_go.set()
    expect(page.get_by_text("已提交")).to_be_visible()
    assert COUNTS.posts == 1


def test_the_proof_of_origin_never_stands_in_an_address(window: Window) -> None:
    COUNTS.asked.clear()
    _, confirm = open_pay(window)
    expect(confirm).to_be_enabled()
    assert COUNTS.asked
    assert all("csrf" not in address for address in COUNTS.asked)


def open_pay(window: Window) -> tuple[Page, Any]:
    window.page.goto("/pay")
    return window.page, window.page.get_by_role("button", name="确认还款")


def show(page: Page, look: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"/gallery?{look}")
    page.evaluate("document.fonts.ready")


def violations(page: Page) -> list[Any]:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    return [(rule, [each[:120] for each in elements]) for rule, elements in browsers.violations(page, tags=tags)]


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# What stands in one row must not run into its neighbour, whatever the language makes of its length.
OVERLAPS = """() => [...document.querySelectorAll(".aq-step summary, .aq-row, .of-queue a, .aq-dock-in")]
  .flatMap((row) => [...row.children].map((one, i, all) => [one, all[i + 1]]).filter(([, next]) => next))
  .filter(([one, next]) => {
    const [a, b] = [one.getBoundingClientRect(), next.getBoundingClientRect()];
    return a.right > b.left + 0.5 && a.bottom > b.top + 0.5 && a.top < b.bottom - 0.5 && b.right > a.left + 0.5;
  })
  .map(([one]) => one.parentElement.innerText)"""

TAP_TWICE = """(button) => {
  button.click();
  button.click();
  button.form.requestSubmit();
  return button.textContent;
}"""

# A checkbox is hit by its label, a linked heading by its card; WCAG excepts links inside a sentence.
SMALL_TARGETS = """(tap) => [...document.querySelectorAll("a, button, summary, input, select")]
  .filter((target) => target.checkVisibility() && !target.closest("dialog:not([open])"))
  .filter((target) => !target.matches("p a:not(.aq-btn):not(:only-child), .aq-note a"))
  .map((target) => [target, target.closest("label, .aq-order") && !target.matches(".aq-btn")
    ? target.closest("label, .aq-order") : target])
  .map(([target, hit]) => [target.outerHTML.slice(0, 80), hit.getBoundingClientRect()])
  .filter(([, box]) => box.height < tap - 0.5 || box.width < 24)
  .map(([html, box]) => `${html} ${box.width.toFixed(0)}x${box.height.toFixed(0)}`)"""
