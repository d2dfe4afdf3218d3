"""How the API says no: RFC 9457 problems, each with a code that never changes."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from psycopg import errors

from anqi.documents import pdf
from anqi.lending import merchant_orders, merchants, products, quotes, returning, settlements, unwinding
from anqi.rows.refusals import Refused

MOST_BYTES = 64 * 1024
MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("anqi.merchant")

_STATUSES: Mapping[type[Refused], int] = {
    merchants.KeyUnknown: 401,
    merchant_orders.NoSuchOrder: 404,
    settlements.NoSuchSettlement: 404,
    merchant_orders.KeyReused: 409,
    merchant_orders.OrderNumberTaken: 409,
    merchant_orders.StateConflict: 409,
    merchant_orders.OrderLapsed: 409,
    merchant_orders.OrderCancelled: 409,
    returning.NoSuchReturn: 404,
    returning.NotShipped: 409,
    returning.NothingShippedLeft: 409,
    returning.ReturnOver: 409,
    unwinding.CannotCount: 409,
}
_DEFAULT_STATUS = 422
_REFUSALS: Sequence[type[Refused]] = (
    *_STATUSES,
    merchant_orders.GoodsDoNotAddUp,
    merchant_orders.ReturnUrlUnknown,
    merchant_orders.BadCursor,
    returning.ItemsUnknown,
    returning.MoreThanShipped,
    settlements.BadPeriod,
    pdf.CharacterMissing,
    products.AmountOutOfRange,
    products.CapUnknown,
    products.CostAboveCap,
    products.PlanUnavailable,
    quotes.QuoteExpired,
    quotes.QuoteForged,
)
_OWN = {
    "bad_json": (400, "The body is no JSON."),
    "idempotency_key_missing": (400, "Send Idempotency-Key: 1 to 64 printable characters, new for each act."),
    "method_not_allowed": (405, "This can't be done here; the header Allow says what can."),
    "in_progress": (409, "Another call on this is still at work; nothing was done. Send the same call again."),
    "too_large": (413, f"A body has at most {MOST_BYTES} bytes."),
    "invalid": (422, "The request can't be taken as it is; errors says where."),
    "too_many_requests": (429, "Too many requests in this minute."),
    "broken": (500, "This is our fault, and what was half done is undone. Send the same call again."),
    "unavailable": (503, "We can't be reached just now; nothing was done. Send the same call again."),
}
_KEY_HEADER = "Idempotency-Key"
# Somebody holds what we waited for; the same call may come again at once.
_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled)


def install(api: NinjaAPI) -> None:
    """Every answer that is no success becomes a problem."""
    handlers: Mapping[type[Exception], Callable[..., HttpResponse]] = {
        Refused: refused,
        ValidationError: invalid,
        AuthenticationError: unauthorized,
        Throttled: too_many,
        HttpError: unreadable,
        Http404: nothing_here,
        OperationalError: unavailable,
        Exception: broken,
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A problem that can come, for the page."""

    status: int
    code: str
    text: str


def known() -> list[Known]:
    """Every problem of the API, by status."""
    said = [
        # The numbers of one case are no part of what the code means.
        Known(status=_status(each), code=each.code, text=re.sub(r"\{\w+\}", "…", each.__doc__ or ""))
        for each in _REFUSALS
    ]
    own = [Known(status=status, code=code, text=text) for code, (status, text) in _OWN.items()]
    return sorted([*said, *own], key=lambda each: (each.status, each.code))


def tell(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The problem as it is sent."""
    body = {
        "type": f"{settings.ANQI_URLS['merchant']}/docs#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
        "facts": dict(facts or {}),
    }
    dumps = {"ensure_ascii": False, "default": str}
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}), json_dumps_params=dumps
    )


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    status = _status(type(refusal))
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    facts = {name: fact if isinstance(fact, int) else str(fact) for name, fact in refusal.facts.items()}
    return tell(status, refusal.code, refusal.message, facts=facts, headers=headers)


def unauthorized(request: HttpRequest, error: Exception) -> HttpResponse:
    return refused(request, merchants.KeyUnknown())


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    if any(_KEY_HEADER in each["loc"] for each in error.errors):
        return _tell_own("idempotency_key_missing")
    return _tell_own("invalid", errors=[_where(each) for each in error.errors])


def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    # Retry-After is added by whoever counts.
    return _tell_own("too_many_requests")


def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _tell_own("bad_json")


def nothing_here(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    return tell(404, merchant_orders.NoSuchOrder.code, "There is nothing at this address.")


def not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    return _tell_own("method_not_allowed", headers={"Allow": allow})


def too_large(request: HttpRequest) -> HttpResponse:
    return _tell_own("too_large")


def unavailable(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Nothing was done. A conflict with Retry-After means: the first call with this key is still at work."""
    if isinstance(error.__cause__, _BUSY):
        return _tell_own("in_progress", headers={"Retry-After": "1"})
    _log.error("database_unavailable", exc_info=error)
    return _tell_own("unavailable", headers={"Retry-After": "5"})


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("request_broke", exc_info=error)
    return _tell_own("broken")


def _tell_own(code: str, **more: Any) -> HttpResponse:
    status, text = _OWN[code]
    return tell(status, code, text, **more)


def _status(refusal: type[Refused]) -> int:
    return _STATUSES.get(refusal, _DEFAULT_STATUS)


def _where(error: Mapping[str, Any]) -> dict[str, str]:
    """Pydantic's place of an error as RFC 9457 has it: a pointer into the body, or the name of a parameter."""
    origin, *steps = error["loc"]
    if origin == "body":
        return {"pointer": "#" + "".join(f"/{step}" for step in steps[1:]), "detail": error["msg"]}
    return {"parameter": ".".join(map(str, steps)), "detail": error["msg"]}
