"""Applications decided by rules that are data: every reason with its numbers, and a person for whoever is refused.

Rules: a lender's policy; adults only (Civil Code 17, 18); reasons and a person on demand (PIPL 24).
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine.applications import Application, Earlier, Elsewhere, Points, Policy, Score
from anqi.engine.decision import (
    CannotBeApproved,
    Decision,
    NoReason,
    NotToReview,
    Review,
    SamePerson,
    decide,
    look_again,
    outcome_of,
    read,
    written,
)
from anqi.engine.refusals import Refused

POLICY = Policy(
    since=date(2026, 1, 1), source="a case", purposes=frozenset({"purchase", "daily_needs"}),
    amount_least_minor=10_000, amount_most_minor=2_000_000, months_most=24, years_most=60,
    days_after_refusal=30, window_days=30, most_in_window=2,
)  # fmt: skip
PHONE = Application(
    on=date(2026, 8, 31), lender="sail", amount_minor=199_900, months=6, purpose="purchase", born_on=date(1996, 5, 1),
    verified_on=date(2026, 8, 1), free_minor=500_000, days_past_due=0,
    elsewhere=Elsewhere(asked_on=date(2026, 8, 31), days_past_due=0),
)  # fmt: skip


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _earlier(*days_and_outcomes: str) -> dict[str, Any]:
    stated = [each.split() for each in days_and_outcomes]
    return {"earlier": tuple(Earlier(on=_day(on), outcome=outcome) for on, outcome in stated)}


def _elsewhere(asked_on: str, days: int) -> dict[str, Any]:
    return {"elsewhere": Elsewhere(asked_on=_day(asked_on), days_past_due=days)}


# What is different from the phone above, and what must come of it.
_CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "approved"),
    ({"verified_on": None}, "refused identity_not_verified!"),
    ({"verified_on": _day("2026-08-31")}, "approved"),
    ({"verified_on": _day("2026-09-01")}, "refused identity_not_verified!"),
    ({"born_on": None}, "refused age_unknown!"),
    ({"born_on": _day("2008-08-31")}, "approved"),
    ({"born_on": _day("2008-09-01")}, "refused too_young! years=17 least=18"),
    (
        {"born_on": _day("2008-02-29"), "on": _day("2026-02-28"), "verified_on": _day("2026-02-28")} | _elsewhere("2026-02-28", 0),
        "refused too_young! years=17 least=18",
    ),
    ({"born_on": _day("1965-09-01")}, "approved"),
    ({"born_on": _day("1965-08-31")}, "review above_age years=61 most=60"),
    ({"amount_minor": 10_000}, "approved"),
    ({"amount_minor": 9_999}, "refused amount_too_small asked_minor=9999 least_minor=10000"),
    ({"amount_minor": 2_000_000, "free_minor": 2_000_000}, "approved"),
    ({"amount_minor": 2_000_001, "free_minor": 3_000_000}, "refused amount_too_big asked_minor=2000001 most_minor=2000000"),
    ({"amount_minor": 500_000}, "approved"),
    ({"amount_minor": 500_001}, "refused more_than_free! asked_minor=500001 free_minor=500000"),
    ({"months": 24}, "approved"),
    ({"months": 25}, "refused term_too_long months=25 most=24"),
    ({"purpose": "daily_needs"}, "approved"),
    ({"purpose": "shares"}, "refused purpose_not_allowed! purpose=shares"),
    ({"days_past_due": 1}, "refused overdue_here days=1"),
    ({"elsewhere": None}, "review elsewhere_unknown"),
    (_elsewhere("2026-09-01", 0), "review elsewhere_unknown"),
    (_elsewhere("2026-08-01", 0), "approved"),
    (_elsewhere("2026-07-31", 0), "review elsewhere_too_old days=31 most=30"),
    (_elsewhere("2026-08-31", 1), "review overdue_elsewhere days=1 least=1"),
    (_elsewhere("2026-08-31", 30), "review overdue_elsewhere days=30 least=1"),
    (_elsewhere("2026-08-31", 31), "refused overdue_elsewhere days=31 least=31"),
    (_elsewhere("2026-07-31", 31), "refused elsewhere_too_old days=31 most=30; overdue_elsewhere days=31 least=31"),
    (_earlier("2026-01-01 approved", "2026-02-01 withdrawn"), "approved"),
    (_earlier("2026-08-20 open"), "refused another_is_open count=1"),
    (_earlier("2026-09-01 open"), "approved"),
    (_earlier("2026-08-01 refused"), "approved"),
    (_earlier("2026-08-02 refused"), "refused too_soon_after_refusal refused_on=2026-08-02 again_on=2026-09-01"),
    (
        _earlier("2026-05-05 refused", "2026-08-02 refused", "2026-07-01 refused"),
        "refused too_soon_after_refusal refused_on=2026-08-02 again_on=2026-09-01",
    ),
    (_earlier("2026-08-01 approved", "2026-08-03 approved"), "approved"),
    (
        _earlier("2026-08-03 approved", "2026-08-02 approved"),
        "refused too_many_applications count=2 most=2 days=30 again_on=2026-09-01",
    ),
    (
        _earlier("2026-08-09 approved", "2026-08-05 approved", "2026-08-02 approved"),
        "refused too_many_applications count=3 most=2 days=30 again_on=2026-09-04",
    ),
    (
        {"verified_on": None, "months": 25, "elsewhere": None},
        "refused identity_not_verified!; term_too_long months=25 most=24; elsewhere_unknown",
    ),
    ({"on": _day("2025-12-31"), "verified_on": _day("2025-12-01")}, "review no_policy"),
]


@pytest.mark.parametrize(("change", "wanted"), _CASES)
def test_each_reason_with_its_numbers(change: dict[str, Any], wanted: str) -> None:
    assert _told(decide(replace(PHONE, **change), [POLICY])) == wanted


def _told(decision: Decision) -> str:
    """The outcome and the reasons in their order; `!` on those that no person passes over."""
    told = [
        " ".join([reason.code + "!" * reason.is_final, *(f"{name}={number}" for name, number in reason.numbers.items())])
        for reason in decision.reasons
    ]
    return f"{decision.outcome} {'; '.join(told)}".strip()


def test_a_lender_has_its_own_policy_from_its_day_on() -> None:
    strict = replace(POLICY, lender="sail", since=_day("2026-08-31"), months_most=3)
    newer = replace(POLICY, since=_day("2026-08-31"), months_most=5)
    day_before = {"on": _day("2026-08-30"), "elsewhere": Elsewhere(asked_on=_day("2026-08-30"), days_past_due=0)}
    rows = [newer, strict, POLICY]
    assert _told(decide(PHONE, rows)) == "refused term_too_long months=6 most=3"
    assert _told(decide(replace(PHONE, lender="anchor"), rows)) == "refused term_too_long months=6 most=5"
    assert _told(decide(replace(PHONE, **day_before), rows)) == "approved"


def test_what_a_policy_leaves_out() -> None:
    """Any amount, no wait after a refusal, any number of applications; where they are counted, over thirty days."""
    shortest = Policy(since=POLICY.since, source="a case", purposes=POLICY.purposes, amount_most_minor=200_000, months_most=6)
    refused_today = replace(PHONE, amount_minor=1, **_earlier("2026-08-31 refused"))
    assert _told(decide(refused_today, [shortest])) == "approved"
    counted = replace(shortest, most_in_window=1)
    assert _told(decide(replace(PHONE, **_earlier("2026-08-01 approved")), [counted])) == "approved"


GUARDED = replace(
    POLICY, asks_elsewhere=False, running_most=3, review_from_a_day=3, sharers_most=1, most_in_window=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"elsewhere": None}, "approved"),
        (_elsewhere("2026-08-31", 31), "approved"),
        ({"running": 2}, "approved"),
        ({"running": 3}, "refused too_many_running count=3 most=3"),
        (_earlier("2026-08-31 withdrawn", "2026-08-30 withdrawn"), "approved"),
        (_earlier("2026-08-31 withdrawn", "2026-08-31 withdrawn"), "review many_today count=3"),
        ({"account_borrowers": 2}, "review account_shared borrowers=2 most=1"),
        ({"account_borrowers": 3, "device_borrowers": 2}, "review account_shared borrowers=3 most=1; device_shared borrowers=2 most=1"),
    ],
)  # fmt: skip
def test_who_asks_too_often_or_shares_an_account_is_looked_at(change: dict[str, Any], wanted: str) -> None:
    assert _told(decide(replace(PHONE, **change), [GUARDED])) == wanted
    unguarded = decide(replace(PHONE, **change), [replace(GUARDED, running_most=None, review_from_a_day=None, sharers_most=None)])
    assert _told(unguarded) == "approved"


class _HighPrices:
    """Thirty points less for what costs more than a thousand yuan."""

    def score(self, application: Application) -> Score:
        lines = [Points(code="base", points=100)]
        if application.amount_minor > 100_000:
            lines.append(Points(code="price", points=-30))
        return Score(scorecard="high prices 1", lines=tuple(lines))


@pytest.mark.parametrize(
    ("limits", "wanted"),
    [
        ({}, "approved"),
        ({"points_refuse_below": 70}, "approved"),
        ({"points_refuse_below": 71}, "refused score_too_low points=70 least=71"),
        ({"points_review_below": 71}, "review score_low points=70 least=71"),
        ({"points_review_below": 70, "points_refuse_below": 60}, "approved"),
        ({"points_review_below": 90, "points_refuse_below": 70}, "review score_low points=70 least=90"),
    ],
)
def test_a_lenders_own_scorecard_decides_by_points_that_are_shown(limits: dict[str, int], wanted: str) -> None:
    found = decide(PHONE, [replace(POLICY, **limits)], scorecard=_HighPrices())
    assert _told(found) == wanted
    assert [(line.code, line.points) for line in found.score.lines] == [("base", 100), ("price", -30)]


def test_who_wants_points_and_has_no_scorecard_wants_a_person() -> None:
    assert _told(decide(PHONE, [replace(POLICY, points_refuse_below=0)])) == "review not_scored"
    assert _told(decide(PHONE, [replace(POLICY, points_review_below=0)])) == "review not_scored"


def _review(by: str, outcome: Any, reason: str = "pay slip seen") -> Review:
    return Review(id=f"review of {by}", on=_day("2026-09-01"), by=by, outcome=outcome, reason=reason)


TOO_LONG = decide(replace(PHONE, months=25), [POLICY])


def test_a_refusal_is_looked_at_by_one_person_and_then_by_another() -> None:
    first = look_again(TOO_LONG, (), _review("Lin", "refused"))
    assert outcome_of(TOO_LONG, first) == "refused"
    second = look_again(TOO_LONG, first, _review("Wu", "approved"))
    assert [review.by for review in second] == ["Lin", "Wu"]
    assert outcome_of(TOO_LONG, second) == "approved"
    assert outcome_of(TOO_LONG, ()) == "refused"


@pytest.mark.parametrize(
    ("decision", "reviews", "review", "refused"),
    [
        (TOO_LONG, [_review("Lin", "refused")], _review("Lin", "approved"), SamePerson),
        (TOO_LONG, [_review("Lin", "refused"), _review("Wu", "refused")], _review("Lin", "refused"), SamePerson),
        (TOO_LONG, [_review("Lin", "approved")], _review("Wu", "refused"), NotToReview),
        (TOO_LONG, [], _review("Lin", "approved", " "), NoReason),
        (decide(PHONE, [POLICY]), [], _review("Lin", "refused"), NotToReview),
        (decide(replace(PHONE, verified_on=None), [POLICY]), [], _review("Lin", "approved"), CannotBeApproved),
    ],
)
def test_a_review_that_is_none(decision: Decision, reviews: Any, review: Review, refused: type[Refused]) -> None:
    with pytest.raises(refused):
        look_again(decision, reviews, review)


def test_what_no_person_may_pass_over_a_person_may_still_refuse() -> None:
    refused = decide(replace(PHONE, verified_on=None), [POLICY])
    assert outcome_of(refused, look_again(refused, (), _review("Lin", "refused"))) == "refused"


def test_all_that_was_looked_at_is_kept_for_the_file() -> None:
    found = decide(replace(PHONE, months=25, **_earlier("2026-02-01 withdrawn")), [POLICY], scorecard=_HighPrices())
    kept = json.loads(json.dumps(written(found)))
    assert read(kept) == found
    assert kept["outcome"] == "refused"
    assert kept["reasons"] == [
        {"code": "term_too_long", "verdict": "refused", "numbers": {"months": 25, "most": 24}, "is_final": False}
    ]
    assert kept["policy"]["purposes"] == ["daily_needs", "purchase"]
    assert kept["score"] == {
        "scorecard": "high prices 1",
        "lines": [{"code": "base", "points": 100}, {"code": "price", "points": -30}],
    }
    assert kept["application"] == {
        "on": "2026-08-31", "lender": "sail", "amount_minor": 199_900, "months": 25, "purpose": "purchase",
        "born_on": "1996-05-01", "verified_on": "2026-08-01", "free_minor": 500_000, "days_past_due": 0,
        "elsewhere": {"asked_on": "2026-08-31", "days_past_due": 0},
        "earlier": [{"on": "2026-02-01", "outcome": "withdrawn"}],
        "running": 0, "account_borrowers": 1, "device_borrowers": 1,
    }  # fmt: skip


_DAYS = st.integers(0, 120).map(lambda days: date(2026, 5, 10) + timedelta(days=days))
_EARLIER = st.builds(Earlier, on=_DAYS, outcome=st.sampled_from(("approved", "refused", "withdrawn", "open")))


@st.composite
def _applications(draw: st.DrawFn) -> Application:
    return replace(
        PHONE, on=draw(_DAYS), amount_minor=draw(st.integers(1, 3_000_000)), months=draw(st.integers(1, 36)),
        free_minor=draw(st.integers(0, 3_000_000)), days_past_due=draw(st.sampled_from((0, 0, 3))),
        verified_on=draw(st.none() | _DAYS), born_on=draw(st.none() | st.dates(date(1950, 1, 1), date(2010, 1, 1))),
        elsewhere=draw(st.none() | st.builds(Elsewhere, asked_on=_DAYS, days_past_due=st.integers(0, 60))),
        earlier=tuple(draw(st.lists(_EARLIER, max_size=5))),
    )  # fmt: skip


@given(application=_applications())
@settings(max_examples=200, deadline=None)
def test_the_same_input_has_the_same_answer_and_the_day_to_try_again_is_right(application: Application) -> None:
    found = decide(application, [POLICY])
    assert found == decide(application, [POLICY])
    assert json.dumps(written(found)) == json.dumps(written(decide(application, [POLICY])))
    assert read(json.loads(json.dumps(written(found)))) == found
    assert (found.outcome == "approved") == (not found.reasons)
    order = replace(application, earlier=application.earlier[::-1])
    assert decide(order, [POLICY]).reasons == found.reasons
    for reason in found.reasons:
        if "again_on" in reason.numbers:
            assert reason.numbers["again_on"] > application.on
            known = tuple(each for each in application.earlier if each.on <= application.on)
            again = replace(application, on=reason.numbers["again_on"], earlier=known)
            assert reason.code not in [each.code for each in decide(again, [POLICY]).reasons]
            day_before = replace(again, on=again.on - timedelta(days=1))
            assert reason.code in [each.code for each in decide(day_before, [POLICY]).reasons]
