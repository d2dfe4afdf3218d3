"""The SMS gateway: signed, strict, once per out_id."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import httpx
import pytest
from sandbox_stand import Sandbox, wait_until


def send(
    sandbox: Sandbox, message: dict[str, Any], *, at: int | None = None, secret: bytes | None = None
) -> httpx.Response:
    body = json.dumps(message).encode()
    timestamp = str(int(time.time()) if at is None else at)
    key = secret or (sandbox.home / "sms_secret").read_bytes()
    signature = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Sms-Timestamp": timestamp, "X-Sms-Signature": signature}
    return sandbox.http.post("/sms/send", content=body, headers=headers)


@pytest.fixture
def message() -> dict[str, Any]:
    return {
        "phone": f"+86138{secrets.randbelow(10**8):08d}",
        "template": "login_code",
        "params": {"code": "204618"},
        "text": "【按期】验证码 204618，5 分钟内有效。",
        "out_id": f"M{secrets.token_hex(8)}",
    }


def test_a_message_arrives_and_is_shown(sandbox: Sandbox, message: dict[str, Any]) -> None:
    answer = send(sandbox, message).json()
    assert answer["status"] == "accepted"
    path = f"/sms/status/{answer['message_id']}"
    wait_until(lambda: sandbox.http.get(path).json()["status"] == "delivered")
    for phone in (message["phone"], message["phone"][3:]):
        (found,) = sandbox.http.get("/_control/sms", params={"phone": phone}).json()["messages"]
        assert found["text"] == message["text"] and found["params"] == message["params"]
        assert "204618" in sandbox.http.get("/sms", params={"phone": phone}).text
    assert "204618" not in sandbox.http.get("/sms", params={"phone": "19900000000"}).text


def test_the_same_out_id_is_the_same_message(sandbox: Sandbox, message: dict[str, Any]) -> None:
    first, second = send(sandbox, message).json(), send(sandbox, message).json()
    assert first == second
    other = send(sandbox, {**message, "text": "别的内容"})
    assert (other.status_code, other.json()["error"]) == (409, "out_id_reused")
    shown = sandbox.http.get("/_control/sms", params={"phone": message["phone"]}).json()["messages"]
    assert len(shown) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "13800006021"},
        {"phone": "+8612800006021"},
        {"phone": "+86138000060211"},
        {"phone": None},
        {"template": "Login Code"},
        {"params": {"code": 1}},
        {"params": None},
        {"text": ""},
        {"text": "长" * 501},
        {"out_id": "a b"},
        {"sender": "me"},
    ],
    ids=str,
)
def test_a_wrong_message_names_the_field(
    sandbox: Sandbox, message: dict[str, Any], wrong: dict[str, Any]
) -> None:
    answer = send(sandbox, {**message, **wrong})
    assert answer.status_code == 422
    assert list(answer.json()["reasons"]) == list(wrong)


def test_signatures(sandbox: Sandbox, message: dict[str, Any]) -> None:
    assert send(sandbox, message, secret=b"guess").json()["error"] == "wrong_signature"
    assert send(sandbox, message, at=int(time.time()) - 301).json()["error"] == "stale"
    assert send(sandbox, message, at=int(time.time()) + 310).json()["error"] == "stale"
    assert sandbox.http.post("/sms/send", json=message).json()["error"] == "unsigned"
    assert send(sandbox, message, at=int(time.time()) - 200).status_code == 200


def test_a_client_on_the_shifted_clock(sandbox: Sandbox, message: dict[str, Any]) -> None:
    sandbox.shift_clock(86400)
    assert send(sandbox, message, at=int(time.time()) + 86400).status_code == 200


def test_faults(sandbox: Sandbox, message: dict[str, Any]) -> None:
    sandbox.fault("lost_after", channel="sms", out_id=message["out_id"], next=1)
    with pytest.raises(httpx.TransportError):
        send(sandbox, message)
    assert send(sandbox, message).status_code == 200
    shown = sandbox.http.get("/_control/sms", params={"phone": message["phone"]}).json()["messages"]
    assert len(shown) == 1

    sandbox.fault("http_500", channel="sms", next=1)
    sandbox.fault("undelivered", channel="sms", next=1)
    other = {**message, "out_id": f"{message['out_id']}b"}
    assert send(sandbox, other).status_code == 500
    number = send(sandbox, other).json()["message_id"]
    wait_until(lambda: sandbox.http.get(f"/sms/status/{number}").json()["status"] == "undelivered")


def test_an_unknown_message(sandbox: Sandbox) -> None:
    assert sandbox.http.get("/sms/status/none").status_code == 404
