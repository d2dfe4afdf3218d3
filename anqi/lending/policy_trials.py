"""Rules that are not in force yet, tried on applications that were decided: how many would have ended otherwise."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from anqi.engine import decision as engine_decision
from anqi.engine.applications import Application as Asked
from anqi.engine.applications import Policy, Score
from anqi.engine.decision import Decision, Outcome
from anqi.lending import applications
from anqi.lending.models import Application, Lender
from anqi.rows.days import start_of

DAYS = 90
# Each is decrypted and decided anew: so many take a fraction of a second.
MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How many of the lender's applications were looked at, of how many, and (as it was, as it would be): how many."""

    looked_at: int
    of: int
    changes: Mapping[tuple[Outcome, Outcome], int]

    @property
    def otherwise(self) -> int:
        """How many would have been decided otherwise."""
        return sum(self.changes.values())


def try_out(lender: Lender, policy: Policy, *, today: date) -> Trial:
    """The applications of the last `DAYS` days, the latest `MOST` of them, each by the policy as if it were in force.

    What the rules decided is compared, not what people said later. Each application is looked at by itself: that an
    earlier one would have been refused doesn't reach the next.
    """
    lately = Application.objects.filter(lender=lender, applied_at__gte=start_of(today - timedelta(days=DAYS)))
    decisions = [applications.decision_of(row) for row in lately.only("decision").order_by("-applied_at")[:MOST]]
    changes = Counter((each.outcome, after) for each in decisions if (after := _anew(each, policy)) != each.outcome)
    is_all = len(decisions) < MOST
    return Trial(looked_at=len(decisions), of=len(decisions) if is_all else lately.count(), changes=changes)


def _anew(decision: Decision, policy: Policy) -> Outcome:
    in_force = replace(policy, since=decision.application.on)
    return engine_decision.decide(decision.application, [in_force], scorecard=_AsScored(decision.score)).outcome


class _AsScored:
    """The score that it had."""

    def __init__(self, score: Score) -> None:
        self._score = score

    def score(self, application: Asked) -> Score:
        return self._score
