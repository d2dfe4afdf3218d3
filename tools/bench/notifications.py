"""Notifications a second: Alipay's signed messages at the site's door, and two workers that book them."""

import asyncio
import json
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable

import httpx

from tools.bench import ground, street
from tools.bench.street import Street

_COUNT = int(os.environ.get("ANQI_BENCH_NOTIFICATIONS", "2000"))
_PLANTERS = 2
_CLIENTS = 4
_WORKERS = 2
_PATIENCE_SECONDS = 120
_FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def measure() -> dict[str, float]:
    """From the first message to the last payment that is booked."""
    with street.opened() as where:
        bodies = asyncio.run(_collect(where, _plant(where)))
        where.start_workers(_WORKERS)
        print(f"sending {len(bodies)} notifications", flush=True)
        began = time.perf_counter()
        sent = asyncio.run(_send(where, bodies))
        booked = _wait_until_booked(where, len(bodies), began)
    return {
        "notifications_per_s": round(len(bodies) / booked, 1),
        "notifications_accepted_per_s": round(len(bodies) / sent, 1),
    }


def _plant(where: Street) -> dict[str, str]:
    """Cashier addresses of open charges, by their keys."""
    print(f"planting {_COUNT} charges", flush=True)
    files = [where.home / f"charges-{part}.json" for part in range(_PLANTERS)]
    planting = [
        ground.start(
            "tools.bench.planting", "charges", str(part), str(_PLANTERS), str(_COUNT), str(file),
            environment=where.environment(),
        )
        for part, file in enumerate(files)
    ]  # fmt: skip
    for process in planting:
        assert process.wait() == 0, "planting failed"
    return {key: url for file in files for key, url in json.loads(file.read_text()).items()}


async def _collect(where: Street, addresses: dict[str, str]) -> list[str]:
    """All charges are paid at the sandbox, which signs its messages and is kept from sending them."""
    print("having them paid", flush=True)
    bodies: list[str] = []
    async with _client(where.url("sandbox")) as sandbox:
        never = {"channel": "alipay", "fault": "never", "rate": "1"}
        (await sandbox.post("/_control/faults", json=never)).raise_for_status()

        async def pay(key: str) -> None:
            (await sandbox.post("/_control/alipay/pay", json={"url": addresses[key]})).raise_for_status()
            told = (await sandbox.get(f"/_control/alipay/trades/{key}")).raise_for_status().json()
            [notice] = told["notifications"]
            assert notice["state"] == "withheld"
            bodies.append(notice["body"])

        await _at_once(addresses, pay)
    return bodies


async def _send(where: Street, bodies: list[str]) -> float:
    """The seconds until the last one was accepted."""
    async with _client(where.url("borrower")) as site:

        async def knock(body: str) -> None:
            answer = await site.post("/hooks/alipay", content=body.encode(), headers=_FORM)
            assert (answer.status_code, answer.content) == (200, b"success"), answer.text[:200]

        began = time.perf_counter()
        await _at_once(bodies, knock)
        return time.perf_counter() - began


async def _at_once(each: Iterable[str], act: Callable[[str], Awaitable[None]]) -> None:
    """As many at a time as there are clients; a client begins the next when it has its answer."""
    waiting = iter(each)

    async def client() -> None:
        for one in waiting:
            await act(one)

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))


def _client(base_url: str) -> httpx.AsyncClient:
    # Whoever waits for an answer of a busy machine is not to give up: it is slow, and that is what counts.
    return httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=60, verify=ssl.create_default_context())


def _wait_until_booked(where: Street, count: int, began: float) -> float:
    deadline = time.perf_counter() + _PATIENCE_SECONDS
    while (booked := where.number("select count(*) from payments_payment")) < count:
        assert time.perf_counter() < deadline, f"{booked} of {count} are booked after {_PATIENCE_SECONDS} s"
        time.sleep(0.2)
    return time.perf_counter() - began
