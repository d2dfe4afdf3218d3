"""What always holds, on every day, for random loans."""

import re
from datetime import date, timedelta
from fractions import Fraction

from engine_strategies import LATEST_DAY, loans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anqi.engine.accounts import balances, without_penalty
from anqi.engine.accruals import Line, accruals_of, minor_on
from anqi.engine.breakdown import Lines, break_down
from anqi.engine.course import Instalment
from anqi.engine.day import Evening, evening
from anqi.engine.events import Chargeback, Goodwill, Recovery, Refund
from anqi.engine.explain import PartExplained, explain_fee, explain_interest, explain_payoff, explain_penalty
from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver
from anqi.engine.loan import Standing, is_settled, standing
from anqi.engine.payoff import earned_fee, earned_interest
from anqi.engine.products import Terms
from anqi.engine.refusals import Refused
from anqi.engine.repayment import choices, preview
from anqi.engine.replay import replay
from anqi.engine.standing_facts import without_reversed

_Loan = tuple[Terms, list[Fact]]
_some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
_few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
_days = st.integers(0, LATEST_DAY).map(timedelta)


def _standing_facts(facts: list[Fact], on: date) -> list[Fact]:
    return without_reversed([fact for fact in facts if fact.on <= on])[0]


def _money_in(facts: list[Fact], on: date, shown: Standing) -> int:
    total_minor = 0
    for fact in _standing_facts(facts, on):
        if isinstance(fact, Payment | Recovery) or (
            isinstance(fact, Return | Goodwill) and shown.status != "void"
        ):
            total_minor += fact.amount_minor
        if isinstance(fact, Refund | Chargeback):
            total_minor -= fact.amount_minor or 0
    return total_minor


@_some
@given(loan=loans(), later=_days)
def test_principal_and_money_add_up(loan: _Loan, later: timedelta) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    shown = standing(terms, facts, on)
    principal_minor = sum(row.principal_minor for row in shown.instalments)
    reduced_minor = shown.reduced.prepaid_minor + shown.reduced.returned_minor
    assert principal_minor + reduced_minor == shown.lent_minor
    paid_minor = sum(row.paid_minor for row in shown.instalments)
    lent_again_minor = replay(terms, facts, on).lent_again_minor
    assert _money_in(facts, on, shown) + lent_again_minor == paid_minor + reduced_minor + shown.credit_minor
    _check_signs(shown)


def _check_signs(shown: Standing) -> None:
    assert shown.credit_minor >= 0
    for row in shown.instalments:
        assert row.total_minor == row.paid_minor + row.remaining_minor
        for part in ("principal", "interest", "fee", "penalty"):
            assert 0 <= row.paid_of(part) <= getattr(row, f"{part}_minor")


@_some
@given(loan=loans(), later=_days, data=st.data())
def test_only_the_dates_of_facts_matter_not_their_order(
    loan: _Loan, later: timedelta, data: st.DataObject
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    shuffled = data.draw(st.permutations(facts))
    assert standing(terms, facts, on) == standing(terms, shuffled, on)
    assert balances(terms, facts, on) == balances(terms, shuffled, on)


@_some
@given(loan=loans(), later=_days)
def test_the_balances_add_up_to_nothing_and_show_what_the_standing_shows(
    loan: _Loan, later: timedelta
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    shown, books = standing(terms, facts, on), balances(terms, facts, on)
    assert sum(books.values()) == 0
    assert 0 not in books.values()
    seen = evening(terms, facts, on)
    assert seen.balances == books
    assert seen.is_settled is is_settled(terms, facts, on)
    # Whatever its stage of lateness.
    books = {re.sub("_m[1-4]$", "", account): amount_minor for account, amount_minor in books.items()}
    if shown.written_off_minor is not None and on >= terms.starts_on:
        left_minor = sum(row.remaining_minor for row in shown.instalments)
        assert books.get("written_off", 0) + books.get("recovered", 0) == left_minor
        assert books.get("recovered", 0) <= 0
        assert not any(name.startswith("receivable") for name in books)
        return
    assert books.get("receivable_principal", 0) == shown.outstanding_principal_minor
    owed_minor = sum(books.get(f"receivable_{part}", 0) for part in ("interest", "fee", "penalty"))
    assert owed_minor == sum(_owed_beside_principal(row) for row in replay(terms, facts, on).rows)
    assert books.get("credit_balance", 0) == -shown.credit_minor
    assert books.get("unapplied", 0) == _money_in(
        [fact for fact in facts if not isinstance(fact, Return | Goodwill)], on, shown
    )


def _owed_beside_principal(row: Instalment) -> int:
    if row.is_due:
        return row.remaining_minor - row.left("principal")
    return sum(max(minor - row.paid[part], 0) for part, minor in row.carried.items() if part != "principal")


@_few
@given(loan=loans())
def test_until_its_next_wake_a_loan_goes_on_by_its_lines(loan: _Loan) -> None:
    terms, facts = loan
    first = terms.starts_on - timedelta(days=3)
    days = [first + timedelta(days=n) for n in range(LATEST_DAY)]
    evenings = {day: evening(terms, facts, day) for day in days}
    for day in days[::7]:
        seen = evenings[day]
        asleep = [
            each for each in days if day <= each and (seen.next_wake_on is None or each < seen.next_wake_on)
        ]
        for later in asleep:
            _check_goes_on(seen, evenings[later], later)
            # The last days of a month of 30 are no straight line, and each of them sees another one.
            assert evenings[later].next_wake_on == seen.next_wake_on or terms.day_count == "30/360"
        if seen.next_wake_on in evenings:
            assert _is_woken_for_something(terms, facts, seen, evenings[seen.next_wake_on])


def _check_goes_on(seen: Evening, then: Evening, day: date) -> None:
    grown = {
        part: minor_on(seen.accruals, part, day) for part in _ACCRUING
    }
    assert without_penalty(then.balances, grown["penalty"]) == seen.balances
    for part in ("interest", "fee"):
        assert grown[part] == minor_on(then.accruals, part, day)


_ACCRUING = ("interest", "fee", "penalty")


def _is_woken_for_something(terms: Terms, facts: list[Fact], seen: Evening, then: Evening) -> bool:
    day = seen.next_wake_on
    assert day
    if any(fact.on == day for fact in facts):
        return True
    penalty_minor = minor_on(seen.accruals, "penalty", day)
    if without_penalty(then.balances, penalty_minor) != seen.balances:
        return True
    # Nothing is booked, but something falls due or is missed from now on, or what accrues may go on otherwise.
    missed_by = day - timedelta(days=terms.grace_days + 1)
    if any(row.due_on in (day, missed_by) for row in standing(terms, facts, day).instalments):
        return True
    bends = terms.day_count in ("30/360", "actual/actual")
    return bends or [_slope(line) for line in seen.accruals] != [_slope(line) for line in then.accruals]


def _slope(line: Line) -> object:
    return line.part, Fraction(line.per_day, line.denominator), line.booked_minor, line.most_minor


@_some
@given(loan=loans(), later=_days)
def test_what_has_accrued_is_what_the_payoff_counts_as_earned(loan: _Loan, later: timedelta) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    course = replay(terms, facts, on)
    accruals, running = accruals_of(course), course.coming[:1]
    interest_minor = sum(earned_interest(course, "by_day"))
    for part, earned_minor in (("interest", interest_minor), ("fee", earned_fee(course, "by_day"))):
        booked_minor = sum(max(row.paid[part] - row.carried.get(part, 0), 0) for row in running)
        is_over = not any(row.remaining_minor or row.subsidy_minor for row in running)
        assert minor_on(accruals.lines, part, on) == (0 if is_over else max(earned_minor - booked_minor, 0))


@_some
@given(loan=loans(), later=_days, amount_minor=st.integers(1, 700000), data=st.data())
def test_a_preview_is_what_the_payment_then_does(
    loan: _Loan, later: timedelta, amount_minor: int, data: st.DataObject
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    goal = data.draw(st.sampled_from(("due", "next", "all")))
    before = standing(terms, facts, on)
    try:
        seen = preview(terms, facts, on, amount_minor=amount_minor, goal=goal)
    except Refused:
        assert goal == "all"
        assert amount_minor < (before.payoff_minor or 0)
        return
    known = [fact for fact in facts if fact.on <= on]
    payment = Payment(id="~", on=on, amount_minor=amount_minor, goal=goal)
    after = standing(terms, [*known, payment], on)
    applied_minor = sum(line.amount_minor for line in seen.lines) + seen.prepaid_minor
    assert applied_minor + seen.excess_minor == amount_minor + seen.credit_used_minor
    assert (seen.remaining_after_minor, seen.next_due_on_after) == (after.remaining_minor, after.next_due_on)
    assert seen.settles == (after.status == "settled" and before.status != "settled")
    assert is_settled(terms, [*known, payment], on) == (after.status == "settled")
    for line in seen.lines:
        old, new = before.instalments[line.n - 1], after.instalments[line.n - 1]
        assert new.paid_of(line.part) - old.paid_of(line.part) == line.amount_minor
    assert all(after.instalments[n - 1].remaining_minor == 0 for n in seen.clears)


@_some
@given(loan=loans(), later=_days)
def test_each_choice_does_exactly_what_it_is_for(loan: _Loan, later: timedelta) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    offered = choices(terms, facts, on)
    if offered.due_minor:
        seen = preview(terms, facts, on, amount_minor=offered.due_minor, goal="due")
        due = {
            row.n
            for row in standing(terms, facts, on).instalments
            if row.due_on <= on and row.remaining_minor
        }
        assert set(seen.clears) == due
        assert seen.excess_minor == 0
    if offered.next_minor:
        seen = preview(terms, facts, on, amount_minor=offered.next_minor, goal="next")
        assert standing(terms, facts, on).next_due_on != seen.next_due_on_after
        assert seen.excess_minor == 0
    if offered.all_minor:
        seen = preview(terms, facts, on, amount_minor=offered.all_minor, goal="all")
        # A loan that never was is never settled, though something refunded twice may be owed of it.
        settles = seen.settles or standing(terms, facts, on).status == "void"
        assert (settles, seen.excess_minor, seen.remaining_after_minor) == (True, 0, 0)


@_some
@given(loan=loans(), later=_days)
def test_explanations_add_up_to_the_amount(loan: _Loan, later: timedelta) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    shown = standing(terms, facts, on)
    assert sum(line.amount_minor for line in explain_payoff(terms, facts, on)) == shown.payoff_minor
    for row in shown.instalments:
        interest = explain_interest(terms, facts, on, row.n)
        assert _borne(terms, interest) == interest.charged_minor == row.interest_minor + interest.waived_minor
        penalty = explain_penalty(terms, facts, on, row.n)
        assert _borne(terms, penalty) == penalty.charged_minor == row.penalty_minor + penalty.waived_minor
        fee = explain_fee(terms, facts, on, row.n)
        assert _borne(terms, fee) == fee.charged_minor == row.fee_minor + fee.waived_minor


def _borne(terms: Terms, shown: PartExplained) -> int:
    added_minor = shown.late_fee_minor + shown.carried_minor
    return _rounded(terms, shown.exact) + added_minor - shown.moved_minor - shown.given_back_minor


def _rounded(terms: Terms, exact: Fraction) -> int:
    return terms.rounded(exact.numerator, exact.denominator)


@_few
@given(loan=loans(with_events=False))
def test_penalties_are_what_counting_day_by_day_gives(loan: _Loan) -> None:
    """The auditor's own sum: each night, the base that the evening's standing showed."""
    terms, facts = loan
    rate = terms.penalty.daily_rate if terms.penalty else Fraction(0)
    # A reversal rewrites the days before it: the evenings must all know what is known on the last one.
    kept: list[Fact] = [fact for fact in _standing_facts(facts, date.max) if not isinstance(fact, Reversal)]
    sums: dict[int, Fraction] = {}
    in_time: set[int] = set()
    for n in range(LATEST_DAY):
        on = terms.starts_on + timedelta(days=n)
        try:
            shown = standing(terms, kept, on)
        except Refused:
            return
        for row in shown.instalments:
            days_late = (on - row.due_on).days
            if days_late < 0:
                continue
            principal_minor = row.principal_minor - row.paid_principal_minor
            unpaid_minor = row.remaining_minor - row.penalty_minor + row.paid_penalty_minor
            if unpaid_minor == 0 and days_late <= terms.grace_days:
                in_time.add(row.n)
            late_fee_minor = replay(terms, kept, on).rows[row.n - 1].late_fee_minor or 0
            charged_minor = row.penalty_minor + row.waived_penalty_minor - late_fee_minor
            is_free = days_late <= terms.grace_days or row.n in in_time
            assert charged_minor == (0 if is_free else _rounded(terms, sums.get(row.n, Fraction(0)))), (
                on,
                row,
            )
            base_minor = (
                unpaid_minor if terms.penalty and terms.penalty.on == "instalment" else principal_minor
            )
            sums[row.n] = sums.get(row.n, Fraction(0)) + rate * base_minor


@_some
@given(loan=loans(), later=_days)
def test_when_every_payment_has_bounced_the_loan_is_as_though_none_was_made(
    loan: _Loan, later: timedelta
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    payments = [fact for fact in facts if isinstance(fact, Payment) and fact.on <= on]
    bounced = [Reversal(id=f"v{fact.id}", on=on, of=fact.id) for fact in payments]
    undone_ids = {fact.of for fact in facts if isinstance(fact, Reversal) and fact.on <= on}
    without = [
        fact
        for fact in facts
        if not isinstance(fact, Payment | Reversal | Chargeback) and fact.id not in undone_ids
    ]
    try:
        expected = standing(terms, without, on)
    except Refused:
        # A waiver of what only the payments made to be owed; with the bounces it takes what is there.
        return
    assert standing(terms, [*facts, *bounced], on) == expected


@_some
@given(loan=loans(), later=_days, data=st.data())
def test_a_later_reversal_never_makes_an_accepted_fact_refused(
    loan: _Loan, later: timedelta, data: st.DataObject
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    undoable = [fact for fact in facts if not isinstance(fact, Reversal | Waiver | Return) and fact.on <= on]
    if undoable:
        lost = data.draw(st.sampled_from(undoable))
        standing(terms, [*facts, Reversal(id="v~", on=on, of=lost.id)], on)


@_some
@given(loan=loans(), later=_days)
def test_an_event_undone_is_as_though_it_had_never_been(loan: _Loan, later: timedelta) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    for event in facts:
        if event.on <= on and not isinstance(event, Reversal | Waiver | Return | Payment):
            others = [fact for fact in facts if fact is not event]
            try:
                expected = standing(terms, others, on)
            except Refused:
                # Another fact stands on it: only with its undoing known it takes what is there.
                continue
            undone = standing(terms, [*facts, Reversal(id="v~", on=on, of=event.id)], on)
            assert undone == expected


@_some
@given(loan=loans(), later=_days)
def test_the_lines_behind_each_amount_add_up_to_it_exactly(
    loan: tuple[Terms, list[Fact]], later: timedelta
) -> None:
    terms, facts = loan
    on = terms.starts_on + later
    shown, lines = standing(terms, facts, on), break_down(terms, facts, on)

    def total(part: Lines) -> Fraction:
        return sum((line.exact for line in part), start=Fraction(0))

    assert total(lines.due_now) == shown.due_now_minor
    assert total(lines.next_due) == (shown.next_due_minor or 0)
    assert total(lines.outstanding_principal) == shown.outstanding_principal_minor
    assert total(lines.payoff) == (shown.payoff_minor or 0)
    assert total(lines.credit) == shown.credit_minor
    assert (total(lines.prepaid), total(lines.returned)) == (
        shown.reduced.prepaid_minor,
        shown.reduced.returned_minor,
    )
    for part, behind in lines.paid.items():
        assert total(behind) == getattr(shown.paid, f"{part}_minor")
    for row, behind_row in zip(shown.instalments, lines.instalments, strict=True):
        for name in ("principal", "interest", "fee", "penalty", "paid", "remaining"):
            assert total(getattr(behind_row, name)) == getattr(row, f"{name}_minor"), (row.n, name)
        for line in (*behind_row.interest, *behind_row.fee, *behind_row.penalty):
            if line.base_minor is not None:
                days = (line.until - line.since).days
                assert line.exact == line.base_minor * line.rate * days / (line.of_days or 1)
