"""One sandbox for all tests of channels, and Alipay's channel connected to it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from anqi.payments import channels
from anqi.payments.channels import alipay, unionpay, wechat
from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.unionpay import Unionpay
from anqi.payments.channels.wechat import Wechat
from anqi.payments.numbers import number_for
from tests.channels import card_desk, till
from tests.channels.card_desk import CardDesk
from tests.channels.cashier import Cashier
from tests.channels.till import Till
from tests.sandbox.sandbox_stand import APP_ID, Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("sandbox")
    # The pause between two refunds has a test of its own, among the sandbox's.
    # As have the ten agreements that one payer may have.
    (home / "sandbox.json").write_text('{"refund_gap_seconds": 0, "agreements_per_user": 10000}')
    (home / "wechat.json").write_text('{"refund_gap_seconds": 0}')
    running = Sandbox(home)
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
def certified(sandbox: Sandbox, stated: dict[str, str]) -> dict[str, str]:
    """The settings of Alipay's channel in certificate mode, in which it pays out."""
    files = ("app_cert", "alipay_cert", "alipay_root_cert")
    keyless = {name: value for name, value in stated.items() if name != "alipay_public_key"}
    return keyless | {name: str(sandbox.home / f"{name}.pem") for name in files}


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
def wechat_stated(sandbox: Sandbox) -> dict[str, str]:
    """The settings of WeChat's channel."""
    return till.stated(sandbox)


@pytest.fixture
def wx(wechat_stated: dict[str, str]) -> Wechat:
    return wechat.connect(wechat_stated)


@pytest.fixture
def at_the_till(sandbox: Sandbox, wx: Wechat) -> Till:
    return Till(sandbox=sandbox, wx=wx)


@pytest.fixture
def wechat_offered(settings: Any, wechat_stated: dict[str, str]) -> Iterator[None]:
    """WeChat's channel in the settings of this process, as the application finds it."""
    settings.ANQI_WECHAT = wechat_stated
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def unionpay_stated(sandbox: Sandbox) -> dict[str, str]:
    """The settings of UnionPay's channel."""
    return card_desk.stated(sandbox)


@pytest.fixture
def up(unionpay_stated: dict[str, str]) -> Unionpay:
    return unionpay.connect(unionpay_stated)


@pytest.fixture
def at_the_desk(sandbox: Sandbox, up: Unionpay) -> CardDesk:
    return CardDesk(sandbox=sandbox, up=up)


@pytest.fixture
def unionpay_offered(settings: Any, unionpay_stated: dict[str, str]) -> Iterator[None]:
    """UnionPay's channel in the settings of this process, as the application finds it."""
    settings.ANQI_UNIONPAY = unionpay_stated
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def key() -> str:
    return number_for("aq", uuid4())
