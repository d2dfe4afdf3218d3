"""`python -m tools.pictures` saves the README's pictures into docs/pictures, from the demonstration that runs."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from demo import place, table
from demo.cast import LIN
from demo.place import Place, Trouble
from tests import chromium as browsers
from tests.browser import walking, windows

_PICTURES = Path(__file__).resolve().parents[1] / "docs/pictures"
_GAP = 24


def main() -> int:
    """0 when all are saved, 1 with a sentence when there is no demonstration to take them of."""
    try:
        where = place.find()
        staff = _staff(where)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    _PICTURES.mkdir(parents=True, exist_ok=True)
    with browsers.started() as (playwright, browser):
        with windows.opened(playwright, browser, "pictures") as phone:
            _walk_on_the_phone(phone.page, where)
        with windows.opened(playwright, browser, "pictures", phone=False) as desk:
            _walk_in_the_office(desk.page, where, staff["people"][0]["email"], staff["password"])
    return 0


def _staff(where: Place) -> dict[str, Any]:
    file = where.home / "staff.json"
    if not file.exists():
        raise Trouble("The pictures are taken of the demonstration: start it with `make demo`, then try again.")
    told: dict[str, Any] = json.loads(file.read_text())
    return told


def _walk_on_the_phone(page: Page, where: Place) -> None:
    """A plan, the choice of what to pay, and its result, side by side."""
    walking.log_in(page, where, LIN)
    walking.open_loan(page, where)
    seen = [_see(page)]
    page.locator(".aq-dock").get_by_role("link").click()
    seen.append(_see(page))
    walking.go_to_cashier(page)
    walking.pay_at_cashier(page)
    walking.come_back(page)
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=30_000)
    seen.append(_see(page))
    width = sum(each.width for each in seen) + _GAP * (len(seen) - 1)
    row = Image.new("RGB", (width, seen[0].height), "white")
    for number, each in enumerate(seen):
        row.paste(each, (number * (each.width + _GAP), 0))
    _save(row, "repayment")


def _walk_in_the_office(page: Page, where: Place, email: str, password: str) -> None:
    """The same loan as staff see it."""
    page.goto(where.url("office") + "/")
    walking.give_password(page, email=email, password=password)
    walking.give_second_factor(page, table.code_now())
    page.get_by_role("searchbox").fill(LIN.phone)
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name=re.compile("^AQ")).first.click()
    _save(_see(page), "office")


def _see(page: Page) -> Image.Image:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")


def _save(picture: Image.Image, name: str) -> None:
    # 256 colours are enough for flat pages and keep the repository small.
    picture.quantize(256).save(_PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
