"""What the tests of statements share: packing a text as its channel does, and reading it."""

import gzip
import io
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterable
from datetime import date

import pytest

from anqi.payments import statements
from anqi.payments.statements import Reading, StatementUnreadable

DAY = date(2026, 11, 26)
SELLER, MCHID, MER_ID = "2088000000000001", "1900000109", "777290058110048"
_ACCOUNTS = {"alipay": SELLER, "wechat": MCHID, "unionpay": MER_ID}


def alipay_zip(*texts: str, encoding: str = "gbk", errors: str = "strict") -> bytes:
    """The texts as the lists of one zip, under names that say nothing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place, text in enumerate(texts):
            archive.writestr(f"{place}.csv", text.replace("\n", "\r\n").encode(encoding, errors))
    return packed.getvalue()


def wechat_gzip(text: str, *, encoding: str = "utf-8") -> bytes:
    return gzip.compress(text.replace("\n", "\r\n").encode(encoding))


def unionpay_code(normal: bytes, errors: bytes = b"", *, day: date = DAY, mer_id: str = MER_ID) -> bytes:
    named = f"INN{day:%y%m%d}88"
    return unionpay_lists({f"{named}ZM_{mer_id}": normal, f"{named}ZME_{mer_id}": errors})


def unionpay_lists(lists: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, lines in lists.items():
            archive.writestr(name, lines)
    return b64encode(zlib.compress(packed.getvalue()))


def reading(file: bytes, channel: str, kind: str, *, day: date = DAY) -> Reading:
    return statements.read(io.BytesIO(file), channel=channel, kind=kind, day=day, account=_ACCOUNTS[channel])


def refused(file: bytes, channel: str, kind: str, *, day: date = DAY) -> tuple[str, int]:
    """Why the file can't be read, and at which line."""
    with pytest.raises(StatementUnreadable) as caught:
        list(reading(file, channel, kind, day=day))
    return caught.value.reason, caught.value.line


def told(rows: Iterable[statements.Row]) -> list[tuple[object, ...]]:
    """What differs from row to row."""
    return [
        (each.line, each.kind, each.state, each.key, each.charge_key, each.ref, each.amount_minor, each.fee_minor,
         f"{each.at:%m-%d %H:%M:%S}")
        for each in rows
    ]  # fmt: skip
