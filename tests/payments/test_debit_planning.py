"""The planner of auto-debits: what it does next, and what it never does, whatever is known."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anqi.payments import debit_days, debiting, reasons
from anqi.payments.channels.protocol import DebitRules
from anqi.payments.debit_days import Days
from anqi.payments.debiting import (
    Announce,
    Announcement,
    Attempt,
    Case,
    End,
    Remind,
    Rest,
    Source,
    Step,
    Timetable,
    Try,
    Wait,
)
from anqi.rows.days import SHANGHAI, day_of

DUE = date(2026, 10, 9)
DAY = timedelta(days=1)
ALIPAY, WECHAT, CARD = UUID(int=1), UUID(int=2), UUID(int=3)
RULES = {
    ALIPAY: DebitRules(names_days=True, last_day_of_month=28, once_a_period=True),
    WECHAT: DebitRules(announced_days=2, once_a_period=True),
    CARD: DebitRules(),
}
USUAL = Timetable()


def at(days: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(DUE + days * DAY, time(hour, minute), SHANGHAI)


def source(id: UUID, *, most: int | None = None, said: Announcement | None = None) -> Source:
    return Source(id=id, rules=RULES[id], most_minor=most, announcement=said)


CASE = Case(
    due_on=DUE, owed_minor=0, expected_minor=53309, is_paid=False, is_held=False, is_claimed=False, is_reminded=True,
    is_tested=True, is_stopped=False, asked_at=None, excused_until=None, sources=[source(CARD)], attempts=[],
)  # fmt: skip
DUE_NOW = replace(CASE, owed_minor=53309)


def tried(id: UUID, when: datetime, reason: str = "balance", state: str = "failed") -> Attempt:
    return Attempt(source_id=id, at=when, state=state, reason=reason)


def ask(case: Case, now: datetime) -> Step:
    return debiting.next_step(case, USUAL, now=now)


TOLD = Announcement(amount_minor=53309, told_on=DUE - 2 * DAY, is_refused=False)
FRESH = replace(CASE, is_reminded=False, is_tested=False)


@pytest.mark.parametrize(
    ("case", "now", "step"),
    [
        (FRESH, at(-20, 12), Wait(until=at(-7, 9))),
        (FRESH, at(-7, 9), Remind()),
        (FRESH, at(-1, 12), Remind()),
        (replace(FRESH, is_reminded=True), at(-3, 9), debiting.Test()),
        (CASE, at(-3, 10), Wait(until=at(0, 9, 30))),
        (DUE_NOW, at(0, 9, 29), Wait(until=at(0, 9, 30))),
        (DUE_NOW, at(0, 9, 30), Try(source_id=CARD, amount_minor=53309)),
        # The worker was down at half past nine: the hour lasts until the next one.
        (DUE_NOW, at(0, 14), Try(source_id=CARD, amount_minor=53309)),
        (DUE_NOW, at(0, 21, 54), Try(source_id=CARD, amount_minor=53309)),
        (DUE_NOW, at(0, 21, 55), Wait(until=at(1, 9, 30))),
        (DUE_NOW, at(0, 23), Wait(until=at(1, 9, 30))),
        (DUE_NOW, at(4, 9, 30), End(why="given_up")),
        (replace(DUE_NOW, is_paid=True), at(0, 9, 30), End(why="paid")),
        (replace(DUE_NOW, sources=[]), at(0, 9, 30), End(why="no_source")),
        (replace(DUE_NOW, is_stopped=True), at(0, 9, 30), End(why="stopped")),
        (replace(DUE_NOW, is_held=True), at(0, 9, 30), Wait(until=at(1, 9))),
        (replace(DUE_NOW, is_claimed=True), at(0, 9, 30), Wait(until=at(0, 9, 32))),
        (replace(DUE_NOW, attempts=[tried(CARD, at(0, 9, 30), "", "open")]), at(0, 15, 30), Wait(until=None)),
        (replace(DUE_NOW, attempts=[tried(CARD, at(0, 9, 30))]), at(0, 9, 31), Wait(until=at(0, 15, 30))),
        (replace(DUE_NOW, attempts=[tried(CARD, at(0, 9, 30), "day_limit")]), at(0, 9, 31), Wait(until=at(1, 9, 30))),
        (replace(DUE_NOW, attempts=[tried(CARD, at(0, 9, 30), "card_expired")]), at(0, 9, 31), End(why="given_up")),
        # The next source at once after a failure, in the borrower's order.
        (
            replace(DUE_NOW, sources=[source(ALIPAY), source(CARD)], attempts=[tried(ALIPAY, at(0, 9, 30))]),
            at(0, 9, 31), Try(source_id=CARD, amount_minor=53309),
        ),
        # Not above what the agreement lets us take: late charges stay, but half an instalment is not taken.
        (replace(DUE_NOW, owed_minor=53400, sources=[source(CARD, most=53350)]), at(1, 9, 30), Try(source_id=CARD, amount_minor=53350)),
        (replace(DUE_NOW, sources=[source(CARD, most=50000)]), at(0, 9, 30), End(why="given_up")),
        # WeChat wants it announced two days before.
        (replace(CASE, sources=[source(WECHAT)]), at(-3, 12), Wait(until=at(-2, 9))),
        (replace(CASE, sources=[source(WECHAT)]), at(-2, 9), Announce(source_id=WECHAT, amount_minor=53309)),
        (replace(CASE, sources=[source(WECHAT)]), at(-2, 23), Wait(until=at(-1, 7))),
        (replace(DUE_NOW, sources=[source(WECHAT, said=TOLD)]), at(0, 9, 30), Try(source_id=WECHAT, amount_minor=53309)),
        (replace(DUE_NOW, owed_minor=53400, sources=[source(WECHAT, said=TOLD)]), at(1, 9, 30), Try(source_id=WECHAT, amount_minor=53309)),
        (replace(CASE, sources=[source(WECHAT, said=replace(TOLD, told_on=None))]), at(0, 9, 30), Wait(until=None)),
        (replace(DUE_NOW, sources=[source(WECHAT, said=replace(TOLD, is_refused=True))]), at(0, 9, 30), End(why="given_up")),
        (replace(DUE_NOW, sources=[source(WECHAT, said=replace(TOLD, told_on=DUE - DAY))]), at(0, 9, 30), Wait(until=at(1, 9, 30))),
        # Excused, there are days to pay by hand after the last try.
        (replace(DUE_NOW, excused_until=DUE + 6 * DAY), at(4, 9), Rest(until=at(7, 0))),
        (replace(DUE_NOW, excused_until=DUE + 6 * DAY), at(7, 0), End(why="given_up")),
        # What was said of days that don't count stands, whoever wants nothing more tried.
        (replace(DUE_NOW, sources=[], excused_until=DUE + 6 * DAY), at(0, 10), Rest(until=at(7, 0))),
        (replace(DUE_NOW, sources=[], excused_until=DUE + 6 * DAY), at(7, 0), End(why="no_source")),
        (replace(DUE_NOW, is_stopped=True, excused_until=DUE + 6 * DAY), at(6, 23), Rest(until=at(7, 0))),
        # Somebody wants it tried at once, once.
        (replace(DUE_NOW, attempts=[tried(CARD, at(0, 9, 30))], asked_at=at(0, 11)), at(0, 11), Try(source_id=CARD, amount_minor=53309)),
        (
            replace(DUE_NOW, attempts=[tried(CARD, at(0, 9, 30)), tried(CARD, at(0, 11))], asked_at=at(0, 11)),
            at(0, 11, 1), Wait(until=at(0, 15, 30)),
        ),
        (replace(DUE_NOW, asked_at=at(0, 23)), at(0, 23), Wait(until=at(1, 9, 30))),
    ],
)  # fmt: skip
def test_the_next_step(case: Case, now: datetime, step: Step) -> None:
    assert ask(case, now) == step


@st.composite
def _lives(draw: st.DrawFn) -> tuple[list[UUID], list[str], int]:
    ids = draw(st.lists(st.sampled_from([ALIPAY, WECHAT, CARD]), min_size=1, max_size=3, unique=True))
    ends = draw(st.lists(st.sampled_from([*reasons.known(), "success"]), min_size=1, max_size=40))
    return ids, ends, draw(st.integers(min_value=-30, max_value=3))


@given(_lives())
def test_a_whole_life_keeps_the_rules(life: tuple[list[UUID], list[str], int]) -> None:
    ids, ends, begun = life
    case, now, left = replace(FRESH, sources=[source(id) for id in ids]), at(begun, 10), list(ends)
    tries: list[Attempt] = []
    for _ in range(200):
        case = replace(case, owed_minor=53309 if day_of(now) >= DUE and not case.is_paid else 0)
        step = ask(case, now)
        match step:
            case Remind():
                case = replace(case, is_reminded=True)
            case debiting.Test():
                case = replace(case, is_tested=True)
            case Announce(source_id=id, amount_minor=amount_minor):
                assert 7 <= now.hour < 22
                said = Announcement(amount_minor=amount_minor, told_on=day_of(now), is_refused=False)
                case = replace(case, sources=[
                    replace(each, announcement=said) if each.id == id else each for each in case.sources
                ])  # fmt: skip
            case Try(source_id=id, amount_minor=amount_minor):
                _check_try(case, id, amount_minor, now)
                end = left.pop(0) if left else "balance"
                state = "succeeded" if end == "success" else "failed"
                tries.append(tried(id, now, end, state))
                case = replace(case, attempts=list(tries), is_paid=state == "succeeded")
            case Wait(until=until):
                assert until and until > now, "nothing is open, so somebody must look again"
                now = until
            case End():
                break
    else:
        raise AssertionError("it never ends")
    assert case.is_paid or step != End(why="paid")
    assert all(sum(day_of(each.at) == day for each in tries if each.source_id == id) <= 2
               for id in ids for day in {day_of(each.at) for each in tries})  # fmt: skip


def _check_try(case: Case, id: UUID, amount_minor: int, now: datetime) -> None:
    said = next(each.announcement for each in case.sources if each.id == id)
    rules = RULES[id]
    assert not case.is_paid
    assert amount_minor <= case.owed_minor
    assert rules.hours[0] <= now.time() < rules.hours[1]
    assert DUE <= day_of(now) <= DUE + rules.window_days * DAY
    if rules.announced_days:
        assert said and said.told_on and said.told_on + rules.announced_days * DAY <= day_of(now)
        assert amount_minor <= said.amount_minor


MONTHS = [date(2026, 10, 9), date(2026, 11, 9), date(2026, 12, 9)]


@pytest.mark.parametrize(
    ("due_days", "days"),
    [
        (MONTHS, Days(first_on=date(2026, 10, 12), every="month", times=3)),
        ([date(2027, 1, 27), date(2027, 2, 27)], Days(first_on=date(2027, 1, 28), every="month", times=2)),
        ([date(2026, 10, 9)], Days(first_on=date(2026, 10, 12), every="once", times=1)),
        ([date(2027, 1, 31), date(2027, 2, 28)], None),
        ([date(2026, 10, 9), date(2026, 10, 16)], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_days_of_an_agreement(due_days: list[date], days: Days | None) -> None:
    assert debit_days.fit(due_days, RULES[ALIPAY], today=date(2026, 9, 9)) == days


def test_an_agreement_without_days_can_be_signed_before_they_are_known() -> None:
    assert debit_days.fit([], RULES[WECHAT], today=date(2026, 9, 9)) is not None


@pytest.mark.parametrize(
    ("next_on", "today", "is_over"),
    [
        # Due on the 9th of October: the day of the month before has stayed.
        (date(2026, 9, 12), date(2026, 9, 13), True),
        (date(2026, 9, 12), date(2026, 10, 6), True),
        # Its last try may still come.
        (date(2026, 9, 12), date(2026, 9, 12), False),
        # Over too, but it was for this very instalment.
        (date(2026, 10, 12), date(2026, 10, 13), False),
        (date(2026, 10, 9), date(2026, 10, 12), False),
        (date(2026, 10, 12), date(2026, 10, 9), False),
        (None, date(2026, 10, 6), False),
    ],
)
def test_a_day_has_passed_once_it_is_over_and_before_what_is_due(
    next_on: date | None, today: date, is_over: bool
) -> None:
    assert debit_days.has_passed(next_on, DUE, today=today) == is_over


@pytest.mark.parametrize(
    ("due_on", "day"),
    [
        (date(2026, 10, 9), date(2026, 10, 12)), (date(2026, 10, 27), date(2026, 10, 28)),
        (date(2026, 10, 28), date(2026, 10, 28)), (date(2026, 10, 29), None),
    ],
)  # fmt: skip
def test_the_day_for_an_instalment_leaves_three_more_within_the_month(due_on: date, day: date | None) -> None:
    assert debit_days.day_for(due_on, RULES[ALIPAY]) == day


@pytest.mark.parametrize(
    ("largest", "most", "single"), [(53309, None, 59_000), (53309, 55_000, 55_000), (50_000, 50_000, 50_000), (1, None, 1_000)]
)
def test_the_headroom(largest: int, most: int | None, single: int) -> None:
    assert debit_days.with_headroom(largest, most_minor=most) == single
