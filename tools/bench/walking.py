"""A borrower on the site: from the home page to a payment that is shown as succeeded, as a browser would ask."""

import asyncio
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from tools.bench.timings import Timings

_PATIENCE_SECONDS = 30
# Between two pages, and between two choices on one, in seconds.
_THINK, _CHOOSE = (1.0, 5.0), (0.3, 1.2)
# What a cashier's own page of success takes before it leads back.
_COME_BACK = (0.5, 3.0)
HTMX = {"HX-Request": "true"}
ORDER = re.compile(r'href="/orders/([0-9a-f-]{36})"')
_PICK = re.compile(r'name="what" value="(\w+)"')
FIELD = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|attempt|quote)" value="([^"]+)"')
CHARGE = re.compile(r"/charges/([0-9a-f-]{36})")
_AGAIN = re.compile(r'hx-get="([^"]+)" hx-trigger="load delay:(\d+)ms"')
_OWN_AMOUNT = "88.88"


class Astray(Exception):
    """The site did what a borrower wouldn't expect."""


@dataclass(frozen=True, kw_only=True)
class Walker:
    """One borrower with a session of their own, and the sandbox where they pay."""

    site: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    chance: random.Random
    timings: Timings

    async def walk(self) -> None:
        """One payment. Whatever goes wrong is noted, and ends this walk only."""
        try:
            await self._walk()
        except Astray as astray:
            self.timings.errors[str(astray)] += 1
        except httpx.HTTPError as failure:
            self.timings.errors[f"{type(failure).__name__}: {failure}"] += 1

    async def _walk(self) -> None:
        await self._see("home", "/")
        order = self.chance.choice(sorted(set(ORDER.findall(await self._see("orders", "/orders")))))
        page = await self._see("order", f"/orders/{order}")
        if f"/orders/{order}/pay" not in page:
            # Settled by earlier walks.
            return
        form = await self._choose(order, await self._see("pay", f"/orders/{order}/pay"))
        cashier = await self._confirm(order, form)
        charge = CHARGE.search(unquote(cashier))
        if not charge:
            raise Astray(f"confirm: led to {cashier[:60]}")
        await self._pay(form["channel"], cashier)
        await self._wait_for_success(charge[0])
        await self._see("order", f"/orders/{order}")

    async def _choose(self, order: str, page: str) -> dict[str, str]:
        """Looks at what settling would do, then at what is to be paid; the form as the browser would send it."""
        picks = _PICK.findall(page)
        form = dict(FIELD.findall(page)) | {"channel": self.chance.choice(("alipay", "alipay", "wechat"))}
        pays_own = "own" in picks and self.chance.random() < 0.25
        chosen = {"what": "own", "amount": _OWN_AMOUNT} if pays_own else {"what": picks[0], "amount": ""}
        for choice in ({"what": picks[-1], "amount": _OWN_AMOUNT}, chosen):
            preview = await self._see("preview", f"/orders/{order}/pay/preview", choice, part=True)
            form |= choice | dict(FIELD.findall(preview))
        return form

    async def _confirm(self, order: str, form: Mapping[str, str]) -> str:
        """Where the site leads the browser: the cashier."""
        began = time.perf_counter()
        answer = await self.site.post(f"/orders/{order}/pay", data=form)
        self.timings.took("confirm", began)
        if answer.status_code != 302:
            raise Astray(f"confirm: {answer.status_code}")
        return answer.headers["location"]

    async def _pay(self, channel: str, cashier: str) -> None:
        """What the cashier's button does, and the way back."""
        await self._think(_THINK)
        answer = await self.sandbox.post(f"/_control/{channel}/pay", json={"url": cashier})
        if answer.status_code != 200:
            raise Astray(f"the sandbox's {channel}: {answer.status_code} {answer.text[:80]}")
        await self._think(_COME_BACK)

    async def _wait_for_success(self, charge: str) -> None:
        """The page of the result, as often as it asks by itself; then as often as somebody would reload it."""
        began = time.perf_counter()
        page = await self._see("result", charge, thinks=False)
        while "还款成功" not in page:
            if time.perf_counter() - began > _PATIENCE_SECONDS:
                raise Astray(f"paid, and not shown as succeeded within {_PATIENCE_SECONDS} s")
            again = _AGAIN.search(page)
            await asyncio.sleep(int(again[2]) / 1000 if again else 3)
            page = await self._see("result", again[1] if again else charge, part=bool(again), thinks=False)
        self.timings.shown(began)

    async def _see(
        self, page: str, address: str, query: Mapping[str, str] | None = None, *, part: bool = False,
        thinks: bool = True,
    ) -> str:  # fmt: skip
        if thinks:
            await self._think(_CHOOSE if part else _THINK)
        began = time.perf_counter()
        answer = await self.site.get(address, params=query, headers=HTMX if part else None)
        self.timings.took(page, began)
        if answer.status_code != 200:
            raise Astray(f"{page}: {answer.status_code}")
        return answer.text

    async def _think(self, span: tuple[float, float]) -> None:
        await asyncio.sleep(self.chance.uniform(*span))
