"""People who go on paying while everything around them dies: they send the same form again until it is answered."""

import html
import random
import re
import threading
import time
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from django.conf import settings

from anqi import clock
from tests.planting import Planted, days, plant_borrower, plant_loan
from tests.sandbox.sandbox_stand import Sandbox
from tests.web.borrower_stand import signed_in

# Each channel, and what its own number of a payment is called.
_REFS = {"alipay": "trade_no", "wechat": "transaction_id"}
_LOANS = 2
_PHONE = "Mozilla/5.0 (iPhone) Mobile"
_PATIENCE_SECONDS = 100
_HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|attempt|quote)" value="([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the channel took from somebody, as it told them itself."""

    borrower_id: UUID
    channel: str
    key: str
    ref: str
    amount_minor: int


@dataclass(kw_only=True)
class Payer:
    """One borrower at one browser, with a loan or two to choose from."""

    seed: int
    loans: list[Planted]
    site: httpx.Client
    sandbox: Sandbox
    taken: list[Taken] = field(default_factory=list)
    # How often the site did not answer, or not as it should.
    sighs: int = 0
    trouble: BaseException | None = None
    _enough: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._pay_on, name=f"payer {self.seed}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """What is under way is paid, and once through each channel at least; then nothing is begun any more."""
        self._enough.set()

    def is_gone(self) -> bool:
        assert self._thread
        return not self._thread.is_alive()

    def _pay_on(self) -> None:
        chance = random.Random(self.seed)  # noqa: S311
        try:
            while not self._enough.wait(chance.uniform(0, 0.2)) or len(self.taken) < len(_REFS):
                self._pay_once(chance)
        except BaseException as trouble:
            self.trouble = trouble
        finally:
            self.site.close()

    def _pay_once(self, chance: random.Random) -> None:
        address = f"/orders/{chance.choice(self.loans).order_id}/pay"
        channel, amount = list(_REFS)[len(self.taken) % len(_REFS)], f"{chance.randint(1000, 6000) / 100:.2f}"
        page = self._ask("GET", address, params={"what": "own", "amount": amount})
        fields = dict(_HIDDEN.findall(html.unescape(page.text)))
        answer = self._ask("POST", address, data={**fields, "what": "own", "amount": amount, "channel": channel})
        # Anything else is a page of the site's: the loan is being paid already, or has changed since it was shown.
        if answer.status_code == 302 and self.sandbox.url in answer.headers["location"]:
            self._pay_at(answer.headers["location"], channel)

    def _ask(self, method: str, address: str, **more: object) -> httpx.Response:
        """An answer that isn't a failure of the site's, however often it takes."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                answer = self.site.request(method, address, **more)
                if answer.status_code < 500:
                    assert answer.status_code in (200, 302, 409), f"{address}: {answer.status_code} {answer.text}"
                    return answer
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"{address} did not answer"
            self.sighs += 1
            time.sleep(0.2)

    def _pay_at(self, url: str, channel: str) -> None:
        with httpx.Client(trust_env=False, timeout=20) as buyer:
            answer = buyer.post(f"{self.sandbox.url}/_control/{channel}/pay", json={"url": url})
        paid = answer.json()
        # 409: a form sent twice led to the charge of the first, and that one is paid.
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200:
            self.taken.append(
                Taken(
                    borrower_id=self.loans[0].borrower_id, channel=channel, key=paid["out_trade_no"],
                    ref=paid[_REFS[channel]], amount_minor=paid["total_minor"],
                )
            )  # fmt: skip


def settle_payer(number: int, *, seed: int, site_url: str, sandbox: Sandbox) -> Payer:
    """A borrower of this number with running loans, signed in on the site; planted where Django is connected to."""
    began = clock.now() - days(40)
    borrower_id = plant_borrower(f"+86136{number:08d}", now=began)
    loans = [plant_loan(borrower_id=borrower_id, starts_on=began.date()) for _ in range(_LOANS)]
    session = signed_in(borrower_id).cookies[settings.SESSION_COOKIE_NAME].value
    site = httpx.Client(
        base_url=site_url, cookies={settings.SESSION_COOKIE_NAME: session}, headers={"User-Agent": _PHONE},
        trust_env=False, timeout=15,
    )  # fmt: skip
    return Payer(seed=seed * 100 + number, loans=loans, site=site, sandbox=sandbox)
