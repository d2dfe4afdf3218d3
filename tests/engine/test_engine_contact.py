"""Who may be contacted when. Law: none from 22:00 to 8:00 without consent, at most 6 calls a day, no third parties.

GB/T 45251-2025 and the banking association's guideline of 30 January 2026. Narrower by our own choice: 9:00 to 20:00,
three calls, two texts, one mail and three app notices a day, four of all of them, seven calls in seven days, none on a
day on which somebody was spoken with, and reminders from seven days before a due date.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from engine_tables import LATE, THREE, read_table
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine.contact import Contact, Debt, Situation, Standstill, Wish, debt_of, may_contact
from anqi.engine.contact_rules import LAWS, OURS, Hours, Law, RuleBook, Rules
from anqi.engine.facts import read_facts
from anqi.engine.loan import standing
from anqi.engine.products import read_terms
from anqi.engine.promises import Promise, is_broken, latest_day, standstill_of

_CHINA = timezone(timedelta(hours=8))
# Due on 10 March with three days of grace.
DEBT = Debt(due_on=date(2026, 3, 10), overdue_on=date(2026, 3, 14))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_CHINA)


def _may(table: str, *, situation: Situation | None = None, **more: Any) -> None:
    """Each row is asked at its time; what may be done is done. A no says why, and when next."""
    made: list[Contact] = list(situation.made) if situation else []
    for line in table.strip().splitlines()[1:]:
        day, clock, kind, channel, *wanted = line.split()
        person = {"person": "third_party"} if wanted[0] == "third" else {}
        at, wish = _at(f"{day} {clock}"), Wish(kind=kind, channel=channel, **person)
        given_now = situation or Situation(debt=DEBT)
        now = Situation(
            debt=given_now.debt, standstills=given_now.standstills, made=made, agreed=given_now.agreed
        )
        found = may_contact(wish, now, at=at, **({"lender": "sail"} | more))
        told = [found.why_not, f"{found.next_at:%m-%d %H:%M}" if found.next_at else "never"]
        assert " ".join(wanted[1:] if person else wanted) == ("yes" if found.may else " ".join(told)), line
        made += [Contact(at=at, channel=channel, kind=kind)] if found.may else []


def test_hours() -> None:
    _may("""
at                what             answer
2026-03-14 08:59  overdue call     quiet_hours 03-14 09:00
2026-03-14 09:00  overdue call     yes
2026-03-14 19:59  overdue sms      yes
2026-03-14 20:00  overdue sms      quiet_hours 03-15 09:00
2026-03-14 23:30  overdue app      quiet_hours 03-15 09:00
""")


def test_an_hour_is_an_hour_in_china() -> None:
    """00:59 in London is 8:59 there; the contact of 23:30 in London was made on the 15th."""
    wish, situation = Wish(kind="overdue", channel="mail"), Situation(debt=DEBT)
    early = datetime(2026, 3, 14, 0, 59, tzinfo=UTC)
    assert may_contact(wish, situation, at=early, lender="sail").why_not == "quiet_hours"
    assert may_contact(wish, situation, at=early + timedelta(minutes=1), lender="sail").may
    made = [Contact(at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC), channel="mail", kind="overdue")]
    for day, why_not in ((14, None), (15, "often_enough")):
        at = _at(f"2026-03-{day} 12:00")
        assert may_contact(wish, Situation(debt=DEBT, made=made), at=at, lender="sail").why_not == why_not


def test_the_kind_of_the_message_fits_the_day() -> None:
    """Reminders from seven days before the due date to the end of grace, overdue notices after it."""
    _may("""
at                what             answer
2026-03-02 12:00  reminder app     too_early_to_remind 03-03 09:00
2026-03-03 12:00  reminder app     yes
2026-03-03 12:00  overdue app      not_overdue 03-14 09:00
2026-03-13 12:00  reminder app     yes
2026-03-13 12:00  overdue app      not_overdue 03-14 09:00
2026-03-14 12:00  reminder app     already_overdue never
2026-03-14 12:00  overdue app      yes
""")
    _may(
        """
at                what             answer
2026-03-14 12:00  reminder app     nothing_owed never
2026-03-14 12:00  overdue app      nothing_owed never
2026-03-14 12:00  service app      yes
""",
        situation=Situation(debt=None),
    )


def test_so_many_a_day_on_each_channel_whatever_their_kind() -> None:
    each_alone = RuleBook(rules=tuple(replace(row, most_a_day_in_all=None) for row in OURS))
    _may(
        """
at                what             answer
2026-03-14 09:00  overdue call     yes
2026-03-14 10:00  overdue call     yes
2026-03-14 11:00  service call     yes
2026-03-14 11:30  overdue call     yes
2026-03-14 12:00  overdue call     often_enough 03-15 09:00
2026-03-14 12:00  service call     yes
2026-03-14 12:00  overdue mail     yes
2026-03-14 12:01  overdue mail     often_enough 03-15 09:00
2026-03-14 12:00  overdue sms      yes
2026-03-14 12:00  overdue sms      yes
2026-03-14 12:00  overdue sms      often_enough 03-15 09:00
2026-03-14 12:00  overdue app      yes
2026-03-14 12:00  overdue app      yes
2026-03-14 12:00  overdue app      yes
2026-03-14 12:00  overdue app      often_enough 03-15 09:00
2026-03-15 09:00  overdue call     yes
""",
        book=each_alone,
    )


def test_calls_and_messages_of_a_day_count_together() -> None:
    _may("""
at                what             answer
2026-03-14 09:00  overdue sms      yes
2026-03-14 10:00  overdue call     yes
2026-03-14 11:00  overdue call     yes
2026-03-14 11:30  service sms      yes
2026-03-14 12:00  overdue mail     yes
2026-03-14 13:00  overdue call     often_enough 03-15 09:00
2026-03-14 13:00  overdue sms      often_enough 03-15 09:00
2026-03-14 13:00  overdue app      often_enough 03-15 09:00
2026-03-14 13:00  service call     yes
2026-03-15 09:00  overdue call     yes
""")


def test_seven_calls_in_seven_days_and_none_before_the_first_of_them_is_a_week_old() -> None:
    _may("""
at                what             answer
2026-03-14 09:00  overdue call     yes
2026-03-14 18:00  overdue call     yes
2026-03-15 09:00  overdue call     yes
2026-03-15 10:00  overdue call     yes
2026-03-15 11:00  overdue call     yes
2026-03-18 09:00  overdue call     yes
2026-03-20 09:00  overdue call     yes
2026-03-20 09:01  overdue call     often_enough 03-21 09:00
2026-03-20 09:01  overdue sms      yes
2026-03-21 09:00  overdue call     yes
2026-03-21 10:00  overdue call     yes
2026-03-21 11:00  overdue call     often_enough 03-22 09:00
""")


def test_who_was_spoken_with_is_not_called_again_that_day() -> None:
    spoken = Contact(at=_at("2026-03-14 10:00"), channel="call", kind="overdue", is_reached=True)
    _may(
        """
at                what             answer
2026-03-14 10:01  overdue call     reached_today 03-15 09:00
2026-03-14 10:01  overdue sms      yes
2026-03-14 10:01  service call     yes
2026-03-15 09:00  overdue call     yes
""",
        situation=Situation(debt=DEBT, made=[spoken]),
    )


@pytest.mark.parametrize(
    ("at", "told"),
    [("03-14 11:59", None), ("03-14 12:00", "dispute"), ("03-15 12:00", "no_calls"), ("03-17 12:00", None)],
    ids=["before", "one", "of two the longer", "after"],
)
def test_the_answer_says_which_standstill_it_is(at: str, told: str | None) -> None:
    short = Standstill(why="dispute", since=_at("2026-03-14 12:00"), until=_at("2026-03-16 12:00"))
    long = Standstill(why="no_calls", since=_at("2026-03-15 00:00"), until=_at("2026-03-17 12:00"))
    found = may_contact(
        Wish(kind="overdue", channel="call"), Situation(debt=DEBT, standstills=[short, long]), at=_at(f"2026-{at}"),
        lender="sail",
    )  # fmt: skip
    assert (found.still.why if found.still else None) == told
    assert found.may is (told is None)


def test_a_promise_stills_everything_until_its_day_is_over() -> None:
    """Promised on the 14th for the 16th: nothing on the 16th, and from 9:00 of the 17th on as before."""
    promise = Promise(made_at=_at("2026-03-14 12:00"), on=date(2026, 3, 16), amount_minor=53309)
    _may(
        """
at                what             answer
2026-03-14 11:59  overdue sms      yes
2026-03-14 12:00  overdue call     standing_still 03-17 09:00
2026-03-16 19:59  overdue app      standing_still 03-17 09:00
2026-03-16 19:59  service sms      yes
2026-03-17 09:00  overdue call     yes
""",
        situation=Situation(debt=DEBT, standstills=[standstill_of(promise)]),
    )
    assert latest_day(datetime(2026, 3, 13, 16, 30, tzinfo=UTC)) == date(2026, 3, 28)


@pytest.mark.parametrize(
    ("today", "paid", "broken"),
    [("16", 0, False), ("17", 0, True), ("17", 53308, True), ("17", 53309, False), ("30", 60000, False)],
    ids=["on its day", "nothing", "a fen short", "to the fen", "more"],
)
def test_a_promise_is_broken_once_its_day_is_over_and_less_was_paid(today: str, paid: int, broken: bool) -> None:
    promise = Promise(made_at=_at("2026-03-14 12:00"), on=date(2026, 3, 16), amount_minor=53309)
    assert is_broken(promise, paid_minor=paid, today=date(2026, 3, int(today))) is broken


def test_the_reminder_that_had_its_turn_today_is_not_due_tomorrow_when_it_is_overdue() -> None:
    _may("""
at                what             answer
2026-03-13 09:00  reminder mail    yes
2026-03-13 10:00  reminder mail    often_enough never
""")


def test_service_is_written_at_any_hour_and_never_called_at_night() -> None:
    _may("""
at                what             answer
2026-03-14 03:00  service sms      yes
2026-03-14 03:00  service call     quiet_hours 03-14 09:00
""")


def test_third_parties_are_never_contacted() -> None:
    _may("""
at                what             answer
2026-03-14 12:00  overdue call     third third_party never
2026-03-14 12:00  reminder sms     third third_party never
2026-03-14 12:00  service sms      third third_party never
""")


@pytest.mark.parametrize("why", ["hardship", "hold", "payment_open", "dispute"])
def test_while_it_stands_still_only_service_goes(why: Any) -> None:
    still = Standstill(why=why, since=_at("2026-03-14 12:00"), until=_at("2026-03-16 15:30"))
    _may(
        """
at                what             answer
2026-03-14 11:59  overdue app      yes
2026-03-14 12:00  overdue app      standing_still 03-16 15:30
2026-03-16 15:29  overdue app      standing_still 03-16 15:30
2026-03-16 15:29  service app      yes
2026-03-16 15:30  overdue app      yes
""",
        situation=Situation(debt=DEBT, standstills=[still]),
    )


def test_a_standstill_that_ends_at_night_or_with_no_known_end_or_one_after_the_other() -> None:
    def still(since: str, until: str | None) -> Standstill:
        return Standstill(why="dispute", since=_at(since), until=_at(until) if until else None)

    wanted = {
        ("2026-03-14 12:00", "2026-03-16 22:00"): "03-17 09:00",
        ("2026-03-14 12:00", None): "never",
    }
    for (since, until), next_at in wanted.items():
        _may(
            f"""
at                what             answer
2026-03-15 12:00  overdue app      standing_still {next_at}
""",
            situation=Situation(debt=DEBT, standstills=[still(since, until)]),
        )
    two = [still("2026-03-14 12:00", "2026-03-16 12:00"), still("2026-03-16 09:00", "2026-03-16 18:00")]
    _may(
        """
at                what             answer
2026-03-15 12:00  overdue app      standing_still 03-16 18:00
""",
        situation=Situation(debt=DEBT, standstills=two),
    )


def test_the_borrowers_own_hours_stand_for_the_lenders_and_the_laws() -> None:
    _may(
        """
at                what             answer
2026-03-14 12:00  overdue call     quiet_hours 03-14 20:00
2026-03-14 20:00  overdue call     yes
2026-03-14 22:59  service call     yes
2026-03-14 23:00  overdue call     quiet_hours 03-15 20:00
""",
        situation=Situation(debt=DEBT, agreed=Hours(opens=time(20), closes=time(23))),
    )


def _rules(since: str, opens: int, closes: int, **more: Any) -> Rules:
    stated: dict[str, Any] = {"most_a_day": {"call": 9, "app": 1}, "reminds_before_days": 3}
    hours = Hours(opens=time(opens), closes=time(closes))
    return Rules(since=date.fromisoformat(since), hours=hours, **(stated | more))


def test_a_lender_has_its_own_rules_from_their_day_on_and_never_more_than_the_law() -> None:
    """`sail` allows itself 10 to 12 from the 15th; 6 to 23 from the 17th, of which the law leaves 8 to 22."""
    own = (_rules("2026-03-15", 10, 12, lender="sail"), _rules("2026-03-17", 6, 23, lender="sail"))
    book = RuleBook(rules=(*OURS, *own))
    table = """
at                what             answer
2026-03-14 19:00  overdue app      yes
2026-03-14 20:00  overdue app      quiet_hours 03-15 10:00
2026-03-15 12:00  overdue app      quiet_hours 03-16 10:00
2026-03-16 12:00  overdue app      quiet_hours 03-17 08:00
2026-03-17 21:59  overdue app      yes
2026-03-17 22:00  overdue app      quiet_hours 03-18 08:00
2026-03-18 12:00  overdue sms      often_enough never
2026-03-18 12:00  overdue call     yes
2026-03-18 12:00  overdue call     yes
2026-03-18 12:00  overdue call     yes
2026-03-18 12:00  overdue call     yes
2026-03-18 12:00  overdue call     yes
2026-03-18 12:00  overdue call     yes
2026-03-18 12:00  overdue call     often_enough 03-19 08:00
"""
    _may(table, book=book)
    _may(
        """
at                what             answer
2026-03-17 09:00  overdue app      yes
2026-03-17 20:00  overdue app      quiet_hours 03-18 09:00
""",
        book=book,
        lender="anchor",
    )


def test_a_rule_for_all_that_is_newer_is_not_newer_than_the_lenders_own() -> None:
    book = RuleBook(rules=(_rules("2026-03-01", 10, 12, lender="sail"), _rules("2026-03-05", 14, 16)))
    assert [book.on(date(2026, 3, 6), lender=name).hours.opens.hour for name in ("sail", "anchor")] == [10, 14]


def test_without_rules_nobody_is_contacted_and_a_stricter_law_holds_from_its_day() -> None:
    late = RuleBook(rules=(_rules("2026-03-16", 10, 12),))
    _may(
        """
at                what             answer
2026-03-15 11:00  overdue app      no_rules 03-16 10:00
2026-03-15 11:00  service sms      no_rules 03-16 00:00
""",
        book=late,
    )
    strict = Law(since=date(2026, 3, 16), hours=Hours(opens=time(11), closes=time(13)), calls_a_day=1, source="a case")
    _may(
        """
at                what             answer
2026-03-15 21:00  overdue call     quiet_hours 03-16 11:00
2026-03-16 11:00  overdue call     yes
2026-03-16 11:01  overdue call     often_enough 03-17 11:00
""",
        book=RuleBook(laws=(*LAWS, strict)),
    )


def test_the_rules_that_come_with_the_house_are_within_the_law() -> None:
    assert [row.since for row in (*LAWS, *OURS)] == [date(2025, 2, 28)] * 2
    for ours in OURS:
        assert ours.hours == ours.hours.within(LAWS[0].hours)
        assert ours.most_a_day["call"] <= LAWS[0].calls_a_day


def test_the_debt_of_a_loan() -> None:
    """900.00 in three, due 28 February, three days of grace. What is held uses up no grace."""
    terms = read_terms(THREE | LATE)
    table = """
day         happens         due    overdue
2026-02-20                  02-28  03-04
2026-02-28                  02-28  03-04
2026-03-02                  02-28  03-04
2026-03-02  holds           02-28  03-04
2026-03-10                  02-28  03-12
2026-03-10  releases hold1  02-28  03-12
2026-03-12                  02-28  03-12
2026-03-20                  02-28  03-20
2026-03-20  pays 400.00     03-31  04-04
2026-05-20  pays 900.00     none
"""
    for row in read_table(table):
        debt = debt_of(terms, standing(terms, read_facts(row.told, currency="CNY"), row.on))
        seen = {"due": f"{debt.due_on:%m-%d}", "overdue": f"{debt.overdue_on:%m-%d}"} if debt else {"due": "none"}
        assert seen == row.expected, f"on {row.on}"


_BEGIN = _at("2026-03-12 00:00")
_INSTANTS = st.integers(0, 6 * 24 * 4).map(lambda quarters: _BEGIN + timedelta(minutes=15 * quarters))
_HOURS = st.tuples(st.integers(0, 11), st.integers(12, 23)).map(lambda pair: Hours(opens=time(pair[0], 30), closes=time(pair[1], 15)))
_CHANNELS = st.sampled_from(("call", "sms", "mail", "app"))
_KINDS = st.sampled_from(("service", "reminder", "overdue"))


@st.composite
def _asked(draw: st.DrawFn) -> tuple[Wish, Situation, datetime, RuleBook]:
    due_on = date(2026, 3, 10) + timedelta(days=draw(st.integers(-3, 14)))
    debt = Debt(due_on=due_on, overdue_on=due_on + timedelta(days=draw(st.integers(1, 4))))
    stills = [
        Standstill(why="hold", since=since, until=since + timedelta(minutes=7 * lasts) if lasts else None)
        for since, lasts in draw(st.lists(st.tuples(_INSTANTS, st.integers(0, 300)), max_size=2))
    ]
    at = draw(_INSTANTS)
    made = [
        Contact(at=then, channel=draw(_CHANNELS), kind=draw(_KINDS), is_reached=draw(st.booleans()))
        for then in draw(st.lists(_INSTANTS, max_size=6))
        if then <= at
    ]
    rows = [
        Rules(
            since=since.date(), hours=draw(_HOURS), most_a_day={"call": 2, "app": 1}, reminds_before_days=2,
            lender=draw(st.sampled_from((None, "sail"))), most_a_day_in_all=draw(st.sampled_from((None, 2))),
            calls_a_week=draw(st.sampled_from((None, 3))),
        )
        for since in draw(st.lists(_INSTANTS, max_size=2))
    ]
    situation = Situation(debt=draw(st.none() | st.just(debt)), standstills=stills, made=made, agreed=draw(st.none() | _HOURS))
    wish = Wish(kind=draw(_KINDS), channel=draw(_CHANNELS))
    return wish, situation, at, RuleBook(rules=(*(OURS if draw(st.booleans()) else ()), *rows))


@given(asked=_asked())
@settings(max_examples=120, deadline=None)
def test_the_next_time_is_allowed_and_none_before_it(asked: tuple[Wish, Situation, datetime, RuleBook]) -> None:
    wish, situation, at, book = asked

    def may(then: datetime) -> bool:
        return may_contact(wish, situation, at=then, lender="sail", book=book).may

    found = may_contact(wish, situation, at=at, lender="sail", book=book)
    if found.may:
        assert found.next_at is None
        return
    assert found.next_at is None or (found.next_at > at and may(found.next_at))
    until = found.next_at or at + timedelta(days=20)
    quarters = int((until - at) / timedelta(minutes=15))
    for n in range(0, quarters, max(quarters // 25, 1)):
        assert not may(at + n * timedelta(minutes=15))
    assert found.next_at is None or not may(found.next_at - timedelta(seconds=1))


@given(asked=_asked(), minutes=st.lists(st.integers(0, 5000), max_size=40))
@settings(max_examples=50, deadline=None)
def test_nobody_is_dunned_more_often_than_the_rules_say(asked: Any, minutes: Sequence[int]) -> None:
    wish, situation, at, book = asked
    made: list[Contact] = []
    for minute in sorted(minutes):
        then = at + timedelta(minutes=minute)
        now = Situation(debt=situation.debt, standstills=situation.standstills, agreed=situation.agreed, made=tuple(made))
        if may_contact(wish, now, at=then, lender="sail", book=book).may:
            made.append(Contact(at=then, channel=wish.channel, kind=wish.kind))
    for contact in made:
        rules = book.on(contact.at.date(), lender="sail")
        same_day = [each for each in made if each.at.date() == contact.at.date()]
        assert wish.kind == "service" or len(same_day) <= rules.most_a_day[wish.channel]
        week = [each for each in made if timedelta() <= contact.at.date() - each.at.date() < timedelta(days=7)]
        if wish.channel == "call" and wish.kind != "service" and rules.calls_a_week:
            assert len(week) <= rules.calls_a_week
        assert wish.kind == "service" or (situation.agreed or rules.hours).hold(contact.at.time())
