"""Which reserves may be sold: by day, within the caps and terms of their lender, and free to be given back at once."""

from datetime import date, timedelta
from typing import Any

import pytest

from anqi.actions import merchants
from anqi.lending import disclosures, products, shelf
from anqi.lending.models import Product
from anqi.lending.products import CostAboveCap, PlanUnavailable, TermsUnsound, TooLong
from tests import purchasing
from tests.purchasing import NOON, TODAY

pytestmark = pytest.mark.django_db

PLANS = {plan["code"]: plan for plan in shelf.RESERVES}


@pytest.fixture(autouse=True)
def street() -> None:
    purchasing.open_street()


def sell(code: str = "reserve-m12", **changed: Any) -> Product:
    stated = {"lender": "qhxj", "now": NOON, "kind": products.RESERVE} | PLANS[code] | changed
    return merchants.sell(**stated)


def terms(code: str = "reserve-m12", **changed: Any) -> dict[str, Any]:
    return PLANS[code]["terms"] | changed


@pytest.mark.parametrize(
    ("code", "amount_minor", "cost_minor", "simple"),
    [
        ("reserve-d7", 50_000, 0, "0.00"),
        # 1000.00 × 14.6 % × 30/365 = 12.00.
        ("reserve-d30", 100_000, 1_200, "14.60"),
        ("reserve-m3", 100_000, 2_449, "14.63"),
        ("reserve-m12", 100_000, 8_056, "14.55"),
    ],
)
def test_what_is_on_the_shelf_costs_what_it_says(code: str, amount_minor: int, cost_minor: int, simple: str) -> None:
    statement = disclosures.cost_statement(sell(code), amount_minor, on=TODAY)
    assert (statement["cost_minor"], statement["annual_cost"]["simple_percent"]) == (cost_minor, simple)


def test_the_whole_shelf_is_sold_and_no_shop_offers_it() -> None:
    shops = products.on_sale(TODAY)
    for code in PLANS:
        assert sell(code).id == sell(code).id
    assert {each.code for each in products.on_sale(TODAY, kind=products.RESERVE)} == set(PLANS)
    assert products.on_sale(TODAY) == shops
    with pytest.raises(PlanUnavailable):
        products.find("reserve-m12", TODAY)


def test_another_price_is_another_version_from_its_day_on() -> None:
    sell()
    tomorrow = TODAY + timedelta(days=1)
    sell(terms=terms(annual_rate="0.11"), now=NOON + timedelta(days=1))
    found = [products.find("reserve-m12", on, kind=products.RESERVE) for on in (TODAY, tomorrow)]
    assert [(each.version, each.terms["annual_rate"]) for each in found] == [(1, "0.146"), (2, "0.11")]
    merchants.stop_selling("reserve-m12", kind=products.RESERVE, now=NOON + timedelta(days=1))
    assert not products.on_sale(tomorrow + timedelta(days=1), kind=products.RESERVE)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"shape": {"down_payment": "1.00"}}, "shape"),
        ({"merchant_fee_rate": "0.01"}, "merchant_fee_rate"),
        ({"free_return_days": 7}, "free_return_days"),
        ({"draws_up_to": "20000.00"}, "draws_up_to"),
        ({"early": {"fee_rate": "0.0001"}}, "early"),
    ],
)
def test_terms_no_reserve_can_have(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(TermsUnsound) as refused:
        sell(terms=terms(**changed))
    assert refused.value.facts == {"field": field}


def test_no_reserve_is_dearer_than_its_cap_or_late_for_more() -> None:
    with pytest.raises(CostAboveCap):
        sell(terms=terms(annual_rate="0.25"))
    with pytest.raises(CostAboveCap):
        sell(terms=terms(penalty={"daily_rate": "0.00066", "on": "principal"}))


def test_a_bank_lends_nothing_for_more_than_a_year_that_falls_due_at_once() -> None:
    merchants.open_lender(code="bank", name="青禾银行", kind="bank", limit_minor=2_000_000)
    year = terms("reserve-d30", every={"days": 365})
    assert sell("reserve-d30", lender="bank", terms=year).version == 1
    with pytest.raises(TooLong) as refused:
        sell("reserve-d30", lender="bank", terms=terms("reserve-d30", every={"days": 366}))
    assert (refused.value.facts["ends_on"], refused.value.facts["latest_on"]) == (date(2027, 11, 25), date(2027, 11, 24))
    assert sell("reserve-d30", terms=terms("reserve-d30", every={"days": 366}))
    with pytest.raises(TooLong):
        sell(instalments=61)
