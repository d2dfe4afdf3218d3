"""From link to link through a site: one page of each kind, its picture in both sizes, and what is wrong on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, ViewportSize

from tests.browser import windows
from tools.screens import leaves
from tools.screens.looks import Look

SIZES = {"phone": windows.PHONE, "desk": windows.DESK}
_MOST = 120
# Ids, days, and the accounts of the books: one page of each kind is seen.
_NAMES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d|(?<=/trial-balance/).+")
# Files, and the way out.
_NO_PAGES = (".pdf", ".csv", ".svg", "/logout", "/account/logout/", "/cashier")
# Whatever is tapped, but not a link in the middle of a sentence, nor one that covers its card, nor a box in its label.
_SMALL = """(least) => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
  .filter((each) => each.checkVisibility() && !each.matches('.aq-skip'))
  .filter((each) => getComputedStyle(each, '::after').position !== 'absolute')
  .filter((each) => getComputedStyle(each).display !== 'inline'
    || each.parentElement.innerText.trim() === each.innerText.trim())
  .map((each) => [each, each.matches('[type=radio], [type=checkbox]') && each.closest('label') || each])
  .map(([each, tapped]) => [each, tapped.getBoundingClientRect()])
  .filter(([each, box]) => box.height > 1 && (box.height < least - 0.5 || box.width < 24))
  .map(([each, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${each.outerHTML.slice(0, 90)}`)"""
_TINY = """() => [...new Set([...document.querySelectorAll('body *')]
  .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((each) => each.checkVisibility() && parseFloat(getComputedStyle(each).fontSize) < 11.99)
  .map((each) => `${getComputedStyle(each).fontSize} ${each.outerHTML.slice(0, 90)}`))]"""
# What is folded, opened to be judged; and folded again.
_OPEN = """() => document.querySelectorAll('details:not([open])')
  .forEach((each) => { each.open = each.dataset.walked = true; })"""
_SHUT = "() => document.querySelectorAll('details[data-walked]').forEach((each) => { each.open = false; })"
_HEIGHT = "document.documentElement.scrollHeight"
_LINKS = "() => [...document.querySelectorAll('a[href]')].map((each) => each.href)"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One page in one look: where its pictures are, and what is wrong."""

    address: str
    look: str
    who: str
    pictures: dict[str, Path]
    faults: list[str]


def walk(page: Page, site: str, *, look: Look, who: str) -> Iterator[Seen]:
    """The pages that links lead to from the first one, one of each kind; and the page for what is nowhere."""
    host = urlsplit(site).netloc
    page.context.add_cookies([{"name": name, "value": value, "url": site} for name, value in look.cookies])
    todo = [f"{site}/", f"{site}/nowhere"]
    known: set[str] = set()
    while todo and len(known) < _MOST:
        url = todo.pop(0)
        if kind_of(url) in known or urlsplit(url).netloc != host or urlsplit(url).path.endswith(_NO_PAGES):
            continue
        known.add(kind_of(url))
        page.set_viewport_size(windows.PHONE)
        page.goto(url)
        known.add(kind_of(page.url))
        todo += page.evaluate(_LINKS)
        yield _see(page, kind_of(url), look=look, who=who)


def kind_of(url: str) -> str:
    """The address without what is different from one page of the kind to the next."""
    parts = urlsplit(url)
    asked = "&".join(sorted(parse_qs(parts.query)))
    return _NAMES.sub("…", parts.path) + (f"?{asked}" if asked else "")


def _see(page: Page, kind: str, *, look: Look, who: str) -> Seen:
    pictures, faults = {}, []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        pictures[size] = leaves.file_of(kind, look=look.name, who=who, size=size)
        page.evaluate(_SHUT)
        page.evaluate("document.fonts.ready")
        # As high as the page: what stays at the window's foot would else lie in its middle.
        height = max(viewport["height"], page.evaluate(_HEIGHT))
        page.set_viewport_size(ViewportSize(width=viewport["width"], height=height))
        page.screenshot(path=pictures[size], animations="disabled")
        page.set_viewport_size(viewport)
        faults += [f"{size}: {each}" for each in _faults(page, look, size)]
    return Seen(address=kind, look=look.name, who=who, pictures=pictures, faults=faults)


def _faults(page: Page, look: Look, size: str) -> list[str]:
    # What is folded is judged as well, after the picture of what is seen first.
    page.evaluate(_OPEN)
    found: list[Any] = windows.violations(page)
    if over := windows.overflow(page):
        found.append(f"{over} px wider than the window")
    found += [f"letters of {each}" for each in page.evaluate(_TINY)]
    if size == "phone":
        found += [f"a tap of {each}" for each in page.evaluate(_SMALL, look.least_tap)]
    return found
