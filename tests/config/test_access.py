"""Each request leaves one line, which names the page and never the address."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from anqi.web.shared.access import AccessLog


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="anqi.access")
    return caplog


def visit(path: str, *, route: str | None, status: int = 200, method: str = "GET") -> HttpResponse:
    """A request as it comes back from the inner middlewares, which have found the view or not."""

    def inner(request: HttpRequest) -> HttpResponse:
        request.resolver_match = SimpleNamespace(route=route) if route else None  # type: ignore[assignment]
        return HttpResponse(status=status)

    return AccessLog(inner)(RequestFactory().generic(method, path))


def test_a_line_tells_how_it_went(log: pytest.LogCaptureFixture) -> None:
    assert visit("/orders/7/pay?code=1", route="orders/<uuid:id>/pay", status=302, method="POST").status_code == 302
    [line] = log.records
    told: dict[str, Any] = vars(line)
    assert (told["method"], told["route"], told["status"]) == ("POST", "orders/<uuid:id>/pay", 302)
    assert told["site"] == "borrower"
    assert isinstance(told["ms"], int)


@pytest.mark.parametrize("route", ["confirm/<token>", None])
def test_the_address_stays_out(log: pytest.LogCaptureFixture, route: str | None) -> None:
    visit("/confirm/s3cr3t?phone=13800006021", route=route, status=404)
    [line] = log.records
    assert "s3cr3t" not in str(vars(line))
    assert "13800006021" not in str(vars(line))


def test_pictures_and_styles_leave_no_line(log: pytest.LogCaptureFixture) -> None:
    visit("/static/shared/anqi.css", route=None)
    assert log.records == []
