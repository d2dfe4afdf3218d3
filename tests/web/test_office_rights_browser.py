"""The office's pages of what borrowers ask for, and of remittances, in a real browser: accessible, and within the window."""

from typing import Any

import pytest
from django.test import Client

from anqi.web.shared import pages
from tests import chromium as browsers
from tests.web import crawling
from tests.web.test_crawl_office import everything, lin, rows, today
from tests.web.test_office_browser import browse, faults
from tests.web.test_office_doors import desk_of, hire

__all__ = ["lin", "rows", "today"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office"), browsers.required]
NAMES = (
    "hardships", "hardship", "complaint", "request", "messages", "remittances", "remittance", "calls", "calls_day",
    "borrower_calls",
)  # fmt: skip


@pytest.mark.parametrize(("theme", "language"), [("light", "zh-hans"), ("dark", "en")], ids=["light", "dark-english"])
def test_every_page_is_accessible_and_fits(
    theme: str, language: str, rows: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [each for each in crawling.addresses("office") if each.name in NAMES]
    examples = everything(found, rows, monkeypatch)
    client: Client = desk_of(hire("supervisor", "李复核"))
    client.cookies[pages.THEME_COOKIE] = theme
    client.cookies["anqi_language"] = language
    answers = {each.name: client.get(each.of(examples)) for each in found}
    assert {name: each.status_code for name, each in answers.items()} == dict.fromkeys(NAMES, 200)
    taken = {name: each.content.decode() for name, each in answers.items()}
    assert browse(taken, lambda page: faults(page, taken)) == []
