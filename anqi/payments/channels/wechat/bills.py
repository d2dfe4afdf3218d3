"""WeChat Pay's statements of a day: where each lies is signed, the file isn't, and its text must have the hash."""

import hashlib
import io
from collections.abc import Callable
from datetime import date
from typing import Any

from wechatpayv3 import WeChatPay

from anqi.payments.channels.protocol import NotReady, Unknown
from anqi.payments.channels.wechat import gateway
from anqi.payments.statements import StatementUnreadable
from anqi.payments.statements.wechat import unpacked

KINDS = ("trade", "funds")
# Being made, or none because nothing happened: these words are unsigned, and which of the two it is proves nothing.
_NOT_THERE = ("STATEMENT_CREATING", "NO_STATEMENT_EXIST")
_CHUNK = 64 * 1024


def fetch(sdk: WeChatPay, *, day: date, kind: str) -> bytes:
    """The file, packed by gzip. Raises NotReady, OSError where there is no clear answer, and StatementUnreadable."""
    ask: Callable[..., tuple[int, Any]] = sdk.trade_bill if kind == "trade" else sdk.fundflow_bill
    answer = gateway.ask(lambda: ask(bill_date=day.isoformat(), tar_type="GZIP"))
    if isinstance(answer, Unknown):
        raise OSError(answer.cause)
    if answer.code in _NOT_THERE:
        raise NotReady
    if answer.status != 200:
        raise OSError(answer.as_unknown.cause)
    address, stated = answer.fields.get("download_url"), answer.fields.get("hash_value")
    # The SDK puts its own gateway before any other address.
    if not isinstance(address, str) or not address.startswith(f"{sdk._core._gate_way}/"):
        raise OSError("other_address")
    if answer.fields.get("hash_type") != "SHA1" or not isinstance(stated, str):
        raise OSError("no_hash")
    file = gateway.download(lambda: sdk.download_bill(url=address))
    if isinstance(file, Unknown):
        raise OSError(file.cause)
    _must_have(stated, file)
    return file


def _must_have(stated: str, file: bytes) -> None:
    # Of the text as it is unpacked, not of the bytes that were sent.
    digest = hashlib.sha1(usedforsecurity=False)
    with unpacked(io.BytesIO(file)) as text:
        while chunk := text.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != stated.lower():
        raise StatementUnreadable("hash_differs")
