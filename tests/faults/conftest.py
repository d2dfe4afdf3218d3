"""The sandbox, our door that it knocks at, one clock for both, and a database that commits."""

from collections.abc import Iterator
from typing import Any

import pytest

from anqi.payments import channels
from tests.faults.fault_stand import Stand, settle_in
from tests.faults.hook_door import Door
from tests.sandbox.sandbox_stand import APP_ID, Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("sandbox")
    # A refund that is asked for again is so at once here: business time passes, the world's hardly does.
    # And a payer signs for as many cells as there are.
    (home / "sandbox.json").write_text('{"refund_gap_seconds": 0, "agreements_per_user": 10000}')
    (home / "wechat.json").write_text('{"refund_gap_seconds": 0}')
    running = Sandbox(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        running.start()
        running.shift_clock(0)
        yield running
        running.stop()


@pytest.fixture(autouse=True)
def calm(sandbox: Sandbox) -> Iterator[None]:
    """No fault and no shifted clock survives a test."""
    yield
    sandbox.http.delete("/_control/faults")
    sandbox.shift_clock(0)


@pytest.fixture
def hooks(settings: Any, sandbox: Sandbox) -> Iterator[str]:
    """The address of our door, told to the channel that this process offers."""
    door = Door()
    settings.ANQI_URLS = settings.ANQI_URLS | {"borrower": door.url}
    settings.ANQI_CLOCK_FILE = str(sandbox.clock_file)
    settings.ANQI_ALIPAY = {
        "gateway": f"{sandbox.url}/alipay/gateway.do",
        "app_id": APP_ID,
        "seller_id": "2088000000000001",
        "app_private_key": str(sandbox.home / "app_private.pem"),
        "alipay_public_key": str(sandbox.home / "alipay_public.pem"),
    }
    channels.find.cache_clear()
    yield door.url
    door.close()
    channels.find.cache_clear()


@pytest.fixture
def stand(clone_database: str, sandbox: Sandbox, hooks: str) -> Stand:
    """A borrower with an instalment due, on a database of this test's own."""
    return settle_in(sandbox, hooks)


def forget(sandbox: Sandbox) -> None:
    """A sandbox that has told nobody anything yet."""
    sandbox.kill()
    for file in sandbox.home.glob("sandbox.sqlite3*"):
        file.unlink()
    sandbox.start()
