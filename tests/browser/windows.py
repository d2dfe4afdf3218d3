"""A browser's window as the tests see it: what its console says, what axe finds, and pictures of its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, ViewportSize

from tests import chromium as browsers

_ROOT = Path(__file__).resolve().parents[2]
_SCREENSHOTS = _ROOT / "build/screenshots"
# Those that the docs may show; `make pictures` chooses.
PICTURES = _ROOT / "build/pictures"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Numbers that every run draws anew (contracts, orders at channels, hashes) are the same on all pictures.
_DRAWN = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const from = (word, signs) => [...word].map((_, at) => signs[at * 7 % signs.length]).join('');
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(
    /(AQ\\d{4}-?|AQ|aq|20\\d{6}|)([0-9A-Za-z-]{10,})/g, (whole, head, rest) => !/\\d/.test(rest) ? whole
      : head + from(rest, /[A-Z]/.test(rest) ? '4H7K2M9P3T' : /[a-z]/.test(rest) ? '3b9d1f7a5c' : '3917420586'));
}"""
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800)
Theme = Literal["light", "dark"]


@dataclass(kw_only=True)
class Window:
    """One browser with its cookies; what is wrong on its pages is gathered, so that one fault hides no other."""

    name: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def tab(self) -> Page:
        """One more tab of the same browser."""
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self._hear(page, message.type, message.text))
        page.on("pageerror", lambda error: self._hear(page, "error", str(error)))
        return page

    def _hear(self, page: Page, kind: str, text: str) -> None:
        # A refusal is an answer: the browser calls its status an error, we don't.
        is_refusal = "status of 409" in text or "status of 422" in text
        # On a slow machine the browser complains that a preloaded font is used later than it expected.
        is_haste = "was preloaded using link preload but not used" in text
        if kind in ("error", "warning") and not is_refusal and not is_haste:
            self.faults.append(f"{page.url}: console {kind}: {text}")

    def must_be_clean(self) -> None:
        assert not self.faults, "\n" + "\n".join(self.faults)

    def look_at(self, name: str, *, page: Page | None = None, also: tuple[str, ...] = ()) -> None:
        """Takes a picture of the page and lets axe judge it; `also` on the other size, or dark."""
        page = page or self.page
        self._judge(page, name)
        size = page.viewport_size
        assert size
        if "desk" in also:
            page.set_viewport_size(DESK)
            self._judge(page, f"{name}-desk")
        if "dark" in also:
            page.emulate_media(color_scheme="dark")
            self._judge(page, f"{name}-{'desk-' if 'desk' in also else ''}dark")
            page.set_viewport_size(size)
            self._judge(page, f"{name}-dark")
            page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)

    def take_picture(self, name: str, *, page: Page | None = None, at: Locator | None = None, dark: bool = False) -> None:
        """For the docs, of what the window shows at that place; under that name for ever. Look at the page before."""
        page = page or self.page
        if dark:
            page.emulate_media(color_scheme="dark")
        page.evaluate("scrollTo(0, 0)")
        if at:
            at.evaluate("(each) => each.scrollIntoView({block: 'start'})")
        page.evaluate(_DRAWN)
        page.evaluate("document.fonts.ready")
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
        if dark:
            page.emulate_media(color_scheme="light")

    def _judge(self, page: Page, name: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("document.fonts.ready")
        _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=_SCREENSHOTS / f"{self.name}-{name}.png", full_page=True, animations="disabled")
        found = [f"{self.name}-{name}: {each}" for each in violations(page)]
        if over := overflow(page):
            found.append(f"{self.name}-{name}: {over} px wider than the window")
        self.faults += found


@contextmanager
def opened(
    playwright: Playwright, browser: Browser, name: str, *, phone: bool = True, scripts: bool = True
) -> Iterator[Window]:
    """A new browser: a phone, or a desk; or one that runs no scripts of ours."""
    device = {key: value for key, value in playwright.devices["Pixel 7"].items() if key == "user_agent"}
    looks: dict[str, Any] = (
        device | {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {"viewport": DESK}
    )
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce", java_script_enabled=scripts, **looks)
    window = Window(name=name, context=context, page=None)  # type: ignore[arg-type]
    window.page = window.tab()
    yield window
    context.close()


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    found = browsers.violations(page, tags=_TAGS)
    return [f"{rule}: {' '.join(each[:160] for each in elements[:3])}" for rule, elements in found]


def overflow(page: Page) -> int:
    """How many pixels one must scroll to the side."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
