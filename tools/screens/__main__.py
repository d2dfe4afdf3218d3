"""`python -m tools.screens` visits every page of the demonstration that runs, and writes build/screens/index.html."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Playwright

from demo import place, table
from demo.place import Place, Trouble
from tests import chromium as browsers
from tests.browser import walking, windows
from tools.screens import leaves
from tools.screens.looks import LOOKS, Look
from tools.screens.visits import Seen, walk

# A picture of a long page takes its time on a busy machine.
_PATIENCE_MS = 120_000


def main() -> int:
    """0 when nothing is wrong on any page, 1 with what is, or with a sentence when there is no demonstration."""
    try:
        where = place.find()
        if not (where.home / "staff.json").exists():
            raise Trouble("The screens are those of the demonstration: start it with `make demo`, then try again.")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    wanted = sys.argv[1:]
    leaves.clear()
    seen: list[Seen] = []
    with browsers.started() as (playwright, browser):
        for look in LOOKS:
            if not wanted or look.name in wanted:
                seen += _look_at(look, where, playwright, browser)
                leaves.write(seen)
                print(f"{look.name}: {len(seen)} pages so far", flush=True)
    faults = [f"{each.address} ({each.look}, {each.who}): {fault}" for each in seen for fault in each.faults]
    print("\n".join(faults) or "Nothing is wrong.")
    print(leaves.INDEX)
    return 1 if faults else 0


def _look_at(look: Look, where: Place, playwright: Playwright, browser: Browser) -> Iterator[Seen]:
    for who in look.people:
        with _came_in(look, where, playwright, browser) as page:
            walking.log_in(page, where, who)
            yield from walk(page, where.url("borrower"), look=look, who=who.name)
    if look.in_office:
        with _came_in(look, where, playwright, browser) as page:
            _enter_office(page, where)
            yield from walk(page, where.url("office"), look=look, who="office")


@contextmanager
def _came_in(look: Look, where: Place, playwright: Playwright, browser: Browser) -> Iterator[Page]:
    """A phone with that look; the doors are in Chinese, because that is what the helping hands read."""
    with windows.opened(playwright, browser, look.name) as phone:
        phone.page.set_default_timeout(_PATIENCE_MS)
        yield phone.page


def _enter_office(page: Page, where: Place) -> None:
    staff = json.loads((where.home / "staff.json").read_text())
    supervisor = next(each for each in staff["people"] if each["role"] == "supervisor")
    page.goto(where.url("office") + "/")
    walking.give_password(page, email=supervisor["email"], password=staff["password"])
    walking.give_second_factor(page, table.code_now())


if __name__ == "__main__":
    sys.exit(main())
