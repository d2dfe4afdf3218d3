"""`anqi books`: the trial balance of any day, and files of a day for analysts."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anqi.config.cli import site

if TYPE_CHECKING:
    from anqi.ledger.trial import Row


def run(argv: Sequence[str]) -> int:
    """0 when it is done, 1 with a sentence when it can't be, or when the two sides differ."""
    asked = _read(argv)
    return int(asked.do(asked)) if site.set_up() else 1


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="anqi books", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    told = "every account over all that stands in the books up to a day"
    trial = commands.add_parser("trial-balance", help=told, description=told)
    trial.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="such as 2026-11-30; today if not told")
    trial.add_argument("--by", choices=("account", "product"), default="account", help="product: and lender")
    trial.add_argument(
        "--known", choices=("now", "then"), default="now",
        help="now: what counts on that day or before, whenever it was learned of; then: what was booked by that day,"
        " which of a closed day are the figures that were shown when it was closed",
    )  # fmt: skip
    trial.add_argument("--csv", action="store_true", help="as CSV, in fen")
    trial.set_defaults(do=_trial_balance)
    told = "postings, loans, instalments and payments of a day as files; docs/exports.md names their columns"
    export = commands.add_parser("export", help=told, description=told)
    export.add_argument("--on", type=date.fromisoformat, metavar="DATE", required=True)
    export.add_argument("--to", type=Path, metavar="FOLDER", required=True)
    export.add_argument("--format", choices=("csv", "parquet"), default="csv")
    export.set_defaults(do=_export)
    return parser.parse_args(argv)


def _trial_balance(asked: argparse.Namespace) -> int:
    from anqi import clock
    from anqi.ledger import trial
    from anqi.lending import inspection as lending

    on = asked.on or clock.today()
    rows: Sequence[Row] = (
        trial.by_product(
            on, known=asked.known, loans=lending.PRODUCTS_OF_LOANS, products=lending.PRODUCTS
        )
        if asked.by == "product"
        else trial.trial_balance(on, known=asked.known)
    )
    lines = [*_lines(rows, lending.lender_codes())]
    if asked.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([_heading(asked.by), *lines])
    else:
        print(_about(on, asked.known), _table([_heading(asked.by, unit=""), *map(_in_yuan, lines)]), sep="\n\n")
    return 0 if trial.total(rows).is_balanced else 1


def _heading(by: str, *, unit: str = "_minor") -> list[str]:
    split = ["product", "lender"] if by == "product" else []
    return ["account", "side", *split, *(f"{side}{unit}" for side in ("debit", "credit", "balance"))]


def _lines(rows: Sequence["Row"], lenders: dict[Any, str]) -> Iterator[list[Any]]:
    from anqi.ledger import trial

    for row in rows:
        split = [row.product or "", lenders.get(row.lender_id, "")] if isinstance(row, trial.ProductRow) else []
        yield [row.code, row.side, *split, row.debit_minor, row.credit_minor, row.balance_minor]
    total = trial.total(rows)
    split = [""] * (2 if rows and isinstance(rows[0], trial.ProductRow) else 0)
    yield ["total", "", *split, total.debit_minor, total.credit_minor, total.debit_minor - total.credit_minor]


def _about(on: date, known: str) -> str:
    from anqi.ledger import inspection

    closed_on = inspection.last_closed_day()
    is_final = closed_on is not None and on <= closed_on
    return f"{on}, as known {known}, in yuan{'' if is_final else '; the day is not closed, and figures may change'}"


def _in_yuan(line: list[Any]) -> list[str]:
    from anqi.engine.money import write_amount

    return [write_amount(each, currency="CNY") if isinstance(each, int) else each for each in line]


def _table(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    # Words begin at the left; the three amounts end at the right.
    aligned = [*("<" for _each in widths[3:]), ">", ">", ">"]
    return "\n".join(
        "  ".join(f"{each:{side}{width}}" for each, side, width in zip(line, aligned, widths, strict=True))
        for line in lines
    )


def _export(asked: argparse.Namespace) -> int:
    from anqi import clock
    from anqi.config import exports

    if asked.on > clock.today():
        print(f"{asked.on} has not come yet.", file=sys.stderr)
        return 1
    try:
        counts = exports.export(asked.on, asked.to, format=asked.format)
    except exports.NoExport as error:
        print(error, file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{asked.to / f'{name}.{asked.format}'}: {count} rows")
    return 0
