"""`anqi reconcile`: a channel's statement of a day against ours and the books; every morning does so by itself."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from anqi.config.cli import site

if TYPE_CHECKING:
    from anqi.payments.models import ReconciliationDay, ReconciliationDifference


def run(argv: Sequence[str]) -> int:
    """0 when the day is reconciled, 1 while a difference is open or the books differ, 2 while a file is missing."""
    parser = argparse.ArgumentParser(prog="anqi reconcile", description=__doc__)
    parser.add_argument("--channel", required=True, metavar="CODE", help="alipay, wechat or unionpay")
    parser.add_argument("--day", required=True, type=date.fromisoformat, metavar="DATE")
    asked = parser.parse_args(argv)
    return _reconcile(asked.channel, asked.day) if site.set_up() else 2


def _reconcile(channel: str, day: date) -> int:
    from anqi.jobs import reconciling, tasks
    from anqi.payments import channels, reconciliation_inspection, remittance_inspection
    from anqi.payments.statements import StatementUnreadable

    if channel not in channels.stating():
        print(f"{channel} has no statements here; {', '.join(channels.stating()) or 'none'} has.", file=sys.stderr)
        return 2
    try:
        reconciling.bring(channel, day, read_inbox=tasks.read_whole_inbox)
    except StatementUnreadable as refused:
        print(refused, file=sys.stderr)
        return 2
    found = reconciliation_inspection.day(channel, day)
    if found:
        _show(found, reconciliation_inspection.differences(channel, day))
    for each in remittance_inspection.of_day(channel, day):
        print(f"{'remitted':<10}{each.state:<12}{each.ref:<28}{each.amount_minor:>15}")
    missing = set(channels.find_stating(channel).statement_kinds()) - {each.kind for each in found}
    for kind in sorted(missing):
        print(f"{channel} has not given its statement of {day} yet: {kind}.", file=sys.stderr)
    return 2 if missing else 0 if all(each.state == each.State.RECONCILED for each in found) else 1


def _show(days: Iterable["ReconciliationDay"], differences: Iterable["ReconciliationDifference"]) -> None:
    print(
        f"{'file':<10}{'state':<12}{'rows':>8}{'ours':>8}{'matched':>9}{'theirs':>15}{'ours, fen':>15}{'booked':>15}"
        f"{'fees':>12}{'open':>6}"
    )
    for each in days:
        print(
            f"{each.kind:<10}{each.state:<12}{each.theirs_count:>8}{each.ours_count:>8}{each.matched:>9}"
            f"{each.theirs_minor:>15}{each.ours_minor:>15}{each.booked_minor:>15}{each.fee_minor:>12}"
            f"{each.open_differences:>6}"
        )
    for each_one in differences:
        ours, theirs = each_one.ours_minor, each_one.theirs_minor
        print(
            f"{each_one.statement_kind:<10}{each_one.state:<12}{each_one.kind:<18}{each_one.part:<10}{each_one.key:<29}"
            f"{'-' if theirs is None else theirs:>12}{'-' if ours is None else ours:>12} {each_one.reason}".rstrip()
        )
