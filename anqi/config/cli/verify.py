"""`anqi verify`: recomputes every hash chain, the trial balance, the totals of closed days, and every loan's books."""

import argparse
from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when everything is as it must be, 1 with what is wrong and where."""
    argparse.ArgumentParser(prog="anqi verify", description=__doc__).parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.config import verification

    report = verification.verify(today=clock.today())
    print(report.told())
    return 0 if report.is_clean else 1
