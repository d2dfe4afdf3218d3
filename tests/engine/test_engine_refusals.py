"""What makes no sense is refused by name, and nothing that is said to the engine breaks it."""

import json
from typing import Any

import pytest
from engine_tables import LOAN, PHONE, RESERVE
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine.contract import answer_line

_NEVER: tuple[Any, ...] = (True, 1.5, -1, "", "x", [], [1], {}, {"x": 1}, 10**400)

_BAD_TERMS: list[tuple[str, tuple[Any, ...]]] = [
    ("version", (0, 2, "1", True, None)),
    ("currency", ("cny", "XXX", "", 1, None)),
    (
        "principal",
        ("0.00", "-1.00", "1.001", "1e3", "1,000.00", " 1", "+1", "1.", ".5", "NaN", "１", 1, None),
    ),
    ("principal", ("9" * 19, 6000.0, True, [])),
    ("method", ("annuity", "", None, 1)),
    ("instalments", (0, -1, 1.0, "12", True, None, 10**6, 10**30)),
    ("starts_on", ("2026-02-30", "20260131", "2026-1-31", "2026-01-31T00:00:00", "", 20260131, None)),
    ("every", ({"months": 0}, {"months": -1}, {"months": "1"}, {"years": 1}, {}, [], "month", None)),
    ("every", ({"months": 1, "days": 1}, {"days": 10**12}, {"months": 10**6})),
    ("first_due_on", ("2026-01-31", "2025-12-31", "never", None)),
    ("anchor_day", (31, 0, 32, "31", None)),
    ("annual_rate", ("-0.01", 0.12, 12, "12%", "", "1e-2", None, "9" * 20)),
    ("day_count", ("actual", "30e/360", None, 365)),
    ("fee_rate_per_instalment", ("0.01", "-1", 0.01, None)),
    ("tail", ("middle", None, 1)),
    ("grace_days", (-1, 1.5, "3", True, None)),
    (
        "penalty",
        ({}, [], "0.0005", {"daily_rate": 0.1}, {"daily_rate": "-1"}, {"daily_rate": "0", "on": "all"}),
    ),
    ("penalty", ({"daily_rate": "0", "cap": "1"}, 0, False)),
    ("early", ({"interest": "all"}, {"fee": "none"}, {"fee_rate": 0}, {"x": 1}, [], None)),
    ("allocation", ([], ["penalty"], ["penalty", "fee", "interest", "interest"], "penalty", None, [[]])),
    ("excess", ("keep", None, 1)),
    ("colour", ("red",)),
    ("grace", (3,)),
]


@pytest.mark.parametrize(("field", "values"), _BAD_TERMS)
def test_terms_that_make_no_sense_are_refused_with_their_field(field: str, values: tuple[Any, ...]) -> None:
    for value in values:
        assert _refused_plan(LOAN | {field: value}) == {"code": "bad_terms", "field": field}, value


@pytest.mark.parametrize("field", ["principal", "method", "instalments", "starts_on", "every"])
def test_terms_without_what_they_need_are_refused(field: str) -> None:
    assert _refused_plan({key: LOAN[key] for key in LOAN if key != field}) == {
        "code": "bad_terms",
        "field": field,
    }


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (LOAN | {"method": "bullet"}, "instalments"),
        (PHONE | {"annual_rate": "0.1"}, "annual_rate"),
        (RESERVE | {"day_count": "period"}, "day_count"),
        (RESERVE | {"first_due_on": "2026-09-30", "anchor_day": 30}, "anchor_day"),
        (LOAN | {"first_due_on": "2026-03-15", "anchor_day": 31}, "anchor_day"),
        (LOAN | {"currency": "JPY"}, "principal"),
        (LOAN | {"starts_on": "9999-12-31"}, "every"),
        (LOAN | {"starts_on": "9999-06-30"}, "instalments"),
        (PHONE | {"fee_rate_per_instalment": "9" * 18}, "fee_rate_per_instalment"),
        (LOAN | {"annual_rate": "9" * 18}, "annual_rate"),
    ],
)
def test_terms_that_contradict_one_another_are_refused(terms: dict[str, Any], field: str) -> None:
    assert _refused_plan(terms) == {"code": "bad_terms", "field": field}


_PAYMENT = {"id": "p", "type": "payment", "on": "2026-09-30", "amount": "1.00"}


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        (_PAYMENT | {"amount": "0"}, {"code": "not_positive"}),
        (_PAYMENT | {"amount": "-0.01"}, {"code": "not_positive"}),
        (_PAYMENT | {"amount": "0.001"}, {"code": "bad_fact", "field": "amount"}),
        (_PAYMENT | {"amount": 1}, {"code": "bad_fact", "field": "amount"}),
        (_PAYMENT | {"amount": None}, {"code": "bad_fact", "field": "amount"}),
        (_PAYMENT | {"on": "2026-09-31"}, {"code": "bad_fact", "field": "on"}),
        (_PAYMENT | {"on": 5}, {"code": "bad_fact", "field": "on"}),
        (_PAYMENT | {"id": 5}, {"code": "bad_fact", "field": "id"}),
        (_PAYMENT | {"for": "later"}, {"code": "bad_fact", "field": "for"}),
        (_PAYMENT | {"note": "hello"}, {"code": "bad_fact", "field": "note"}),
        (_PAYMENT | {"on": "2026-08-30"}, {"code": "before_start"}),
        (_PAYMENT | {"type": "gift"}, {"code": "unknown_fact"}),
        (_PAYMENT | {"type": ["payment"]}, {"code": "bad_fact", "field": "type"}),
        ({"id": "v", "type": "reversal", "of": "q", "on": "2026-09-30"}, {"code": "unknown_fact"}),
        ({"id": "v", "type": "reversal", "of": "v", "on": "2026-09-30"}, {"code": "unknown_fact"}),
        ({"id": "v", "type": "reversal", "on": "2026-09-30"}, {"code": "bad_fact", "field": "of"}),
        (
            {"id": "w", "type": "waiver", "what": "fee", "on": "2026-09-30", "amount": "13.00"},
            {"code": "more_than_owed"},
        ),
        (
            {"id": "w", "type": "waiver", "what": "principal", "on": "2026-09-30", "amount": "1"},
            {"code": "bad_fact", "field": "what"},
        ),
        (_PAYMENT | {"for": "all"}, {"code": "less_than_payoff", "need": "2011.99"}),
        ("payment", {"code": "bad_fact", "field": "on"}),
        (None, {"code": "bad_fact", "field": "on"}),
    ],
)
def test_facts_that_cannot_be_taken_are_refused(fact: object, refusal: dict[str, str]) -> None:
    assert _refused(_ask_standing([fact])) == refusal


def test_a_fact_after_the_asked_day_is_not_looked_at_but_for_its_day() -> None:
    late = {"id": "p", "type": "gift", "on": "2026-10-02", "colour": [], "amount": {}}
    assert "refused" not in _answer(_ask_standing([_PAYMENT, late]))
    assert _refused(_ask_standing([late | {"on": "2026-13-01"}])) == {"code": "bad_fact", "field": "on"}


def test_an_id_names_one_fact() -> None:
    twice = [_PAYMENT, _PAYMENT | {"on": "2026-09-29"}]
    assert _refused(_ask_standing(twice)) == {"code": "bad_fact", "field": "id"}


@pytest.mark.parametrize(
    ("request_json", "field"),
    [
        ([], None),
        ("plan", None),
        (None, None),
        (1, None),
        ({}, "ask"),
        ({"ask": "money"}, "ask"),
        ({"ask": ["plan"]}, "ask"),
        ({"ask": "plan"}, "terms"),
        ({"ask": "plan", "terms": []}, "terms"),
        ({"ask": "plan", "terms": PHONE, "facts": []}, "facts"),
        ({"ask": "standing", "terms": PHONE, "facts": []}, "on"),
        ({"ask": "standing", "terms": PHONE, "facts": {}, "on": "2026-09-01"}, "facts"),
        ({"ask": "standing", "terms": PHONE, "facts": [], "on": "2026-09-31"}, "on"),
        ({"ask": "standing", "terms": PHONE, "facts": [], "on": "2026-09-01", "at": 1}, "at"),
        ({"ask": "annual_cost"}, "regime"),
        ({"ask": "annual_cost", "regime": "uk"}, "regime"),
        ({"ask": "annual_cost", "regime": "cn_simple", "flows": ["-1", "1"]}, "periods_per_year"),
        (
            {"ask": "annual_cost", "regime": "cn_simple", "flows": ["1", "1"], "periods_per_year": "12"},
            "flows",
        ),
        (
            {"ask": "annual_cost", "regime": "cn_simple", "flows": ["-1", "1"], "periods_per_year": "0"},
            "periods_per_year",
        ),
        ({"ask": "annual_cost", "regime": "cn_simple", "flows": [], "periods_per_year": "12"}, "flows"),
        ({"ask": "annual_cost", "regime": "cn_simple", "flows": [-1, 1], "periods_per_year": "12"}, "flows"),
        ({"ask": "annual_cost", "regime": "cn_compound", "flows": [{"on": "2026-01-01"}]}, "flows"),
        (
            {
                "ask": "annual_cost",
                "regime": "eu",
                "drawdowns": [{"amount": "1", "t_years": "1/0"}],
                "repayments": [],
            },
            "drawdowns",
        ),
        ({"ask": "annual_cost", "regime": "cn_compound", "flows": [], "colour": 1}, "colour"),
    ],
)
def test_requests_that_are_none_are_refused(request_json: object, field: str | None) -> None:
    refused = _refused(request_json)
    assert refused == {"code": "bad_request"} | ({"field": field} if field else {})


@pytest.mark.parametrize(
    "line",
    [
        b"", b" ", b"nonsense", b"{", b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 100_000,
        b'{"ask": "plan", "terms": ' + b"9" * 5000 + b"}", b'{"ask": "plan",}', b"{'ask': 'plan'}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(line: bytes) -> None:
    assert answer_line(line)["refused"]["code"] == "bad_json"


@pytest.mark.parametrize(
    "series",
    [
        {"amount": "1", "count": 10**9},
        {"amount": "1", "first_full_unit_periods": 10**18, "fraction": "1/3"},
        {"amount": "1", "fraction": "999999999999999999"},
        {"amount": "-100.00"},
    ],
)
def test_annual_costs_of_no_world_are_refused_and_quickly(series: dict[str, Any]) -> None:
    request = {
        "ask": "annual_cost",
        "regime": "us_actuarial",
        "unit_periods_per_year": "12",
        "payments": [series],
    }
    assert _refused(request | {"advances": [{"amount": "100.00"}]})["code"] == "bad_request"


def test_times_too_fine_for_any_rate_are_refused() -> None:
    repayments = [{"amount": "60", "first_t": f"{10**9}/{10**9 + n}"} for n in (7, 9)]
    request = {"ask": "annual_cost", "regime": "eu", "repayments": repayments}
    assert _refused(request | {"drawdowns": [{"amount": "100", "t_years": "0"}]})["code"] == "bad_request"


_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(_NEVER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_keys = st.sampled_from([*LOAN, "first_due_on", "anchor_day", "early", "allocation", "currency", "excess"])


@settings(max_examples=60, deadline=None)
@given(
    key=_keys, value=_json_values, fact=_json_values, fact_key=st.sampled_from(["id", "on", "amount", "for"])
)
def test_whatever_stands_in_a_field_gets_an_answer_or_a_refusal(
    key: str, value: object, fact: object, fact_key: str
) -> None:
    facts = [_PAYMENT | {fact_key: fact}]
    for request in (
        {"ask": "plan", "terms": LOAN | {key: value}},
        {"ask": "standing", "terms": PHONE | {key: value}, "facts": facts, "on": "2026-10-01"},
        {"ask": "annual_cost", "regime": "cn_simple", "flows": value, "periods_per_year": fact},
    ):
        answer = answer_line(json.dumps(request))
        assert "refused" not in answer or answer["refused"]["message"]


def _ask_standing(facts: list[Any]) -> dict[str, Any]:
    return {"ask": "standing", "terms": PHONE, "facts": facts, "on": "2026-10-01"}


def _answer(request: object) -> dict[str, Any]:
    return answer_line(json.dumps(request, ensure_ascii=False))


def _refused(request: object) -> dict[str, Any]:
    refused = _answer(request)["refused"]
    assert refused.pop("message")
    return dict(refused)


def _refused_plan(terms: dict[str, Any]) -> dict[str, Any]:
    return _refused({"ask": "plan", "terms": terms})
