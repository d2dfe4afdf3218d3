"""The SMS gateway: what each of its answers means."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from anqi.notices import sms
from anqi.notices.sms import Answer, Declined, Sent, Unclear
from anqi.rows.days import SHANGHAI
from tests.people.post_office import CUT, PostOffice, open_office

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
ACCEPTED = b'{"message_id": "S-1", "status": "accepted"}'


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as office:
        yield office


@pytest.fixture
def gateway(office: PostOffice, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "secret").write_text("the key\n")
    return {"url": office.url, "secret_file": str(tmp_path / "secret")}


def send(gateway: dict[str, str]) -> Answer:
    return asyncio.run(sms.send(
        gateway, phone="+8613800006021", template="login_code", text="【按期】204618", out_id="m1", now=NOW
    ))  # fmt: skip


def test_what_is_sent(office: PostOffice, gateway: dict[str, str]) -> None:
    office.answers = [(200, ACCEPTED)]
    assert send(gateway) == Sent(proof="S-1")
    [(headers, body)] = office.received
    assert json.loads(body) == {
        "phone": "+8613800006021", "template": "login_code", "params": {}, "text": "【按期】204618", "out_id": "m1"
    }  # fmt: skip
    assert headers["x-sms-timestamp"] == str(int(NOW.timestamp()))


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_refusal_of_the_message_itself_is_final(
    office: PostOffice, gateway: dict[str, str], status: int
) -> None:
    office.answers = [(status, ACCEPTED)]
    assert send(gateway) == Declined(why=f"http_{status}")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"null"),
        (200, b'"accepted"'),
        (200, b'{"status": "accepted"}'),
        (200, b'{"status": "queued", "message_id": "S-1"}'),
        (200, b'{"message_id": "S-1", "status": "acc'),
        (200, b"\xff\xfe"),
        (301, ACCEPTED),
        (401, ACCEPTED),
        (404, b""),
        (408, b""),
        (429, b""),
        (500, ACCEPTED),
        (503, b""),
    ],
)
def test_everything_else_leaves_it_unclear(
    office: PostOffice, gateway: dict[str, str], status: int, answer: bytes
) -> None:
    office.answers = [(status, answer)]
    assert send(gateway) == Unclear(why=f"http_{status}")


def test_no_answer_leaves_it_unclear(office: PostOffice, gateway: dict[str, str]) -> None:
    office.answers = [(CUT, b"")]
    assert send(gateway) == Unclear(why="RemoteProtocolError")
    assert send({**gateway, "url": "http://127.0.0.1:9/"}) == Unclear(why="ConnectError")
    assert send({**gateway, "url": "http://[::1"}) == Unclear(why="InvalidURL")


def test_an_answer_that_drips_for_ever_is_left_after_the_time_limit(
    office: PostOffice, gateway: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "_PATIENCE_SECONDS", 0.3)
    office.drips = True
    answer = send(gateway)
    assert isinstance(answer, Unclear) and "Timeout" in answer.why


def test_a_missing_key_leaves_it_unclear_and_sends_nothing(
    office: PostOffice, gateway: dict[str, str]
) -> None:
    assert send({**gateway, "secret_file": "/nowhere"}) == Unclear(why="FileNotFoundError")
    assert office.received == []


def test_a_long_number_of_the_gateways_fits_its_column(office: PostOffice, gateway: dict[str, str]) -> None:
    office.answers = [(200, json.dumps({"message_id": "S" * 500, "status": "accepted"}).encode())]
    assert send(gateway) == Sent(proof="S" * 64)
