"""What may be sold and to whom: products within the caps, versions, shops and keys; everything repeatable."""

from datetime import timedelta
from typing import Any

import pytest

from anqi.actions import merchants
from anqi.actions.merchants import KindUnknown, NoSuchKey, NoSuchLender
from anqi.engine.cost import annual_cost_of
from anqi.lending import agreements, disclosures, products, store
from anqi.lending import merchants as known_merchants
from anqi.lending.merchants import KeyUnknown, NoSuchMerchant
from anqi.lending.models import Lender, Merchant, MerchantKey, Product
from anqi.lending.products import CostAboveCap, PlanUnavailable, TermsUnsound
from tests import purchasing
from tests.purchasing import NOON, TERMS, TODAY, opened, welcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def lender() -> Lender:
    return merchants.open_lender(
        code="qhxj", name="青禾消费金融", kind="consumer_finance", limit_minor=2_000_000
    )


def sell(**changed: Any) -> Product:
    stated: dict[str, Any] = {
        "lender": "qhxj", "code": "p12", "title": "12 期", "instalments": 12, "least_minor": 10_000,
        "most_minor": 2_000_000, "terms": TERMS, "now": NOON,
    } | changed  # fmt: skip
    return merchants.sell(**stated)


def terms(**changed: Any) -> dict[str, Any]:
    return TERMS | changed


def test_selling_again_the_same_changes_nothing(lender: Lender) -> None:
    assert sell().id == sell(now=NOON + timedelta(days=40)).id
    assert Product.objects.count() == 1


def test_selling_otherwise_is_a_new_version_and_the_old_one_stays(lender: Lender) -> None:
    first = sell()
    second = sell(terms=terms(annual_rate="0.15"), now=NOON + timedelta(days=1))
    assert (first.version, second.version) == (1, 2)
    assert Product.objects.get(version=1).terms["annual_rate"] == "0.12"
    assert products.find("p12", TODAY).version == 1
    assert products.find("p12", TODAY + timedelta(days=1)).version == 2


def test_what_is_no_longer_sold_is_not_offered(lender: Lender) -> None:
    sell()
    merchants.stop_selling("p12", now=NOON)
    assert products.find("p12", TODAY).code == "p12"
    tomorrow = TODAY + timedelta(days=1)
    assert products.offered(600_000, tomorrow) == []
    with pytest.raises(PlanUnavailable):
        products.find("p12", tomorrow)
    assert sell(now=NOON + timedelta(days=1)).version == 2
    assert products.find("p12", tomorrow).version == 2


def test_nothing_above_the_cap_is_sold(lender: Lender) -> None:
    dear = terms(annual_rate="0.2401")
    with pytest.raises(CostAboveCap) as refused:
        sell(terms=dear)
    assert refused.value.facts["what"] == "annual cost"
    assert sell(terms=terms(annual_rate="0.235")).version == 1


def test_a_flat_fee_is_capped_by_what_it_costs_a_year(lender: Lender) -> None:
    """0.6 % a month looks like 7.2 % and costs 13.03 %; 1.2 % looks like 14.4 % and is above 24 %."""
    flat = {key: value for key, value in terms(method="flat_fee").items() if key != "annual_rate"}
    with pytest.raises(CostAboveCap):
        sell(terms=flat | {"fee_rate_per_instalment": "0.012"})
    sold = sell(terms=flat | {"fee_rate_per_instalment": "0.006"}, least_minor=100_000)
    statement = disclosures.cost_statement(Product.objects.get(id=sold.id), 1_000_000, on=TODAY)
    assert statement["annual_cost"]["simple_percent"] == "13.03"
    assert [(item["code"], item["amount_minor"]) for item in statement["items"]] == [("fee", 72_000)]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"penalty": {"daily_rate": "0.00075", "on": "principal"}}, "late charge"),
        ({"early": {"fee_rate": "0.03"}}, "settlement on the next day"),
        ({"early": {"interest": "whole_period"}}, "settlement on the next day"),
    ],
)
def test_lateness_and_early_settlement_stay_below_the_cap(lender: Lender, changed: dict[str, Any], what: str) -> None:
    with pytest.raises(CostAboveCap) as refused:
        sell(terms=terms(**changed))
    assert refused.value.facts["what"] == what


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day_count": "actual/365"}, "day_count"),
        ({"every": {"months": 3}}, "every"),
        ({"every": {"days": 30}, "day_count": "actual/365"}, "day_count"),
        ({"principal": "1.00"}, "principal"),
        ({"starts_on": "2026-01-01"}, "starts_on"),
        ({"surprise": 1}, "surprise"),
        ({"annual_rate": "-0.1"}, "annual_rate"),
    ],
)
def test_terms_that_no_purchase_can_have_are_refused(lender: Lender, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(TermsUnsound) as refused:
        sell(terms=terms(**changed))
    assert refused.value.facts == {"field": field}
    assert not Product.objects.exists()


def test_lenders_are_of_a_kind_whose_caps_are_known(lender: Lender) -> None:
    with pytest.raises(KindUnknown):
        merchants.open_lender(code="x", name="x", kind="pawnshop", limit_minor=1)
    again = merchants.open_lender(code="qhxj", name="青禾", kind="consumer_finance", limit_minor=5)
    assert (again.id, Lender.objects.get().limit_minor) == (lender.id, 5)
    with pytest.raises(NoSuchLender):
        sell(lender="nobody")


def test_a_shop_is_shown_its_key_once() -> None:
    first, key = merchants.admit(code="s", name="S", webhook_url="", return_origins=[], now=NOON)
    again, nothing = merchants.admit(code="s", name="S 2", webhook_url="http://x", return_origins=["http://x"], now=NOON)
    assert (again.id, nothing) == (first.id, "")
    assert (Merchant.objects.get().name, again.webhook_secret) == ("S 2", first.webhook_secret)
    assert str(first.webhook_secret).startswith("whsec_")
    assert known_merchants.known_by(key).id == first.id
    assert MerchantKey.objects.count() == 1


def test_keys_are_added_and_taken_away_one_by_one() -> None:
    merchant, key = merchants.admit(code="s", name="S", webhook_url="", return_origins=[], now=NOON)
    issued = merchants.issue_key("s", now=NOON)
    for _ in range(2):
        merchants.revoke_key(key[:12], now=NOON)
    with pytest.raises(KeyUnknown):
        known_merchants.known_by(key)
    assert known_merchants.known_by(issued.key).id == merchant.id
    with pytest.raises(NoSuchKey):
        merchants.revoke_key("aqk_nothing", now=NOON)
    with pytest.raises(NoSuchMerchant):
        merchants.issue_key("nobody", now=NOON)


def test_the_statement_says_in_words_what_the_terms_say(lender: Lender) -> None:
    statement = disclosures.cost_statement(sell(), 600_000, on=TODAY)
    penalty, early = (item["how"] for item in statement["contingent"])
    assert penalty == (
        "还款日后 3 天内还清的不收；超过 3 天仍未还清的，从还款日起按逾期本金每天收取 0.05%（折合年化 18.25%，单利）"
    )
    assert early == "随时可以提前结清，利息和手续费只计算到结清前一天，不另收提前结清的费用"
    assert statement["items"][0]["how"] == "等额本息，年利率 12%（单利），随每期本金一起收取"


@pytest.mark.parametrize(("rate", "text"), [("0.0005", "0.05%"), ("0.12", "12%"), ("0", "0%"), ("1", "100%"), ("0.1", "10%")])
def test_rates_are_written_without_noughts(rate: str, text: str) -> None:
    assert disclosures.percent(rate) == text


def test_the_agreement_can_be_read_as_sections() -> None:
    shop = purchasing.open_street()
    order = opened(shop, welcome())
    draft = agreements.draw_up(
        order, product=products.find("p12", TODAY), borrower_name="林小满",
        borrower_id_number="11010519491231002X", on=TODAY,
    )  # fmt: skip
    sections = dict(agreements.sections(draft.body))
    assert sections["当事人"][1] == "借款人：林小满（身份证 110***********002X）"
    assert sections["每期金额"][0] == "第 1 期：533.09 元（本金 473.09 元，利息 60.00 元）"
    assert len(sections["每期金额"]) == 12
    assert sections["综合融资成本"][0].startswith("年化利率（单利）12.00%")
    assert "11010519491231002X" not in draft.text
    terms = store.terms_from(draft.body["terms"], starts_on=TODAY)
    assert str(annual_cost_of(terms).simple_percent) == "12.00"
