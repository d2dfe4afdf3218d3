"""Alipay's two statements of a day: a zip of two lists in GBK, whose cells end in a tab, the rows and a summary."""

import re
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import IO, BinaryIO

from anqi.payments.statements.cells import fen, instant, number, numbered, places, whole
from anqi.payments.statements.refusals import StatementUnreadable
from anqi.payments.statements.rows import Kind, Row, State, Tally, Totals, must_agree

_ENCODING = "gb18030"
_BRAND = "#支付宝".encode("gbk")
# Behind the number of the account stand four digits of Alipay's.
_ACCOUNT = re.compile(r"#账号：\[([0-9]{16})[0-9]{4}\]")
_BEGINS = re.compile(r"#起始日期：\[([0-9]{4})年([0-9]{2})月([0-9]{2})日 00:00:00\].*")
_SUMS_UP = "合计"

Cells = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Form:
    """How one of the two is written: the lists' titles, their columns, and the comments that sum up."""

    title: str
    columns: tuple[str, ...]
    row: Callable[[Cells, date, int], Row]
    comments: tuple[tuple[re.Pattern[str], str, str], ...]
    """The pattern of a count and an amount, and which of the totals they are."""
    summary_title: str
    summary_columns: Mapping[str, str]
    """Which of the totals stands in which column of the summary."""


def trades(file: BinaryIO, *, day: date, account: str) -> Generator[Row, None, Totals]:
    """Payments and refunds (业务明细), each with its fee."""
    return _read(file, _TRADES, day, account)


def funds(file: BinaryIO, *, day: date, account: str) -> Generator[Row, None, Totals]:
    """What moved on the account (账务明细): fees have rows of their own, payouts stand nowhere else."""
    return _read(file, _FUNDS, day, account)


def _read(file: BinaryIO, form: _Form, day: date, account: str) -> Generator[Row, None, Totals]:
    with _unpacked(file) as packed:
        tally = Tally()
        with _opened(packed, form.title) as text:
            yield from _details(text, form, day, account, tally)
        with _opened(packed, form.summary_title) as text:
            _must_sum_up(text, form, tally.totals())
        return tally.totals()


@contextmanager
def _unpacked(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file, metadata_encoding="gbk") as packed:
            yield packed
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError):
        raise StatementUnreadable("damaged") from None


def _opened(packed: zipfile.ZipFile, title: str) -> IO[bytes]:
    """The list of that title, by its first line: whoever packs it anew may lose the names."""
    first = b""
    for name in packed.namelist():
        with packed.open(name) as text:
            first = text.readline(256)
        if first.rstrip(b"\r\n") == title.encode("gbk"):
            return packed.open(name)
    raise StatementUnreadable("header" if first.startswith(_BRAND) else "encoding", 1)


def _details(
    text: IO[bytes], form: _Form, day: date, account: str, tally: Tally
) -> Iterator[Row]:
    """The rows; the comments behind them must agree."""
    found: list[int] = []
    width, line, named, agreed = 0, 0, 0, 0
    for line, told in numbered(text, encoding=_ENCODING):
        if told.startswith("#"):
            named += _names_us(told, day, account, line)
            if stated := _stated(told, form, line):
                must_agree(tally.totals(), stated, line=line)
                agreed += 1
        elif not found:
            if named < 2:
                raise StatementUnreadable("header", line)
            headings = told.split(",")
            width, found = len(headings), places(headings, form.columns, line=line)
        else:
            cells = _cells(told, width, line)
            yield tally.count(form.row([cells[place] for place in found], day, line))
    if agreed < len(form.comments):
        raise StatementUnreadable("cut", line)


def _cells(told: str, width: int, line: int) -> list[str]:
    # A name may hold a comma, but no tab.
    cells = told.removesuffix("\t").split("\t,")
    if len(cells) != width:
        raise StatementUnreadable("columns", line)
    return [cell.strip() for cell in cells]


def _names_us(told: str, day: date, account: str, line: int) -> bool:
    """Whether the comment names the day or the account, and ours."""
    begins, owner = _BEGINS.fullmatch(told), _ACCOUNT.fullmatch(told)
    if begins and "-".join(begins.groups()) != day.isoformat():
        raise StatementUnreadable("other_day", line)
    if owner and owner[1] != account:
        raise StatementUnreadable("other_account", line)
    return bool(begins or owner)


def _stated(told: str, form: _Form, line: int) -> dict[str, int]:
    for pattern, count, amount in form.comments:
        if found := pattern.match(told):
            return {count: whole(found[1], line), amount: fen(found[2], line)}
    return {}


def _must_sum_up(text: IO[bytes], form: _Form, totals: Totals) -> None:
    found: list[int] = []
    width, line, is_found = 0, 0, False
    # To the end: the zip's sum over the list is looked at there.
    for line, told in numbered(text, encoding=_ENCODING):
        if told.startswith("#"):
            continue
        if not found:
            headings = told.split(",")
            width, found = len(headings), places(headings, tuple(form.summary_columns), line=line)
        elif told.startswith(_SUMS_UP):
            cells = _cells(told, width, line)
            pairs = zip(form.summary_columns.values(), found, strict=True)
            must_agree(totals, {name: _figure(name, cells[place], line) for name, place in pairs}, line=line)
            is_found = True
    if not is_found:
        raise StatementUnreadable("cut", line)


def _figure(name: str, cell: str, line: int) -> int:
    if name.endswith("count"):
        return whole(cell, line)
    # A fee is written as what it does to the account.
    return -fen(cell, line) if name == "fee_minor" else fen(cell, line)


def _trade(cells: Cells, day: date, line: int) -> Row:
    ref, order, what, at, received, refund, fee = cells
    kind, state = _TRADE_KINDS.get(what, ("other", "unknown"))
    return Row(
        channel="alipay", kind=kind, key=number(refund or order, line), ref=number(ref, line),
        amount_minor=fen(received, line), fee_minor=-fen(fee, line), at=instant(at, line), day=day, state=state,
        line=line, charge_key=order if refund else "",
    )  # fmt: skip


def _movement(cells: Cells, day: date, line: int) -> Row:
    ref, order, at, received, spent, what = cells
    amount_minor = (fen(received, line) if received else 0) + (fen(spent, line) if spent else 0)
    kind, state = _FUND_KINDS.get(what, ("other", "unknown"))
    if kind == "payout" and amount_minor > 0:
        state = "returned"
    of_charge = kind in ("refund", "fee")
    return Row(
        channel="alipay", kind=kind, key="" if of_charge else order, ref=number(ref, line), amount_minor=amount_minor,
        fee_minor=0, at=instant(at, line), day=day, state=state, line=line, charge_key=order if of_charge else "",
    )  # fmt: skip


_TRADE_KINDS: dict[str, tuple[Kind, State]] = {"交易": ("pay", "done"), "退款": ("refund", "done")}
_FUND_KINDS: dict[str, tuple[Kind, State]] = {
    "在线支付": ("pay", "done"), "交易退款": ("refund", "done"), "收费": ("fee", "done"), "退费": ("fee", "done"),
    "转账": ("payout", "done"), "提现": ("remittance", "done"), "充值": ("remittance", "done"),
}  # fmt: skip
_TRADES = _Form(
    title="#支付宝业务明细查询",
    columns=(
        "支付宝交易号", "商户订单号", "业务类型", "完成时间", "商家实收（元）", "退款批次号/请求号", "服务费（元）",
    ),
    row=_trade,
    comments=(
        (re.compile(r"#交易合计：([0-9]+)笔，商家实收共(-?[0-9.]+)元"), "in_count", "in_minor"),
        (re.compile(r"#退款合计：([0-9]+)笔，商家实收退款共(-?[0-9.]+)元"), "out_count", "out_minor"),
    ),
    summary_title="#支付宝业务汇总查询",
    summary_columns={
        "交易订单总笔数": "in_count", "退款订单总笔数": "out_count", "商家实收（元）": "minor", "服务费（元）": "fee_minor",
    },
)  # fmt: skip
_FUNDS = _Form(
    title="#支付宝账务明细查询",
    columns=("业务流水号", "商户订单号", "发生时间", "收入金额（+元）", "支出金额（-元）", "业务类型"),
    row=_movement,
    comments=(
        (re.compile(r"#支出合计：([0-9]+)笔，共(-?[0-9.]+)元"), "out_count", "out_minor"),
        (re.compile(r"#收入合计：([0-9]+)笔，共(-?[0-9.]+)元"), "in_count", "in_minor"),
    ),
    summary_title="#支付宝账务汇总查询",
    summary_columns={
        "收入笔数": "in_count", "收入金额（+元）": "in_minor", "支出笔数": "out_count", "支出金额（-元）": "out_minor",
    },
)  # fmt: skip
