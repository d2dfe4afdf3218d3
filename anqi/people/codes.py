"""Login codes: six digits by SMS, kept as a keyed hash, few attempts, short life.

Refused
├── TooManyCodes
└── WrongCode
"""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import connection

from anqi.people.models import LoginCode
from anqi.rows import keyring
from anqi.rows.refusals import Refused

LIFE = timedelta(minutes=5)
PAUSE = timedelta(seconds=60)
A_DAY = 10
ATTEMPTS = 5


class TooManyCodes(Refused):
    """Codes were asked for too often. The next one can be sent at {again_at}."""

    code = "too_many_codes"


class WrongCode(Refused):
    """This code is not right, or not right any more. Have a new one sent."""

    code = "wrong_code"


def draw(phone_hash: str, *, now: datetime) -> str:
    """A new code for this phone; only the newest one counts. Refuses TooManyCodes."""
    _hold(phone_hash)
    recent = LoginCode.objects.filter(phone_hash=phone_hash, sent_at__gt=now - timedelta(days=1))
    times = list(recent.order_by("-sent_at").values_list("sent_at", flat=True)[:A_DAY])
    if times and times[0] > now - PAUSE:
        raise TooManyCodes(again_at=times[0] + PAUSE)
    if len(times) == A_DAY:
        raise TooManyCodes(again_at=times[-1] + timedelta(days=1))
    digits = f"{secrets.randbelow(1_000_000):06}"
    LoginCode.objects.create(
        phone_hash=phone_hash, code_hash=_hash(phone_hash, digits), sent_at=now, expires_at=now + LIFE
    )
    return digits


def try_code(phone_hash: str, digits: str, *, now: datetime) -> bool:
    """Whether the digits are those of the newest code. An attempt is spent either way; a right one ends it."""
    newest = (
        LoginCode.objects.select_for_update().filter(phone_hash=phone_hash).order_by("-sent_at").first()
    )
    if not newest or newest.used_at or newest.expires_at <= now or newest.attempts >= ATTEMPTS:
        return False
    is_right = hmac.compare_digest(newest.code_hash, _hash(phone_hash, digits))
    LoginCode.objects.filter(id=newest.id).update(
        attempts=newest.attempts + 1, used_at=now if is_right else None
    )
    return is_right


def _hold(phone_hash: str) -> None:
    # A phone that nobody has used has no row to lock, and two requests at once must not both send.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"login_code:{phone_hash}"])


def _hash(phone_hash: str, digits: str) -> str:
    # A million codes are tried in a second, so the hash is keyed; bound to the phone, so it fits no other.
    return keyring.fingerprint(f"{phone_hash}:{digits}", purpose="login_code")
