"""What may be sold and to whom: products within the caps, versions, shops and keys; everything repeatable."""

from datetime import date, timedelta
from typing import Any

import pytest

from anqi.actions import merchants
from anqi.actions.merchants import KindUnknown, NoSuchKey, NoSuchLender
from anqi.engine.cost import annual_cost_of
from anqi.lending import agreements, disclosures, products, quotes, store
from anqi.lending import merchants as known_merchants
from anqi.lending.merchants import KeyUnknown, NoSuchMerchant
from anqi.lending.models import Lender, Merchant, MerchantKey, Product
from anqi.lending.products import CapUnknown, CostAboveCap, PlanUnavailable, TermsUnsound
from tests import purchasing
from tests.planting import at
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
        ({"early": {"fee_rate": "0.03"}}, "annual cost of settling early"),
        ({"early": {"interest": "whole_period"}}, "annual cost of settling early"),
    ],
)
def test_lateness_and_early_settlement_stay_below_the_cap(lender: Lender, changed: dict[str, Any], what: str) -> None:
    with pytest.raises(CostAboveCap) as refused:
        sell(terms=terms(**changed))
    assert refused.value.facts["what"] == what


def test_what_is_above_the_cap_is_told_with_its_numbers(lender: Lender) -> None:
    with pytest.raises(CostAboveCap) as refused:
        sell(terms=terms(annual_rate="0.15", early={"fee_rate": "0.001"}))
    assert refused.value.message == (
        "The annual cost of settling early would be 51.68 % a year (simple) on 2026-11-25;"
        " 消费金融公司综合融资成本窗口指导，2025年10月 allows 24 %."
    )
    assert refused.value.facts["test"] == "early_settlement"


def test_each_kind_of_lender_has_its_own_caps(lender: Lender) -> None:
    """0.05 % a day late is 18.25 %: lawful for a bank, above four times the LPR for a private lender."""
    for kind in ("bank", "microloan", "facilitated"):
        merchants.open_lender(code=kind, name=kind, kind=kind, limit_minor=1)
        assert sell(lender=kind, code=kind).version == 1
    merchants.open_lender(code="private", name="private", kind="private", limit_minor=1)
    with pytest.raises(CostAboveCap) as refused:
        sell(lender="private", terms=terms(annual_rate="0.10", penalty=None, late_fee={"amount": "30.00"}))
    assert refused.value.facts["test"] == "lateness"
    with pytest.raises(CostAboveCap) as refused:
        sell(lender="private", terms=terms(annual_rate="0.06", penalty={"daily_rate": "0.0002", "on": "principal"}))
    assert (refused.value.facts["test"], str(refused.value.facts["percent"])) == ("together", "13.30")


def test_a_day_without_a_known_rule_sells_nothing(lender: Lender) -> None:
    with pytest.raises(CapUnknown) as refused:
        sell(now=at(date(2017, 8, 3)))
    assert refused.value.facts == {"kind": "consumer_finance", "on": date(2017, 8, 3)}
    assert not Product.objects.exists()


def test_a_quote_is_within_the_caps_of_its_day() -> None:
    """Sold by a small-loan company in 2027; the year after no new loan of a year costs more than 12 %."""
    merchants.open_lender(code="qhxj", name="青禾小贷", kind="microloan", limit_minor=2_000_000)
    sold, shop = sell(terms=terms(annual_rate="0.15")), purchasing.admit("qinghe")
    before, after = at(date(2027, 12, 30)), at(date(2027, 12, 31))
    quoted = {"merchant_id": shop.merchant.id, "product": sold, "amount_minor": 600_000}
    assert quotes.give(**quoted, now=before).token
    with pytest.raises(CostAboveCap) as refused:
        quotes.give(**quoted, now=after)
    told = {name: str(refused.value.facts[name]) for name in ("test", "percent", "cap_percent", "basis")}
    assert told == {"test": "as_planned", "percent": "15.00", "cap_percent": "12.00", "basis": "simple"}


def test_a_loan_is_within_the_caps_of_the_day_on_which_it_is_signed() -> None:
    """Quoted on the last day of the old cap, and signed on the first of the new one."""
    merchants.open_lender(code="qhxj", name="青禾小贷", kind="microloan", limit_minor=2_000_000)
    last = at(date(2027, 12, 30))
    sell(terms=terms(annual_rate="0.15"), now=last)
    order = opened(purchasing.admit("qinghe", now=last), welcome(now=last), now=last)
    with pytest.raises(CostAboveCap):
        purchasing.sign(order, now=last + timedelta(days=1))
    assert purchasing.sign(order, now=last).principal_minor == 600_000


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
