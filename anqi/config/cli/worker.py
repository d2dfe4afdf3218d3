"""`anqi worker`: reads the inbox, empties the outbox, asks channels, sends messages, wakes loans."""

import argparse
import importlib
from collections.abc import Sequence

from anqi.config import memory
from anqi.config.cli import site

_TASKS = "anqi.jobs.tasks"


def run(argv: Sequence[str]) -> int:
    """Runs until stopped; a job that is at work is finished first."""
    parser = argparse.ArgumentParser(prog="anqi worker", description=__doc__)
    parser.add_argument("--concurrency", type=int, default=4, help="jobs at a time")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from django.core.management import call_command

    # The queue looks for tasks in Django's apps, and jobs are none: they own no tables.
    importlib.import_module(_TASKS)
    memory.settle()
    call_command("procrastinate", "worker", concurrency=asked.concurrency, delete_jobs="always", verbosity=0)
    return 0
