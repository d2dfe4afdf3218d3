"""Webhooks as merchants receive them; the mall's own check says whether a signature is right."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from anqi.notices import webhooks
from anqi.notices.models import Webhook
from anqi.notices.webhooks import Answer
from anqi.rows.days import SHANGHAI
from mall import webhooks as shop
from mall.refusals import WebhookRefused
from tests.people.post_office import CUT, PostOffice, open_office

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BODY = json.dumps({"type": "order.shipped", "data": {"order_number": "QH-1", "名": "青禾"}}, ensure_ascii=False)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as office:
        yield office


def send(url: str, *, secret: str = SECRET, body: str = BODY) -> Answer:
    return asyncio.run(
        webhooks.send(Webhook(body=body), url=url, secret=secret, now=NOW, is_strict=False)
    )


def test_the_shop_finds_the_signature_right_on_its_own_clock(office: PostOffice) -> None:
    assert send(office.url) == Answer(status=200)
    [(headers, body)] = office.received
    assert body.decode() == BODY
    shop.verify(headers=headers, body=body, secret=SECRET, now=NOW + timedelta(minutes=5))
    for spoilt in (
        {"body": body + b" "},
        {"secret": "whsec_" + base64.b64encode(b"another").decode()},
        {"now": NOW + timedelta(minutes=6)},
        {"headers": {**headers, "webhook-id": "another"}},
    ):
        with pytest.raises(WebhookRefused):
            shop.verify(**{"headers": headers, "body": body, "secret": SECRET, "now": NOW, **spoilt})  # type: ignore[arg-type]


def test_the_example_of_the_standard() -> None:
    """From the Standard Webhooks specification, "Verifying signatures"."""
    signature = webhooks.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        stamp="1614265330",
        body=b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_takes_it(office: PostOffice, status: int) -> None:
    office.answers = [(status, b"")]
    assert send(office.url).is_taken


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_nothing_else_does_and_nothing_is_followed(office: PostOffice, status: int) -> None:
    office.answers, office.headers = [(status, b"")], {"location": office.url}
    assert send(office.url) == Answer(status=status)
    assert len(office.received) == 1


def test_a_server_that_hangs_up_says_nothing(office: PostOffice) -> None:
    office.answers = [(CUT, b"")]
    answer = send(office.url)
    assert answer.status is None and answer.why == "RemoteProtocolError"


def test_nobody_there_says_nothing() -> None:
    assert send("http://127.0.0.1:9/") == Answer(status=None, why="ConnectError")


def test_a_silent_server_is_left_after_the_time_limit(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "_PATIENCE_SECONDS", 0.2)
    office.silent_seconds = 1
    answer = send(office.url)
    assert answer.status is None and "Timeout" in answer.why


def test_an_answer_without_an_end_is_not_waited_for(office: PostOffice) -> None:
    office.drips = True
    assert send(office.url).is_taken


@pytest.mark.parametrize("secret", ["whsec_不", "whsec_a", "nonsense!"])
def test_a_secret_that_is_none_is_an_answer_and_no_crash(office: PostOffice, secret: str) -> None:
    assert send(office.url, secret=secret).status is None
    assert office.received == []


def test_the_environment_names_no_proxy_for_us(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert send(office.url).is_taken
