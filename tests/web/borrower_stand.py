"""What tests of the borrower's site share: a clock, a channel without an outside, people who are signed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from anqi.payments.channels.protocol import Accepted, ChargeRequest, NotFound, Redirect, Result
from anqi.people.models import User

GATEWAY = "https://cashier.example"


@dataclass
class Cashier:
    """A channel that answers what the test wants, and remembers what it was asked."""

    code: str = "alipay"
    answers: dict[str, Result] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    requests: list[ChargeRequest] = field(default_factory=list)
    offer: Callable[[ChargeRequest], Result] = lambda request: Accepted(
        action=Redirect(url=f"{GATEWAY}/pay?out_trade_no={request.key}")
    )

    def charge(self, request: ChargeRequest) -> Result:
        self.requests.append(request)
        return self.offer(request)

    def query(self, key: str, *, opened_at: datetime) -> Result:
        self.asked.append(("query", key))
        return self.answers.get(key, NotFound())

    def close(self, key: str, *, opened_at: datetime) -> Result:
        self.asked.append(("close", key))
        return self.answers.get(f"close:{key}", NotFound())


@dataclass
class Watch:
    """The time that the site sees."""

    now: datetime


def signed_in(borrower_id: UUID, *, language: str = "zh-hans", enforce_csrf_checks: bool = False) -> Client:
    """A browser in which this borrower, or member of staff, has signed in."""
    client = Client(headers={"accept-language": language}, enforce_csrf_checks=enforce_csrf_checks)
    session = client.session
    user = User.objects.get(id=borrower_id)
    session[SESSION_KEY] = str(user.id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
