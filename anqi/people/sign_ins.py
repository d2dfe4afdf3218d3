"""Sign-ins of borrowers: their sessions, each ended by whoever has one of them.

NoSuchDevice     refuses what is no device of the borrower's
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from anqi.people.models import Device, SignIn
from anqi.rows.refusals import Refused


class NoSuchDevice(Refused):
    """There is no such device of yours."""

    code = "no_such_device"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A device as its borrower sees it, and whether somebody is signed in from it."""

    device: Device
    is_in: bool
    is_this: bool


def begin(borrower_id: UUID, *, key: str, device_hash: str, now: datetime) -> None:
    """The borrower came in by that session."""
    row = SignIn(borrower_id=borrower_id, key=key, device_hash=device_hash, began_at=now)
    SignIn.objects.bulk_create([row], ignore_conflicts=True)


def end(borrower_id: UUID, *, now: datetime, key: str = "", device_hash: str | None = None, but: str = "") -> int:
    """How many sessions ended: the one of that key, those from that device, or all `but` the one of that key."""
    theirs = _open(borrower_id).exclude(key=but)
    if key:
        theirs = theirs.filter(key=key)
    if device_hash is not None:
        theirs = theirs.filter(device_hash=device_hash)
    keys = list(theirs.values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return theirs.filter(key__in=keys).update(ended_at=now)


def device(borrower_id: UUID, device_id: UUID) -> Device:
    """The borrower's own device. Refuses NoSuchDevice."""
    found = Device.objects.filter(borrower_id=borrower_id, id=device_id).first()
    if found is None:
        raise NoSuchDevice
    return found


def signed(borrower_id: UUID, *, this: str) -> list[Signed]:
    """The borrower's devices, the last used one first; `this` is the hash of the one that asks."""
    living = _living(borrower_id)
    found = Device.objects.filter(borrower_id=borrower_id).order_by("-last_seen_at", "-id")
    return [
        Signed(device=row, is_in=row.hash in living or row.hash == this, is_this=row.hash == this) for row in found
    ]


def count(borrower_id: UUID) -> int:
    """How many sessions of the borrower are alive, those from browsers that keep nothing for us too."""
    return sum(_living(borrower_id).values())


def _living(borrower_id: UUID) -> Mapping[str, int]:
    devices = dict(_open(borrower_id).values_list("key", "device_hash"))
    stored = Session.objects.filter(session_key__in=devices).values_list("session_key", flat=True)
    counted: dict[str, int] = {}
    for key in stored:
        counted[devices[key]] = counted.get(devices[key], 0) + 1
    return counted


def _open(borrower_id: UUID) -> QuerySet[SignIn]:
    return SignIn.objects.filter(borrower_id=borrower_id, ended_at=None)
