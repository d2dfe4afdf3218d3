"""How each form is written, movement by movement; the sandbox's own writers as far as they go."""

import tempfile
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from gzip import GzipFile
from typing import IO, BinaryIO

from sandbox import clock
from sandbox.alipay import bill_files as alipay
from sandbox.wechat import bill_files as wechat
from tools.statements.movements import Movement

_NOBODYS_WORD = "谁也不知道"
_ALIPAY = {"pay": "交易", "debit": "交易", "refund": "退款"}
_ALIPAY_FUNDS = {"pay": "在线支付", "refund": "交易退款", "fee": "收费", "payout": "转账", "remittance": "提现"}
_WECHAT_FUNDS = {
    "pay": "交易", "refund": "退款", "fee": "扣除交易手续费", "payout": "商家转账", "remittance": "提现",
}  # fmt: skip
_UNIONPAY = {"pay": "S22", "refund": "S30", "payout": "S65", "returned": "S66"}
_FEE_BACK = "退还交易手续费"
_APPID = "wx00a1b2c3d4e5f601"
# As many bytes as make whole letters of Base64.
_CHUNK = 3 * 16384


def _alipay_trade(file: BinaryIO, told: Iterable[Movement], day: date, account: str) -> None:
    lines = (_alipay_line(each, _ALIPAY) for each in told)
    alipay.write_trades(file, lines, day=day, seller_id=account)


def _alipay_funds(file: BinaryIO, told: Iterable[Movement], day: date, account: str) -> None:
    lines = (_alipay_line(each, _ALIPAY_FUNDS) for each in told)
    alipay.write_funds(file, lines, day=day, seller_id=account)


def _alipay_line(each: Movement, words: dict[str, str]) -> alipay.Line:
    return alipay.Line(
        what=words[each.kind] if each.is_known else _NOBODYS_WORD, trade_no=each.ref,
        out_trade_no=each.charge_key or each.key, subject=each.subject, at=f"{each.at:{clock.WIRE_FORMAT}}",
        other="*晓(138****0011)", amount_minor=each.amount_minor, fee_minor=each.fee_minor,
        request_no=each.key if each.charge_key else "",
    )  # fmt: skip


def _wechat_trade(file: BinaryIO, told: Iterable[Movement], day: date, account: str) -> None:
    _zipped(file, wechat.trades(map(_wechat_line, told), mchid=account, appid=_APPID))


def _wechat_line(each: Movement) -> wechat.Line:
    is_refund = each.kind == "refund"
    refunded = {"refund_id": each.ref, "out_refund_no": each.key, "refund_status": "SUCCESS"} if is_refund else {}
    status = "REFUND" if is_refund else "SUCCESS"
    return wechat.Line(
        at=f"{each.at:{clock.WIRE_FORMAT}}", transaction_id=each.ref, out_trade_no=each.charge_key or each.key,
        openid="oSandbox00000000000000000011", trade_type="PAP" if each.kind == "debit" else "MWEB",
        bank_type="CMB_DEBIT", description=each.subject, amount_minor=each.amount_minor, fee_minor=each.fee_minor,
        status=status if each.is_known else "NOBODYS_WORD", **refunded,
    )  # fmt: skip


def _wechat_funds(file: BinaryIO, told: Iterable[Movement], day: date, account: str) -> None:
    _zipped(file, wechat.funds(map(_wechat_movement, told)))


def _wechat_movement(each: Movement) -> wechat.Movement:
    word = _FEE_BACK if each.kind == "fee" and each.amount_minor > 0 else _WECHAT_FUNDS[each.kind]
    return wechat.Movement(
        at=f"{each.at:{clock.WIRE_FORMAT}}", transaction_id=each.ref, voucher=each.key,
        what=word if each.is_known else _NOBODYS_WORD, amount_minor=each.amount_minor,
    )  # fmt: skip


def _zipped(file: BinaryIO, lines: Iterator[str]) -> None:
    with GzipFile(fileobj=file, mode="wb", mtime=0) as text:
        for line in lines:
            text.write(f"{line}\r\n".encode())


def _unionpay(file: BinaryIO, told: Iterable[Movement], day: date, account: str) -> None:
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as lists:
            errors = b""
            with lists.open(f"INN{day:%y%m%d}88ZM_{account}", "w") as text:
                for place, each in enumerate(told):
                    line = f"{_unionpay_line(each, place)}\r\n".encode("gbk")
                    if each.kind == "returned":
                        errors += line
                    else:
                        text.write(line)
            lists.writestr(f"INN{day:%y%m%d}88ZME_{account}", errors)
        packed.seek(0)
        _encode(packed, file)


def _encode(packed: IO[bytes], file: BinaryIO) -> None:
    deflated, rest = zlib.compressobj(), b""
    while chunk := packed.read(_CHUNK):
        rest += deflated.compress(chunk)
        whole = len(rest) // 3 * 3
        file.write(b64encode(rest[:whole]))
        rest = rest[whole:]
    file.write(b64encode(rest + deflated.flush()))


def _unionpay_line(each: Movement, place: int) -> str:
    settled = each.amount_minor - each.fee_minor
    code = _UNIONPAY[each.kind] if each.is_known else "S99"
    return (
        f"{code} 48020000    00010000    {place % 10**6:06d} {each.at:%m%d%H%M%S} 6222****0017        "
        f"{abs(each.amount_minor):012d} 6012 07 {each.ref:<21} 00 {each.key:<32} 01                   "
        f"{'D' if each.fee_minor >= 0 else 'C'}{abs(each.fee_minor):012d} "
        f"{'C' if settled >= 0 else 'D'}{abs(settled):012d}"
    )


WRITERS: dict[tuple[str, str], Callable[[BinaryIO, Iterable[Movement], date, str], None]] = {
    ("alipay", "trade"): _alipay_trade,
    ("alipay", "funds"): _alipay_funds,
    ("wechat", "trade"): _wechat_trade,
    ("wechat", "funds"): _wechat_funds,
    ("unionpay", "clearing"): _unionpay,
}
