"""The rules by which an application for credit is decided: each gives its reasons, with their numbers, or nothing."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from anqi.engine.applications import Application, Number, Policy, Reason, Score

Reasons = Iterator[Reason]
Rule = Callable[[Application, Policy], Reasons]


def reasons(application: Application, policy: Policy, score: Score) -> tuple[Reason, ...]:
    """Every reason that the rules have, in their order; none where nothing speaks against it."""
    return tuple(
        reason for rule in (*_OF_THE_APPLICATION, _score(score)) for reason in rule(application, policy)
    )


def _identity(application: Application, policy: Policy) -> Reasons:
    if application.verified_on is None or application.verified_on > application.on:
        yield Reason(code="identity_not_verified", verdict="refused", is_final=True)


def _age(application: Application, policy: Policy) -> Reasons:
    if application.born_on is None:
        yield Reason(code="age_unknown", verdict="refused", is_final=True)
        return
    years = _years(application.born_on, application.on)
    if years < policy.years_least:
        numbers: dict[str, Number] = {"years": years, "least": policy.years_least}
        yield Reason(code="too_young", verdict="refused", numbers=numbers, is_final=True)
    if policy.years_most is not None and years > policy.years_most:
        # Age alone refuses nobody who may sign: a person looks.
        yield Reason(code="above_age", verdict="review", numbers={"years": years, "most": policy.years_most})


def _years(born_on: date, on: date) -> int:
    # Who was born on 29 February waits for 1 March.
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _amount(application: Application, policy: Policy) -> Reasons:
    asked_minor = application.amount_minor
    if asked_minor < policy.amount_least_minor:
        yield _refused("amount_too_small", asked_minor=asked_minor, least_minor=policy.amount_least_minor)
    if asked_minor > policy.amount_most_minor:
        yield _refused("amount_too_big", asked_minor=asked_minor, most_minor=policy.amount_most_minor)
    if asked_minor > application.free_minor:
        numbers: dict[str, Number] = {"asked_minor": asked_minor, "free_minor": application.free_minor}
        yield Reason(code="more_than_free", verdict="refused", numbers=numbers, is_final=True)


def _term(application: Application, policy: Policy) -> Reasons:
    if application.months > policy.months_most:
        yield _refused("term_too_long", months=application.months, most=policy.months_most)


def _purpose(application: Application, policy: Policy) -> Reasons:
    if application.purpose not in policy.purposes:
        numbers: dict[str, Number] = {"purpose": application.purpose}
        yield Reason(code="purpose_not_allowed", verdict="refused", numbers=numbers, is_final=True)


def _overdue(application: Application, policy: Policy) -> Reasons:
    if application.days_past_due:
        yield _refused("overdue_here", days=application.days_past_due)


def _running(application: Application, policy: Policy) -> Reasons:
    most = policy.running_most
    if most is not None and application.running >= most:
        yield _refused("too_many_running", count=application.running, most=most)


def _overdue_elsewhere(application: Application, policy: Policy) -> Reasons:
    if not policy.asks_elsewhere:
        return
    elsewhere = application.elsewhere
    if elsewhere is None or elsewhere.asked_on > application.on:
        yield Reason(code="elsewhere_unknown", verdict="review")
        return
    age_days = (application.on - elsewhere.asked_on).days
    if age_days > policy.elsewhere_asked_within_days:
        numbers: dict[str, Number] = {"days": age_days, "most": policy.elsewhere_asked_within_days}
        yield Reason(code="elsewhere_too_old", verdict="review", numbers=numbers)
    late = elsewhere.days_past_due
    if late >= policy.elsewhere_refuse_from_days:
        yield _refused("overdue_elsewhere", days=late, least=policy.elsewhere_refuse_from_days)
    elif late >= policy.elsewhere_review_from_days:
        numbers = {"days": late, "least": policy.elsewhere_review_from_days}
        yield Reason(code="overdue_elsewhere", verdict="review", numbers=numbers)


def _earlier(application: Application, policy: Policy) -> Reasons:
    earlier = [each for each in application.earlier if each.on <= application.on]
    if still_open := sum(each.outcome == "open" for each in earlier):
        yield _refused("another_is_open", count=still_open)
    refused_on = max((each.on for each in earlier if each.outcome == "refused"), default=None)
    if refused_on is not None:
        again_on = refused_on + timedelta(days=policy.days_after_refusal)
        if application.on < again_on:
            yield _refused("too_soon_after_refusal", refused_on=refused_on, again_on=again_on)
    yield from _too_many(sorted(each.on for each in earlier), application, policy)


def _too_many(earlier_on: list[date], application: Application, policy: Policy) -> Reasons:
    """More than so many in any window of days that ends today, this one included."""
    window = timedelta(days=policy.window_days)
    recent = [on for on in earlier_on if on > application.on - window]
    most = policy.most_in_window
    if most is not None and len(recent) >= most:
        # When so many of them have left the window that this one is the last that fits.
        again_on = recent[len(recent) - most] + window
        numbers: dict[str, Number] = {"count": len(recent), "most": most, "days": policy.window_days}
        yield _refused("too_many_applications", **numbers, again_on=again_on)


def _in_a_day(application: Application, policy: Policy) -> Reasons:
    count = 1 + sum(each.on == application.on for each in application.earlier)
    if policy.review_from_a_day is not None and count >= policy.review_from_a_day:
        yield _look("many_today", count=count)


def _shared(application: Application, policy: Policy) -> Reasons:
    # Families share accounts and telephones, and so do people who are made to apply for others: a person looks.
    shared = {"account_shared": application.account_borrowers, "device_shared": application.device_borrowers}
    for code, borrowers in shared.items():
        if policy.sharers_most is not None and borrowers > policy.sharers_most:
            yield _look(code, borrowers=borrowers, most=policy.sharers_most)


def _score(score: Score) -> Rule:
    def rule(application: Application, policy: Policy) -> Reasons:
        refuse_below, review_below = policy.points_refuse_below, policy.points_review_below
        if refuse_below is None and review_below is None:
            return
        if score.points is None:
            yield Reason(code="not_scored", verdict="review")
        elif refuse_below is not None and score.points < refuse_below:
            yield _refused("score_too_low", points=score.points, least=refuse_below)
        elif review_below is not None and score.points < review_below:
            yield Reason(code="score_low", verdict="review", numbers={"points": score.points, "least": review_below})

    return rule


def _refused(code: str, **numbers: Number) -> Reason:
    return Reason(code=code, verdict="refused", numbers=numbers)


def _look(code: str, **numbers: Number) -> Reason:
    return Reason(code=code, verdict="review", numbers=numbers)


_OF_THE_APPLICATION: tuple[Rule, ...] = (
    _identity, _age, _purpose, _amount, _term, _overdue, _running, _overdue_elsewhere, _earlier, _in_a_day, _shared,
)  # fmt: skip
