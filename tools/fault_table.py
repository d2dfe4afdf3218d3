"""`python -m tools.fault_table` writes docs/faults.md from build/faults, where a soak of the matrix left its cells:

    ANQI_SOAK=1 .venv/bin/python -m pytest -q tests/faults/test_matrix*.py
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.faults.matrix_cells import Cell, cells

_CHECKOUT = Path(__file__).resolve().parents[1]
_PLAYED, _TABLE = _CHECKOUT / "build/faults", _CHECKOUT / "docs/faults.md"
_CHANNELS = {
    "alipay": "支付宝 Alipay", "wechat": "微信支付 WeChat Pay", "unionpay": "银联 UnionPay",
    "bank": "银行转账 Bank transfer",
}  # fmt: skip
Played = Mapping[str, Any]


def main() -> int:
    """0 when the table is written, 1 with the names of cells that nobody has played."""
    missing = [cell.name for cell in cells() if not _file(cell).exists()]
    if missing:
        print(f"{len(missing)} cells were not played: {', '.join(missing[:10])}", file=sys.stderr)
        return 1
    played = [json.loads(_file(cell).read_text()) for cell in cells()]
    _TABLE.write_text(written(played))
    print(f"{len(played)} cells: {_TABLE.relative_to(_CHECKOUT)}")
    return 0


def _file(cell: Cell) -> Path:
    return _PLAYED / f"{cell.name}.json"


def written(played: Iterable[Played]) -> str:
    """The whole page, in Markdown."""
    rows = list(played)
    people = [row for row in rows if row["needs_a_person"]]
    lines = [_HEAD.format(count=len(rows), people=len(people)), *_section("Left to people", people)]
    for channel, name in _CHANNELS.items():
        lines += _section(name, [row for row in rows if row["channel"] == channel])
    return "\n".join(lines)


_HEAD = """\
# What goes wrong at the channels, and what becomes of it

Written by `python -m tools.fault_table` from what `tests/faults/test_matrix*.py` met: do not edit. They play every
fault of the sandbox at every step that it can strike, with PostgreSQL, two workers at once and the real SDKs. In each
of the {count} cells the borrower's money was used once or is back at its source, an instalment was debited once or not
at all and each failure of a debit was told, a loan was paid out once or never, the cards that are open at the channel
are those that are bound here, the bank's ledger is kept line by line, the books equal the engine and the channel, and
nothing is left open but what people are to decide: {people} cells, named first.

*Struck* is how often the fault struck. *Time* is business time from the payment, the wish to close or to refund, the
wish for a payout or the day on which it came back, from the opening or the end of a card or an agreement, from the
first debit of an instalment, or from the first morning on which a day's files were asked for, until the last thing was
decided; a worker looks every five seconds, which comes on top.
A notice that never came is asked about after 5, 15, 45 s and so on; a refund after 10, 40, 100 s; a payout after 3, 8,
18 min; a card after 15, 45, 105 s; an agreement that is being signed or ended after 15, 45, 105 s, one that holds once
a day. A debit that failed is tried again at half past nine and half past three, for three days after the due day. A
statement that can't be had or read is tried again every quarter of an hour, after ten days once a day, until somebody
gives it up.
"""


def _section(title: str, rows: Iterable[Played]) -> list[str]:
    table = [_row(row) for row in rows]
    return [
        f"## {title}",
        "| fault | channel | operation | step | struck | how it was resolved | time |",
        "|---|---|---|---|---|---|---|",
        *table,
        "",
    ]


def _row(row: Played) -> str:
    cells = (
        f"{row['title']} · {row['english']} `{row['fault']}`", row["channel"], row["operation"], f"`{row['step']}`",
        str(row["struck"]), row["resolved"], _time(row["seconds"]),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _time(seconds: int | None) -> str:
    """Rounded, so that a slower machine writes the same page."""
    if seconds is None:
        return "a person"
    if seconds < 5:
        return "at once"
    if seconds < 120:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min" if seconds < 7200 else f"{round(seconds / 3600)} h"


if __name__ == "__main__":
    sys.exit(main())
