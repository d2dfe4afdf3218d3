"""What a phone that installs the site is given: the manifest, the worker, and the page for times without a network."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.planting import at, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import plain, text_of

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


def test_the_manifest_names_icons_that_are_there() -> None:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    stated = answer.json()
    assert (stated["start_url"], stated["display"]) == ("/", "standalone")
    for icon in stated["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon
    page = text_of(Client().get("/login"))
    assert 'rel="manifest" href="/manifest.webmanifest" data-worker="/worker.js"' in page


def test_the_worker_keeps_what_its_page_needs() -> None:
    answer = Client().get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    page, script = text_of(Client().get("/offline")), answer.content.decode()
    # What the page loads and the worker doesn't keep would be missing without a network.
    needed = {part.split('"')[0] for part in page.split('="')[1:] if part.startswith("/static/")}
    assert needed and all(f'"{each}"' in script.replace("\\u002D", "-") for each in needed)
    assert all(Path(str(finders.find(each.removeprefix("/static/")))).exists() for each in needed)


def test_the_page_shows_ones_own_dates_and_a_stranger_none(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(FIRST_DUE)
    page = plain(signed_in(who.borrower_id).get("/offline"))
    assert "9月30日 青禾 12 第 1/12 期 ¥533.09" in page and page.count("/12 期") == 12
    assert "9月30日 12:00 的数据" in page
    assert "没有留下任何人的还款数据" in plain(Client().get("/offline"))
