"""docs/bench/close.md: what was measured, and what it comes to for ten million loans."""

from collections.abc import Sequence

from tools.bench.sizes import ORDINARY, Size

_TEN_MILLION = 10_000_000
_PAGE = """# The end of day by the size of the book
Written by `.venv/bin/python -m tools.bench.close_sizes {sizes}`; all of its figures are in [close.csv](close.csv). Each
size is a lean book of its own on a PostgreSQL of its own with fsync on. Its next nights are closed one after the other
by `anqi close --processes 2`, as many as it takes until four loans of a hundred, and two thousand at least, have
changed by themselves; nobody pays in between.

{table}

*Events* are loans brought on; *proved* are those nights' proofs, of what was touched and of a seventh of all others
each night. An *ordinary day* is all that a night with four loans of a hundred takes: to bring them on, to prove them
and a seventh of the book, to sum up the day and what accrues. *All proved* is `anqi prove --all`. A *loan* weighs
everything that a lean book takes, by its loans, and a *payment* its fact and its postings, indexes included.

![What an event costs and what a loan weighs, by the size of the book](close.svg)

## Ten million loans
By the largest book above, on the same machine with two processes:

| | |
|---|---|
| an ordinary day, 400 000 events | {bringing} |
| its proof, a seventh of the book | {proving} |
| the proof of the whole book | {prove_all} |
| on disk | {disk} |

An event reads and writes the rows of one borrower, by keys that begin with the borrower, and a group of borrowers takes
as many statements in a large book as in a small one: what grows is the depth of an index, by a level for a hundred
times the rows. Which loans are due is a range of an index on their next day. So seconds grow with events, bytes with
loans, and neither with the other. What does grow is what doesn't fit into memory: once the borrowers of a day lie on
disk, each costs some reads, and then disks and not processors say how fast it goes. Borrowers share nothing, so a
cluster that is spread by borrower divides all of this by its machines.
"""


def written(measured: Sequence[Size]) -> str:
    """The page."""
    largest = measured[-1]
    times = _TEN_MILLION / largest.loans
    proof_s = largest.proving_s / largest.proved
    return _PAGE.format(
        sizes=" ".join(str(each.loans) for each in measured),
        table=_table(measured),
        bringing=_minutes(_TEN_MILLION * ORDINARY * largest.us_per_event / 1_000_000),
        proving=_minutes(_TEN_MILLION / 7 * proof_s),
        prove_all=_minutes(largest.prove_all_s * times),
        disk=f"{_TEN_MILLION * largest.bytes_per_loan / 10**9:.0f} GB",
    )


def _table(measured: Sequence[Size]) -> str:
    head = (
        "loans", "nights", "events", "brought on", "an event", "proved", "in", "ordinary day", "all proved", "a loan",
        "a payment",
    )  # fmt: skip
    rows = [
        (
            f"{each.loans:,}".replace(",", " "), f"{each.nights}", f"{each.events} ({each.event_share:.1%})",
            f"{each.bringing_s:.1f} s", f"{each.us_per_event} µs", f"{each.proved}", f"{each.proving_s:.1f} s",
            f"{each.ordinary_day_s:.1f} s", f"{each.prove_all_s:.1f} s", f"{each.bytes_per_loan} B",
            f"{each.bytes_per_payment} B",
        )
        for each in measured
    ]  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---:",) * len(head), *rows))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
