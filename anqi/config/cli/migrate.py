"""`anqi migrate`: the tables, and what the application's role may do to them."""

import argparse
from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when the tables are up to date; the owner's role does it."""
    argparse.ArgumentParser(prog="anqi migrate", description=__doc__).parse_args(argv)
    if not site.set_up(as_owner=True):
        return 1
    from django.core.management import call_command

    from anqi.config import grants

    call_command("migrate", verbosity=1)
    call_command("createcachetable")
    grants.apply()
    return 0
