"""Devices from which borrowers sign in, each known by a random value that its browser keeps for us."""

import secrets
from datetime import datetime
from uuid import UUID

from anqi.people.agents import Agent
from anqi.people.models import Device
from anqi.rows import keyring

_BYTES = 16
LENGTH = 2 * _BYTES


def draw() -> str:
    """A value for a browser that has none yet: 128 bits in hex."""
    return secrets.token_hex(_BYTES)


def fingerprint(value: str) -> str:
    """What a device is known by here: the value itself would open it to whoever reads our rows."""
    return keyring.fingerprint(value, purpose="device")


def meet(borrower_id: UUID, hashed: str, agent: Agent, *, now: datetime) -> bool:
    """Whether the borrower, who signs in from it, has only other devices so far. It is one of theirs from now on."""
    mine = Device.objects.filter(borrower_id=borrower_id)
    known = set(mine.values_list("hash", flat=True))
    if hashed in known:
        mine.filter(hash=hashed).update(last_seen_at=now, **vars(agent))
        return False
    row = Device(borrower_id=borrower_id, hash=hashed, first_seen_at=now, last_seen_at=now, **vars(agent))
    Device.objects.bulk_create([row], ignore_conflicts=True)
    return bool(known)


def see(borrower_id: UUID, hashed: str, *, now: datetime) -> None:
    """The borrower uses this device of theirs; nothing where it is none of theirs."""
    Device.objects.filter(borrower_id=borrower_id, hash=hashed).update(last_seen_at=now)
