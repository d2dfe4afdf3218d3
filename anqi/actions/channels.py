"""Channels: what they tell us by themselves is checked, kept, and only then acknowledged."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from anqi.payments import channels, inbox
from anqi.payments.channels.protocol import BadSignature, NotOurs, RawRequest, RawResponse, Unreadable

_log = logging.getLogger("anqi.channels")


def receive(*, channel: str, raw: RawRequest, now: datetime, wake: Callable[[], None]) -> RawResponse:
    """What the channel is to be answered. A message it signed is kept first, and `wake` called for a new one.

    Nothing of a message that it didn't sign, or that isn't for us, is kept. LookupError: no such channel.
    """
    adapter = channels.find(channel)
    try:
        notification = adapter.parse_notification(raw)
    except (BadSignature, NotOurs, Unreadable) as refusal:
        _log.warning(_EVENTS[type(refusal)], extra={"channel": channel})
        return adapter.acknowledge(False)
    with transaction.atomic(durable=True):
        if inbox.store(channel=channel, notification=notification, raw=raw.body, now=now):
            wake()
    return notification.thanks or adapter.acknowledge(True)


# Names to count by: the first is anybody's knocking, the others are the channel's own and need a person.
_EVENTS: dict[type[Exception], str] = {
    BadSignature: "notice_badly_signed",
    NotOurs: "notice_not_ours",
    Unreadable: "notice_unreadable",
}
