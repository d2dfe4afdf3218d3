"""How the end of day grows with the book: `python -m tools.bench.close_sizes 10000 50000 200000 1000000 2000000`.

For each size a throwaway server, a lean book, and as many nights as it takes for four loans of a hundred, and two
thousand at least, to change by themselves. Prints a line a size and writes docs/bench/close.csv, close.svg and
close.md, beside what they say of other sizes. A million loans take some 23 GB of disk.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from functools import reduce
from operator import add
from pathlib import Path

from tools.bench import close_page, close_picture, figures, ground, nights
from tools.bench.nights import Book
from tools.bench.sizes import ORDINARY, Size

_FOLDER = Path(__file__).resolve().parents[2] / "docs/bench"
_LEAST = 2_000


def main(asked: Sequence[str]) -> int:
    """0 when every size was measured; 2 when none was asked for."""
    if not asked or not all(each.isdecimal() for each in asked):
        print(__doc__, file=sys.stderr)
        return 2
    print(_line(each.name for each in fields(Size)))
    for loans in map(int, asked):
        measured = _measure(loans)
        print(_line(asdict(measured).values()), flush=True)
        if loans == 1_000_000:
            figures.keep({"close_1m_s": measured.ordinary_day_s})
        _write([*(each for each in _known() if each.loans != loans), measured])
    return 0


def _measure(loans: int) -> Size:
    with ground.throwaway() as found:
        book = Book(found, loans=loans)
        together = reduce(add, nights.until(max(round(loans * ORDINARY), _LEAST), book.nights()))
        return Size(
            loans=loans, nights=together.nights, events=together.events, bringing_s=round(together.bringing, 2),
            us_per_event=round(together.bringing / together.events * 1_000_000), proved=together.proved,
            proving_s=round(together.proving, 2), summing_s=round(together.summing, 2),
            prove_all_s=round(book.prove(), 1), bytes_per_loan=book.weights.bytes_per_loan,
            bytes_per_payment=book.weights.bytes_per_payment,
        )  # fmt: skip


def _line(told: Iterable[object]) -> str:
    return "".join(f"{each:>18}" for each in told)


def _known() -> Iterator[Size]:
    """What was measured of other sizes: a large book takes an hour, and need not be measured with every small one."""
    if (path := _FOLDER / "close.csv").exists():
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                yield Size(**{name: json.loads(stated) for name, stated in row.items()})


def _write(measured: Sequence[Size]) -> None:
    measured = sorted(measured, key=lambda each: each.loans)
    with (_FOLDER / "close.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(Size)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(each) for each in measured)
    (_FOLDER / "close.svg").write_text(close_picture.drawn(measured))
    (_FOLDER / "close.md").write_text(close_page.written(measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
