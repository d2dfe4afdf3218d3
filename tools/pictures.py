"""`python -m tools.pictures` saves the README's pictures into docs/pictures, from the demonstration that runs."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from demo import place, table
from demo.cast import LIN
from demo.place import Place, Trouble
from tests import chromium as browsers
from tests.browser import walking, windows

_PICTURES = Path(__file__).resolve().parents[1] / "docs/pictures"


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
    """What a borrower sees."""
    walking.log_in(page, where, LIN)
    _save(page, "home")
    walking.open_loan(page, where)
    _save(page, "loan")
    page.locator(".aq-dock").get_by_role("link").click()
    _save(page, "pay")
    page.set_viewport_size(windows.DESK)
    walking.open_loan(page, where)
    _save(page, "loan-desk")


def _walk_in_the_office(page: Page, where: Place, email: str, password: str) -> None:
    """What staff see."""
    page.goto(where.url("office") + "/")
    walking.give_password(page, email=email, password=password)
    walking.give_second_factor(page, table.code_now())
    _save(page, "office-queue")
    page.get_by_role("searchbox").fill(LIN.phone)
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name=re.compile("^AQ")).first.click()
    _save(page, "office-loan")


def _save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    # 256 colours are enough for flat pages and keep the repository small.
    with Image.open(io.BytesIO(page.screenshot(animations="disabled"))) as picture:
        picture.convert("RGB").quantize(256).save(_PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
