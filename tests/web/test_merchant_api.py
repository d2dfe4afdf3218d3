"""The merchants' API: what it answers, what it refuses and how, and that nobody sees another shop's orders."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from psycopg import errors

from anqi import clock
from anqi.actions import merchants, purchases
from anqi.lending.models import MerchantKey, MerchantOrder
from anqi.web.merchant import access
from tests import purchasing
from tests.merchant_calling import AMOUNT, Caller, assert_problem
from tests.purchasing import Shop, welcome

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.merchant")]


@pytest.fixture
def shop() -> Shop:
    return purchasing.open_street(now=clock.now())


@pytest.fixture
def caller(shop: Shop) -> Caller:
    return Caller(shop.key)


# Plans and quotes


def test_plans_are_stated_with_their_whole_cost(caller: Caller) -> None:
    plans = caller.get("/plans", amount_minor=AMOUNT).json()["plans"]
    assert [each["code"] for each in plans] == ["p3-0", "p6", "p12"]
    free, _, year = plans
    assert (free["interest_free"], free["cost_minor"], free["cost_statement"]["items"]) == (True, 0, [])
    assert (year["total_minor"], year["annual_cost"]["simple_percent"]) == (639_711, "12.00")
    assert year["cost_statement"]["nothing_else"] is True


def test_amounts_nobody_offers_are_refused_with_the_range(caller: Caller) -> None:
    problem = assert_problem(caller.get("/plans", amount_minor=9_999), 422, "amount_out_of_range")
    assert problem["facts"] == {"least_minor": 10_000, "most_minor": 2_000_000}
    assert_problem(caller.post("/quotes", {"amount_minor": 9_999, "plan": "p12"}), 422, "amount_out_of_range")
    assert_problem(caller.post("/quotes", {"amount_minor": AMOUNT, "plan": "p99"}), 422, "plan_unavailable")


@pytest.mark.parametrize("amount", ["", "0", "-1", "1.5", "abc", "9" * 30, "１"])
def test_amounts_are_whole_fen_above_nothing(caller: Caller, amount: str) -> None:
    problem = assert_problem(caller.get("/plans", amount_minor=amount), 422, "invalid")
    assert problem["errors"][0]["parameter"] == "amount_minor"


def test_a_quote_states_the_schedule(caller: Caller) -> None:
    answer = caller.post("/quotes", {"amount_minor": AMOUNT, "plan": "p12"}).json()
    assert sum(row["total_minor"] for row in answer["plan"]["schedule"]) == answer["plan"]["total_minor"] == 639_711
    assert answer["cost_statement"]["principal_minor"] == AMOUNT
    assert "cost_statement" not in answer["plan"]


# Orders


def test_an_order_is_created_shown_listed_and_cancelled(caller: Caller) -> None:
    created = caller.order()
    assert created.status_code == 201
    order = created.json()
    assert (order["state"], order["amount_minor"], order["plan"]) == ("created", AMOUNT, "p12")
    token = MerchantOrder.objects.get().confirm_token
    assert order["confirm_url"] == f"http://localhost:8000/confirm/{token}"
    assert caller.get(f"/orders/{order['id']}").json() == order
    assert caller.get("/orders", order_number="QH-1").json() == {"orders": [order], "next": None}
    ended = caller.post(f"/orders/{order['id']}/cancel", {"reason": "卖完了"}).json()
    assert (ended["state"], ended["reason"]) == ("cancelled", "卖完了")


def test_created_twice_is_a_replay_of_the_order_as_it_stands(caller: Caller) -> None:
    asked = caller.wish()
    first = caller.post("/orders", asked, key="k1")
    again = caller.post("/orders", asked, key="k1", raw=json.dumps(asked, indent=3).encode())
    assert (first.status_code, first.headers.get("Idempotent-Replay")) == (201, None)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert again.json() == first.json()
    assert_problem(caller.post("/orders", asked | {"order_number": "QH-2"}, key="k1"), 409, "idempotency_key_reused")
    assert_problem(caller.order(key="k2"), 409, "order_number_taken")


def test_shipping_twice_says_the_same_and_marks_the_replay(caller: Caller, shop: Shop) -> None:
    remote_id = caller.order().json()["id"]
    assert_problem(caller.post(f"/orders/{remote_id}/ship", {}), 409, "state_conflict")
    sign(MerchantOrder.objects.get())
    first = caller.post(f"/orders/{remote_id}/ship", {"tracking_number": "SF1"})
    again = caller.post(f"/orders/{remote_id}/ship", {})
    assert first.json() == again.json()
    assert first.json()["state"] == "shipped"
    assert (first.headers.get("Idempotent-Replay"), again.headers.get("Idempotent-Replay")) == (None, "true")
    problem = assert_problem(caller.post(f"/orders/{remote_id}/cancel", {}), 409, "state_conflict")
    assert problem["facts"] == {"state": "shipped"}


def sign(theirs: MerchantOrder) -> None:
    now = clock.now()
    order = purchases.open(token=theirs.confirm_token, borrower_id=welcome(now=now), now=now)
    purchasing.sign(order, now=now, after=purchasing.READ)


def test_orders_come_in_pages_newest_first(caller: Caller) -> None:
    for n in range(5):
        assert caller.order(number=f"QH-{n}").status_code == 201
    seen, cursor = [], None
    while True:
        page = caller.get("/orders", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [each["order_number"] for each in page["orders"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"QH-{n}" for n in (4, 3, 2, 1, 0)]
    caller.post(f"/orders/{MerchantOrder.objects.get(order_number='QH-3').id}/cancel", {})
    assert [each["order_number"] for each in caller.get("/orders", state="cancelled").json()["orders"]] == ["QH-3"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "====", "bm93fDE="])
def test_a_cursor_of_ones_own_making_is_refused(caller: Caller, cursor: str) -> None:
    assert_problem(caller.get("/orders", cursor=cursor), 422, "bad_cursor")


def test_another_shops_orders_are_not_there(caller: Caller) -> None:
    remote_id = caller.order().json()["id"]
    other = Caller(purchasing.admit("other", now=clock.now()).key)
    assert_problem(other.get(f"/orders/{remote_id}"), 404, "not_found")
    assert_problem(other.post(f"/orders/{remote_id}/ship", {}), 404, "not_found")
    assert_problem(other.post(f"/orders/{remote_id}/cancel", {}), 404, "not_found")
    assert other.get("/orders").json() == {"orders": [], "next": None}
    quote = caller.wish("QH-2")["quote"]
    assert_problem(other.order(number="QH-2", quote=quote), 422, "quote_forged")


# Keys


def test_without_a_good_key_nothing_opens(shop: Shop) -> None:
    for key in ("", "aqk_test", shop.key[:-1] + ("A" if shop.key[-1] != "A" else "B"), shop.key + "x", "\x00", "é"):
        answer = Caller(key).get("/orders")
        assert_problem(answer, 401, "unauthorized")
        assert answer["WWW-Authenticate"] == "Bearer"
    assert_problem(Client().get("/v1/orders"), 401, "unauthorized")
    assert_problem(Client(headers={"Authorization": shop.key}).get("/v1/orders"), 401, "unauthorized")


def test_a_revoked_key_opens_nothing_and_the_new_one_does(shop: Shop, caller: Caller) -> None:
    issued = merchants.issue_key("qinghe", now=clock.now())
    merchants.revoke_key(shop.key[:12], now=clock.now())
    assert_problem(caller.get("/orders"), 401, "unauthorized")
    assert Caller(issued.key).get("/orders").status_code == 200


def test_keys_are_kept_as_hashes_only(shop: Shop) -> None:
    kept = MerchantKey.objects.get()
    assert shop.key.startswith(kept.prefix)
    assert shop.key.removeprefix(kept.prefix) not in kept.key_hash


def test_a_runaway_client_is_slowed_down(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(access, "MOST_A_MINUTE", 3)
    monkeypatch.setattr(access.Pace, "_minute", lambda _: 1)
    assert [caller.get("/orders").status_code for _ in range(3)] == [200] * 3
    answer = caller.get("/orders")
    assert_problem(answer, 429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 60
    other = Caller(purchasing.admit("other", now=clock.now()).key)
    assert other.get("/orders").status_code == 200


# What can't be taken


@pytest.mark.parametrize("key", [None, "x" * 65, "k 1", "钥匙"])
def test_acts_need_a_key_of_their_own(caller: Caller, key: str | None) -> None:
    for path, body in (("/orders", caller.wish()), (f"/orders/{uuid4()}/ship", {}), (f"/orders/{uuid4()}/cancel", {})):
        assert_problem(caller.post(path, body, key=key), 400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"surprise": 1}, "#/surprise"),
        ({"amount_minor": "600000"}, "#/amount_minor"),
        ({"amount_minor": 600000.0}, "#/amount_minor"),
        ({"amount_minor": True}, "#/amount_minor"),
        ({"amount_minor": 0}, "#/amount_minor"),
        ({"amount_minor": 10**40}, "#/amount_minor"),
        ({"currency": "USD"}, "#/currency"),
        ({"goods": []}, "#/goods"),
        ({"goods": [{"title": "a\u0000b", "quantity": 1, "price_minor": AMOUNT}]}, "#/goods/0/title"),
        ({"goods": [{"title": "\ud800", "quantity": 1, "price_minor": AMOUNT}]}, "#/goods/0/title"),
        ({"goods": [{"title": "x", "quantity": 1, "price_minor": AMOUNT, "sku": "1"}]}, "#/goods/0/sku"),
        ({"order_number": "x" * 65}, "#/order_number"),
        ({"order_number": "QH\n1"}, "#/order_number"),
        ({"order_number": None}, "#/order_number"),
        ({"return_url": "http://localhost:8004/\n"}, "#/return_url"),
    ],
)
def test_orders_that_make_no_sense_are_refused_by_field(caller: Caller, changed: dict[str, Any], pointer: str) -> None:
    problem = assert_problem(caller.order(**changed), 422, "invalid")
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert not MerchantOrder.objects.exists()


def test_orders_that_contradict_themselves_are_refused(caller: Caller) -> None:
    goods = [{"title": "x", "quantity": 2, "price_minor": AMOUNT}]
    assert_problem(caller.order(goods=goods), 422, "goods_do_not_add_up")
    assert_problem(caller.order(return_url="https://evil.example/"), 422, "return_url_unknown")
    assert_problem(caller.order(quote="nonsense"), 422, "quote_forged")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"nothing", b'"x"', b"\xff", b"null", b"[" * 5000])
def test_bodies_that_are_no_object_are_refused(caller: Caller, raw: bytes) -> None:
    answer = caller.post("/orders", None, raw=raw)
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_large_bodies_are_not_read(caller: Caller) -> None:
    assert_problem(caller.post("/orders", None, raw=b" " * 70_000), 413, "too_large")


def test_what_is_not_there_is_a_problem_as_well(caller: Caller) -> None:
    for path in ("", "/nothing", "/orders/17", "/orders/17/ship", "/"):
        assert_problem(caller.get(path), 404, "not_found")
        assert_problem(caller.post(path, {}), 404, "not_found")
    answer = caller.client.delete(f"/v1/orders/{uuid4()}")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET"


# What is not the caller's fault


@pytest.mark.parametrize(
    ("cause", "status", "code"),
    [(errors.LockNotAvailable("x"), 409, "in_progress"), (errors.AdminShutdown("x"), 503, "unavailable")],
)
def test_a_call_that_found_the_database_busy_may_come_again(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, cause: Exception, status: int, code: str
) -> None:
    def busy(**_: object) -> None:
        raise OperationalError from cause

    monkeypatch.setattr(purchases, "create", busy)
    answer = caller.order()
    assert_problem(answer, status, code)
    assert int(answer["Retry-After"]) >= 1


def test_our_own_fault_says_so_and_shows_nothing(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise AssertionError("secret of the house")

    monkeypatch.setattr(purchases, "create", broken)
    answer = caller.order()
    assert_problem(answer, 500, "broken")
    assert b"secret" not in answer.content


# The page


def test_the_page_explains_every_call_and_needs_nobody_else(client: Client) -> None:
    answer = client.get("/docs")
    page = answer.content.decode()
    schema = client.get("/v1/openapi.json").json()
    ids = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]
    assert len(ids) == 19
    for each in ids:
        assert f'id="{each}"' in page
    for code in ("quote_expired", "in_progress", "order_number_taken"):
        assert f'<tr id="{code}">' in page
    assert 'src="http' not in page
    assert 'rel="stylesheet" href="http' not in page
    assert client.get("/").headers["Location"] == "/docs"
