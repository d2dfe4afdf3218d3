"""One sandbox for all tests of channels, and Alipay's channel connected to it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from anqi.payments import channels
from anqi.payments.channels import alipay
from anqi.payments.channels.alipay import Alipay
from tests.channels.cashier import Cashier
from tests.sandbox.sandbox_stand import APP_ID, Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        running.start()
        yield running
        running.stop()


@pytest.fixture(autouse=True)
def calm(sandbox: Sandbox) -> Iterator[None]:
    """No fault and no shifted clock survives a test."""
    yield
    sandbox.http.delete("/_control/faults")
    sandbox.shift_clock(0)


@pytest.fixture
def stated(sandbox: Sandbox) -> dict[str, str]:
    """The settings of Alipay's channel."""
    return {
        "gateway": f"{sandbox.url}/alipay/gateway.do",
        "app_id": APP_ID,
        "seller_id": "2088000000000001",
        "app_private_key": str(sandbox.home / "app_private.pem"),
        "alipay_public_key": str(sandbox.home / "alipay_public.pem"),
    }


@pytest.fixture
def ali(stated: dict[str, str]) -> Alipay:
    return alipay.connect(stated)


@pytest.fixture
def cashier(sandbox: Sandbox, ali: Alipay) -> Cashier:
    return Cashier(sandbox=sandbox, ali=ali)


@pytest.fixture
def offered(settings: Any, stated: dict[str, str]) -> Iterator[None]:
    """The channel in the settings of this process, as the application finds it."""
    settings.ANQI_ALIPAY = stated
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def key() -> str:
    return f"aq{uuid4().hex}"
