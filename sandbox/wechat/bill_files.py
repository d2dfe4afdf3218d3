"""WeChat's statements of a day as text: a backtick before each cell, headings and a line that sums up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox import money

_TRADE_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
_TRADE_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
_FUND_COLUMNS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,"
    "业务凭证号"
)
_FUND_SUMS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
_RATE = "0.60%"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement in fen, above zero what the merchant was paid; what it costs is a fee above zero."""

    at: str
    transaction_id: str
    out_trade_no: str
    openid: str
    trade_type: str
    bank_type: str
    description: str
    amount_minor: int
    fee_minor: int
    status: str = "SUCCESS"
    refund_id: str = "0"
    out_refund_no: str = "0"
    refund_status: str = ""


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One of the account's own, in fen: 交易, 退款, 扣除交易手续费, 商家转账 and others."""

    at: str
    transaction_id: str
    voucher: str
    what: str
    amount_minor: int
    balance_minor: int = 0


def trades(lines: Iterable[Line], *, mchid: str, appid: str) -> Iterator[str]:
    """The lines of 交易账单."""
    count = came = went = fees = 0
    yield f"\ufeff{_TRADE_COLUMNS}"
    for line in lines:
        count, fees = count + 1, fees + line.fee_minor
        came, went = came + max(line.amount_minor, 0), went - min(line.amount_minor, 0)
        yield _trade(line, mchid, appid)
    yield _TRADE_SUMS
    yield _row(str(count), _yuan(came), _yuan(went), "0.00", _fee(fees), _yuan(came), _yuan(went))


def _trade(line: Line, mchid: str, appid: str) -> str:
    came, went = _yuan(max(line.amount_minor, 0)), _yuan(-min(line.amount_minor, 0))
    return _row(
        line.at, appid, mchid, "0", "", line.transaction_id, line.out_trade_no, line.openid, line.trade_type,
        line.status, line.bank_type, "CNY", came, "0.00", line.refund_id, line.out_refund_no, went, "0.00",
        "ORIGINAL" if line.refund_status else "", line.refund_status, line.description, "", _fee(line.fee_minor), _RATE,
        came, went, "",
    )  # fmt: skip


def funds(movements: Iterable[Movement]) -> Iterator[str]:
    """The lines of 资金账单."""
    counts, amounts = [0, 0], [0, 0]
    yield f"\ufeff{_FUND_COLUMNS}"
    for count, each in enumerate(movements, 1):
        side = each.amount_minor < 0
        counts[side] += 1
        amounts[side] += abs(each.amount_minor)
        yield _row(
            each.at, each.transaction_id, f"{each.at[:10].replace('-', '')}{count:010d}", each.what, each.what,
            "支出" if side else "收入", _yuan(abs(each.amount_minor)), _yuan(each.balance_minor), "system", "",
            each.voucher,
        )  # fmt: skip
    yield _FUND_SUMS
    yield _row(str(sum(counts)), str(counts[0]), _yuan(amounts[0]), str(counts[1]), _yuan(amounts[1]))


def _row(*cells: str) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _yuan(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{money.to_yuan(abs(minor))}"


def _fee(minor: int) -> str:
    # Fees are told to the thousandth of a fen, though they are whole ones.
    return f"{_yuan(minor)}000"
