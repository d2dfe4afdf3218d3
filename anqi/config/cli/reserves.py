"""`anqi reserves LENDER`: sells the reserves that anqi comes with, from today; again changes nothing."""

import argparse
import sys
from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when they are on sale, 1 with a sentence when one is refused."""
    parser = argparse.ArgumentParser(prog="anqi reserves", description=__doc__)
    parser.add_argument("lender", help="the lender's code")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.actions import merchants
    from anqi.lending import products, shelf
    from anqi.rows.refusals import Refused

    try:
        for plan in shelf.RESERVES:
            sold = merchants.sell(lender=asked.lender, kind=products.RESERVE, now=clock.now(), **plan)
            print(f"{sold.code} version {sold.version}: {sold.title}")
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0
