"""Fixtures around the sandbox: one server for all tests, one merchant and one order number for each."""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alipay import AliPay

sys.path.insert(0, str(Path(__file__).parent))

from sandbox_stand import Merchant, Sandbox, connect
from unionpay_stand import Acquirer, Teller
from wechat_stand import Counter, Shop


@pytest.fixture(scope="session", autouse=True)
def shanghai() -> Iterator[None]:
    """The SDK stamps naive local time, and must not look for a proxy on the way to this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        patch.setenv("NO_PROXY", "127.0.0.1")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, shanghai: None) -> Iterator[Sandbox]:
    """One server for all tests; the pause between two refunds is off here and has a test of its own."""
    home = tmp_path_factory.mktemp("sandbox")
    (home / "sandbox.json").write_text(json.dumps({"refund_gap_seconds": 0}))
    (home / "wechat.json").write_text(json.dumps({"refund_gap_seconds": 0}))
    running = Sandbox(home)
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest) -> Iterator[None]:
    """No fault and no shifted clock survives a test."""
    yield
    if "sandbox" in request.fixturenames:
        running: Sandbox = request.getfixturevalue("sandbox")
        running.http.delete("/_control/faults")
        running.shift_clock(0)


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    running = Merchant()
    yield running
    running.stop()


@pytest.fixture
def ali(sandbox: Sandbox, merchant: Merchant) -> AliPay:
    return connect(sandbox, merchant)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A merchant of WeChat's."""
    running = Shop()
    yield running
    running.stop()


@pytest.fixture
def counter(sandbox: Sandbox, shop: Shop) -> Counter:
    return Counter(sandbox=sandbox, shop=shop)


@pytest.fixture
def teller() -> Iterator[Teller]:
    """A merchant of UnionPay's."""
    running = Teller()
    yield running
    running.stop()


@pytest.fixture
def acquirer(sandbox: Sandbox, teller: Teller) -> Acquirer:
    return Acquirer(sandbox=sandbox, teller=teller)


@pytest.fixture
def order_no() -> str:
    return f"T{secrets.token_hex(8)}"
