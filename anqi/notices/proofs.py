"""How a message stands with each medium by which it went: what its gateways said, the word that counts."""

from dataclasses import dataclass
from datetime import datetime

from anqi.notices.models import Message

# The media that a gateway serves, in the order in which they are tried.
_MEDIA = ("sms", "mail")
# Of all that a gateway said of a message, the first of these tells how it stands.
_RANK = ("delivered", "undelivered", "declined", "silent", "accepted")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How a message stands with one medium: waiting, or the word of its gateway that counts, and since when."""

    medium: str
    word: str
    at: datetime
    number: str = ""
    """The gateway's own, by which it finds the message."""


def of(row: Message) -> list[Proof]:
    """That of each medium, of a message read with what was said of it; none where it stands in the list only."""
    said, found = list(row.said.all()), []
    for medium in _MEDIA:
        words = {each.said: each for each in said if each.medium == medium}
        counts = next((words[word] for word in _RANK if word in words), None)
        if counts:
            found.append(Proof(medium=medium, word=counts.said, at=counts.at, number=counts.proof))
        elif row.medium == medium:
            found.append(_of_row(row))
    return found


def _of_row(row: Message) -> Proof:
    """Of one of whose gateway nothing is on record: it waits, or is older than the record."""
    words = {"waiting": "waiting", "failed": "declined"}
    word = words.get(row.state, "accepted")
    return Proof(medium=row.medium, word=word, at=row.sent_at or row.created_at, number=row.proof)
