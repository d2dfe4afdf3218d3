"""Every address of the merchants' site, the API and the shop's own pages, as everybody who may come to it."""

from typing import Any

import pytest
from django.test import Client

from anqi import clock
from anqi.actions import merchants
from anqi.actions.settlements import pages
from anqi.lending.models import Settlement
from tests import purchasing, returning
from tests.planting import at
from tests.settling import DAY, FREE, give_account, sell, shop, shut
from tests.web import crawling
from tests.web.crawling import Address
from tests.web.test_merchant_page import browser

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.merchant")]
# Open to whoever comes: how the API works, and the tap that a link asks for.
DOORS = ("look", "gallery", "", "docs", "openapi-json", "merchant_enter", "merchant_leave")
# Only for those who build pages; what stands for the whole API; what is nowhere by intent.
NOT_THERE = ("gallery", "api-root", "v1/nowhere")


@pytest.fixture
def examples() -> dict[str, Any]:
    """One of everything that a shop has."""
    bought = returning.buy(now=at(DAY))
    sell(principal="2000.00", terms=FREE)
    shut(DAY)
    give_account()
    goods = bought.request(clock.now())
    token, _expires_at = pages.mint(merchant_id=shop().id, now=clock.now())
    return {
        "order_id": bought.order.id, "return_id": goods.id, "settlement_id": Settlement.objects.get().id,
        "month": "2026-09", "token": token,
    }  # fmt: skip


def test_every_address_answers_everybody(examples: dict[str, Any]) -> None:
    found = [each for each in crawling.addresses("merchant") if each.name != "healthz"]
    assert not (lacking := crawling.missing(found, examples)), "\n".join(lacking)
    paths = {each: each.of(examples) for each in found}
    nothing = {each: each.nowhere() for each in found}
    other = purchasing.admit("other", now=clock.now()).merchant.id
    faults = [
        *crawling.crawl(_caller(shop().code), _of_api(paths), is_there, who="the shop's program"),
        *crawling.crawl(browser(), _of_pages(paths), is_there, who="the shop"),
        *crawling.crawl(_caller("other"), _of_api(paths), is_not_theirs, who="another shop's program"),
        *crawling.crawl(browser(other), _of_pages(paths), is_not_theirs, who="another shop"),
        *crawling.crawl(_caller("other"), _of_api(nothing), is_not_theirs, who="a program at nothing"),
        *crawling.crawl(browser(other), _of_pages(nothing), is_not_theirs, who="a shop at nothing"),
        *crawling.crawl(Client(), paths, is_shut, who="nobody"),
        *crawling.crawl(Client(), nothing, is_shut, who="nobody at nothing"),
    ]
    assert not faults, "\n".join(faults)


def _of_api(paths: dict[Address, str]) -> dict[Address, str]:
    return {address: path for address, path in paths.items() if path.startswith("/v1/")}


def _of_pages(paths: dict[Address, str]) -> dict[Address, str]:
    return {address: path for address, path in paths.items() if not path.startswith("/v1/")}


def _caller(code: str) -> Client:
    key = merchants.issue_key(code, now=clock.now()).key
    return Client(headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "once"})


def is_there(address: Address, method: str, answer: Any) -> bool:
    return answer.status_code not in (401, 403) and (answer.status_code == 404) == (address.name in NOT_THERE)


def is_not_theirs(address: Address, method: str, answer: Any) -> bool:
    """Nothing of another shop's; a month and the lists are each shop's own. What is unsound is not even looked up."""
    of_one = any(each.endswith("_id") for each in address.arguments)
    return not of_one or answer.status_code in (404, 405, 422)


def is_shut(address: Address, method: str, answer: Any) -> bool:
    return address.name in (*DOORS, *NOT_THERE) or answer.status_code in (401, 403, 405)
