"""UnionPay's statement of one clearing day, which ends at 23:00: a zip of lines of fixed width, in a code.

It has no totals: each line states its own net amount, and the zip has checksums.
"""

import shutil
import tempfile
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Generator
from datetime import date, datetime
from operator import itemgetter
from typing import IO, BinaryIO

from anqi.payments.statements.refusals import StatementUnreadable
from anqi.payments.statements.rows import Kind, Row, State, Tally, Totals
from anqi.rows.days import SHANGHAI

# The names of UnionPay's own columns, and how wide they are; a blank stands between two.
_WIDTHS = {
    "code": 3, "acquirer": 11, "sender": 11, "trace": 6, "time": 10, "account": 19, "amount": 12, "category": 4,
    "terminal": 2, "query_id": 21, "old_pay": 2, "order_id": 32, "card": 2, "first_trace": 6, "first_time": 10,
    "fee": 13, "settled": 13,
}  # fmt: skip
# By bytes: a Chinese character is two of them.
_ENDS = [sum(list(_WIDTHS.values())[: place + 1]) + place for place in range(len(_WIDTHS))]
_PLACES = {name: slice(end - width, end) for (name, width), end in zip(_WIDTHS.items(), _ENDS, strict=True)}
_LENGTH = _ENDS[-1]
_BLANKS = itemgetter(*_ENDS[:-1])
_ALL_BLANK = (ord(" "),) * (len(_ENDS) - 1)
_CODES: dict[bytes, tuple[Kind, State, int]] = {
    b"S22": ("pay", "done", 1), b"S30": ("refund", "done", -1), b"S65": ("payout", "done", -1),
    b"S66": ("payout", "returned", 1),
}  # fmt: skip
_LISTS = ("ZM", "ZME")
# Whole groups of four letters, which are three bytes.
_CHUNK = 4 * 16384
_ARCHIVE = b"PK"
_IN_MEMORY = 256 * 1024


def clearing(file: BinaryIO, *, day: date, account: str) -> Generator[Row, None, Totals]:
    """The movements of both lists, the common one and that of errors; lines are counted through both."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as packed:
        try:
            _decode(file, packed)
            with zipfile.ZipFile(packed) as lists:
                return (yield from _rows(lists, day, account))
        except (ValueError, zlib.error, zipfile.BadZipFile, EOFError, NotImplementedError):
            raise StatementUnreadable("damaged") from None


def _decode(file: BinaryIO, packed: IO[bytes]) -> None:
    if file.read(len(_ARCHIVE)) == _ARCHIVE:
        # What people fetch by hand is the archive itself.
        file.seek(0)
        shutil.copyfileobj(file, packed)
        return
    file.seek(0)
    inflated = zlib.decompressobj()
    while chunk := file.read(_CHUNK):
        packed.write(inflated.decompress(b64decode(chunk, validate=True)))
    packed.write(inflated.flush())
    if not inflated.eof:
        raise EOFError


def _rows(lists: zipfile.ZipFile, day: date, account: str) -> Generator[Row, None, Totals]:
    tally, line = Tally(), 0
    for part in _LISTS:
        with lists.open(_member(lists, part, day, account)) as text:
            # A longer one is none of theirs, and without an end it would be held as a whole.
            while told := text.readline(_LENGTH + 2):
                line += 1
                yield tally.count(_row(told.rstrip(b"\r\n"), day, line))
    return tally.totals()


def _member(lists: zipfile.ZipFile, part: str, day: date, account: str) -> str:
    name, names = f"INN{day:%y%m%d}88{part}_{account}", lists.namelist()
    if name in names:
        return name
    if any(each.startswith("INN") and not each.startswith(f"INN{day:%y%m%d}") for each in names):
        raise StatementUnreadable("other_day")
    raise StatementUnreadable("other_account" if any(part in each for each in names) else "cut")


def _row(told: bytes, day: date, line: int) -> Row:
    if len(told) != _LENGTH or _BLANKS(told) != _ALL_BLANK:
        raise StatementUnreadable("encoding" if b"\0" in told else "columns", line)
    kind, state, sign = _CODES.get(told[_PLACES["code"]], ("other", "unknown", 0))
    settled_minor = _signed_fen(told[_PLACES["settled"]], line, above=b"C")
    fee_minor = _signed_fen(told[_PLACES["fee"]], line, above=b"D")
    amount_minor = _fen(told[_PLACES["amount"]], line) * (sign or (-1 if settled_minor < 0 else 1))
    if sign and amount_minor - fee_minor != settled_minor:
        raise StatementUnreadable("sums_differ", line)
    return Row(
        channel="unionpay", kind=kind, key=_key(told[_PLACES["order_id"]], kind, line),
        ref=_number(told[_PLACES["query_id"]], line), amount_minor=amount_minor, fee_minor=fee_minor,
        at=_instant(told[_PLACES["time"]], day, line), day=day, state=state, line=line,
    )  # fmt: skip


def _signed_fen(text: bytes, line: int, *, above: bytes) -> int:
    """A debit (D) or credit (C) of ours; which of them is above zero is said."""
    if text[:1] not in (b"C", b"D"):
        raise StatementUnreadable("amount", line)
    return _fen(text[1:], line) * (1 if text[:1] == above else -1)


def _fen(text: bytes, line: int) -> int:
    if not text.isdigit():
        raise StatementUnreadable("amount", line)
    return int(text)


def _key(text: bytes, kind: Kind, line: int) -> str:
    # What is settled by hand may be of no order.
    return "" if kind == "other" and not text.strip() else _number(text, line)


def _number(text: bytes, line: int) -> str:
    stated = text.strip()
    if not stated.isalnum():
        raise StatementUnreadable("number", line)
    return stated.decode()


def _instant(text: bytes, day: date, line: int) -> datetime:
    """MMDDhhmmss; the year is that of the day, or a neighbour of it about New Year."""
    try:
        month, on, hour, minute, second = (int(text[place : place + 2]) for place in range(0, 10, 2))
        year = day.year + ((month, day.month) == (1, 12)) - ((month, day.month) == (12, 1))
        return datetime(year, month, on, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:
        raise StatementUnreadable("time", line) from None
