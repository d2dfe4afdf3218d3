"""Whether somebody may be contacted about a debt at an instant; if not, why, and when next.

One door for every message and call: what it doesn't let through is not sent. `contact_rules` has the numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from anqi.engine.contact_rules import Channel, Hours, RuleBook, Rules
from anqi.engine.loan import Standing
from anqi.engine.products import Terms

Kind = Literal["service", "reminder", "overdue"]
"""What answers the borrower or was asked for; what says that something will be due; what asks for what was missed."""
Why = Literal[
    "third_party", "no_rules", "nothing_owed", "too_early_to_remind", "already_overdue", "not_overdue",
    "standing_still", "quiet_hours", "reached_today", "often_enough",
]  # fmt: skip

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_BOOK = RuleBook()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The contact that somebody wants to make."""

    kind: Kind
    channel: Channel
    person: Literal["borrower", "third_party"] = "borrower"


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """The oldest due date that is open, and the first day on which it is overdue; None where nothing is owed."""

    due_on: date
    overdue_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Standstill:
    """A time in which nobody is reminded or dunned, up to and without its end; none while nobody knows it."""

    why: Literal["hardship", "hold", "payment_open", "dispute", "promise", "no_calls", "wrong_number"]
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A contact that was made or tried, answered or not."""

    at: datetime
    channel: Channel
    kind: Kind
    is_reached: bool = False
    """Whether somebody spoke with the borrower."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """All that decides, besides the wish and the hour."""

    debt: Debt | None
    standstills: Sequence[Standstill] = ()
    made: Sequence[Contact] = ()
    agreed: Hours | None = None
    """Hours that the borrower asked for instead of the lender's; with this consent the law's own don't hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Yes, or no with the reason and the first instant at which it is yes if nothing happens; None if there is none."""

    why_not: Why | None
    next_at: datetime | None
    still: Standstill | None = None
    """Of several that hold the one that lasts longest; None where it is no standstill that forbids it."""

    @property
    def may(self) -> bool:
        """Whether the contact may be made."""
        return self.why_not is None


def debt_of(terms: Terms, standing: Standing) -> Debt | None:
    """What a loan's standing says of its oldest open due date; None where nothing is owed.

    Due on the 10th with three days of grace: overdue from the 14th. Where it is overdue, from the standing's day.
    """
    open_rows = [row for row in standing.instalments if row.remaining_minor]
    if not open_rows:
        return None
    row = min(open_rows, key=lambda row: row.due_on)
    # Days on hold use up no grace, so what is left of it counts from today.
    grace_left = max(terms.grace_days + 1 - row.days_late, 0)
    return Debt(due_on=row.due_on, overdue_on=max(standing.on, row.due_on) + grace_left * _DAY)


def may_contact(
    wish: Wish, situation: Situation, *, at: datetime, lender: str, book: RuleBook = _BOOK
) -> Answer:
    """Whether the contact may be made at the instant, by what holds for the lender on that day.

    Service goes at any hour in writing, by phone in the hours, and nothing ever to third parties. At 20:00: no,
    `quiet_hours`, next at 9:00. The third call of a day was at 11:00: `often_enough`, next at 9:00 tomorrow. Who was
    spoken with at 10:00 is `reached_today`.
    """
    assert at.tzinfo, "an instant without a zone is no instant"
    asked = _Asked(wish=wish, situation=situation, lender=lender, book=book)
    why_not = _why_not(asked, at)
    if why_not is None:
        return Answer(why_not=None, next_at=None)
    next_at = next((then for then in _turns(asked, at) if _why_not(asked, then) is None), None)
    still = _longest(situation.standstills, at) if why_not == "standing_still" else None
    return Answer(why_not=why_not, next_at=next_at, still=still)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    wish: Wish
    situation: Situation
    lender: str
    book: RuleBook


def _why_not(asked: _Asked, at: datetime) -> Why | None:
    wish, situation, local = asked.wish, asked.situation, at.astimezone(_CHINA)
    rules = asked.book.on(local.date(), lender=asked.lender)
    if wish.person == "third_party":
        return "third_party"
    if rules is None:
        return "no_rules"
    if wish.kind == "service":
        return None if wish.channel != "call" or _is_open(situation, rules, local) else "quiet_hours"
    if not_of_the_debt := _why_not_of_the_debt(wish.kind, situation.debt, rules, local.date()):
        return not_of_the_debt
    if _longest(situation.standstills, at):
        return "standing_still"
    if not _is_open(situation, rules, local):
        return "quiet_hours"
    return _why_not_again(wish.channel, situation.made, rules, local.date())


def _why_not_of_the_debt(kind: Kind, debt: Debt | None, rules: Rules, day: date) -> Why | None:
    if debt is None:
        return "nothing_owed"
    if kind == "overdue":
        return "not_overdue" if day < debt.overdue_on else None
    if day >= debt.overdue_on:
        return "already_overdue"
    return "too_early_to_remind" if day < debt.due_on - rules.reminds_before_days * _DAY else None


def _longest(standstills: Sequence[Standstill], at: datetime) -> Standstill | None:
    """The one that holds at the instant and lasts longest; one without a known end before all others."""
    held = [each for each in standstills if each.since <= at and (each.until is None or at < each.until)]
    return max(held, key=lambda each: (each.until is None, each.until or at), default=None)


def _why_not_again(channel: Channel, made: Sequence[Contact], rules: Rules, day: date) -> Why | None:
    """By what was said before that day and on it, answered or not; service counts for nothing."""
    pressing = [each for each in made if each.kind != "service"]
    today = [each for each in pressing if _day(each) == day]
    if channel == "call" and any(each.channel == "call" and each.is_reached for each in today):
        return "reached_today"
    counts = [(sum(each.channel == channel for each in today), rules.most_a_day.get(channel, 0))]
    if rules.most_a_day_in_all is not None:
        counts.append((len(today), rules.most_a_day_in_all))
    if channel == "call" and rules.calls_a_week is not None:
        calls = sum(each.channel == "call" and day - _WEEK < _day(each) <= day for each in pressing)
        counts.append((calls, rules.calls_a_week))
    return "often_enough" if any(count >= most for count, most in counts) else None


def _day(contact: Contact) -> date:
    return contact.at.astimezone(_CHINA).date()


def _is_open(situation: Situation, rules: Rules, local: datetime) -> bool:
    return (situation.agreed or rules.hours).hold(local.time())


def _turns(asked: _Asked, at: datetime) -> Iterator[datetime]:
    """The instants after this one, in their order, at which a no may turn into a yes.

    When a standstill ends, at midnights, which clear the counts and change day and rules, and when hours open. A call
    counts for a week.
    """
    situation = asked.situation
    ends = sorted(each.until.astimezone(_CHINA) for each in situation.standstills if each.until)
    days = [at.astimezone(_CHINA).date(), *(end.date() for end in ends), *asked.book.begins()]
    days += [situation.debt.due_on, situation.debt.overdue_on] if situation.debt else []
    days += [_day(each) + _WEEK for each in situation.made if each.channel == "call"]
    # A day after all of these nothing new can come.
    for number in range(days[0].toordinal(), max(days).toordinal() + 3):
        day = date.fromordinal(number)
        rules = asked.book.on(day, lender=asked.lender)
        hours = situation.agreed or (rules.hours if rules else None)
        clocks = {time(), hours.opens} if hours else {time()}
        turns = [datetime.combine(day, clock, _CHINA) for clock in clocks]
        yield from sorted(turn for turn in (*turns, *(end for end in ends if end.date() == day)) if turn > at)
