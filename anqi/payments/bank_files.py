"""Statement files of a bank account, as banks give them to download: CSV, its columns found by their headings.

Refused
├── NotAStatement        no line of the file has the headings
├── OtherAccount         the file says that it is of another account
├── LineUnreadable
├── LineRepeated         two lines with the same number of the bank's
└── LineMissing          a balance that doesn't follow from the line before
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from anqi.engine.money import read_amount
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused

_HEADINGS = {
    "on": ("交易日期",),
    "at": ("交易时间", "交易日期时间"),
    "received": ("收入金额", "收入", "贷方发生额", "贷方金额"),
    "spent": ("支出金额", "支出", "借方发生额", "借方金额"),
    "balance": ("余额", "账户余额", "本次余额"),
    "name": ("对方户名", "对方名称"),
    "account": ("对方账号", "对方账户"),
    "memo": ("摘要/附言", "附言", "摘要", "用途", "备注"),
    "serial": ("交易流水号", "流水号"),
}
_NEEDED = ("at", "received", "spent", "balance", "serial")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y%m%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y%m%d")
_SERIAL = re.compile(r"[!-~]{1,64}")
_NOTHING = ("", "-", "--")
# More than any account of a lender's holds, and before any bank's file.
_MOST_MINOR, _FIRST_YEAR = 10**15, 2000
# How files end that sum themselves up.
_TOTALS = ("合计", "总计", "小计", "#")
_OWN_ACCOUNT = re.compile(r"账[号户]\D{0,4}([0-9 ]{8,})")


class NotAStatement(Refused):
    """The file has no line with the headings {missing}."""

    code = "not_a_statement"


class OtherAccount(Refused):
    """The file says that it is of another account than ours."""

    code = "other_account"


class LineUnreadable(Refused):
    """Line {line} can't be read: its {what}."""

    code = "line_unreadable"


class LineRepeated(Refused):
    """Line {line} repeats line {first}: the bank's number is the same."""

    code = "line_repeated"


class LineMissing(Refused):
    """Line {line} doesn't follow: {before_minor} fen and {amount_minor} of its own are not {balance_minor}."""

    code = "line_missing"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement, in fen: above zero what came in, below what went out; and the balance after it.

    `number` is that of its line in the file. Who paid or was paid, and what they wrote, is personal data.
    """

    number: int
    at: datetime
    amount_minor: int
    balance_minor: int
    serial: str
    name: str = field(repr=False)
    account: str = field(repr=False)
    memo: str = field(repr=False)

    @property
    def before_minor(self) -> int:
        """The balance before it."""
        return self.balance_minor - self.amount_minor


def decode(file: bytes) -> str:
    """The file's text: UTF-8, with a mark at its beginning or without one, else GBK. Refuses NotAStatement."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return file.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotAStatement(missing=_named(_NEEDED))


def read(text: str, *, account: str) -> list[Line]:
    """The lines of the file, the earliest first, each following from the one before. Refuses as told above."""
    try:
        lines = list(_lines(text, account))
    except csv.Error:
        raise NotAStatement(missing=_named(_NEEDED)) from None
    _check_repeats(lines)
    if _begins_with_the_newest(lines):
        lines.reverse()
    for before, line in pairwise(lines):
        if line.before_minor != before.balance_minor:
            raise LineMissing(
                line=line.number, before_minor=before.balance_minor, amount_minor=line.amount_minor,
                balance_minor=line.balance_minor,
            )  # fmt: skip
    return lines


def _begins_with_the_newest(lines: Sequence[Line]) -> bool:
    if not lines or lines[0].at != lines[-1].at:
        return bool(lines) and lines[0].at > lines[-1].at
    # Where only the day is stated, the balances say which line came first.
    return not _is_chain(lines) and _is_chain(lines[::-1])


def _is_chain(lines: Sequence[Line]) -> bool:
    return all(line.before_minor == before.balance_minor for before, line in pairwise(lines))


def _check_repeats(lines: Iterable[Line]) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        first = seen.setdefault(line.serial, line.number)
        if first != line.number:
            raise LineRepeated(line=line.number, first=first)


def _lines(text: str, account: str) -> Iterator[Line]:
    rows = csv.reader(io.StringIO(text), delimiter="\t" if text.count("\t") > text.count(",") else ",")
    columns: dict[str, list[int]] = {}
    for row in rows:
        cells = [_clean(cell) for cell in row]
        if not columns:
            _check_account(" ".join(cells), account)
            columns = _columns(cells)
        elif any(cells) and not cells[0].startswith(_TOTALS):
            yield _line(_Cells(rows.line_num, cells, columns))
    if not columns:
        raise NotAStatement(missing=_named(_NEEDED))


def _clean(cell: str) -> str:
    # Guards against spreadsheets that would round a long number: ="123", `123, '123, and a tab after it.
    cell = cell.strip()
    return (cell[2:-1] if cell.startswith('="') else cell).lstrip("`'").strip()


def _columns(cells: Sequence[str]) -> dict[str, list[int]]:
    plain = [re.sub(r"\(.*\)$", "", unicodedata.normalize("NFKC", cell)).strip() for cell in cells]
    found = {
        name: [place for heading in headings for place, cell in enumerate(plain) if cell == heading]
        for name, headings in _HEADINGS.items()
    }
    return found if all(found[name] for name in _NEEDED) else {}


def _named(names: Iterable[str]) -> str:
    return "、".join(_HEADINGS[name][0] for name in names)


def _check_account(told: str, account: str) -> None:
    stated = _OWN_ACCOUNT.search(unicodedata.normalize("NFKC", told))
    if stated and stated[1].replace(" ", "") != account.replace(" ", ""):
        raise OtherAccount


@dataclass(frozen=True)
class _Cells:
    number: int
    cells: Sequence[str]
    columns: Mapping[str, Sequence[int]]

    def __getitem__(self, name: str) -> str:
        """What stands under the headings of that name; some files split it over several."""
        told = [self.cells[place] for place in self.columns[name] if place < len(self.cells)]
        return " ".join(dict.fromkeys(each for each in told if each))

    def fen(self, name: str) -> int:
        text = unicodedata.normalize("NFKC", self[name]).replace(",", "").lstrip("¥+").replace("−", "-")
        try:
            minor = 0 if text in _NOTHING else read_amount(text, currency="CNY")
        except ValueError:
            minor = _MOST_MINOR
        if abs(minor) >= _MOST_MINOR:
            raise LineUnreadable(line=self.number, what=_named([name]))
        return minor

    def instant(self) -> datetime:
        text = self["at"].replace("/", "-")
        if self["on"] and len(text) <= len("10:00:00"):
            text = f"{self['on'].replace('/', '-')} {text}".strip()
        for form in _TIMES:
            try:
                at = datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
            except ValueError:
                continue
            if at.year >= _FIRST_YEAR:
                return at
        raise LineUnreadable(line=self.number, what=_named(["at"]))


def _line(cells: _Cells) -> Line:
    # Some banks write what went out with a minus, and take back what came in by a minus of its own.
    amount_minor = cells.fen("received") - abs(cells.fen("spent"))
    if not amount_minor:
        raise LineUnreadable(line=cells.number, what=_named(["received", "spent"]))
    if not cells["balance"]:
        raise LineUnreadable(line=cells.number, what=_named(["balance"]))
    if not _SERIAL.fullmatch(cells["serial"]):
        raise LineUnreadable(line=cells.number, what=_named(["serial"]))
    return Line(
        number=cells.number, at=cells.instant(), amount_minor=amount_minor, balance_minor=cells.fen("balance"),
        serial=cells["serial"], name=cells["name"], account=cells["account"], memo=cells["memo"],
    )  # fmt: skip
