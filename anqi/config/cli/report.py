"""`anqi report --lender CODE --month 2026-10`: the file that tells a credit bureau of a month that is over."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, timedelta

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when the file stands, made now or before; 1 with a sentence when it is refused."""
    parser = argparse.ArgumentParser(prog="anqi report", description=__doc__)
    parser.add_argument("--lender", required=True, metavar="CODE")
    parser.add_argument("--month", required=True, type=_read_month, metavar="YYYY-MM")
    parser.add_argument("--again", action="store_true", help="tell what can be told since then in another version")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.actions import reports
    from anqi.rows.refusals import Refused

    try:
        made = reports.make(
            lender=asked.lender, month=asked.month, again=asked.again, by="the command line", now=clock.now()
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    for each in made:
        print(
            f"{each.month:%Y-%m} version {each.version} for {each.bureau}: {each.records} records,"
            f" {each.corrections} of them corrections, {each.annotations} annotations, SHA-256 {each.sha256}"
        )
    print("A supervisor takes it along in the office." if made else "There is nothing to tell.")
    return 0


def _read_month(text: str) -> date:
    """The month's last day."""
    first = date.fromisoformat(f"{text}-01")
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
