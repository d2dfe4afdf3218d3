"""Alipay's two statements: read to the fen, and refused where they aren't what they should be."""

from datetime import timedelta

import pytest

from anqi.payments.statements import StatementUnreadable, Totals
from tests.payments.statement_papers import DAY, alipay_zip, reading, refused, told

HEAD = """#支付宝{title}查询
#账号：[20880000000000010156]
#起始日期：[2026年11月26日 00:00:00]   终止日期：[2026年11月27日 00:00:00]
#----------------------------------------{title}列表----------------------------------------
"""
TRADES = HEAD.format(title="业务明细") + """\
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
2026112622001417230501183640\t,aq03hb8zbzced4j7g5s6of4w2ge\t,交易\t,按期还款 AQ1, AQ2\t,2026-11-26 09:14:03\t,2026-11-26 09:14:22\t,\t,\t,\t,\t,林*(138****0011)\t,533.09\t,533.09\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,\t,-3.20\t,0.00\t,\t
2026112622001417230501201177\t,aq03hb8zbzced4j7g5s6of4w2gf\t,交易\t,按期自动还款\t,2026-11-26 10:00:01\t,2026-11-26 10:00:02\t,\t,\t,\t,\t,周*(zho***@example.com)\t,100.00\t,100.00\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,\t,-0.60\t,0.00\t,\t
2026112622001417230501183640\t,aq03hb8zbzced4j7g5s6of4w2ge\t,退款\t,按期还款 AQ1, AQ2\t,2026-11-26 09:14:03\t,2026-11-26 21:30:00\t,\t,\t,\t,\t,林*(138****0011)\t,-3.09\t,-3.09\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,ar03hb8zbzced4j7g5s6of4w2gg\t,0.02\t,0.00\t,退多付的\t
#----------------------------------------业务明细列表结束----------------------------------------
#交易合计：2笔，商家实收共633.09元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-3.09元，商家优惠退款共0.00元
#导出时间：[2026年11月27日 08:17:05]
"""
TRADE_SUMMARY = HEAD.format(title="业务汇总") + """\
门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）
0001\t,朝阳店\t,2\t,1\t,630.00\t,630.00\t,0.00\t,0.00\t,0.00\t,-3.78\t,0.00\t,626.22\t
合计\t,\t,2\t,1\t,630.00\t,630.00\t,0.00\t,0.00\t,0.00\t,-3.78\t,0.00\t,626.22\t
#----------------------------------------业务汇总列表结束----------------------------------------
"""
FUNDS = HEAD.format(title="账务明细") + """\
账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
9134501183640\t,2026112622001417230501183640\t,aq03hb8zbzced4j7g5s6of4w2ge\t,按期还款\t,2026-11-26 09:14:22\t,林*\t,533.09\t,\t,10533.09\t,支付宝\t,在线支付\t,\t
9134501183641\t,2026112622001417230501183640\t,aq03hb8zbzced4j7g5s6of4w2ge\t,\t,2026-11-26 09:14:22\t,\t,0.00\t,-3.20\t,10529.89\t,支付宝\t,收费\t,服务费\t
9134501183642\t,2026112622001417230501183640\t,aq03hb8zbzced4j7g5s6of4w2ge\t,按期还款\t,2026-11-26 21:30:00\t,林*\t,0.00\t,-3.09\t,10526.80\t,支付宝\t,交易退款\t,\t
9134501183643\t,20261126110070001506170082\t,ap03hb8zbzced4j7g5s6of4w2gh\t,备用金\t,2026-11-26 21:40:00\t,方*\t,0.00\t,-8000.00\t,2526.80\t,支付宝\t,转账\t,\t
9134501183644\t,20261125110070001506170017\t,ap03hb8zbzced4j7g5s6of4w2gi\t,备用金\t,2026-11-26 22:00:00\t,冯*\t,500.00\t,0.00\t,3026.80\t,支付宝\t,转账\t,退回\t
9134501183645\t,20261126110070001506170099\t,\t,\t,2026-11-26 23:00:00\t,\t,0.00\t,-3000.00\t,26.80\t,支付宝\t,提现\t,\t
9134501183646\t,20261126110070001506170100\t,\t,\t,2026-11-26 23:01:00\t,\t,0.01\t,\t,26.81\t,支付宝\t,红包找零\t,\t
#----------------------------------------账务明细列表结束----------------------------------------
#支出合计：4笔，共-11006.29元
#收入合计：3笔，共1033.10元
#导出时间：[2026年11月27日 08:17:05]
"""
FUND_SUMMARY = HEAD.format(title="账务汇总") + """\
类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）
合计\t,3\t,1033.10\t,4\t,-11006.29\t,-9973.19\t
"""
FIRST, SECOND = "2026112622001417230501183640", "2026112622001417230501201177"
AQ, AQ2 = "aq03hb8zbzced4j7g5s6of4w2ge", "aq03hb8zbzced4j7g5s6of4w2gf"


def test_trades() -> None:
    rows = reading(alipay_zip(TRADES, TRADE_SUMMARY), "alipay", "trade")
    assert told(rows) == [
        (6, "pay", "done", AQ, "", FIRST, 53309, 320, "11-26 09:14:22"),
        (7, "pay", "done", AQ2, "", SECOND, 10000, 60, "11-26 10:00:02"),
        (8, "refund", "done", "ar03hb8zbzced4j7g5s6of4w2gg", AQ, FIRST, -309, -2, "11-26 21:30:00"),
    ]
    assert rows.totals == Totals(in_count=2, in_minor=63309, out_count=1, out_minor=-309, fee_minor=378)


def test_funds() -> None:
    rows = reading(alipay_zip(FUND_SUMMARY, FUNDS), "alipay", "funds")
    assert told(rows) == [
        (6, "pay", "done", AQ, "", FIRST, 53309, 0, "11-26 09:14:22"),
        (7, "fee", "done", "", AQ, FIRST, -320, 0, "11-26 09:14:22"),
        (8, "refund", "done", "", AQ, FIRST, -309, 0, "11-26 21:30:00"),
        (9, "payout", "done", "ap03hb8zbzced4j7g5s6of4w2gh", "", "20261126110070001506170082", -800000, 0, "11-26 21:40:00"),
        (10, "payout", "returned", "ap03hb8zbzced4j7g5s6of4w2gi", "", "20261125110070001506170017", 50000, 0, "11-26 22:00:00"),
        (11, "remittance", "done", "", "", "20261126110070001506170099", -300000, 0, "11-26 23:00:00"),
        (12, "other", "unknown", "", "", "20261126110070001506170100", 1, 0, "11-26 23:01:00"),
    ]
    assert rows.totals == Totals(in_count=3, in_minor=103310, out_count=4, out_minor=-1100629)


def test_a_fee_that_comes_back() -> None:
    _, _, _, _, _, _, row = reading(alipay_zip(FUNDS.replace("红包找零", "退费"), FUND_SUMMARY), "alipay", "funds")
    assert (row.kind, row.state, row.amount_minor) == ("fee", "done", 1)


def test_whose_day_and_channel_a_row_is_of() -> None:
    [row, *_] = reading(alipay_zip(TRADES, TRADE_SUMMARY), "alipay", "trade")
    assert (row.channel, row.day, row.at.utcoffset()) == ("alipay", DAY, timedelta(hours=8))


def test_a_column_more_is_none_of_ours() -> None:
    wider = TRADES.replace("分润（元）,备注", "分润（元）,备注,花呗分期数").replace("\t\n", "\t,0\t\n")
    assert len(list(reading(alipay_zip(wider, TRADE_SUMMARY), "alipay", "trade"))) == 3


def test_a_day_without_rows() -> None:
    lines = TRADES.splitlines(keepends=True)
    empty = "".join(lines[:5] + lines[8:])
    empty = empty.replace("2笔，商家实收共633.09", "0笔，商家实收共0.00").replace("1笔，商家实收退款共-3.09", "0笔，商家实收退款共0.00")
    summary = TRADE_SUMMARY.splitlines(keepends=True)
    nothing = "合计\t,\t,0\t,0\t" + ",0.00\t" * 8 + "\n"
    rows = reading(alipay_zip(empty, "".join([*summary[:5], nothing])), "alipay", "trade")
    assert (list(rows), rows.totals) == ([], Totals())


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("#支付宝业务明细查询", "#支付宝业务明细", "header", 1),
        ("[20880000000000010156]", "[20880000000000020156]", "other_account", 2),
        ("#起始日期：[2026年11月26日", "#起始日期：[2026年11月25日", "other_day", 3),
        (",商家实收（元）,", ",实收（元）,", "header", 5),
        # Whose and of which day it is must be said, in words that are understood.
        ("#账号", "#账户", "header", 5),
        ("#起始日期：[2026年11月26日", "#起始日期：[2026-11-26", "header", 5),
        ("按期还款 AQ1, AQ2\t,2026-11-26 09:14:03\t,2026-11-26 09:14:22", "按期还款\t,2026-11-26 09:14:22", "columns", 6),
        ("09:14:22", "09:14:72", "time", 6),
        ("2026-11-26 09:14:22", "2026/11/26 09:14:22", "time", 6),
        ("2026-11-26 09:14:22", "2026-11-26 09:14", "time", 6),
        ("2026-11-26 09:14:22", "2026-11-26T09:14:22", "time", 6),
        ("\t,533.09\t,533.09\t", "\t,533.09\t,533.1\t", "amount", 6),
        ("\t,533.09\t,533.09\t", "\t,533.09\t,533.091\t", "amount", 6),
        ("\t,533.09\t,533.09\t", "\t,533.09\t,￥533.09\t", "amount", 6),
        ("-3.20\t", "－3.20\t", "amount", 6),
        (FIRST, "", "number", 6),
        ("aq03hb8zbzced4j7g5s6of4w2gf", "", "number", 7),
        ("\t,100.00\t,100.00\t", "\t,100.00\t,100.01\t", "sums_differ", 10),
        ("-3.09\t,-3.09\t", "-3.09\t,-3.08\t", "sums_differ", 11),
        ("#交易合计：2笔", "#交易合计：3笔", "count_differs", 10),
        ("#退款合计：1笔", "#退款合计：2笔", "count_differs", 11),
        ("共633.09元", "共633.10元", "sums_differ", 10),
        ("共-3.09元", "共3.09元", "sums_differ", 11),
        ("#退款合计", "#退款总计", "cut", 12),
        # What stands under no comment is in the summary.
        ("-0.60\t", "-0.61\t", "sums_differ", 7),
    ],
)
def test_trades_that_are_not_what_they_should_be(old: str, new: str, reason: str, line: int) -> None:
    assert old in TRADES
    assert refused(alipay_zip(TRADES.replace(old, new, 1), TRADE_SUMMARY), "alipay", "trade") == (reason, line)


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("合计\t,\t,2\t,1\t", "合计\t,\t,3\t,1\t", "count_differs", 7),
        ("合计\t,\t,2\t,1\t", "合计\t,\t,2\t,0\t", "count_differs", 7),
        ("合计\t,\t,2\t,1\t", "合计\t,\t,2\t,-1\t", "amount", 7),
        ("合计\t,\t,2\t,1\t,630.00\t,630.00\t", "合计\t,\t,2\t,1\t,630.00\t,630.01\t", "sums_differ", 7),
        ("-3.78\t,0.00\t,626.22\t\n#", "-3.79\t,0.00\t,626.22\t\n#", "sums_differ", 7),
        ("合计\t,\t", "合计\t", "columns", 7),
        ("合计", "小结", "cut", 8),
        ("#支付宝业务汇总查询", "#支付宝业务汇总表", "header", 1),
        ("退款订单总笔数", "退款总笔数", "header", 5),
    ],
)
def test_the_summary_is_believed_as_little(old: str, new: str, reason: str, line: int) -> None:
    summary = TRADE_SUMMARY.replace(old, new, 1)
    assert summary != TRADE_SUMMARY
    assert refused(alipay_zip(TRADES, summary), "alipay", "trade") == (reason, line)


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("-8000.00\t,2526.80", "-8000.01\t,2526.80", "sums_differ", 14),
        ("533.09\t,\t,10533.09", "533.10\t,\t,10533.09", "sums_differ", 15),
        ("#支出合计：4笔", "#支出合计：5笔", "count_differs", 14),
        ("#收入合计：3笔", "#收入合计：2笔", "count_differs", 15),
        ("20261126110070001506170099", "", "number", 11),
        ("#收入合计", "#收入", "cut", 16),
    ],
)
def test_funds_that_are_not_what_they_should_be(old: str, new: str, reason: str, line: int) -> None:
    assert old in FUNDS
    assert refused(alipay_zip(FUNDS.replace(old, new, 1), FUND_SUMMARY), "alipay", "funds") == (reason, line)


def test_the_summary_of_funds_is_looked_at_too() -> None:
    for old, new in (("合计\t,3\t", "合计\t,4\t"), ("\t,4\t,", "\t,3\t,"), ("1033.10", "1033.11"), ("-11006.29", "11006.29")):
        other = alipay_zip(FUNDS, FUND_SUMMARY.replace(old, new, 1))
        assert refused(other, "alipay", "funds") in [("count_differs", 6), ("sums_differ", 6)]


def test_another_encoding() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert refused(alipay_zip(TRADES, TRADE_SUMMARY, encoding=encoding), "alipay", "trade") == ("encoding", 1)


def test_a_letter_that_is_none() -> None:
    file = alipay_zip(TRADES.replace("退多付的", "\udcff"), TRADE_SUMMARY, errors="surrogateescape")
    assert refused(file, "alipay", "trade") == ("encoding", 8)


def test_a_bit_that_was_lost() -> None:
    for lost in ("朝阳店", "退多付的"):
        file = alipay_zip(TRADES, TRADE_SUMMARY).replace(lost.encode("gbk"), lost.encode("gbk")[::-1])
        assert refused(file, "alipay", "trade")[0] in ("damaged", "encoding")


@pytest.mark.parametrize("length", [0, 1, 100, 2000])
def test_half_of_a_zip(length: int) -> None:
    assert refused(alipay_zip(TRADES, TRADE_SUMMARY)[:length], "alipay", "trade") == ("damaged", 0)


def test_a_list_that_is_missing() -> None:
    assert refused(alipay_zip(TRADE_SUMMARY), "alipay", "trade") == ("header", 1)
    assert refused(alipay_zip(TRADES), "alipay", "trade") == ("header", 1)
    assert refused(alipay_zip(FUNDS, FUND_SUMMARY), "alipay", "trade") == ("header", 1)


def test_a_line_without_an_end() -> None:
    endless = TRADES.replace("退多付的", "退" * 20_000)
    assert refused(alipay_zip(endless, TRADE_SUMMARY), "alipay", "trade") == ("columns", 8)


def test_a_refusal_says_it_in_words() -> None:
    with pytest.raises(StatementUnreadable, match=r"at line 10: it counts other rows than there are"):
        list(reading(alipay_zip(TRADES.replace("合计：2笔", "合计：3笔"), TRADE_SUMMARY), "alipay", "trade"))
