"""Row ids: UUIDs of version 7, which sort by the time they were made."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new id whose first 48 bits are the Unix time in milliseconds (RFC 9562, section 5.7).

    The 12 bits after the version are the fraction of the millisecond (section 6.2, method 3): of two rows that one
    statement writes, the one that was made first stands first. The clock is the machine's own, also where business
    time is shifted: an id must be new, not true.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((nanoseconds << 12) // 1_000_000) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return uuid.UUID(int=value)
