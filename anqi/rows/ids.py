"""Row ids: UUIDs of version 7, which sort by the time they were made."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new id whose first 48 bits are the Unix time in milliseconds (RFC 9562, section 5.7).

    The clock is the machine's own, also where business time is shifted: an id must be new, not true.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= (random >> 62) << 64
    value |= 0b10 << 62
    value |= random & (2**62 - 1)
    return uuid.UUID(int=value)
