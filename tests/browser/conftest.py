"""The street and the browsers on it. These tests start real processes; nothing here touches Django."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright

from tests import chromium as browsers
from tests.browser import street as streets
from tests.browser import windows
from tests.browser.street import Street
from tests.browser.windows import Window


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with streets.opened(tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Playwright, Browser]]:
    if not browsers.PATH.exists():
        pytest.skip(f"no browser at {browsers.PATH}: install chromium")
    with browsers.started() as started:
        yield started


@pytest.fixture
def window(chromium: tuple[Playwright, Browser]) -> Iterator[Callable[..., Window]]:
    """Opens browsers, each with cookies of its own."""
    with ExitStack() as stack:
        yield lambda name, **kind: stack.enter_context(windows.opened(*chromium, name, **kind))
