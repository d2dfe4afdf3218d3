"""Where webhooks may go in production: to the internet, and to no machine inside a network."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from anqi.notices import destinations, webhooks
from anqi.notices.destinations import Destination, NotCalled
from anqi.notices.models import Webhook
from tests.people.test_webhooks import NOW, SECRET


def find(url: str) -> Destination:
    return asyncio.run(destinations.find(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://127.1/hook",
        "https://2130706433/hook",
        "https://0x7f000001/hook",
        "https://localhost:5432/hook",
        "https://10.1.2.3/hook",
        "https://172.16.0.1/hook",
        "https://192.168.1.1/hook",
        "https://100.64.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/hook",
        "https://224.0.1.1/hook",
        "https://[::1]/hook",
        "https://[fe80::1]/hook",
        "https://[fd00::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://[64:ff9b::a00:1]/hook",
        "https://[2002:a00:1::]/hook",
        "https://8.8.8.8@127.0.0.1/hook",
    ],
)
def test_an_address_inside_a_network_is_not_called(url: str) -> None:
    with pytest.raises(NotCalled, match="private address"):
        find(url)


@pytest.mark.parametrize("url", ["http://8.8.8.8/hook", "ftp://8.8.8.8/", "file:///etc/passwd", "//8.8.8.8", "https:///x"])
def test_only_https_is_called(url: str) -> None:
    with pytest.raises(NotCalled, match="not https"):
        find(url)


def test_a_public_address_is_called_as_it_stands() -> None:
    found = find("https://8.8.8.8:8443/hook?shop=1")
    assert str(found.url) == "https://8.8.8.8:8443/hook?shop=1"
    assert found.headers == {"Host": "8.8.8.8:8443"}


class Names:
    """A name server whose answers change with each question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def look_up(self, host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        self.asked += 1
        found = self.answers.pop(0)
        if not found:
            raise socket.gaierror("no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def test_one_private_address_among_others_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(["93.184.216.34", "10.0.0.1"]).look_up)
    with pytest.raises(NotCalled, match="private address"):
        find("https://shop.example/hook")


def test_a_name_that_nobody_knows_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names([]).look_up)
    with pytest.raises(NotCalled, match="unknown host"):
        find("https://shop.example/hook")


def test_a_name_is_looked_up_once_so_that_it_cant_lead_elsewhere_later(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(["2606:2800:220:1::1", "93.184.216.34"], ["10.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names.look_up)
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    answer = asyncio.run(webhooks.send(
        Webhook(body="{}"), url="https://shop.example:8443/hook", secret=SECRET, now=NOW, is_strict=True,
        transport=httpx.MockTransport(take),
    ))  # fmt: skip
    assert answer.is_taken and names.asked == 1
    [request] = seen
    assert str(request.url) == "https://93.184.216.34:8443/hook"
    assert request.headers["host"] == "shop.example:8443"
    assert request.extensions["sni_hostname"] == "shop.example"


@pytest.mark.parametrize("url", ["", "https://", "https://[::1", "https://a b/", "https://\u0000/", "https://-/"])
def test_what_is_no_address_is_an_answer_and_no_crash(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names([]).look_up)
    answer = asyncio.run(webhooks.send(Webhook(body="{}"), url=url, secret=SECRET, now=NOW, is_strict=True))
    assert answer.status is None and answer.why
