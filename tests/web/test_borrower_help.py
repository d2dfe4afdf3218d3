"""The help page: the same answers for everybody, and the reader's own numbers where there is a reader."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi.engine.prices import Early, Penalty
from anqi.engine.products import read_terms
from anqi.lending import queries as lending
from anqi.payments.debit_queries import Debited
from anqi.web.borrower import helping
from tests.planting import TERMS, at, days, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import plain

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


def test_anybody_reads_the_answers() -> None:
    page = plain(Client().get("/help"))
    for question in ("怎么还款", "怎么提前结清", "逾期了会怎样", "退货了，还要还吗"):
        assert question in page
    assert "你的" not in page


def test_a_reader_finds_their_own_numbers(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(FIRST_DUE - days(3))
    visitor = signed_in(who.borrower_id)
    with CaptureQueriesContext(connection) as seen:
        page = plain(visitor.get("/help"))
    assert len(seen) <= 15
    assert "9月30日应还 ¥533.09" in page
    # 6,000.00 and 27 days of 360 at 12 %: 54.00.
    assert "今天提前结清 ¥6,054.00。利息按实际用的天数算。没有提前还款手续费。" in page
    assert "宽限 3 天，宽限期内还清不收罚息。逾期每天收没还本金的 0.05%，从还款日算起。" in page
    # Nothing can be debited here, so nobody is told how.
    assert "自动扣款怎么扣" not in page


def test_from_where_each_loan_is_debited(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    [order] = lending.running(who.borrower_id, today=FIRST_DUE)
    assert [each.text for each in helping.debits([order], {who.loan_id: Debited()})] == ["没有开通，每期要自己还。"]


def test_whoever_is_late_is_told_first(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(FIRST_DUE + days(10))
    assert "第 1 期已逾期 · 应还 ¥535.46。宽限 3 天" in plain(signed_in(who.borrower_id).get("/help"))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"early": Early(interest="whole_period")}, "当期利息按整期算，以后各期不收。没有提前还款手续费。"),
        ({"early": Early(fee_rate=Fraction(1, 100))}, "利息按实际用的天数算。另收剩余本金的 1.00%。"),
        ({"fee_rate_per_instalment": Fraction(1, 200), "early": Early(fee="all")},
         "利息按实际用的天数算。手续费按全部期数收。没有提前还款手续费。"),
    ],
    ids=["whole", "fee", "all"],
)  # fmt: skip
def test_what_ending_early_costs_is_said_as_signed(change: dict[str, Any], rule: str) -> None:
    terms = read_terms(TERMS | {"principal": "6000.00", "instalments": 12, "starts_on": STARTED.isoformat()})
    assert helping.early_rule(replace(terms, **change)) == rule


def test_what_lateness_costs_is_said_as_signed() -> None:
    terms = read_terms(TERMS | {"principal": "6000.00", "instalments": 12, "starts_on": STARTED.isoformat()})
    assert helping.late_rule(replace(terms, penalty=None, grace_days=0)) == "逾期不收罚息。"
    whole = replace(terms, penalty=Penalty(daily_rate=Fraction(1, 1000), on="instalment"), grace_days=0)
    assert helping.late_rule(whole) == "逾期每天收没还金额的 0.10%，从还款日算起。"
