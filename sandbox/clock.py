"""The sandbox's two clocks: real time, and business time shifted by an offset file."""

import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

# China has had no daylight saving since 1991, and a fixed offset needs no zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
WIRE_FORMAT = "%Y-%m-%d %H:%M:%S"


def real_seconds() -> float:
    """Seconds since the epoch, for retries and rate limits."""
    return time.time()


def real_now() -> datetime:
    """Real time in Shanghai: what a client's request timestamp is compared with."""
    return datetime.now(SHANGHAI)


def business_now() -> datetime:
    """Real time plus the offset in `SANDBOX_CLOCK_FILE`, to the second: what trades and messages carry."""
    return (real_now() + timedelta(seconds=_offset_seconds())).replace(microsecond=0)


def to_wire(moment: datetime) -> str:
    """24 November 2026, five past one in the afternoon: `2026-11-24 13:05:00`."""
    return moment.astimezone(SHANGHAI).strftime(WIRE_FORMAT)


def from_wire(text: str) -> datetime:
    """The instant that `text` names in Shanghai; ValueError unless it is exactly in the wire format."""
    moment = datetime.strptime(text, WIRE_FORMAT).replace(tzinfo=SHANGHAI)
    if to_wire(moment) != text:
        raise ValueError(f"not zero-padded: {text}")
    return moment


def _offset_seconds() -> int:
    path = os.environ.get("SANDBOX_CLOCK_FILE")
    if not path or not Path(path).exists():
        return 0
    text = Path(path).read_text().strip()
    assert text.lstrip("-").isdigit() or not text, f"{path} must hold whole seconds, not {text!r}"
    return int(text or "0")
