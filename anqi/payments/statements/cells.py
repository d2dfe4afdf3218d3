"""The text of a statement: numbered lines, and what stands in their cells."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import IO

from anqi.payments.statements.refusals import StatementUnreadable
from anqi.rows.days import SHANGHAI

# No line of a channel's is nearly as long; without an end a file would be read as one.
_LONGEST = 16384
_YUAN = re.compile(r"(-?[0-9]{1,12})\.([0-9]{2})0{0,4}")
_COUNT = re.compile(r"[0-9]{1,9}")
_TIME_LENGTH = len("2026-11-26 08:00:00")


def numbered(file: IO[bytes], *, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines of the file with their numbers, from 1, without their ends."""
    for number in count(1):
        line = file.readline(_LONGEST)
        if not line:
            return
        # A zip's reader may give more than it is asked for.
        if len(line) >= _LONGEST:
            raise StatementUnreadable("columns", number)
        try:
            yield number, line.rstrip(b"\r\n").decode(encoding)
        except UnicodeDecodeError:
            raise StatementUnreadable("encoding", number) from None


def places(headings: Sequence[str], wanted: Sequence[str], *, line: int) -> list[int]:
    """Where the wanted columns stand; others may come and go."""
    if set(wanted) - set(headings):
        raise StatementUnreadable("header", line)
    return [headings.index(name) for name in wanted]


def fen(yuan: str, line: int) -> int:
    """An amount of at least two decimals, of which those after the second are nothing."""
    found = _YUAN.fullmatch(yuan)
    if not found:
        raise StatementUnreadable("amount", line)
    return int(found[1] + found[2])


def whole(text: str, line: int) -> int:
    """A count."""
    if not _COUNT.fullmatch(text):
        raise StatementUnreadable("amount", line)
    return int(text)


def instant(text: str, line: int) -> datetime:
    """A time of Shanghai's, to the second."""
    try:
        if len(text) == _TIME_LENGTH and text[10] == " ":
            return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    raise StatementUnreadable("time", line)


def number(text: str, line: int) -> str:
    """A number, ours or theirs, that must be there."""
    if not text or not text.isascii() or not text.isprintable():
        raise StatementUnreadable("number", line)
    return text
