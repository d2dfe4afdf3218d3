"""The merchant API over HTTP: asks with the key, reads answers strictly, tells "no" from "no answer"."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as url_quote
from urllib.parse import urlsplit

import httpx

from mall import plans
from mall.plans import Plan
from mall.refusals import ApiContradicts, ApiRefused, ApiSilent, Problem

ORDER_STATES = ("created", "confirmed", "shipped", "settled", "cancelled", "lapsed")
# These answers leave open whether the act happened, or say only "not now": the same call may go again.
OPEN_STATUSES = (408, 425, 429, 500, 502, 503, 504)
WAIT = httpx.Timeout(8.0, connect=3.0)
WAIT_OF_PAGE = httpx.Timeout(4.0, connect=2.0)


@dataclass(frozen=True, kw_only=True)
class RemoteOrder:
    """An order as the lender knows it; what a webhook leaves out is None."""

    id: str
    order_number: str
    state: str
    confirm_url: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A plan promised for a while, by a token that goes into the order."""

    token: str
    plan: Plan


class MerchantApi:
    """One shop's access to the lender. Thread-safe; close it at the end."""

    def __init__(self, *, url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        headers = {
            "Authorization": f"Bearer {key}", "Accept": "application/json", "User-Agent": "qinghe-mall/1",
        }
        # trust_env off: a proxy set for the machine must not see the key.
        self._client = httpx.Client(
            base_url=f"{url}/v1", headers=headers, timeout=WAIT, transport=transport, trust_env=False
        )

    def plans(self, *, amount_minor: int) -> tuple[Plan, ...]:
        """The plans for an amount in fen, in the lender's order; empty when there is none."""
        answer = self._get("/plans", {"amount_minor": str(amount_minor)})
        return tuple(plans.read(stated, amount_minor=amount_minor) for stated in _list(answer, "plans"))

    def quote(self, *, amount_minor: int, plan_code: str) -> Quote:
        """A plan with its schedule, and the token that keeps its price."""
        body = json.dumps({"amount_minor": amount_minor, "plan": plan_code})
        answer = self._send("POST", "/quotes", body=body, timeout=WAIT)
        stated = answer.get("plan")
        if not isinstance(stated, dict) or not isinstance(answer.get("quote"), str):
            raise ApiContradicts
        # The statement stands beside the plan in this answer and inside it in the list of plans.
        whole = {"cost_statement": answer.get("cost_statement"), **stated}
        plan = plans.read(whole, amount_minor=amount_minor)
        if plan.code != plan_code:
            raise ApiContradicts
        return Quote(token=answer["quote"], plan=plan)

    def order(self, *, remote_id: str) -> RemoteOrder:
        """The order as it stands now."""
        return read_order(self._get(f"/orders/{url_quote(remote_id, safe='')}", {}))

    def order_numbered(self, *, order_number: str) -> RemoteOrder | None:
        """The order with the shop's number, or None when the lender has none."""
        for stated in _list(self._get("/orders", {"order_number": order_number}), "orders"):
            found = read_order(stated)
            if found.order_number == order_number:
                return found
        return None

    def call(self, *, path: str, body: str, idempotency_key: str) -> RemoteOrder:
        """Do an act once, however often it is called with the same key and body; the order after it."""
        headers = {"Idempotency-Key": idempotency_key}
        return read_order(self._send("POST", path, body=body, timeout=WAIT, headers=headers))

    def take_back(self, *, path: str, body: str, idempotency_key: str) -> None:
        """Goods of an order came back: done once, however often it is called with the same key and body."""
        answer = self._send("POST", path, body=body, timeout=WAIT, headers={"Idempotency-Key": idempotency_key})
        if answer.get("state") != "completed":
            raise ApiContradicts

    def page_link(self) -> str:
        """An address that lets one browser see what the shop is owed; it works once, for a few minutes."""
        url = self._send("POST", "/page-links", timeout=WAIT_OF_PAGE).get("url")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            raise ApiContradicts
        return url

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _get(self, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        return self._send("GET", path, parameters=parameters, timeout=WAIT_OF_PAGE)

    def _send(
        self,
        method: str,
        path: str,
        *,
        timeout: httpx.Timeout,
        body: str | None = None,
        parameters: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            answer = self._client.request(
                method, path, content=body, params=parameters, headers=sent, timeout=timeout
            )
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ApiSilent from error
        return _read_answer(answer)


def read_order(stated: Any) -> RemoteOrder:
    """An order of an answer or a webhook; refuses unknown states and addresses that are not http(s)."""
    if not isinstance(stated, dict):
        raise ApiContradicts
    texts = [stated.get(name) for name in ("id", "order_number", "state")]
    amount_minor, confirm_url = stated.get("amount_minor"), stated.get("confirm_url")
    if not all(isinstance(text, str) and text for text in texts) or stated["state"] not in ORDER_STATES:
        raise ApiContradicts
    if amount_minor is not None and type(amount_minor) is not int:
        raise ApiContradicts
    if confirm_url is not None and urlsplit(str(confirm_url)).scheme not in ("http", "https"):
        raise ApiContradicts
    return RemoteOrder(
        id=stated["id"], order_number=stated["order_number"], state=stated["state"],
        confirm_url=confirm_url, amount_minor=amount_minor,
    )


def _read_answer(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in OPEN_STATUSES:
        raise ApiSilent
    try:
        body = answer.json()
    except ValueError as error:
        raise ApiSilent from error
    # "Retry-After" on a conflict means that the first call with this key is still at work.
    if answer.status_code == 409 and "Retry-After" in answer.headers:
        raise ApiSilent
    if 400 <= answer.status_code < 500:
        raise ApiRefused(_problem(answer.status_code, body))
    if not answer.is_success or not isinstance(body, dict):
        raise ApiContradicts
    return body


def _problem(status: int, body: Any) -> Problem:
    stated = body if isinstance(body, dict) else {}
    errors = stated.get("errors")
    return Problem(
        status=status,
        code=str(stated.get("code") or ""),
        title=str(stated.get("title") or ""),
        detail=str(stated.get("detail") or ""),
        errors=tuple(str(error) for error in errors) if isinstance(errors, list) else (),
    )


def _list(answer: dict[str, Any], name: str) -> list[Any]:
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ApiContradicts
    return found
