"""The merchants' API, version 1: plans, quotes, orders and what becomes of them. Returns have a file of their own."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Query, Status
from ninja.openapi.schema import OpenAPISchema

from anqi import clock
from anqi.actions import purchases
from anqi.lending import disclosures, merchant_orders, orders, products, quotes
from anqi.lending.merchant_orders import Good, NewOrder
from anqi.lending.models import MerchantOrder
from anqi.rows.chain import canonical
from anqi.rows.days import SHANGHAI
from anqi.web.merchant import calls, problems, returns, schemas
from anqi.web.merchant.access import MerchantKey, Pace
from anqi.web.merchant.settlements_api import router


class _Api(NinjaAPI):
    """Problems have a media type of their own, which the framework can't say by itself."""

    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**asked)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
        return schema


api = _Api(
    title="anqi for merchants",
    version="1",
    description=(
        "Instalments at your checkout: plans, quotes, orders, returns. Amounts are whole fen, dates Asia/Shanghai."
    ),
    docs_url=None,
    auth=MerchantKey(),
    throttle=Pace(),
    urls_namespace="merchant_api",
)
problems.install(api)
api.add_router("", router)


@api.get("/plans", response={200: schemas.Plans, **calls.PROBLEMS}, operation_id="list_plans", tags=["Plans"])
def plans(
    request: HttpRequest,
    amount_minor: Annotated[int, Query(ge=1, le=schemas.MOST_MINOR, description="What the goods cost, in fen.")],
) -> Any:
    """The plans for an amount in fen, each with its cost statement. Empty when nothing is sold today."""
    today = clock.today()
    fitting = products.offered(amount_minor, today)
    return {"plans": [disclosures.plan(each, amount_minor, on=today) for each in fitting]}


@api.post("/quotes", response={200: schemas.Quote, **calls.PROBLEMS}, operation_id="give_quote", tags=["Plans"])
def quote(request: HttpRequest, asked: schemas.QuoteAsked) -> Any:
    """One plan with its dated schedule, and a token that keeps its price for 30 minutes. Nothing is stored."""
    now, today = clock.now(), clock.today()
    product = products.find(asked.plan, today)
    products.refuse_unfit(product, asked.amount_minor)
    given = quotes.give(
        merchant_id=calls.merchant_of(request).id, product=product, amount_minor=asked.amount_minor, now=now
    )
    stated = disclosures.plan(product, asked.amount_minor, on=today)
    planned = products.plan_of(products.terms_of(product, asked.amount_minor), today)
    return {
        "quote": given.token,
        "expires_at": given.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "plan": stated | {"schedule": products.dated(planned)},
        "cost_statement": stated["cost_statement"],
    }


@api.post(
    "/orders", response={201: schemas.Order, 200: schemas.Order, **calls.PROBLEMS}, operation_id="create_order",
    tags=["Orders"],
)  # fmt: skip
def create(request: HttpRequest, response: HttpResponse, key: calls.Key, asked: schemas.OrderAsked) -> Any:
    """A new order; send the borrower to its confirm_url. No call of yours can sign for a person.

    The same key and body again: the same order as it stands now, with 200 and Idempotent-Replay: true.
    """
    order, is_replay = purchases.create(
        merchant_id=calls.merchant_of(request).id,
        key=key,
        body=_new_order(asked),
        body_hash=hashlib.sha256(canonical(asked.model_dump())).hexdigest(),
        now=clock.now(),
    )
    calls.mark(response, is_replay=is_replay)
    return Status(200 if is_replay else 201, _order(order))


@api.get(
    "/orders", response={200: schemas.Orders, **calls.PROBLEMS}, operation_id="list_orders", tags=["Orders"]
)
def newest(
    request: HttpRequest,
    order_number: schemas.OrderNumber | None = None,
    state: schemas.State | None = None,
    cursor: Annotated[str | None, Query(max_length=200, pattern=r"^[A-Za-z0-9_=-]*$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """Your orders, newest first, a page at a time; or the one with your number."""
    page = merchant_orders.newest(
        calls.merchant_of(request).id, order_number=order_number, state=state, cursor=cursor, limit=limit
    )
    return {"orders": [_order(each) for each in page.orders], "next": page.next}


@api.get(
    "/orders/{uuid:order_id}", response={200: schemas.Order, **calls.PROBLEMS}, operation_id="get_order",
    tags=["Orders"],
)  # fmt: skip
def one(request: HttpRequest, order_id: UUID) -> Any:
    """One order as it stands now."""
    return _order(merchant_orders.of_merchant(calls.merchant_of(request).id, order_id))


@api.post(
    "/orders/{uuid:order_id}/ship", response={200: schemas.Order, **calls.PROBLEMS}, operation_id="ship_order",
    tags=["Orders"],
)  # fmt: skip
def ship(
    request: HttpRequest, response: HttpResponse, key: calls.Key, order_id: UUID, asked: schemas.ShipmentAsked
) -> Any:
    """The goods of a confirmed order have left: the loan starts today. Again: the same answer."""
    now = clock.now()
    order = purchases.ship(
        merchant_id=calls.merchant_of(request).id, merchant_order_id=order_id,
        tracking_number=asked.tracking_number, now=now,
    )  # fmt: skip
    calls.mark(response, is_replay=order.changed_at != now)
    return _order(order)


@api.post(
    "/orders/{uuid:order_id}/cancel", response={200: schemas.Order, **calls.PROBLEMS}, operation_id="cancel_order",
    tags=["Orders"],
)  # fmt: skip
def cancel(
    request: HttpRequest, response: HttpResponse, key: calls.Key, order_id: UUID, asked: schemas.CancellationAsked
) -> Any:
    """The order is called off before its goods leave: nobody owes anything. Again: the same answer."""
    now = clock.now()
    order = purchases.cancel(
        merchant_id=calls.merchant_of(request).id, merchant_order_id=order_id, reason=asked.reason, now=now
    )
    calls.mark(response, is_replay=order.changed_at != now)
    return _order(order)


api.add_router("", returns.router)


def doors() -> list[URLPattern]:
    """The API's addresses; what the framework itself refuses is a problem there as well."""
    patterns: list[Any] = api.urls[0]
    for pattern in patterns:
        pattern.callback = _guarded(pattern.callback)
    return patterns


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    # Nobody comes here with a cookie, so no other site can make a browser come.
    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > problems.MOST_BYTES:
            return problems.too_large(request)
        try:
            response = view(request, *given, **named)
        except Http404:
            return problems.nothing_here(request)
        return problems.not_allowed(request, response["Allow"]) if response.status_code == 405 else response

    return guarded


def _new_order(asked: schemas.OrderAsked) -> NewOrder:
    stated = asked.model_dump()
    return NewOrder(**stated | {"goods": tuple(Good(**good) for good in stated["goods"])})


def _order(order: MerchantOrder) -> dict[str, Any]:
    confirm_url = f"{settings.ANQI_URLS['borrower']}/confirm/{order.confirm_token}"
    return orders.told(order) | {"confirm_url": confirm_url}
