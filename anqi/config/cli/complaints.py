"""`anqi complaints --days N`: by which working day complaints are answered, for one lender or for all."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when the rule stands, 1 with a sentence when it is refused."""
    parser = argparse.ArgumentParser(prog="anqi complaints", description=__doc__)
    parser.add_argument("--days", type=int, required=True, help="so many working days")
    parser.add_argument("--lender", help="the lender's code; without one it is everybody's rule")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, help="from that day on; today unless told")
    parser.add_argument("--calendar", type=Path, help='JSON: {"holidays": ["2027-01-01"], "workdays": []}')
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.actions.complaints import rule
    from anqi.rows.refusals import Refused

    try:
        calendar = json.loads(asked.calendar.read_text()) if asked.calendar else None
        set_ = rule(
            lender=asked.lender, since=asked.since or clock.today(), days=asked.days, calendar=calendar, now=clock.now()
        )
    except (OSError, ValueError, Refused) as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"From {set_.since} on complaints are answered within {set_.days} working days.")
    return 0
