"""Debian's Chromium, as every browser test starts it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

PATH = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = (Path(__file__).parent / "web/vendor/axe.min.js").read_text()
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
required = pytest.mark.skipif(not PATH.exists(), reason=f"no browser at {PATH}: install chromium")


@contextmanager
def started() -> Iterator[tuple[Playwright, Browser]]:
    """Until the block ends. It keeps an event loop running in this thread, beside which Django refuses to work."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=_FLAGS)
        yield playwright, browser
        browser.close()
