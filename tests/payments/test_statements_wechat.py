"""WeChat Pay's two statements: read to the fen, and refused where they aren't what they should be."""

import pytest

from anqi.payments.statements import Totals
from tests.payments.statement_papers import DAY, reading, refused, told, wechat_gzip

TRADES = """\
\ufeff交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注
`2026-11-26 09:14:22,`wx00a1b2c3d4e5f601,`1900000109,`0,`,`4200020261126000183640,`aq03hb8zbzced4j7g5s6of4w2ge,`oSandbox00000000000000000011,`MWEB,`SUCCESS,`CMB_DEBIT,`CNY,`533.09,`0.00,`0,`0,`0.00,`0.00,`,`,`按期还款 AQ1, AQ2,`,`3.20000,`0.60%,`533.09,`0.00,`
`2026-11-26 10:00:02,`wx00a1b2c3d4e5f601,`1900000109,`0,`,`4200020261126000201177,`aq03hb8zbzced4j7g5s6of4w2gf,`oSandbox00000000000000000022,`PAP,`SUCCESS,`OTHERS,`CNY,`100.00,`0.00,`0,`0,`0.00,`0.00,`,`,`按期自动还款,`,`0.60000,`0.60%,`100.00,`0.00,`
`2026-11-26 21:30:00,`wx00a1b2c3d4e5f601,`1900000109,`0,`,`4200020261126000183640,`aq03hb8zbzced4j7g5s6of4w2ge,`oSandbox00000000000000000011,`MWEB,`REFUND,`CMB_DEBIT,`CNY,`0.00,`0.00,`50302026112600000000000000017,`ar03hb8zbzced4j7g5s6of4w2gg,`3.09,`0.00,`ORIGINAL,`SUCCESS,`按期还款,`,`-0.02000,`0.60%,`0.00,`3.09,`
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额
`3,`633.09,`3.09,`0.00,`3.78000,`633.09,`3.09
"""
FUNDS = """\
\ufeff记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号
`2026-11-26 09:14:22,`4200020261126000183640,`1900000109202611260001,`交易,`交易,`收入,`533.09,`10533.09,`system,`结算总金额 533.09 元;含手续费 3.20 元,`aq03hb8zbzced4j7g5s6of4w2ge
`2026-11-26 09:14:22,`4200020261126000183640,`1900000109202611260002,`扣除交易手续费,`扣除交易手续费,`支出,`3.20,`10529.89,`system,`,`aq03hb8zbzced4j7g5s6of4w2ge
`2026-11-26 21:30:00,`50302026112600000000000000017,`1900000109202611260003,`退款,`退款,`支出,`3.09,`10526.80,`1900000109API,`退款总金额3.09元;含手续费0.02元,`ar03hb8zbzced4j7g5s6of4w2gg
`2026-11-26 21:30:00,`50302026112600000000000000017,`1900000109202611260004,`退还手续费,`退还交易手续费,`收入,`0.02,`10526.82,`system,`,`ar03hb8zbzced4j7g5s6of4w2gg
`2026-11-26 21:40:00,`131000207001101202611260038,`1900000109202611260005,`商家转账,`商家转账,`支出,`8000.00,`2526.82,`1900000109API,`,`ap03hb8zbzced4j7g5s6of4w2gh
`2026-11-26 22:00:00,`131000207001101202611250017,`1900000109202611260006,`商家转账,`商家转账,`收入,`500.00,`3026.82,`system,`转账退回,`ap03hb8zbzced4j7g5s6of4w2gi
`2026-11-26 23:00:00,`15020261126001,`1900000109202611260007,`提现,`提现,`支出,`3000.00,`26.82,`1900000109,`,`
`2026-11-26 23:01:00,`15020261126002,`1900000109202611260008,`红包,`现金红包,`收入,`0.01,`26.83,`system,`,`
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`8,`4,`1033.12,`4,`11006.29
"""
AQ, FIRST = "aq03hb8zbzced4j7g5s6of4w2ge", "4200020261126000183640"
REFUND, AR = "50302026112600000000000000017", "ar03hb8zbzced4j7g5s6of4w2gg"


def test_trades() -> None:
    rows = reading(wechat_gzip(TRADES), "wechat", "trade")
    assert told(rows) == [
        (2, "pay", "done", AQ, "", FIRST, 53309, 320, "11-26 09:14:22"),
        (3, "debit", "done", "aq03hb8zbzced4j7g5s6of4w2gf", "", "4200020261126000201177", 10000, 60, "11-26 10:00:02"),
        (4, "refund", "done", AR, AQ, REFUND, -309, -2, "11-26 21:30:00"),
    ]
    assert rows.totals == Totals(in_count=2, in_minor=63309, out_count=1, out_minor=-309, fee_minor=378)


def test_funds() -> None:
    rows = reading(wechat_gzip(FUNDS), "wechat", "funds")
    assert told(rows) == [
        (2, "pay", "done", AQ, "", FIRST, 53309, 0, "11-26 09:14:22"),
        (3, "fee", "done", "", AQ, FIRST, -320, 0, "11-26 09:14:22"),
        (4, "refund", "done", AR, "", REFUND, -309, 0, "11-26 21:30:00"),
        (5, "fee", "done", "", AR, REFUND, 2, 0, "11-26 21:30:00"),
        (6, "payout", "done", "ap03hb8zbzced4j7g5s6of4w2gh", "", "131000207001101202611260038", -800000, 0, "11-26 21:40:00"),
        (7, "payout", "returned", "ap03hb8zbzced4j7g5s6of4w2gi", "", "131000207001101202611250017", 50000, 0, "11-26 22:00:00"),
        (8, "remittance", "done", "", "", "15020261126001", -300000, 0, "11-26 23:00:00"),
        (9, "other", "unknown", "", "", "15020261126002", 1, 0, "11-26 23:01:00"),
    ]
    assert rows.totals == Totals(in_count=4, in_minor=103312, out_count=4, out_minor=-1100629)


def test_a_file_that_was_unpacked_is_the_same() -> None:
    plain = TRADES.encode()
    [row, *_] = reading(plain, "wechat", "trade")
    assert (row.channel, row.day, row.line) == ("wechat", DAY, 2)
    unmarked = TRADES.removeprefix("\ufeff").encode().removesuffix(b"\n")
    assert len(list(reading(unmarked, "wechat", "trade"))) == 3


@pytest.mark.parametrize(
    ("said", "state"),
    [("PROCESSING", "open"), ("FAIL", "failed"), ("CHANGE", "failed"), ("NOBODYS_WORD", "unknown"), ("", "unknown")],
)
def test_a_refund_that_has_not_arrived(said: str, state: str) -> None:
    *_, row = reading(wechat_gzip(TRADES.replace("`ORIGINAL,`SUCCESS", f"`ORIGINAL,`{said}")), "wechat", "trade")
    assert (row.kind, row.state, row.amount_minor) == ("refund", state, -309)


def test_a_state_that_nobody_has_learned() -> None:
    rows = list(reading(wechat_gzip(TRADES.replace("`MWEB,`SUCCESS", "`MWEB,`REVOKED")), "wechat", "trade"))
    assert [(row.kind, row.state, row.amount_minor) for row in rows] == [
        ("other", "unknown", 53309), ("debit", "done", 10000), ("refund", "done", -309),
    ]  # fmt: skip


def test_a_day_without_rows() -> None:
    lines = TRADES.splitlines(keepends=True)
    nothing = wechat_gzip("".join([lines[0], lines[4], "`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00\n"]))
    rows = reading(nothing, "wechat", "trade")
    assert (list(rows), rows.totals) == ([], Totals())


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("应结订单金额,", "应结金额,", "header", 1),
        (",`1900000109,`0,`,`4200020261126000183640", ",`1900000110,`0,`,`4200020261126000183640", "other_account", 2),
        ("`CNY,`533.09", "`USD,`533.09", "currency", 2),
        ("按期还款 AQ1, AQ2", "按期还款 AQ1,`AQ2", "columns", 2),
        ("09:14:22", "24:14:22", "time", 2),
        ("`533.09,`0.00,`0", "`533.9,`0.00,`0", "amount", 2),
        ("`3.20000", "`3.20500", "amount", 2),
        ("`4200020261126000183640", "`", "number", 2),
        ("`aq03hb8zbzced4j7g5s6of4w2gf", "`", "number", 3),
        ("`100.00,`0.00,`0", "`100.01,`0.00,`0", "sums_differ", 6),
        ("`3.09,`0.00,`ORIGINAL", "`3.08,`0.00,`ORIGINAL", "sums_differ", 6),
        ("`-0.02000", "`-0.03000", "sums_differ", 6),
        ("总交易单数", "总笔数", "header", 5),
        ("\n`3,`633.09", "\n`2,`633.09", "count_differs", 6),
        ("\n`3,`633.09", "\n`3,`633.10", "sums_differ", 6),
        ("`3.09,`0.00,`3.78000", "`3.10,`0.00,`3.78000", "sums_differ", 6),
        ("`3.78000", "`3.77000", "sums_differ", 6),
        ("\n`3,`", "\n`3.0,`", "amount", 6),
        ("\n`3,`633.09,`3.09,`0.00,`3.78000,`633.09,`3.09\n", "\n`3,`633.09,`3.09", "columns", 6),
        ("\n`3,`633.09,`3.09,`0.00,`3.78000,`633.09,`3.09\n", "\n", "cut", 5),
        ("`633.09,`3.09\n", "`633.09,`3.09\n`4,`633.09,`3.09,`0.00,`3.78000,`633.09,`3.09\n", "columns", 7),
    ],
)
def test_trades_that_are_not_what_they_should_be(old: str, new: str, reason: str, line: int) -> None:
    assert old in TRADES
    assert refused(wechat_gzip(TRADES.replace(old, new, 1)), "wechat", "trade") == (reason, line)


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("收支类型,", "收支,", "header", 1),
        ("`交易,`收入", "`交易,`冻结", "amount", 2),
        ("`收入,`533.09", "`支出,`533.09", "count_differs", 11),
        ("`支出,`3.20", "`支出,`3.21", "sums_differ", 11),
        ("`收入,`0.02", "`收入,`0.03", "sums_differ", 11),
        ("\n`8,", "\n`9,", "count_differs", 11),
        ("\n`8,`4,", "\n`8,`3,", "count_differs", 11),
        ("`4,`11006.29", "`5,`11006.29", "count_differs", 11),
        ("`11006.29", "`11006.30", "sums_differ", 11),
        ("`1033.12", "`1033.11", "sums_differ", 11),
    ],
)
def test_funds_that_are_not_what_they_should_be(old: str, new: str, reason: str, line: int) -> None:
    assert old in FUNDS
    assert refused(wechat_gzip(FUNDS.replace(old, new, 1)), "wechat", "funds") == (reason, line)


def test_a_file_that_ends_after_any_line() -> None:
    lines = TRADES.splitlines(keepends=True)
    for count in range(len(lines)):
        assert refused(wechat_gzip("".join(lines[:count])), "wechat", "trade") == ("cut", count)


def test_half_of_a_gzip() -> None:
    file = wechat_gzip(TRADES)
    for length in (2, 9, len(file) // 2, len(file) - 9):
        assert refused(file[:length], "wechat", "trade") == ("damaged", 0)
    assert refused(file[:-5] + b"\0" + file[-4:], "wechat", "trade") == ("damaged", 0)


def test_another_encoding() -> None:
    for encoding in ("gb18030", "utf-16"):
        assert refused(wechat_gzip(TRADES, encoding=encoding), "wechat", "trade") == ("encoding", 1)


def test_another_statement() -> None:
    assert refused(wechat_gzip(FUNDS), "wechat", "trade") == ("header", 1)
    assert refused(wechat_gzip(TRADES), "wechat", "funds") == ("header", 1)
