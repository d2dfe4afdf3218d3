"""Reading times: an agreement must have been open on the page for a while before it can be signed.

Refused
└── ReadingTooShort    seconds_left
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from anqi.lending.agreements import AgreementChanged
from anqi.rows.refusals import Refused

LEAST = timedelta(seconds=10)
# Whoever comes back to a page much later is shown that day's dates.
MOST = timedelta(hours=12)
# No timestamping signer: it would read the wall clock.
_SIGNER = signing.Signer(salt="anqi.lending.readings")


class ReadingTooShort(Refused):
    """The agreement has been open for too short a time: {seconds_left} seconds to go."""

    code = "reading_too_short"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Which agreement has been open since when."""

    order_id: str
    sha256: str
    opened_at: datetime


def begin(order_id: UUID, sha256: str, *, now: datetime) -> str:
    """A token saying that this agreement is open on the borrower's page since now."""
    return _SIGNER.sign_object([str(order_id), sha256, now.isoformat()])


def read(token: str, *, order_id: UUID, sha256: str, now: datetime) -> Reading:
    """What the token says. Refuses with AgreementChanged one of another agreement, a forged and an old one."""
    try:
        reading_of, of_sha256, opened_at = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError) as forged:
        raise AgreementChanged from forged
    reading = Reading(order_id=reading_of, sha256=of_sha256, opened_at=datetime.fromisoformat(opened_at))
    is_this = (reading.order_id, reading.sha256) == (str(order_id), sha256)
    if not is_this or now - reading.opened_at > MOST:
        raise AgreementChanged
    return reading


def seconds_left(reading: Reading, *, now: datetime) -> int:
    """How many seconds of reading time are to go; 0 when it may be signed."""
    left = LEAST - (now - reading.opened_at)
    return max(-(-left // timedelta(seconds=1)), 0)


def refuse_hurry(reading: Reading, *, now: datetime) -> None:
    """Refuses with ReadingTooShort while there are seconds to go."""
    left = seconds_left(reading, now=now)
    if left:
        raise ReadingTooShort(seconds_left=left)
