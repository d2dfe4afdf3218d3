"""Authority: which staff may act on a borrower's money, and which decide about it.

Refused
├── MayNotAct            the actor's role only reads
├── NeedsSupervisor
├── ReasonMissing
├── NotTheirs            what they act on is not this borrower's
└── OwnRequest           nobody approves what they asked for
"""

from uuid import UUID

from anqi.people.models import User
from anqi.rows.refusals import Refused

# Up to here one person decides about a borrower's money; for more a second one has to look.
ALONE_MINOR = 50_000


class MayNotAct(Refused):
    """Only clerks and supervisors may move money."""

    code = "may_not_act"


class NeedsSupervisor(Refused):
    """Only a supervisor decides about this."""

    code = "needs_supervisor"


class ReasonMissing(Refused):
    """Say why."""

    code = "reason_missing"


class NotTheirs(Refused):
    """This borrower has no such {what}."""

    code = "not_theirs"


class OwnRequest(Refused):
    """Whoever asked for it can't approve it."""

    code = "own_request"


def must_act(actor: User) -> None:
    """Refuses MayNotAct whoever isn't a clerk or a supervisor."""
    is_staff = actor.kind == User.Kind.STAFF and actor.is_active
    if not is_staff or actor.role not in (User.Role.CLERK, User.Role.SUPERVISOR):
        raise MayNotAct


def must_decide(actor: User) -> None:
    """Refuses MayNotAct and NeedsSupervisor whoever isn't a supervisor."""
    must_act(actor)
    if actor.role != User.Role.SUPERVISOR:
        raise NeedsSupervisor


def must_say_why(reason: str) -> None:
    """Refuses ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing


def must_be_another(actor: User, asked_by: UUID | None) -> None:
    """Refuses OwnRequest whoever asked for it themselves."""
    if asked_by == actor.id:
        raise OwnRequest
