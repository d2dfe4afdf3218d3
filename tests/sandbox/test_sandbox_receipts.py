"""Receipts of the SMS and the mail gateway, and the mail gateway's own door: signed, strict, once per out_id."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sandbox_stand import Sandbox, wait_until

from tests.people.post_office import PostOffice, open_office

LETTER = {"to": "lin@example.com", "language": "zh-CN", "subject": "还款提醒", "text": "【按期】明天还款 ¥533.09。"}
TEXT = {"phone": "+8613800006021", "template": "reminder_due", "params": {}, "text": "【按期】明天还款 ¥533.09。"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as office:
        yield office


def send(sandbox: Sandbox, name: str, message: dict[str, Any], *, secret: bytes | None = None) -> httpx.Response:
    body, stamp = json.dumps(message).encode(), str(int(time.time()))
    key = secret or (sandbox.home / f"{name}_secret").read_bytes()
    signature = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    title = name.title()
    headers = {f"X-{title}-Timestamp": stamp, f"X-{title}-Signature": signature}
    return sandbox.http.post(f"/{name}/send", content=body, headers=headers)


def number() -> str:
    return f"M{secrets.token_hex(8)}"


def told(office: PostOffice) -> list[str]:
    return [json.loads(body)["status"] for _, body in office.received]


@pytest.mark.parametrize(("name", "message"), [("sms", TEXT), ("mail", LETTER)])
def test_a_receipt_comes_signed_to_the_address_that_came_with_the_message(
    sandbox: Sandbox, office: PostOffice, name: str, message: dict[str, Any]
) -> None:
    out_id = number()
    accepted = send(sandbox, name, {**message, "out_id": out_id, "receipt_url": office.url}).json()
    wait_until(lambda: bool(office.received))
    headers, body = office.received[0]
    said = json.loads(body)
    assert (said["out_id"], said["message_id"], said["status"]) == (out_id, accepted["message_id"], "delivered")
    key = (sandbox.home / f"{name}_secret").read_bytes()
    stamp = headers[f"x-{name}-timestamp"]
    assert headers[f"x-{name}-signature"] == hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    send(sandbox, name, {**message, "out_id": number()})
    time.sleep(1.5)
    assert len(office.received) == 1, "nobody asked for the other's"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("undelivered", ["undelivered"]), ("receipt_twice", ["delivered", "delivered"]),
        ("receipt_contradicted", ["undelivered", "delivered"]),
    ],
)  # fmt: skip
def test_receipts_that_are_bent(sandbox: Sandbox, office: PostOffice, fault: str, said: list[str]) -> None:
    out_id = number()
    sandbox.fault(fault, channel="mail", out_trade_no=out_id, next=1)
    send(sandbox, "mail", {**LETTER, "out_id": out_id, "receipt_url": office.url})
    wait_until(lambda: len(office.received) == len(said))
    assert told(office) == said


def test_a_receipt_that_never_comes(sandbox: Sandbox, office: PostOffice) -> None:
    sandbox.fault("no_receipt", channel="sms", next=1)
    send(sandbox, "sms", {**TEXT, "out_id": number(), "receipt_url": office.url})
    time.sleep(2)
    assert told(office) == []


def test_a_letter_is_taken_once_shown_and_checked(sandbox: Sandbox) -> None:
    letter = {**LETTER, "to": f"{secrets.token_hex(4)}@example.com", "out_id": number()}
    first, second = send(sandbox, "mail", letter).json(), send(sandbox, "mail", letter).json()
    assert first == second
    assert send(sandbox, "mail", {**letter, "text": "别的"}).status_code == 409
    assert "还款提醒" in sandbox.http.get("/mail", params={"to": letter["to"]}).text
    [found] = sandbox.http.get("/_control/mail", params={"to": letter["to"]}).json()["messages"]
    assert (found["text"], found["subject"], found["language"]) == (LETTER["text"], LETTER["subject"], "zh-CN")
    for wrong in ({"to": "林"}, {"subject": "a\nb"}, {"language": "fr"}, {"text": " "}, {"html": "<a>"}):
        answer = send(sandbox, "mail", {**letter, "out_id": number(), **wrong})
        assert (answer.status_code, list(answer.json()["reasons"])) == (422, list(wrong))
    assert send(sandbox, "mail", letter, secret=b"guess").json()["error"] == "wrong_signature"
