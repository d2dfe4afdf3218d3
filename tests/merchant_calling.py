"""A shop's client of the merchants' API, for tests."""

import json
from typing import Any
from uuid import uuid4

from django.test import Client

from tests import purchasing

AMOUNT = 600_000


class Caller:
    """A shop's client: the key in every call, JSON in and out."""

    def __init__(self, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.client = Client(headers=headers, raise_request_exception=False, enforce_csrf_checks=True)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/v1{path}", query)

    def post(self, path: str, body: Any, *, key: str | None = "", raw: bytes | None = None) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key or uuid4().hex}
        content = json.dumps(body).encode() if raw is None else raw
        return self.client.post(f"/v1{path}", content, content_type="application/json", headers=headers)

    def order(self, *, number: str = "QH-1", key: str = "", **changed: Any) -> Any:
        return self.post("/orders", self.wish(number) | changed, key=key)

    def wish(self, number: str = "QH-1", *, plan: str = "p12", amount_minor: int = AMOUNT) -> dict[str, Any]:
        quote = self.post("/quotes", {"amount_minor": amount_minor, "plan": plan}).json()["quote"]
        return {
            "order_number": number, "amount_minor": amount_minor, "currency": "CNY", "plan": plan, "quote": quote,
            "goods": [{"title": "青禾 12", "quantity": 1, "price_minor": amount_minor}],
            "return_url": purchasing.RETURN_URL,
        }  # fmt: skip


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code), body
    assert body["type"].endswith(f"/docs#{code}")
    assert body["title"]
    assert body["detail"]
    return body
