"""How many statements each page of a payment costs: a borrower walks in this process, and the counts are printed."""

import json
import logging
import sys
from typing import Any
from urllib.parse import unquote

import django

django.setup()

import httpx  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tools.bench import walking  # noqa: E402

# Where a transaction begins and ends is no question to the tables.
_MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


class Counter:
    """A browser whose every answer is counted under the page's name."""

    def __init__(self, cookies: dict[str, str]) -> None:
        # The settings are a real lender's, who knows no `testserver`.
        self._client = Client(headers={"host": "127.0.0.1", "user-agent": "Mobile"})
        for name, value in cookies.items():
            self._client.cookies[name] = value
        self.counted: dict[str, int] = {}

    def get(self, page: str, address: str, **more: Any) -> str:
        answer = self._count(page, self._client.get, address, **more)
        assert answer.status_code == 200, (page, answer.status_code)
        return str(answer.content.decode())

    def post(self, page: str, address: str, form: dict[str, str]) -> str:
        answer = self._count(page, self._client.post, address, form)
        assert answer.status_code == 302, (page, answer.status_code)
        return str(answer["location"])

    def _count(self, page: str, ask: Any, *told: Any, **more: Any) -> Any:
        with CaptureQueriesContext(connection) as captured:
            answer = ask(*told, **more)
        asked = [each["sql"] for each in captured.captured_queries if not each["sql"].startswith(_MARKS)]
        self.counted[f"page_statements_{page}"] = len(asked)
        if "-v" in sys.argv:
            print(page, *(f"  {each[:230]}" for each in asked), sep="\n", file=sys.stderr)
        return answer


def main(cookies: str, sandbox: str) -> None:
    """Walks twice, so that what is read once in a process's life doesn't count."""
    logging.getLogger("anqi").setLevel(logging.WARNING)
    for counter in (Counter(json.loads(cookies)), Counter(json.loads(cookies))):
        _walk(counter, sandbox)
    print(json.dumps(counter.counted))


def _walk(counter: Counter, sandbox: str) -> None:
    counter.get("home", "/")
    order = sorted(walking.ORDER.findall(counter.get("orders", "/orders")))[0]
    counter.get("order", f"/orders/{order}")
    form = dict(walking.FIELD.findall(counter.get("pay", f"/orders/{order}/pay")))
    choice = {"what": "own", "amount": "88.88"}
    preview = counter.get("preview", f"/orders/{order}/pay/preview", query_params=choice, headers=walking.HTMX)
    form |= choice | dict(walking.FIELD.findall(preview)) | {"channel": "alipay"}
    cashier = counter.post("confirm", f"/orders/{order}/pay", form)
    charge = walking.CHARGE.search(unquote(cashier))
    assert charge
    with httpx.Client(base_url=sandbox, trust_env=False) as client:
        # Nobody tells us: the first look asks the channel itself and books, the second one only reads.
        client.post("/_control/faults", json={"fault": "never", "next": 1}).raise_for_status()
        client.post("/_control/alipay/pay", json={"url": cashier}).raise_for_status()
    for page in ("result_asking", "result"):
        assert "还款成功" in counter.get(page, charge[0]), "paid, and not shown"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
