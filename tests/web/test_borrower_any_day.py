"""What paying would take on another day: the amounts are those that the day itself will show, and they add up."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from anqi.web.shared.figures import write_yuan
from tests.happening import happen, hold
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web import shown_sums
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, SCENES, STARTED
from tests.web.test_borrower_amounts import NAMES, play, watch
from tests.web.test_borrower_pages import chinese_in, pay, plain, text_of

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
LIVING = [name for name in SCENES if name not in ("settled", "void")]
LAST_DUE = date(2027, 8, 31)


def ask(who: Planted, on: object, *, language: str = "zh-hans", **headers: str) -> Any:
    client = signed_in(who.borrower_id, language=language)
    return client.get(f"/orders/{who.order_id}/any-day", {"on": str(on)}, headers=headers)


def told(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-amount="(\w+)"><summary>[^<]*(¥[\d,.]+)', page))


@pytest.mark.parametrize("name", LIVING)
@pytest.mark.parametrize("later", [0, 1, 25, 70])
def test_it_is_what_the_day_itself_will_say(name: str, later: int, watch: Watch) -> None:
    who, on = play(name, watch), SCENES[name].today + timedelta(days=later)
    answer = ask(who, on)
    assert answer.status_code == 200
    foretold = told(text_of(answer))
    watch.now = at(on)
    shown = told(text_of(signed_in(who.borrower_id).get(f"/orders/{who.order_id}/pay")))
    assert foretold["payoff"] == shown["payoff"]
    # What would settle the loan is told once.
    assert foretold.get("due", foretold["payoff"]) == shown.get("due", foretold["payoff"])
    assert foretold.get("with_next", "") in ("", shown.get("with_next"), shown.get("next"))


@pytest.mark.parametrize("name", LIVING)
def test_what_stands_behind_it_adds_up(name: str, watch: Watch) -> None:
    who = play(name, watch)
    for later in (0, 25, 70):
        page = text_of(ask(who, SCENES[name].today + timedelta(days=later)))
        sums = shown_sums.read(page)
        assert [fault for rows in sums for fault in shown_sums.faults(rows)] == []
        totals = [row.text for rows in sums for row in rows if row.is_total]
        assert set(told(page).values()) <= set(totals)


def test_a_fragment_for_the_page_that_asks_and_a_page_without_scripts(watch: Watch) -> None:
    who = play("in_grace", watch)
    part, page = text_of(ask(who, FIRST_DUE + timedelta(days=10), **PART)), text_of(ask(who, FIRST_DUE + timedelta(days=10)))
    assert part.strip().startswith('<div id="that-day"')
    assert "<html" not in part
    assert part.strip() in page
    assert f'value="{FIRST_DUE + timedelta(days=10)}"' in page
    for path in ("", "/pay"):
        asking = text_of(signed_in(who.borrower_id).get(f"/orders/{who.order_id}{path}"))
        assert f'action="/orders/{who.order_id}/any-day"' in asking
        assert f'min="{SCENES["in_grace"].today}" max="{LAST_DUE + timedelta(days=60)}"' in asking


def test_waiting_is_told_with_its_price(watch: Watch) -> None:
    who = play("in_grace", watch)
    late = plain(ask(who, FIRST_DUE + timedelta(days=10)))
    assert "到那天第 1 期还没还，逾期 10 天，罚息已经算在里面。" in late
    more_minor = hold(who).standing(FIRST_DUE + timedelta(days=10)).payoff_minor - hold(who).standing(watch.now.date()).payoff_minor
    assert f"那天结清比今天结清多 {write_yuan(more_minor)}。" in late
    assert "那天结清和今天结清一样多。" in plain(ask(who, watch.now.date()))
    pay(who, watch.now.date())
    assert "还没还" not in plain(ask(who, FIRST_DUE + timedelta(days=10)))


def test_a_plan_on_hold_does_not_run_late_while_one_waits(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(FIRST_DUE)
    happen(who, "hold", FIRST_DUE, reason="return")
    assert "逾期" not in plain(ask(who, FIRST_DUE + timedelta(days=20)))


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (FIRST_DUE - timedelta(days=1), "最早从今天算起。"),
        (LAST_DUE + timedelta(days=61), "最晚到 2027年10月30日。"),
        ("tomorrow", "输入一个有效的日期。"),
        ("", "这个字段是必填项。"),
    ],
)
def test_another_day_than_that_is_refused_in_words(on: object, why: str, watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    for headers in ({}, PART):
        answer = ask(who, on, **headers)
        assert answer.status_code == 422
        assert why in plain(answer)
    assert ask(who, LAST_DUE + timedelta(days=60)).status_code == 200


@pytest.mark.parametrize("name", ["settled", "void"])
def test_where_nothing_is_left_there_is_no_day(name: str, watch: Watch) -> None:
    who = play(name, watch)
    assert ask(who, SCENES[name].today).status_code == 409
    assert "any-day" not in text_of(signed_in(who.borrower_id).get(f"/orders/{who.order_id}"))


def test_nobody_asks_of_somebody_elses_loan(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    stranger = plant_borrower("+8613900001111", now=at(STARTED))
    answer = signed_in(stranger).get(f"/orders/{who.order_id}/any-day", {"on": str(FIRST_DUE)})
    assert answer.status_code == 404


@pytest.mark.parametrize("name", LIVING)
def test_in_english_it_is_english(name: str, watch: Watch) -> None:
    who = play(name, watch)
    answer = ask(who, SCENES[name].today + timedelta(days=40), language="en")
    assert chinese_in(answer, names=NAMES) == []
