"""Alipay's statements of a day as files: a zip of two lists, GBK even in its names, each cell with a tab behind it."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO

from sandbox import money

_RULE = "-" * 40
_TRADE_COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_TRADE_SUMMARY = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
_FUND_COLUMNS = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,"
    "业务类型,备注"
)
_FUND_SUMMARY = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
# What the merchant is known by in a file, after the number of the account.
_ACCOUNT_TAIL = "0156"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement in fen, above zero what the merchant was paid; what it costs is a fee above zero."""

    # As Alipay calls it: 交易, 退款; or 在线支付, 交易退款, 收费, 转账.
    what: str
    trade_no: str
    out_trade_no: str
    subject: str
    at: str
    # Whom it is about, masked.
    other: str
    amount_minor: int
    fee_minor: int = 0
    # Of a refund.
    request_no: str = ""
    # Of the account, after it.
    balance_minor: int = 0


class _Sums:
    """Counts and fen of what was written, in and out, and the fees."""

    def __init__(self) -> None:
        self.counts, self.amounts, self.fee_minor = [0, 0], [0, 0], 0

    def add(self, line: Line) -> Line:
        side = line.amount_minor < 0
        self.counts[side] += 1
        self.amounts[side] += line.amount_minor
        self.fee_minor += line.fee_minor
        return line

    @property
    def minor(self) -> int:
        return sum(self.amounts)


def write_trades(file: IO[bytes], lines: Iterable[Line], *, day: date, seller_id: str, **how: object) -> None:
    """The zip of 业务明细 and its summary."""
    sums = _Sums()
    texts = {"业务明细": _trades(lines, sums, day, seller_id), "业务明细(汇总)": _trade_summary(sums, day, seller_id)}
    _pack(file, texts, day, seller_id, **how)


def write_funds(file: IO[bytes], lines: Iterable[Line], *, day: date, seller_id: str, **how: object) -> None:
    """The zip of 账务明细 and its summary."""
    sums = _Sums()
    texts = {"账务明细": _funds(lines, sums, day, seller_id), "账务明细(汇总)": _fund_summary(sums, day, seller_id)}
    _pack(file, texts, day, seller_id, **how)


def _trades(lines: Iterable[Line], sums: _Sums, day: date, seller_id: str) -> Iterator[str]:
    yield from _head("业务明细", "业务明细列表", day, seller_id)
    yield _TRADE_COLUMNS
    yield from (_trade(sums.add(line)) for line in lines)
    yield f"#{_RULE}业务明细列表结束{_RULE}"
    for name, side in (("交易", 0), ("退款", 1)):
        told, none = "退款" if side else "", "0.00"
        yield (
            f"#{name}合计：{sums.counts[side]}笔，商家实收{told}共{_yuan(sums.amounts[side])}元，"
            f"商家优惠{told}共{none}元"
        )
    yield _exported(day)


def _trade(line: Line) -> str:
    amount, none = _yuan(line.amount_minor), "0.00"
    return _row(
        line.trade_no, line.out_trade_no, line.what, line.subject, line.at, line.at, "", "", "", "", line.other,
        amount, amount, none, none, none, none, none, "", none, none, line.request_no, _yuan(-line.fee_minor), none, "",
    )  # fmt: skip


def _trade_summary(sums: _Sums, day: date, seller_id: str) -> Iterator[str]:
    yield from _head("业务汇总", "业务汇总列表", day, seller_id)
    yield _TRADE_SUMMARY
    amount, none = _yuan(sums.minor), "0.00"
    yield _row(
        "合计", "", str(sums.counts[0]), str(sums.counts[1]), amount, amount, none, none, none,
        _yuan(-sums.fee_minor), none, _yuan(sums.minor - sums.fee_minor),
    )  # fmt: skip
    yield f"#{_RULE}业务汇总列表结束{_RULE}"
    yield _exported(day)


def _funds(lines: Iterable[Line], sums: _Sums, day: date, seller_id: str) -> Iterator[str]:
    yield from _head("账务明细", "账务明细列表", day, seller_id)
    yield _FUND_COLUMNS
    yield from (_movement(sums.add(line), count) for count, line in enumerate(lines, 1))
    yield f"#{_RULE}账务明细列表结束{_RULE}"
    for name, side in (("支出", 1), ("收入", 0)):
        yield f"#{name}合计：{sums.counts[side]}笔，共{_yuan(sums.amounts[side])}元"
    yield _exported(day)


def _movement(line: Line, count: int) -> str:
    came, went = max(line.amount_minor, 0), min(line.amount_minor, 0)
    return _row(
        f"{line.at[:10].replace('-', '')}{count:012d}", line.trade_no, line.out_trade_no, line.subject, line.at,
        line.other, _yuan(came), _yuan(went), _yuan(line.balance_minor), "支付宝", line.what, "",
    )  # fmt: skip


def _fund_summary(sums: _Sums, day: date, seller_id: str) -> Iterator[str]:
    yield from _head("账务汇总", "账务汇总列表", day, seller_id)
    yield _FUND_SUMMARY
    yield _row(
        "合计", str(sums.counts[0]), _yuan(sums.amounts[0]), str(sums.counts[1]), _yuan(sums.amounts[1]),
        _yuan(sums.minor),
    )  # fmt: skip
    yield f"#{_RULE}账务汇总列表结束{_RULE}"
    yield _exported(day)


def _head(title: str, named: str, day: date, seller_id: str) -> Iterator[str]:
    yield f"#支付宝{title}查询"
    yield f"#账号：[{seller_id}{_ACCOUNT_TAIL}]"
    yield f"#起始日期：[{_long(day)}]   终止日期：[{_long(day + timedelta(days=1))}]"
    yield f"#{_RULE}{named}{_RULE}"


def _long(day: date) -> str:
    return f"{day.year}年{day.month:02d}月{day.day:02d}日 00:00:00"


def _exported(day: date) -> str:
    return f"#导出时间：[{_long(day + timedelta(days=1)).replace('00:00:00', '08:17:05')}]"


def _row(*cells: str) -> str:
    return ",".join(f"{cell}\t" for cell in cells)


def _yuan(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{money.to_yuan(abs(minor))}"


class _Named(zipfile.ZipInfo):
    """A member whose name is in GBK, with nothing to say so: Python itself would write UTF-8 and a mark."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("gbk"), self.flag_bits


def _pack(
    file: IO[bytes], texts: dict[str, Iterator[str]], day: date, seller_id: str, *, encoding: object = "gbk",
    is_cut: object = False,
) -> None:  # fmt: skip
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in texts.items():
            named = f"{seller_id}{_ACCOUNT_TAIL}_{day:%Y%m%d}_{name}.csv"
            info = _Named(named, (day.year, day.month, day.day, 8, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as text:
                for line in lines:
                    # Cut where the rows end: what sums them up is gone.
                    if is_cut and line.startswith(f"#{_RULE}") and "结束" in line:
                        break
                    text.write(f"{line}\r\n".encode(str(encoding)))
