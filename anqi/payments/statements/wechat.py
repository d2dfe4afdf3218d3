"""WeChat Pay's two statements of a day: UTF-8, cells behind a backtick, totals in the last line; gzip or plain."""

import gzip
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import IO, BinaryIO, cast

from anqi.payments.statements.cells import fen, instant, number, numbered, places, whole
from anqi.payments.statements.refusals import StatementUnreadable
from anqi.payments.statements.rows import Kind, Row, State, Tally, Totals, must_agree

_GZIP = b"\x1f\x8b"

Cells = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Form:
    """How one of the two is written: its columns, and those of the line that sums up."""

    columns: tuple[str, ...]
    row: Callable[[Cells, date, str, int], Row]
    sums: tuple[tuple[str, str, int], ...]
    """Column, which of the totals it is, and the sign it is written with."""


def trades(file: BinaryIO, *, day: date, account: str) -> Generator[Row, None, Totals]:
    """Payments, debits and refunds (交易账单), each with its fee."""
    return _read(file, _TRADES, day, account)


def funds(file: BinaryIO, *, day: date, account: str) -> Generator[Row, None, Totals]:
    """What moved on the account (资金账单): fees have rows of their own, payouts stand nowhere else."""
    return _read(file, _FUNDS, day, account)


@contextmanager
def unpacked(file: BinaryIO) -> Iterator[IO[bytes]]:
    """The text, whether the file is packed or not."""
    is_packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    try:
        if is_packed:
            with gzip.open(file) as text:
                yield cast(IO[bytes], text)
        else:
            yield file
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise StatementUnreadable("damaged") from None


def _read(file: BinaryIO, form: _Form, day: date, account: str) -> Generator[Row, None, Totals]:
    with unpacked(file) as text:
        lines = numbered(text, encoding="utf-8")
        width, found, line = 0, list[int](), 0
        tally = Tally()
        for line, told in lines:
            if told.startswith("`"):
                cells = _cells(told, width, line)
                yield tally.count(form.row([cells[place] for place in found], day, account, line))
            elif not found:
                headings = told.removeprefix("\ufeff").split(",")
                width, found = len(headings), places(headings, form.columns, line=line)
            else:
                _must_sum_up(told, next(lines, None), form, tally.totals(), line)
                # To the end: the sum over a packed file stands behind its last line.
                if after := next(lines, None):
                    raise StatementUnreadable("columns", after[0])
                return tally.totals()
        raise StatementUnreadable("cut", line)


def _cells(told: str, width: int, line: int) -> list[str]:
    # A name may hold a comma, but hardly one with a backtick behind it.
    cells = told[1:].split(",`")
    if len(cells) != width:
        raise StatementUnreadable("columns", line)
    return cells


def _must_sum_up(
    headings: str, last: tuple[int, str] | None, form: _Form, totals: Totals, line: int
) -> None:
    named = headings.split(",")
    found = places(named, [column for column, _, _ in form.sums], line=line)
    if last is None:
        raise StatementUnreadable("cut", line)
    line, told = last
    cells = _cells(told, len(named), line)
    for (_, name, sign), place in zip(form.sums, found, strict=True):
        read = whole if name.endswith("count") else fen
        must_agree(totals, {name: sign * read(cells[place], line)}, line=line)


def _trade(cells: Cells, day: date, account: str, line: int) -> Row:
    at, mchid, ref, order, how, said, currency, settled, refund_ref, refund, refunded, refund_said, fee = cells
    if mchid != account:
        raise StatementUnreadable("other_account", line)
    if currency != "CNY":
        raise StatementUnreadable("currency", line)
    kind, state = _TRADE_KINDS.get(said, ("other", "unknown"))
    is_refund = refund not in _NO_REFUND
    if kind == "refund":
        state = _REFUND_STATES.get(refund_said, "unknown")
    return Row(
        channel="wechat", kind="debit" if kind == "pay" and how == _DEBIT else kind,
        key=number(refund if is_refund else order, line), ref=number(refund_ref if is_refund else ref, line),
        amount_minor=fen(settled, line) - fen(refunded, line), fee_minor=fen(fee, line), at=instant(at, line), day=day,
        state=state, line=line, charge_key=order if is_refund else "",
    )  # fmt: skip


def _movement(cells: Cells, day: date, account: str, line: int) -> Row:
    at, ref, what, direction, amount, voucher = cells
    if direction not in _SIGNS:
        raise StatementUnreadable("amount", line)
    amount_minor = _SIGNS[direction] * fen(amount, line)
    kind, state = _FUND_KINDS.get(what, ("other", "unknown"))
    if kind == "payout" and amount_minor > 0:
        state = "returned"
    is_fee = kind == "fee"
    return Row(
        channel="wechat", kind=kind, key="" if is_fee else voucher, ref=number(ref, line), amount_minor=amount_minor,
        fee_minor=0, at=instant(at, line), day=day, state=state, line=line, charge_key=voucher if is_fee else "",
    )  # fmt: skip


_DEBIT, _NO_REFUND = "PAP", ("", "0")
_TRADE_KINDS: dict[str, tuple[Kind, State]] = {"SUCCESS": ("pay", "done"), "REFUND": ("refund", "done")}
_REFUND_STATES: dict[str, State] = {
    "SUCCESS": "done", "PROCESSING": "open", "FAIL": "failed", "CHANGE": "failed",
}  # fmt: skip
_SIGNS = {"收入": 1, "支出": -1}
_FUND_KINDS: dict[str, tuple[Kind, State]] = {
    "交易": ("pay", "done"), "退款": ("refund", "done"), "扣除交易手续费": ("fee", "done"),
    "退还交易手续费": ("fee", "done"), "商家转账": ("payout", "done"), "提现": ("remittance", "done"),
    "充值": ("remittance", "done"),
}  # fmt: skip
_TRADES = _Form(
    columns=(
        "交易时间", "商户号", "微信订单号", "商户订单号", "交易类型", "交易状态", "货币种类", "应结订单金额", "微信退款单号",
        "商户退款单号", "退款金额", "退款状态", "手续费",
    ),
    row=_trade,
    sums=(
        ("总交易单数", "count", 1), ("应结订单总金额", "in_minor", 1), ("退款总金额", "out_minor", -1),
        ("手续费总金额", "fee_minor", 1),
    ),
)  # fmt: skip
_FUNDS = _Form(
    columns=("记账时间", "微信支付业务单号", "业务类型", "收支类型", "收支金额(元)", "业务凭证号"),
    row=_movement,
    sums=(
        ("资金流水总笔数", "count", 1), ("收入笔数", "in_count", 1), ("收入金额", "in_minor", 1),
        ("支出笔数", "out_count", 1), ("支出金额", "out_minor", -1),
    ),
)  # fmt: skip
