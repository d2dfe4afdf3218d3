"""UnionPay's statement of one clearing day, which ends at 23:00: a zip of lines of fixed width, in a code."""

import io
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Literal

from anqi.payments.channels.protocol import NotReady, StatementRow, Unknown, Unreadable
from anqi.payments.channels.unionpay import codes, wire
from anqi.payments.channels.unionpay.gateway import Gateway
from anqi.payments.numbers import number_for
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7

_STATEMENT = ("76", "01", "000000")
_ENDS_AT = time(23)
_ARCHIVE = b"PK"
# The names of UnionPay's own columns, and how wide they are; a blank stands between two.
_WIDTHS = {
    "code": 3, "acquirer": 11, "sender": 11, "trace": 6, "time": 10, "account": 19, "amount": 12, "category": 4,
    "terminal": 2, "query_id": 21, "old_pay": 2, "order_id": 32, "card": 2, "first_trace": 6, "first_time": 10,
    "fee": 13, "settled": 13,
}  # fmt: skip
_KINDS: dict[str, Literal["charge", "refund", "payout", "payout_return"]] = {
    "S22": "charge", "S30": "refund", "S65": "payout", "S66": "payout_return",
}  # fmt: skip


def fetch(way: Gateway, *, day: date, now: datetime) -> bytes:
    """The file as UnionPay signed it. Raises NotReady, and OSError where there is no clear answer."""
    asked = {"fileType": "00", "settleDate": f"{day:%m%d}"}
    answer = way.fetch(_STATEMENT, key=number_for("af", uuid7()), opened_at=now, more=asked)
    if isinstance(answer, Unknown):
        raise OSError(answer.cause)
    code = answer.get("respCode", "")
    if code == codes.NO_FILE_YET:
        raise NotReady
    if code not in codes.DONE or not answer.get("fileContent"):
        raise OSError(f"code_{code}"[:32])
    return answer["fileContent"].encode()


def rows(file: bytes, *, day: date, mer_id: str) -> Iterator[StatementRow]:
    """The movements of both lists, the common one and that of errors. ValueError where the file is broken.

    It is the file as the channel sends it, or the archive in it.
    """
    lists = _lists(file)
    for name in (f"INN{day:%y%m%d}88ZM_{mer_id}", f"INN{day:%y%m%d}88ZME_{mer_id}"):
        if name not in lists:
            raise ValueError(f"no list {name}")
        for number, line in enumerate(lists[name].splitlines(), 1):
            try:
                yield _row(_columns(line), day)
            except (ValueError, Unreadable):
                raise ValueError(f"{name}, line {number}") from None


def _lists(file: bytes) -> dict[str, bytes]:
    try:
        # The file that people fetch by hand is the archive itself.
        archive = file if file.startswith(_ARCHIVE) else zlib.decompress(b64decode(file, validate=True))
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    except (zlib.error, zipfile.BadZipFile, EOFError, NotImplementedError):
        raise ValueError("not a statement") from None


def _columns(line: bytes) -> dict[str, str]:
    # By bytes: a Chinese character is two of them.
    columns, begin = {}, 0
    for name, width in _WIDTHS.items():
        columns[name] = line[begin : begin + width].decode("gbk").strip()
        begin += width + 1
        if line[begin - 1 : begin] not in (b" ", b""):
            raise ValueError(name)
    if len(line) != begin - 1:
        raise ValueError("length")
    return columns


def _row(columns: dict[str, str], day: date) -> StatementRow:
    return StatementRow(
        kind=_KINDS.get(columns["code"], "other"),
        key=columns["order_id"],
        ref=columns["query_id"],
        amount_minor=_fen(columns["amount"]),
        fee_minor=_signed_fen(columns["fee"]),
        at=wire.nearest(columns["time"], to=_end_of(day)),
    )


def _signed_fen(text: str) -> int:
    """What UnionPay keeps: D is to our debit, C comes back to us."""
    if text[:1] not in ("C", "D"):
        raise ValueError(text)
    return _fen(text[1:]) * (1 if text[0] == "D" else -1)


def _fen(text: str) -> int:
    if not (len(text) == _WIDTHS["amount"] and text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return int(text)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, _ENDS_AT, SHANGHAI)
