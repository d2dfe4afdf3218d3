"""Messages to a borrower, sent and proved."""

from datetime import datetime, timedelta
from typing import Any

from anqi.notices import texts
from anqi.notices.models import Message
from demo.seeding.biography import Biography

_LATEST, _LANGUAGE = timedelta(days=1), "zh-hans"


def tell(told: Biography, at: datetime, *, template: str, **words: Any) -> None:
    """A message that was written out when it was decided."""
    text = texts.write(template, language=_LANGUAGE, **words)
    send(told, at, template=template, phone=told.sealed_phone, text=text, borrower_id=told.borrower_id)


def announce(told: Biography, at: datetime, *, template: str, words: dict[str, str]) -> None:
    """A message that was written out, and addressed, when it was sent."""
    text = texts.write(template, language=_LANGUAGE, **words)
    send(told, at, template=template, words=words, text=text, borrower_id=told.borrower_id)


def send(
    told: Biography, at: datetime, *, text: str, expires_at: datetime | None = None, **stated: Any
) -> None:  # fmt: skip
    """The message's row once the gateway has taken it."""
    told.add(
        Message, at, text=told.sealed(text), state=Message.State.SENT,
        created_at=at, expires_at=expires_at or at + _LATEST, next_try_at=None, tries=1,
        sent_at=at + timedelta(seconds=3), read_at=at + timedelta(seconds=3), proof=f"SMS{told.drawn(17)}", **stated,
    )  # fmt: skip
