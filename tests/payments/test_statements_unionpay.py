"""UnionPay's statement: lines of fixed width read to the fen and second, and refused when it is broken."""

import zlib
from base64 import b64decode, b64encode
from datetime import date, datetime, timedelta

import pytest

from anqi.payments.statements import Row, Totals
from anqi.rows.days import SHANGHAI
from tests.payments.statement_papers import DAY, MER_ID, reading, refused, told, unionpay_code, unionpay_lists

LINE = (
    "S22 48020000    00010000    000017 1125231500 6222****0017        000000053309 6012 07 202611252315000000178 00"
    " aq03hb8zbzced4j7g5s6of4w2ge      01                   D000000000320 C000000052989"
)
KEY, REF = "aq03hb8zbzced4j7g5s6of4w2ge", "202611252315000000178"
ROW = Row(
    channel="unionpay", kind="pay", key=KEY, ref=REF, amount_minor=53309, fee_minor=320,
    at=datetime(2026, 11, 25, 23, 15, tzinfo=SHANGHAI), day=DAY, state="done", line=1,
)  # fmt: skip


def rows(file: bytes, day: date = DAY) -> list[Row]:
    return list(reading(file, "unionpay", "clearing", day=day))


def line(code: str, fee: str, settled: str) -> bytes:
    return f"{code}{LINE[3:-27]}{fee} {settled}\r\n".encode()


def test_a_line_is_read_to_the_fen_and_second() -> None:
    assert rows(unionpay_code(f"{LINE}\r\n".encode())) == [ROW]


def test_what_lines_are_about() -> None:
    normal = line("S22", "D000000000320", "C000000052989") + line("S30", "C000000000000", "D000000053309")
    payout, back = line("S65", "D000000000100", "D000000053409"), line("S66", "D000000000000", "C000000053309")
    odd = line("S99", "D000000000001", "D000000053310") + line("S99", "D000000000001", "C000000053308")
    found = reading(unionpay_code(normal + payout, back + odd), "unionpay", "clearing")
    assert [(*each[:3], each[6], each[7]) for each in told(found)] == [
        (1, "pay", "done", 53309, 320),
        (2, "refund", "done", -53309, 0),
        (3, "payout", "done", -53309, 100),
        # Lines are counted through both lists.
        (4, "payout", "returned", 53309, 0),
        (5, "other", "unknown", -53309, 1),
        (6, "other", "unknown", 53309, 1),
    ]
    assert found.totals == Totals(in_count=3, in_minor=159927, out_count=3, out_minor=-159927, fee_minor=422)


def test_what_comes_back_of_a_fee_is_less_than_nothing() -> None:
    [row] = rows(unionpay_code(line("S30", "C000000000320", "D000000052989")))
    assert (row.amount_minor, row.fee_minor) == (-53309, -320)


def test_a_chinese_character_is_two_bytes_wide() -> None:
    chinese = LINE.replace("6222****0017        ", "6222****0017中国    ").encode("gbk")
    assert rows(unionpay_code(chinese)) == [ROW]


def test_what_is_of_no_order() -> None:
    by_hand = line("S99", "D000000000000", "D000000053309").replace(KEY.encode(), b" " * len(KEY))
    [row] = rows(unionpay_code(b"", by_hand))
    assert (row.key, row.kind, row.amount_minor) == ("", "other", -53309)


def test_the_archive_that_people_fetch_by_hand_reads_the_same() -> None:
    file = unionpay_code(LINE.encode())
    assert rows(zlib.decompress(b64decode(file))) == rows(file) != []


def test_an_empty_day_is_one() -> None:
    found = reading(unionpay_code(b""), "unionpay", "clearing")
    assert (list(found), found.totals) == ([], Totals())


@pytest.mark.parametrize(
    ("stated", "day", "at"),
    [
        ("1231231500", date(2027, 1, 1), datetime(2026, 12, 31, 23, 15, tzinfo=SHANGHAI)),
        ("0101000500", date(2027, 1, 1), datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI)),
        ("0101000500", date(2026, 12, 31), datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI)),
        ("0229120000", date(2028, 2, 29), datetime(2028, 2, 29, 12, 0, tzinfo=SHANGHAI)),
    ],
)
def test_the_year_is_the_one_of_the_file(stated: str, day: date, at: datetime) -> None:
    [row] = rows(unionpay_code(LINE.replace("1125231500 ", f"{stated} ", 1).encode(), day=day), day)
    assert row.at == at


@pytest.mark.parametrize(
    ("file", "reason", "line"),
    [
        (b"", "damaged", 0),
        (b"not Base64!", "damaged", 0),
        (unionpay_code(LINE.encode()).replace(b"A", b"!A", 1), "damaged", 0),
        (b64encode(b"not compressed"), "damaged", 0),
        (b64encode(zlib.compress(b"no zip")), "damaged", 0),
        (unionpay_code(LINE.encode())[:-8], "damaged", 0),
        (unionpay_code(LINE.encode())[:-8] + b"AAAAAAA=", "damaged", 0),
        (unionpay_code(LINE.encode(), day=DAY + timedelta(days=1)), "other_day", 0),
        (unionpay_code(LINE.encode(), mer_id="777290058110049"), "other_account", 0),
        (unionpay_code(LINE[:-1].encode()), "columns", 1),
        (unionpay_code(f"{LINE} ".encode()), "columns", 1),
        (unionpay_code(f"{LINE}\r\n{LINE[:-3]}\r\n".encode()), "columns", 2),
        (unionpay_code(b"", f"\r\n{LINE}".encode()), "columns", 1),
        (unionpay_code(LINE.encode("utf-16")), "encoding", 1),
    ],
)
def test_a_file_that_is_broken_is_refused(file: bytes, reason: str, line: int) -> None:
    assert refused(file, "unionpay", "clearing") == (reason, line)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (" 000000053309 ", " 00000005330x ", "amount"),
        (" 000000053309 ", " 000000053308 ", "sums_differ"),
        (" 000000053309 ", "X000000053309 ", "columns"),
        (" 1125231500 ", " 1325231500 ", "time"),
        (" 1125231500 ", " 112523150x ", "time"),
        (" D000000000320 ", " X000000000320 ", "amount"),
        (" D000000000320 ", " C000000000320 ", "sums_differ"),
        (" C000000052989", " D000000052989", "sums_differ"),
        (" C000000052989", " C00000005298x", "amount"),
        (f" {KEY}      ", " " * 34, "number"),
        (f" {REF} ", f" {REF[:-1]}* ", "number"),
    ],
)
def test_a_line_that_is_broken(old: str, new: str, reason: str) -> None:
    assert old in LINE
    broken = LINE.replace(old, new, 1)
    assert refused(unionpay_code(f"{LINE}\r\n{broken}\r\n".encode()), "unionpay", "clearing") == (reason, 2)


def test_a_list_that_is_missing() -> None:
    assert refused(unionpay_lists({f"INN{DAY:%y%m%d}88ZM_{MER_ID}": b""}), "unionpay", "clearing") == ("cut", 0)
