"""A strict fake of the merchant API: it refuses what the real one refuses, and fails when told to."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

KEY = "aqk_test_shop"


@dataclass(kw_only=True)
class Lender:
    """Orders by id, answers by idempotency key, and the faults still to happen."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[str, bytes, dict[str, Any]]] = field(default_factory=dict)
    quotes: dict[str, tuple[int, str]] = field(default_factory=dict)
    returned: dict[str, list[int]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    price_step_minor: int = 0
    confirm_origin: str = "http://lender.test"

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def fail(self, path_part: str, fault: str, *, times: int = 1) -> None:
        """lost_before, lost_after (applied, no answer), http_503, html, wrong_amount or in_progress."""
        self.faults += [(path_part, fault)] * times

    def sign(self, order_number: str, state: str = "confirmed") -> None:
        """What the borrower, or time, does to an order at the lender."""
        self.numbered(order_number)["state"] = state

    def numbered(self, order_number: str) -> dict[str, Any]:
        (found,) = [order for order in self.orders.values() if order["order_number"] == order_number]
        return found

    def posts(self, path_end: str) -> list[httpx.Request]:
        return [
            request for request in self.requests
            if request.method == "POST" and request.url.path.endswith(path_end)
        ]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        fault = self._next_fault(request)
        if fault == "lost_before":
            raise httpx.ConnectTimeout("lost before", request=request)
        if fault == "http_503":
            return httpx.Response(503, text="busy")
        if fault == "html":
            return httpx.Response(200, text="<html>captive portal</html>")
        if fault == "in_progress":
            return problem(409, "in_progress", headers={"Retry-After": "1"})
        answer = self._route(request)
        if fault == "lost_after":
            raise httpx.ReadTimeout("lost after", request=request)
        if fault == "wrong_amount":
            return httpx.Response(answer.status_code, json=json.loads(answer.content) | {"amount_minor": 1})
        return answer

    def _next_fault(self, request: httpx.Request) -> str:
        for planned in self.faults:
            if request.method + " " + request.url.path == planned[0]:
                self.faults.remove(planned)
                return planned[1]
        return ""

    def _route(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return problem(401, "unauthorized")
        parts = request.url.path.strip("/").split("/")
        assert parts[0] == "v1"
        match request.method, parts[1:]:
            case "GET", ["plans"]:
                return self._plans(int(request.url.params["amount_minor"]))
            case "POST", ["quotes"]:
                return self._quote(json.loads(request.content))
            case "POST", ["page-links"]:
                return httpx.Response(201, json={"url": f"{self.confirm_origin}/enter/once", "expires_at": "soon"})
            case "GET", ["orders"]:
                return self._list(request.url.params["order_number"])
            case "GET", ["orders", remote_id]:
                found = self.orders.get(remote_id)
                return httpx.Response(200, json=found) if found else problem(404, "not_found")
            case "POST", ["orders"]:
                return self._once(request, self._create)
            case "POST", ["orders", remote_id, "ship"]:
                return self._once(request, lambda _: self._move(remote_id, "shipped", ("confirmed",)))
            case "POST", ["orders", remote_id, "cancel"]:
                return self._once(
                    request, lambda _: self._move(remote_id, "cancelled", ("created", "confirmed"))
                )
            case "POST", ["orders", remote_id, "returns"]:
                return self._once(request, lambda asked: self._take_back(remote_id, asked))
        return problem(404, "not_found")

    def _once(
        self, request: httpx.Request, act: Callable[[dict[str, Any]], httpx.Response]
    ) -> httpx.Response:
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= 64:
            return problem(400, "idempotency_key_missing")
        if key in self.answers:
            path, body, kept = self.answers[key]
            if (path, body) != (request.url.path, request.content):
                return problem(409, "idempotency_key_reused")
            return httpx.Response(200, json=kept, headers={"Idempotent-Replay": "true"})
        answer = act(json.loads(request.content))
        if answer.is_success:
            self.answers[key] = (request.url.path, request.content, json.loads(answer.content))
        return answer

    def _plans(self, amount_minor: int) -> httpx.Response:
        if not 60_000 <= amount_minor <= 1_000_000:
            return problem(422, "amount_out_of_range")
        stated = [self._plan(amount_minor, code) for code in ("p3", "p6", "p12")]
        return httpx.Response(200, json={"plans": stated})

    def _quote(self, asked: dict[str, Any]) -> httpx.Response:
        assert set(asked) == {"amount_minor", "plan"}
        stated = self._plan(asked["amount_minor"], asked["plan"])
        token = f"quote-{len(self.quotes)}"
        self.quotes[token] = (asked["amount_minor"], asked["plan"])
        statement = stated.pop("cost_statement")
        n, total = stated["instalments"], stated["total_minor"]
        stated["schedule"] = [
            {"n": i + 1, "due_on": "2026-12-24", "total_minor": total // n + (total % n if i == n - 1 else 0)}
            for i in range(n)
        ]
        return httpx.Response(200, json={"quote": token, "plan": stated, "cost_statement": statement})

    def _plan(self, amount_minor: int, code: str) -> dict[str, Any]:
        n, fee_basis_points, simple, compound = {
            "p3": (3, 0, "0.00", "0.00"),
            "p6": (6, 390, "13.25", "14.08"),
            "p12": (12, 720, "13.03", "13.84"),
        }[code]
        cost_minor = amount_minor * fee_basis_points // 10_000 + (self.price_step_minor if n > 3 else 0)
        total_minor = amount_minor + cost_minor
        items = [
            {
                "code": "interest", "name": "利息", "how": "随每期本金收取", "payee": "示例消费金融",
                "amount_minor": cost_minor,
            }
        ]
        return {
            "code": code, "instalments": n, "first_instalment_minor": total_minor // n,
            "instalment_minor": total_minor // n, "total_minor": total_minor, "cost_minor": cost_minor,
            "annual_cost": {"simple_percent": simple, "compound_percent": compound},
            "interest_free": cost_minor == 0,
            "cost_statement": {
                "principal_minor": amount_minor, "items": items if cost_minor else [],
                "cost_minor": cost_minor, "total_minor": total_minor,
                "annual_cost": {"simple_percent": simple, "compound_percent": compound},
                "contingent": [{"code": "penalty", "name": "罚息", "how": "逾期的本金按日收取"}],
                "nothing_else": True,
            },
        }

    def _create(self, asked: dict[str, Any]) -> httpx.Response:
        assert set(asked) == {
            "order_number", "amount_minor", "currency", "goods", "plan", "quote", "return_url",
        }
        assert asked["currency"] == "CNY" and len(asked["order_number"]) <= 64
        assert all(set(line) == {"title", "quantity", "price_minor"} for line in asked["goods"])
        if sum(line["quantity"] * line["price_minor"] for line in asked["goods"]) != asked["amount_minor"]:
            return problem(422, "goods_do_not_add_up")
        if self.quotes.get(asked["quote"]) != (asked["amount_minor"], asked["plan"]):
            return problem(422, "quote_expired")
        if any(order["order_number"] == asked["order_number"] for order in self.orders.values()):
            return problem(409, "order_number_taken")
        remote_id = str(uuid.uuid4())
        self.orders[remote_id] = {
            "id": remote_id, "order_number": asked["order_number"], "state": "created",
            "confirm_url": f"{self.confirm_origin}/confirm/{remote_id}",
            "amount_minor": asked["amount_minor"], "plan": asked["plan"],
            "created_at": "2026-11-24T10:00:00+08:00",
        }
        return httpx.Response(201, json=self.orders[remote_id])

    def _move(self, remote_id: str, state: str, allowed: tuple[str, ...]) -> httpx.Response:
        order = self.orders.get(remote_id)
        if order is None:
            return problem(404, "not_found")
        if order["state"] not in allowed:
            return problem(409, "state_conflict", detail=f"order is {order['state']}")
        order["state"] = state
        return httpx.Response(200, json=order)

    def _take_back(self, remote_id: str, asked: dict[str, Any]) -> httpx.Response:
        order, back = self.orders[remote_id], self.returned.setdefault(remote_id, [])
        left_minor = order["amount_minor"] - sum(back)
        amount_minor = left_minor if asked["amount_minor"] == "whole" else asked["amount_minor"]
        if not left_minor or amount_minor > left_minor:
            return problem(422, "more_than_shipped" if left_minor else "nothing_shipped_left")
        back.append(amount_minor)
        if sum(back) == order["amount_minor"]:
            order["state"] = "settled"
        return httpx.Response(201, json={"id": f"r{len(back)}", "state": "completed", "amount_minor": amount_minor})

    def _list(self, order_number: str) -> httpx.Response:
        found = [order for order in self.orders.values() if order["order_number"] == order_number]
        return httpx.Response(200, json={"orders": found, "next": None})


def problem(
    status: int, code: str, *, detail: str = "", headers: dict[str, str] | None = None
) -> httpx.Response:
    body = {"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code}
    sent = {"Content-Type": "application/problem+json", **(headers or {})}
    return httpx.Response(status, content=json.dumps(body), headers=sent)
