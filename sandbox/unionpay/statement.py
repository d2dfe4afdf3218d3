"""The statement of one clearing day: two files of fixed-width lines in a zip."""

import base64
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sandbox import clock, faults
from sandbox.store import Connection
from sandbox.unionpay import rows
from sandbox.unionpay.catalogue import FILE_FAULTS, LINE_FAULTS
from sandbox.unionpay.refusals import Refused
from sandbox.unionpay.rows import Card, Order

_CODES = {"pay": "S22", "debit": "S22", "refund": "S30", "payout": "S65"}
_RETURNED = "S66"
# To the merchant's credit: what was paid, and what came back.
_TO_US = ("S22", _RETURNED)
# A payment costs six in a thousand, a payout one yuan; what goes back is free.
_FEE_PER_MILLE, _PAYOUT_FEE = 6, 100
_ACQUIRER, _SENDER = "48020000", "00010000"
_CATEGORY, _TERMINAL, _OLD_PAY = "6012", "07", "00"
_LINE_END = "\r\n"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement; the fee in fen, more than nothing where the merchant pays it."""

    code: str
    order: Order
    card: Card
    at: str
    amount_minor: int
    fee_minor: int
    # A refund's payment.
    origin: Order | None = None


def of(connection: Connection, mmdd: str, mer_id: str, *, now: datetime) -> tuple[str, str]:
    """The name of that day's file, and its contents: Base64 of the compressed zip. Refused: 98, not there yet."""
    day = _latest(mmdd, now=now)
    names = _struck_names(connection, FILE_FAULTS, None)
    if day >= rows.clearing_day(now) or "statement_not_ready" in names:
        raise Refused("98")
    normal, errors = _lines(connection, day), _returns(connection, day)
    # A line that a fault moves is in the next day's file from now on.
    texts = [_text(_bent(connection, lines, day), mer_id) for lines in (normal, errors)]
    if "statement_cut" in names:
        texts = [text[: len(text.rstrip()) - 60] if text else text for text in texts]
    encoding = "utf-16" if "statement_encoding" in names else "gbk"
    file = _packed(day, mer_id, [text.encode(encoding) for text in texts])
    if "statement_broken" in names:
        file = file[:-4] + bytes(4)
    return f"{mer_id}_{day:%Y%m%d}.zip", base64.b64encode(file).decode()


def net(connection: Connection, day: date) -> int:
    """What that day comes to less the fees, in fen, whatever faults make of its file: UnionPay pays it, or takes it."""
    lines = [*_lines(connection, day), *_returns(connection, day)]
    return sum(_comes_to(line) for line in lines)


def _comes_to(line: Line) -> int:
    return line.amount_minor * (1 if line.code in _TO_US else -1) - line.fee_minor


def _latest(mmdd: str, *, now: datetime) -> date:
    """The last date of that month and day that has begun."""
    today = rows.clearing_day(now)
    for year in range(today.year, today.year - 8, -1):
        try:
            day = date(year, int(mmdd[:2]), int(mmdd[2:]))
        except ValueError:
            continue
        if day <= today:
            return day
    raise Refused("10", "settleDate 不是日期")


def _lines(connection: Connection, day: date) -> list[Line]:
    return [_line(connection, order) for order in rows.where(connection, "statement_day = ?", day.isoformat())]


def _line(connection: Connection, order: Order) -> Line:
    assert order.done_at is not None
    return Line(
        code=_CODES[order.kind],
        order=order,
        card=rows.card_of(connection, order),
        at=order.done_at,
        amount_minor=order.amount,
        fee_minor=_fee(order),
        origin=rows.find(connection, order.subject_id) if order.kind == "refund" else None,
    )


def _fee(order: Order) -> int:
    if order.kind in ("pay", "debit"):
        return (order.amount * _FEE_PER_MILLE + 500) // 1000
    return _PAYOUT_FEE if order.kind == "payout" else 0


def _returns(connection: Connection, day: date) -> list[Line]:
    """Payouts that came back on that day, under their own numbers."""
    return [
        Line(
            code=_RETURNED,
            order=order,
            card=rows.card_of(connection, order),
            at=order.returned_at,
            amount_minor=order.amount,
            fee_minor=0,
        )
        for order in rows.where(connection, "return_day = ?", day.isoformat())
        if order.returned_at is not None
    ]


def _bent(connection: Connection, lines: list[Line], day: date) -> Iterator[Line]:
    for line in lines:
        bent = [line]
        for name in _struck_names(connection, LINE_FAULTS, line.order.subject_id):
            if name == "line_next_day":
                _put_off(connection, line, day)
            bent = _BENDS[name](bent)
        yield from bent


def _put_off(connection: Connection, line: Line, day: date) -> None:
    column = "return_day" if line.code == _RETURNED else "statement_day"
    rows.change(connection, line.order, **{column: (day + timedelta(days=1)).isoformat()})


def _stranger(line: Line) -> Line:
    query_id = f"{line.order.query_id[:-1]}7"
    return replace(line, order=replace(line.order, order_id=f"STRANGER{query_id[-8:]}", query_id=query_id))


_BENDS: dict[str, Callable[[list[Line]], list[Line]]] = {
    "line_missing": lambda lines: [],
    "line_next_day": lambda lines: [],
    "line_twice": lambda lines: lines * 2,
    "line_amount": lambda lines: [replace(line, amount_minor=line.amount_minor + 1) for line in lines],
    "line_fee": lambda lines: [replace(line, fee_minor=line.fee_minor + 1) for line in lines],
    "line_stranger": lambda lines: [*lines, *map(_stranger, lines)],
}


def _text(lines: Iterator[Line], mer_id: str) -> str:
    return "".join(_written(line) + _LINE_END for line in lines)


def _written(line: Line) -> str:
    order, origin = line.order, line.origin
    settled = _comes_to(line)
    return " ".join(
        (
            line.code,
            f"{_ACQUIRER:<11}",
            f"{_SENDER:<11}",
            order.trace_no,
            _stamp(line.at),
            f"{line.card.masked:<19}",
            f"{line.amount_minor:012d}",
            _CATEGORY,
            _TERMINAL,
            order.query_id,
            _OLD_PAY,
            f"{order.order_id[:32]:<32}",
            line.card.kind,
            origin.trace_no if origin else " " * 6,
            _stamp(origin.done_at) if origin and origin.done_at else " " * 10,
            f"{'D' if line.fee_minor else 'C'}{line.fee_minor:012d}",
            f"{'C' if settled > 0 else 'D'}{abs(settled):012d}",
        )
    )


def _stamp(moment: str) -> str:
    return f"{clock.from_wire(moment):%m%d%H%M%S}"


def _packed(day: date, mer_id: str, contents: list[bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, content in zip(("ZM", "ZME"), contents, strict=True):
            name = f"INN{day:%y%m%d}88{kind}_{mer_id}"
            archive.writestr(zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 23, 0, 0)), content)
    return zlib.compress(packed.getvalue())


def _struck_names(connection: Connection, able: tuple[faults.Fault, ...], order_no: str | None) -> list[str]:
    strikes = faults.strike(
        connection, channel="unionpay", faults=able, order_no=order_no, operation="statement"
    )
    return [strike.name for strike in strikes]
