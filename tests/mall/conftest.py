"""One real server for all tests of the shop, and one shop in its own home for each."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).parent))

from mall_lender import Lender
from mall_town import Street, Town, open_town


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    street = Street()
    config = uvicorn.Config(street, port=0, lifespan="off", ws="none", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    street.address = f"http://{host}:{port}"
    yield street
    server.should_exit = True
    thread.join()


@pytest.fixture
def town(street: Street, tmp_path: Path) -> Iterator[Town]:
    with open_town(street, tmp_path, Lender()) as opened:
        yield opened
