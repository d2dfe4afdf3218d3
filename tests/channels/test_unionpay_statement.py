"""UnionPay's statement: fetched from the sandbox, read to the fen, refused when it is broken."""

import io
import zipfile
import zlib
from base64 import b64decode, b64encode
from datetime import date, datetime, timedelta

import pytest

from anqi.payments.channels.protocol import NotReady, StatementRow, Succeeded
from anqi.payments.channels.unionpay import Unionpay, account, statement
from anqi.rows.days import SHANGHAI
from tests.channels.card_desk import AMOUNT_MINOR, CardDesk
from tests.sandbox.sandbox_stand import Sandbox

DAY = date(2026, 11, 26)
MER_ID = "777290058110048"
LINE = (
    "S22 48020000    00010000    000017 1125231500 6222****0017        000000053309 6012 07 202611252315000000178 00"
    " aq03hb8zbzced4j7g5s6of4w2ge      01                   D000000000320 C000000052989"
)
ROW = StatementRow(
    kind="charge",
    key="aq03hb8zbzced4j7g5s6of4w2ge",
    ref="202611252315000000178",
    amount_minor=53309,
    fee_minor=320,
    at=datetime(2026, 11, 25, 23, 15, tzinfo=SHANGHAI),
)


def packed(normal: bytes, errors: bytes = b"", *, day: date = DAY, mer_id: str = MER_ID) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(f"INN{day:%y%m%d}88ZM_{mer_id}", normal)
        archive.writestr(f"INN{day:%y%m%d}88ZME_{mer_id}", errors)
    return b64encode(zlib.compress(held.getvalue()))


def rows(file: bytes, day: date = DAY) -> list[StatementRow]:
    return list(statement.rows(file, day=day, mer_id=MER_ID))


def test_a_line_is_read_to_the_fen_and_second() -> None:
    assert rows(packed(f"{LINE}\r\n".encode())) == [ROW]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("S22", "charge"), ("S30", "refund"), ("S65", "payout"), ("S66", "payout_return"), ("S99", "other")],
)
def test_what_a_line_is_about(code: str, kind: str) -> None:
    [row] = rows(packed(b"", f"{code}{LINE[3:]}\r\n".encode()))
    assert row.kind == kind


def test_what_comes_back_of_a_fee_is_less_than_nothing() -> None:
    [row] = rows(packed(LINE.replace(" D000000000320", " C000000000320").encode()))
    assert row.fee_minor == -320


def test_a_chinese_character_is_two_bytes_wide() -> None:
    line = LINE.replace("6222****0017        ", "6222****0017中国    ").encode("gbk")
    assert rows(packed(line)) == [ROW]


def test_the_archive_that_people_fetch_by_hand_is_read_alike() -> None:
    archive = zlib.decompress(b64decode(packed(LINE.encode())))
    assert rows(archive) == [ROW]
    with pytest.raises(ValueError, match="no list"):
        rows(archive, DAY + timedelta(days=1))


def test_an_empty_day_is_one() -> None:
    assert rows(packed(b"")) == []


def test_the_year_is_the_one_of_the_file() -> None:
    line = LINE.replace(" 1125231500 ", " 1231231500 ").encode()
    [row] = rows(packed(line, day=date(2027, 1, 1)), date(2027, 1, 1))
    assert row.at == datetime(2026, 12, 31, 23, 15, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not Base64!",
        b64encode(b"not compressed"),
        b64encode(zlib.compress(b"no zip")),
        packed(LINE.encode())[:-8],
        packed(LINE.encode(), day=DAY + timedelta(days=1)),
        packed(LINE.encode(), mer_id="777290058110049"),
        packed(LINE[:-1].encode()),
        packed(f"{LINE} ".encode()),
        packed(LINE.encode("utf-16")),
        packed(LINE.replace(" 000000053309 ", " 00000005330x ").encode()),
        packed(LINE.replace(" 000000053309 ", "X000000053309 ").encode()),
        packed(LINE.replace(" 1125231500 ", " 1325231500 ").encode()),
        packed(LINE.replace(" D000000000320 ", " X000000000320 ").encode()),
    ],
)  # fmt: skip
def test_a_file_that_is_broken_is_refused_whole(file: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        rows(file)


def test_the_line_that_is_broken_is_named() -> None:
    with pytest.raises(ValueError, match=f"INN26112688ZM_{MER_ID}, line 2"):
        rows(packed(f"{LINE}\r\n{LINE[:-3]}\r\n".encode()))


@pytest.fixture
def day(sandbox: Sandbox, at_the_desk: CardDesk, key: str) -> date:
    """A clearing day on which everything happened, and that is over."""
    at_the_desk.pay(key)
    at_the_desk.refund(f"{key}r", key, amount_minor=309)
    token = at_the_desk.bind(f"{key}c").token
    at_the_desk.debit(f"{key}d", token)
    at_the_desk.payout(f"{key}p", token)
    for number in "rdp":
        at_the_desk.settle(f"{key}{number}")
    return (datetime.now(SHANGHAI) + timedelta(hours=1)).date()


def told(up: Unionpay, day: date, key: str) -> dict[tuple[str, str], StatementRow]:
    found = [row for row in up.rows(up.statement(day), day=day) if row.key.startswith(key)]
    assert len({(row.kind, row.key) for row in found}) == len(found)
    return {(row.kind, row.key.removeprefix(key)): row for row in found}


def test_a_day_that_is_not_over_has_no_statement(at_the_desk: CardDesk, day: date) -> None:
    with pytest.raises(NotReady):
        at_the_desk.up.statement(day)


def test_a_day_that_is_over_tells_all_of_it(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = at_the_desk.query(key)
    sandbox.control("unionpay/return", out_trade_no=f"{key}p")
    # The next clearing day, and its first hour.
    over_at = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=23, minutes=30)
    sandbox.shift_clock(int((over_at - datetime.now(SHANGHAI)).total_seconds()))
    monkeypatch.setattr(account, "_world_now", lambda: over_at)
    lines = told(at_the_desk.up, day, key)
    assert set(lines) == {
        ("charge", ""), ("charge", "d"), ("refund", "r"), ("payout", "p"), ("payout_return", "p"),
    }  # fmt: skip
    assert isinstance(paid, Succeeded)
    charge = lines["charge", ""]
    assert (charge.ref, charge.amount_minor, charge.at) == (paid.ref, paid.amount_minor, paid.paid_at)
    assert charge.fee_minor == 320
    assert lines["refund", "r"].amount_minor == 309
    assert lines["payout", "p"].amount_minor == AMOUNT_MINOR


def test_without_a_clear_answer_there_is_no_statement(at_the_desk: CardDesk) -> None:
    at_the_desk.up._way._file_address = "http://127.0.0.1:9/unionpay/file"
    with pytest.raises(OSError, match="no_answer"):
        at_the_desk.up.statement(DAY)
