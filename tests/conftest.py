"""The databases that tests are given."""

import contextlib
import os
import secrets
from collections.abc import Iterator

import hypothesis
import pytest

from anqi.config import memory
from anqi.config.postgres import Postgres
from tests import house
from tests.seeds import SEED

# How long an example takes, or takes to be drawn, says something of the machine and nothing of the code.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # What failed is drawn again by whoever says the run's seed, and is other examples the next day.
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(SEED)


def pytest_collection_finish() -> None:
    # Eight thousand tests stay to the end, and were searched through for what is unreachable all the time.
    memory.settle()


@pytest.fixture(scope="session")
def shared_server() -> Postgres:
    """The server of this run; whoever asks first starts it and migrates the template."""
    return house.start()


@pytest.fixture(scope="session")
def django_db_setup(shared_server: Postgres, django_db_blocker: object) -> Iterator[None]:
    """pytest-django's own set-up migrates as the application would; ours gives the application's role."""
    name = f"anqi_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    house.clone(name)
    yield
    from django.db import connections

    connections.close_all()
    house.execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def clone_database(shared_server: Postgres, django_db_blocker: object) -> Iterator[str]:
    """The address of a database of this test's own, committed to for real; Django is connected to it."""
    from django.db import connections

    name = f"anqi_clone_{secrets.token_hex(6)}"
    house.clone(name)
    with _connected_to(name, django_db_blocker):
        yield shared_server.dsn(name)
    connections.close_all()
    house.execute(f"drop database if exists {name} with (force)")


@contextlib.contextmanager
def _connected_to(name: str, blocker: object) -> Iterator[None]:
    from django.db import connections

    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections["default"].close()
    settings["NAME"] = name
    try:
        with blocker.unblock():  # type: ignore[attr-defined]
            yield
            connections["default"].close()
    finally:
        settings["NAME"] = before
