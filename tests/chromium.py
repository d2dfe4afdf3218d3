"""Debian's Chromium, as every browser test starts it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

PATH = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = (Path(__file__).parent / "web/vendor/axe.min.js").read_text()
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# What passes is not told: gathering it, and carrying it here, took longer than looking.
_VIOLATIONS = """(tags) => axe.run(document, {resultTypes: ['violations'], ...(tags ? {runOnly: tags} : {})}).then(
    (found) => found.violations.map((each) => [each.id, each.nodes.map((node) => node.html)]))"""
required = pytest.mark.skipif(not PATH.exists(), reason=f"no browser at {PATH}: install chromium")


@contextmanager
def started() -> Iterator[tuple[Playwright, Browser]]:
    """Until the block ends. It keeps an event loop running in this thread, beside which Django refuses to work."""
    # Time to wait for what should come; two processors among three processes let a page stand for seconds.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=_FLAGS)
        yield playwright, browser
        browser.close()


def violations(page: Page, *, tags: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
    """What axe finds on the page as it stands: each rule, and the elements that break it; only rules so tagged."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return [(rule, elements) for rule, elements in page.evaluate(_VIOLATIONS, list(tags) or None)]
