"""`anqi bureau --lender CODE`: whether a lender's new agreements are reported to a credit bureau, and to which."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when the rule stands, 1 with a sentence when it is refused."""
    parser = argparse.ArgumentParser(prog="anqi bureau", description=__doc__)
    parser.add_argument("--lender", required=True, metavar="CODE")
    parser.add_argument("--name", default="", help="the bureau, as agreements name it; without one nothing is reported")
    parser.add_argument("--institution", default="", help="the lender's code at the bureau")
    parser.add_argument("--notice-days", type=int, default=3, help="so many days after a notice at least")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, help="from that day on; today unless told")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.actions import reports
    from anqi.rows.refusals import Refused

    try:
        rule = reports.rule(
            lender=asked.lender, since=asked.since or clock.today(), bureau=asked.name, institution=asked.institution,
            notice_days=asked.notice_days, now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    told = f"are reported to {rule.bureau}" if rule.reports else "are not reported"
    print(f"From {rule.since} on new agreements of {asked.lender} {told}; what was signed before stays as it is.")
    return 0
