"""One log line a request: which page, how it ended, how long it took. No addresses: they may hold a token."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_log = logging.getLogger("anqi.access")


class AccessLog:
    """Middleware; the outermost, so that what others refuse is logged as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        if not request.path.startswith(settings.STATIC_URL):
            _log.info(
                "request",
                extra={
                    "site": settings.ANQI_SITE,
                    "method": request.method,
                    "route": match.route if match else "none",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000),
                },
            )
        return response
