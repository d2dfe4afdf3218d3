"""The sums that a page shows, read back from its HTML: what stands behind each amount must add up to it."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser

_VOID = ("meta", "link", "input", "br", "img", "wbr", "hr")
_FEN = re.compile(r"([+−]?) ?(\d+/\d+) (?:分|fen)")
_YUAN = re.compile(r"([+−]?)¥([\d,]+\.\d{2,})")


@dataclass
class Shown:
    """One row of a sum, with the rows behind it."""

    is_total: bool
    label: str = ""
    text: str = ""
    behind: "list[Shown]" = field(default_factory=list)

    @property
    def fen(self) -> Fraction | None:
        """The amount in fen, a part of one included; None where none is shown."""
        found = _YUAN.findall(self.text)
        parts = _FEN.findall(self.text)
        if not found and not parts:
            return None
        yuan = sum(_signed(sign, Fraction(digits.replace(",", ""))) for sign, digits in found)
        return yuan * 100 + sum(_signed(sign, Fraction(part)) for sign, part in parts)


def _signed(sign: str, amount: Fraction) -> Fraction:
    return -amount if sign == "−" else amount


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sums: list[list[Shown]] = []
        self._open: list[tuple[str, str]] = []
        self._lists: list[list[Shown]] = []
        self._rows: list[Shown] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        told = dict(attrs)
        role = tag if tag in ("dt", "dd", "small", "summary") else ""
        if tag == "dl" and told.get("class") == "aq-sum":
            role = "sum"
            within = [each for _, each in self._open]
            rows = self._rows[-1].behind if "more" in within else []
            if "more" not in within:
                self.sums.append(rows)
            self._lists.append(rows)
        elif tag == "dd" and told.get("class") == "aq-sum-more":
            role = "more"
        elif tag == "div" and self._open and self._open[-1][1] == "sum":
            role = "row"
            row = Shown(is_total="data-total" in told)
            self._lists[-1].append(row)
            self._rows.append(row)
        self._open.append((tag, role))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        opened, role = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        if role == "sum":
            self._lists.pop()
        if role == "row":
            self._rows.pop()

    def handle_data(self, data: str) -> None:
        if not self._open or not self._rows:
            return
        role = next((role for _, role in reversed(self._open) if role), "")
        row, told = self._rows[-1], re.sub(r"\s+", " ", data)
        if role == "dt":
            row.label = (row.label + told).strip()
        if role == "dd":
            row.text = (row.text + told).strip()


def read(page: str) -> list[list[Shown]]:
    """The page's outermost lists of amounts."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.sums


def faults(rows: list[Shown]) -> list[str]:
    """Every amount that is not what stands before it, or behind it, added up."""
    found = [fault for row in rows if row.behind for fault in [*_of(row), *faults(row.behind)]]
    totals = [row for row in rows if row.is_total]
    if totals:
        before = sum(row.fen for row in rows if not row.is_total and row.fen is not None)
        found += [f"{row.label}: {row.text} is not {before}" for row in totals if row.fen != before]
    return found


def _of(row: Shown) -> list[str]:
    assert row.fen is not None, row
    silent = [each for each in row.behind if each.fen is None]
    if silent and len(row.behind) == 1:
        return []
    rest = row.fen - sum(each.fen for each in row.behind if each.fen is not None)
    # A rounding without its figure, and exact figures told to a hundredth of a fen, may hide as much.
    hidden = Fraction(1, 2) * len(silent) + Fraction(1, 200) * sum("≈" in each.text for each in row.behind)
    assert len(silent) <= 1, row
    return [f"{row.label}: {row.text}, behind it {row.behind}"] if abs(rest) > hidden else []


def flat(rows: list[Shown]) -> list[Shown]:
    """The rows with all that stands behind them."""
    return [each for row in rows for each in (row, *flat(row.behind))]
