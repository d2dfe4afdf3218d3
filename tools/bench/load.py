"""Borrowers who read and pay over HTTP, all at once, on the site as it is served, and what each page asks for."""

import asyncio
import json
import os
import random
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from tools.bench import ground, street
from tools.bench.street import Street
from tools.bench.timings import Timings
from tools.bench.walking import Walker

_BORROWERS = int(os.environ.get("ANQI_BENCH_LOAD_BORROWERS", "200"))
_SECONDS = int(os.environ.get("ANQI_BENCH_LOAD_SECONDS", "120"))
_SEED = 2026
# They walk once before anything counts: a process that has just started has compiled no template yet.
_FIRST = 8
# They don't all come at the same moment.
_ARRIVE_WITHIN_SECONDS = 10
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
Cookies = dict[str, str]


def measure() -> dict[str, float]:
    """Errors, requests a second and percentiles in milliseconds, and each page's statements."""
    with street.opened() as where:
        # One more than walk: the statements are counted on pages of somebody whom nobody disturbs.
        cookies = _plant(where, _BORROWERS + 1)
        where.start_workers(1)
        print(f"{_BORROWERS} borrowers for {_SECONDS} s", flush=True)
        timings = asyncio.run(_walk_all(where, cookies[1:]))
        timings.show()
        return timings.figures() | _read_notices(where) | _count_statements(where, cookies[0])


def _plant(where: Street, count: int) -> list[Cookies]:
    print(f"planting {count} borrowers with two loans each", flush=True)
    file = where.home / "borrowers.json"
    ground.run("tools.bench.planting", "borrowers", str(count), str(file), environment=where.environment())
    planted: list[Cookies] = json.loads(file.read_text())
    return planted


def _read_notices(where: Street) -> dict[str, float]:
    """How long the channels' messages lay in the inbox, and how many payments were learned from them."""
    wait = "percentile_disc(0.95) within group (order by done_at - received_at)"
    return {
        "notice_wait_p95_ms": where.number(
            f"select 1000 * extract(epoch from {wait}) from payments_inbox where done_at is not null"
        ),
        "payments_by_notice_percent": where.number(
            "select 100 * count(*) filter (where learned_by = 'notice') / count(*) from payments_payment"
        ),
    }


def _count_statements(where: Street, cookies: Cookies) -> dict[str, float]:
    told = ground.run(
        "tools.bench.statements", json.dumps(cookies), where.url("sandbox"), environment=where.environment()
    )
    counted: dict[str, float] = json.loads(told)
    return counted


async def _walk_all(where: Street, cookies: list[Cookies]) -> Timings:
    timings = Timings()
    async with _walkers(where, cookies, timings) as walkers:
        await asyncio.gather(*(walker.walk() for walker in walkers[:_FIRST]))
        timings.begin()
        ends_at = time.perf_counter() + _SECONDS
        walking = [asyncio.create_task(_keep_walking(walker, ends_at)) for walker in walkers]
        await asyncio.sleep(_SECONDS)
        timings.end()
        # Nobody is called away from the cashier: what was begun is finished, and its errors count.
        await asyncio.gather(*walking)
    return timings


async def _keep_walking(walker: Walker, ends_at: float) -> None:
    await asyncio.sleep(walker.chance.uniform(0, min(_ARRIVE_WITHIN_SECONDS, _SECONDS / 4)))
    while time.perf_counter() < ends_at:
        await walker.walk()


@asynccontextmanager
async def _walkers(where: Street, cookies: list[Cookies], timings: Timings) -> AsyncIterator[list[Walker]]:
    # Reading the machine's certificates two hundred times would take longer than the measurement.
    context = ssl.create_default_context()
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(_client(where.url("sandbox"), {}, context))
        sites = [
            await stack.enter_async_context(_client(where.url("borrower"), each, context)) for each in cookies
        ]
        yield [
            Walker(site=site, sandbox=sandbox, chance=random.Random(_SEED + n), timings=timings)  # noqa: S311
            for n, site in enumerate(sites)
        ]


def _client(base_url: str, cookies: Cookies, context: ssl.SSLContext) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url,
        cookies=cookies,
        headers={"User-Agent": _PHONE},
        verify=context,
        # Shorter than gunicorn keeps an idle connection: else now and then one would be used while it is being closed.
        limits=httpx.Limits(max_keepalive_connections=20, keepalive_expiry=1),
        trust_env=False,
        timeout=60,
    )
