"""Deciding an application: approved, refused, or for a person to look at, with every reason and all that was looked at.

Refused
├── NotToReview          it was approved already
├── NoReason             a review says why
├── SamePerson           who looked before doesn't look again
└── CannotBeApproved     field: the code of a reason that no person may pass over
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Literal, Protocol

from anqi.engine.applications import Application, Earlier, Elsewhere, Points, Policy, Reason, Score
from anqi.engine.dated import in_force
from anqi.engine.decision_rules import reasons
from anqi.engine.refusals import Refused

Outcome = Literal["approved", "refused", "review"]


class NotToReview(Refused):
    """This application was approved: there is nothing to look at again."""

    code = "not_to_review"


class NoReason(Refused):
    """A review needs its reason."""

    code = "no_reason"


class SamePerson(Refused):
    """Somebody else must look at it: this person has done so."""

    code = "same_person"


class CannotBeApproved(Refused):
    """No person may approve what speaks against this application."""

    code = "cannot_be_approved"


class Scorecard(Protocol):
    """A lender's own judgement of an application; it sees what the rules see and shows every point that it gives."""

    def score(self, application: Application) -> Score:
        """The lines of the score; the same application has the same ones."""


class ScoresNothing:
    """The scorecard of a lender without one."""

    def score(self, application: Application) -> Score:
        """No lines."""
        return Score(scorecard="none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided, by what and from what: kept whole, it can be decided again and compared."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    application: Application
    policy: Policy | None
    score: Score


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A person looked at it, and why they decided as they did."""

    id: str
    on: date
    by: str
    outcome: Literal["approved", "refused"]
    reason: str


def decide(
    application: Application, policies: Iterable[Policy], *, scorecard: Scorecard | None = None
) -> Decision:
    """The decision by the lender's policy of the application's day; the same input has the same answer.

    One reason that refuses refuses, one that wants a person wants a person, and all of them are told. Without a policy
    nothing is decided: a person looks. PIPL 24: whoever is refused may ask for a person (`look_again`) and is told why.
    """
    policy = in_force(policies, lender=application.lender, on=application.on)
    score = (scorecard or ScoresNothing()).score(application)
    found = reasons(application, policy, score) if policy else (Reason(code="no_policy", verdict="review"),)
    verdicts = {reason.verdict for reason in found}
    outcome: Outcome = "refused" if "refused" in verdicts else "review" if "review" in verdicts else "approved"
    return Decision(outcome=outcome, reasons=found, application=application, policy=policy, score=score)


def look_again(decision: Decision, reviews: Sequence[Review], review: Review) -> tuple[Review, ...]:
    """The reviews with one more, each by another person; what they come to is `outcome_of`.

    Refuses NotToReview, NoReason, SamePerson, CannotBeApproved.
    """
    if outcome_of(decision, reviews) == "approved":
        raise NotToReview()
    if not review.reason.strip():
        raise NoReason(field="reason")
    if review.by in {each.by for each in reviews}:
        raise SamePerson(field="by")
    final = next((reason.code for reason in decision.reasons if reason.is_final), None)
    if final and review.outcome == "approved":
        raise CannotBeApproved(field=final)
    return (*reviews, review)


def outcome_of(decision: Decision, reviews: Sequence[Review]) -> Outcome:
    """What holds now: what the last person said, else what was decided."""
    return reviews[-1].outcome if reviews else decision.outcome


def written(decision: Decision) -> dict[str, Any]:
    """The decision as JSON for the file: outcome, reasons, all input, the policy's row and every line of the score."""
    plain: dict[str, Any] = _plain(decision)
    return plain


def read(stated: Mapping[str, Any]) -> Decision:
    """The decision that was `written`, to be looked at again."""
    policy, score = stated["policy"], stated["score"]
    return Decision(
        outcome=stated["outcome"],
        reasons=tuple(Reason(**each | {"numbers": _dated(each["numbers"])}) for each in stated["reasons"]),
        application=_read_application(stated["application"]),
        policy=Policy(**_dated(policy) | {"purposes": frozenset(policy["purposes"])}) if policy else None,
        score=Score(scorecard=score["scorecard"], lines=tuple(Points(**each) for each in score["lines"])),
    )


def _read_application(stated: Mapping[str, Any]) -> Application:
    elsewhere = stated["elsewhere"]
    return Application(
        **_dated(stated) | {
            "elsewhere": Elsewhere(**_dated(elsewhere)) if elsewhere else None,
            "earlier": tuple(Earlier(**_dated(each)) for each in stated["earlier"]),
        }
    )  # fmt: skip


def _dated(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(each) if _is_day(name) and each else each for name, each in stated.items()}


def _is_day(name: str) -> bool:
    return name in ("on", "since") or name.endswith("_on")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
