"""The ASGI app: all channels side by side, and the background work that time brings."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from sandbox import (
    alipay,
    bank,
    bills,
    doors,
    faults,
    home,
    mail,
    notify,
    pages,
    receipts,
    sms,
    store,
    unionpay,
    wechat,
)
from sandbox.notify import Courier
from sandbox.site import Channel, Site
from sandbox.store import Store

CHANNELS: Sequence[Channel] = tuple(
    cast("Channel", each) for each in (alipay, wechat, unionpay, bank, sms, mail)
)
_SWEEP_SECONDS = 0.5


def open_site(folder: Path) -> Site:
    """The site kept in `folder`, with keys and tables made where missing."""
    prepared = home.prepare(folder)
    kept = Store(prepared.database)
    kept.create(store.SCHEMA, faults.SCHEMA, notify.SCHEMA, bills.SCHEMA, *(channel.SCHEMA for channel in CHANNELS))
    with kept.begin() as connection:
        unionpay.open_account(connection, unionpay.prepare(folder).account.payout_minor)
    manners = {
        "wechat": wechat.manner(kept, wechat.prepare(folder)), **wechat.MANNERS, "unionpay": unionpay.MANNER,
        "sms": receipts.manner("sms", prepared.sms_secret), "mail": receipts.manner("mail", prepared.mail_secret),
    }  # fmt: skip
    courier = Courier(kept, timeout_seconds=prepared.settings.notify_timeout_seconds, manners=manners)
    return Site(home=prepared, store=kept, courier=courier)


def build(site: Site) -> Starlette:
    """The app that serves `site` and delivers its notifications as long as it runs."""
    routes: list[BaseRoute] = [*pages.routes(site, CHANNELS)]
    for channel in CHANNELS:
        routes += channel.routes(site)
    routes.append(Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # Two tasks, so that a merchant who answers slowly doesn't keep trades from expiring.
        tasks = [
            asyncio.create_task(_repeat(lambda: _sweep(site))),
            asyncio.create_task(_repeat(lambda: _send_due(site))),
        ]
        yield
        site.courier.stop()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        site.courier.close()

    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(doors.Guard)])


async def _repeat(work: Callable[[], None]) -> None:
    while True:
        await run_in_threadpool(work)
        await asyncio.sleep(_SWEEP_SECONDS)


def _sweep(site: Site) -> None:
    for channel in CHANNELS:
        channel.sweep(site)


def _send_due(site: Site) -> None:
    site.courier.send_due()
