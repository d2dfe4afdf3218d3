"""A channel's results survive their time in a row."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as some

from anqi.payments import news
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    Failed,
    NotFound,
    Redirect,
    Result,
    Succeeded,
    Unknown,
)

_texts = some.text(max_size=20)
_zones = some.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_first, _last = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001
_instants = some.datetimes(_first, _last, timezones=_zones)
results = some.one_of(
    some.builds(Accepted, ref=_texts, action=some.none() | some.builds(Redirect, url=some.text(min_size=1))),
    some.builds(Succeeded, ref=_texts, amount_minor=some.integers(1, 10**12), paid_at=_instants),
    some.builds(Failed, reason=_texts, code=_texts),
    some.builds(Closed),
    some.builds(NotFound),
    some.builds(Unknown, cause=_texts),
)


@given(results)
def test_a_result_comes_back_as_it_went(result: Result) -> None:
    assert news.from_json(json.loads(json.dumps(news.to_json(result)))) == result


def test_a_result_is_kept_under_its_name() -> None:
    paid_at = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
    assert news.to_json(Succeeded(ref="T1", amount_minor=53309, paid_at=paid_at)) == {
        "kind": "succeeded",
        "ref": "T1",
        "amount_minor": 53309,
        "paid_at": "2026-11-25T15:59:59+00:00",
    }


def test_what_people_read_opens_no_cashier() -> None:
    offered = Accepted(ref="T1", action=Redirect(url="https://cashier.example/?sign=secret"))
    assert news.masked(offered) == {"ref": "T1"}
